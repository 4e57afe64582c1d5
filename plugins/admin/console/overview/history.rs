//! What has happened lately, by the hour and by the day (UTC). Of what was before this node began to
//! listen nothing is said, unless it is stored.

use std::collections::BTreeMap;

use jiff::{Timestamp, tz::TimeZone};
use portcullis_kit::{Failure, Line, Locale};

use super::chart::{Chart, Slot, Story};
use crate::{
    desk::Desk,
    tally::{DAY, DAYS, HOUR, Heard, begin},
};

/// The charts, the shortest time first.
pub(super) async fn charts(desk: &Desk, locale: &Locale) -> Result<Vec<Chart>, Failure> {
    let now = desk.services.clock.now().as_second();
    let heard = desk.tally.heard();
    let first = begin(now, DAY) - (DAYS - 1) * DAY;
    let since = Timestamp::from_second(first).unwrap_or_default();
    let stored = desk.services.search.created_by_day(since).await?;
    let listened = locale.moment(heard.since);
    let note = locale.text(&format!(
        "Heard by this node since {listened}; times in UTC."
    ));
    let both = vec!["Signed in", "Refused"];
    let hours = Span::hours(now, &heard);
    let days = Span::days(now, Some(&heard));
    Ok(vec![
        Chart::draw(Story {
            title: "Sign-ins by hour",
            note: note.clone(),
            series: both.clone(),
            slots: hours.slots(locale, |second| of_hour(&heard, second)),
        }),
        Chart::draw(Story {
            title: "Sign-ins by day",
            note: note.clone(),
            series: both,
            slots: days.slots(locale, |second| of_day(&heard, second)),
        }),
        Chart::draw(Story {
            title: "People who signed in, by day",
            note,
            series: vec!["People"],
            slots: days.slots(locale, |second| {
                vec![heard.people.get(&second).copied().unwrap_or(0)]
            }),
        }),
        Chart::draw(Story {
            title: "New people by day",
            note: locale.text("Of everybody who is stored, on every node; times in UTC."),
            series: vec!["People"],
            slots: Span::days(now, None).slots(locale, |second| of_record(&stored, second)),
        }),
    ])
}

/// A row of hours or days that ends now.
struct Span {
    first: i64,
    length: i64,
    count: i64,
    /// Before this nothing is known.
    known: i64,
}

impl Span {
    fn hours(now: i64, heard: &Heard) -> Self {
        Self {
            first: begin(now, HOUR) - 23 * HOUR,
            length: HOUR,
            count: 24,
            known: begin(heard.since.as_second(), HOUR),
        }
    }

    fn days(now: i64, heard: Option<&Heard>) -> Self {
        let known = heard.map(|heard| begin(heard.since.as_second(), DAY));
        Self {
            first: begin(now, DAY) - (DAYS - 1) * DAY,
            length: DAY,
            count: DAYS,
            known: known.unwrap_or(i64::MIN),
        }
    }

    fn slots(&self, locale: &Locale, values: impl Fn(i64) -> Vec<u64>) -> Vec<Slot> {
        let seconds = (0..self.count).map(|slot| self.first + slot * self.length);
        seconds
            .map(|second| Slot {
                mark: mark(second, self.length),
                time: time(second, self.length, locale),
                values: (second >= self.known).then(|| values(second)),
            })
            .collect()
    }
}

/// What stands below a slot, where one stands there: every sixth hour, and every seventh day.
fn mark(second: i64, length: i64) -> Option<String> {
    let at = Timestamp::from_second(second).ok()?.to_zoned(TimeZone::UTC);
    let (is_marked, form) = match length {
        HOUR => (second.rem_euclid(6 * HOUR) == 0, "%H:%M"),
        _ => (second.rem_euclid(7 * DAY) == 0, "%m-%d"),
    };
    is_marked.then(|| at.strftime(form).to_string())
}

fn time(second: i64, length: i64, locale: &Locale) -> Line {
    let at = Timestamp::from_second(second).unwrap_or_default();
    let text = match length {
        HOUR => locale.moment(at),
        _ => locale.day(at.to_zoned(TimeZone::UTC).date()),
    };
    Line::at(at, text)
}

fn of_hour(heard: &Heard, second: i64) -> Vec<u64> {
    let hour = heard.hours.get(&second).copied().unwrap_or_default();
    vec![hour.signed_in, hour.refused]
}

fn of_day(heard: &Heard, second: i64) -> Vec<u64> {
    let hours = heard.hours.range(second..second + DAY);
    let (signed_in, refused) = hours.fold((0, 0), |(signed_in, refused), (_, hour)| {
        (signed_in + hour.signed_in, refused + hour.refused)
    });
    vec![signed_in, refused]
}

fn of_record(stored: &BTreeMap<Timestamp, u64>, second: i64) -> Vec<u64> {
    let day = Timestamp::from_second(second).ok();
    let created = day.and_then(|day| stored.get(&day).copied());
    vec![created.unwrap_or(0)]
}
