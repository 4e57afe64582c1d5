//! How many sessions there were, and how often they were found in memory, as far as this node has read
//! it. A share of nothing is not drawn: it is neither all nor none.

use portcullis_core::sessions::CacheReads;
use portcullis_kit::Locale;

use super::{
    chart::{Chart, Gap, Measure, Series, Story, Told},
    share::{UNKNOWN, share, written},
    span::Span,
};
use crate::desk::Desk;

/// The charts of sessions, the shorter time first; those of memory only where somebody counts.
pub(super) fn charts(desk: &Desk, locale: &Locale) -> Vec<Chart> {
    let now = desk.services.clock.now();
    let (hours, days) = (Span::hours(now), Span::days(now));
    let mut charts = vec![
        sessions("Sessions by hour", (desk, hours), locale),
        sessions("Sessions by day", (desk, days), locale),
    ];
    if desk.services.sessions.cache_reads().is_some() {
        let by_hour = "Sessions found in memory, by hour";
        charts.push(memory(by_hour, (desk, hours), locale));
        charts.push(memory(
            "Sessions found in memory, by day",
            (desk, days),
            locale,
        ));
    }
    charts
}

fn sessions(title: &'static str, (desk, span): (&Desk, Span), locale: &Locale) -> Chart {
    let levels = &desk.levels;
    let since = locale.moment(levels.since());
    let most = levels.between(span.first(), span.end()).sessions;
    Chart::draw(Story {
        title,
        note: locale.text(&format!(
            "The most at a time on all nodes, counted every five minutes by this node since {since}; \
             times in UTC."
        )),
        measure: Measure::Level,
        series: vec![Series {
            name: "Most at a time",
            figure: most.map_or_else(|| UNKNOWN.to_owned(), |most| most.to_string()),
        }],
        columns: vec!["Most at a time"],
        slots: span.slots(locale, |first, end| {
            match levels.between(first, end).sessions {
                Some(count) => Told::Known(vec![count], vec![count.to_string()]),
                None => Told::Gap(Gap::Unknown),
            }
        }),
    })
}

fn memory(title: &'static str, (desk, span): (&Desk, Span), locale: &Locale) -> Chart {
    let levels = &desk.levels;
    let since = locale.moment(levels.since());
    let all = levels.between(span.first(), span.end()).reads;
    Chart::draw(Story {
        title,
        note: locale.text(&format!(
            "Of the look-ups on this node, read every five minutes since {since}; times in UTC."
        )),
        measure: Measure::Share,
        series: vec![Series {
            name: "Found in memory",
            figure: written(all.and_then(share)),
        }],
        columns: vec!["Found in memory", "Look-ups"],
        slots: span.slots(locale, |first, end| told(levels.between(first, end).reads)),
    })
}

fn told(reads: Option<CacheReads>) -> Told {
    match reads.map(|reads| (share(reads), reads)) {
        None => Told::Gap(Gap::Unknown),
        Some((None, _)) => Told::Gap(Gap::Idle),
        Some((Some(share), reads)) => {
            let all = reads.all().to_string();
            Told::Known(vec![share], vec![written(Some(share)), all])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_and_what_nobody_asked_for_are_no_share() {
        assert!(matches!(told(None), Told::Gap(Gap::Unknown)));
        let nothing = Some(CacheReads::default());
        assert!(matches!(told(nothing), Told::Gap(Gap::Idle)));
    }
}
