//! What has happened lately, by the hour and by the day (UTC). Of what was before this node began to
//! listen nothing is said, unless it is stored.

use std::collections::BTreeMap;

use jiff::Timestamp;
use portcullis_kit::{Failure, Locale};

use super::{
    chart::{Chart, Gap, Measure, Series, Slot, Story, Told},
    sessions,
    span::Span,
};
use crate::{caller::Caller, desk::Desk, role::Permission, tally::Heard};

/// The charts that a caller may see.
pub(super) async fn charts(
    desk: &Desk,
    caller: &Caller,
    locale: &Locale,
) -> Result<Vec<Chart>, Failure> {
    let now = desk.services.clock.now();
    let heard = desk.tally.heard();
    let listened = locale.moment(heard.since);
    let note = locale.text(&format!(
        "Heard by this node since {listened}; times in UTC."
    ));
    let days = Span::days(now);
    let mut charts = vec![
        sign_ins(
            "Sign-ins by hour",
            (Span::hours(now), &heard),
            &note,
            locale,
        ),
        sign_ins("Sign-ins by day", (days, &heard), &note, locale),
    ];
    if caller.roles.permit(Permission::ReadSessions) {
        charts.extend(sessions::charts(desk, locale));
    }
    let slots = days.slots(locale, |first, end| {
        let people: u64 = heard.people.range(first..end).map(|(_, count)| count).sum();
        listened_to(&heard, (days, first), &[people])
    });
    charts.push(counted(
        "People who signed in, by day",
        note,
        &["People"],
        slots,
    ));
    let since = Timestamp::from_second(days.first()).unwrap_or_default();
    let stored = desk.services.search.created_by_day(since).await?;
    let slots = days.slots(locale, |first, _| known(&[of_record(&stored, first)]));
    let note = locale.text("Of everybody who is stored, on every node; times in UTC.");
    charts.push(counted("New people by day", note, &["People"], slots));
    Ok(charts)
}

fn sign_ins(
    title: &'static str,
    (span, heard): (Span, &Heard),
    note: &str,
    locale: &Locale,
) -> Chart {
    let slots = span.slots(locale, |first, end| {
        let hours = heard.hours.range(first..end);
        let (signed_in, refused) = hours.fold((0, 0), |(signed_in, refused), (_, hour)| {
            (signed_in + hour.signed_in, refused + hour.refused)
        });
        listened_to(heard, (span, first), &[signed_in, refused])
    });
    counted(title, note.to_owned(), &["Signed in", "Refused"], slots)
}

/// A chart of how often something happened.
fn counted(title: &'static str, note: String, names: &[&'static str], slots: Vec<Slot>) -> Chart {
    let series = names.iter().enumerate().map(|(place, name)| {
        let values = slots
            .iter()
            .filter_map(|slot| slot.told.values().get(place));
        Series {
            name,
            figure: values.sum::<u64>().to_string(),
        }
    });
    Chart::draw(Story {
        title,
        note,
        measure: Measure::Amount,
        series: series.collect(),
        columns: names.to_vec(),
        slots,
    })
}

fn known(values: &[u64]) -> Told {
    let cells = values.iter().map(u64::to_string).collect();
    Told::Known(values.to_vec(), cells)
}

/// What was heard in an hour or a day, where this node listened at its end at least.
fn listened_to(heard: &Heard, (span, first): (Span, i64), values: &[u64]) -> Told {
    match first >= span.begin(heard.since.as_second()) {
        true => known(values),
        false => Told::Gap(Gap::Unknown),
    }
}

fn of_record(stored: &BTreeMap<Timestamp, u64>, second: i64) -> u64 {
    let day = Timestamp::from_second(second).ok();
    let created = day.and_then(|day| stored.get(&day).copied());
    created.unwrap_or(0)
}
