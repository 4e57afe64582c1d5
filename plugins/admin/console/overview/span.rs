//! A row of hours or days (UTC) that ends now.

use jiff::{Timestamp, tz::TimeZone};
use portcullis_kit::{Line, Locale};

use super::chart::{Slot, Told};
use crate::tally::{DAY, DAYS, HOUR, begin};

/// How many hours are told of, this one among them.
const HOURS: i64 = 24;

/// A row of hours or days that ends now.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    first: i64,
    length: i64,
    count: i64,
}

impl Span {
    /// The last hours.
    pub(super) fn hours(now: Timestamp) -> Self {
        Self {
            first: begin(now.as_second(), HOUR) - (HOURS - 1) * HOUR,
            length: HOUR,
            count: HOURS,
        }
    }

    /// The last days.
    pub(super) fn days(now: Timestamp) -> Self {
        Self {
            first: begin(now.as_second(), DAY) - (DAYS - 1) * DAY,
            length: DAY,
            count: DAYS,
        }
    }

    /// When it begins.
    pub(super) fn first(&self) -> i64 {
        self.first
    }

    /// When it ends, which is not over yet.
    pub(super) fn end(&self) -> i64 {
        self.first + self.count * self.length
    }

    /// When the hour or day begins that this second is of.
    pub(super) fn begin(&self, second: i64) -> i64 {
        begin(second, self.length)
    }

    /// What is told of each hour or day, between its first second and that of the next.
    pub(super) fn slots(&self, locale: &Locale, told: impl Fn(i64, i64) -> Told) -> Vec<Slot> {
        let seconds = (0..self.count).map(|slot| self.first + slot * self.length);
        seconds
            .map(|second| Slot {
                mark: self.mark(second, locale),
                time: self.time(second, locale),
                told: told(second, second + self.length),
            })
            .collect()
    }

    /// What stands below a slot, where one stands there: every sixth hour, and every seventh day.
    fn mark(&self, second: i64, locale: &Locale) -> Option<String> {
        let at = Timestamp::from_second(second).ok()?.to_zoned(TimeZone::UTC);
        match self.length {
            HOUR => (second.rem_euclid(6 * HOUR) == 0).then(|| at.strftime("%H:%M").to_string()),
            _ if second.rem_euclid(7 * DAY) != 0 => None,
            _ => {
                let [month, day] = ["%m", "%d"].map(|form| at.strftime(form).to_string());
                locale.phrase("over-mark", &[("month", &month), ("day", &day)], &[])
            }
        }
    }

    fn time(&self, second: i64, locale: &Locale) -> Line {
        let at = Timestamp::from_second(second).unwrap_or_default();
        let text = match self.length {
            HOUR => locale.moment(at),
            _ => locale.day(at.to_zoned(TimeZone::UTC).date()),
        };
        Line::at(at, text)
    }
}
