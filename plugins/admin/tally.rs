//! The tally: what this node hears of people who sign in, by the hour, since it began. Nothing of it is
//! stored, and of who they were only today's are known.

use std::{
    collections::{BTreeMap, HashSet},
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use jiff::Timestamp;
use portcullis_core::{clock::Clock, event::Event, id::IdentityId, stage::Observer};

/// An hour in seconds.
pub(crate) const HOUR: i64 = 60 * 60;
/// A day in seconds.
pub(crate) const DAY: i64 = 24 * HOUR;
/// How many days are told of, today among them.
pub(crate) const DAYS: i64 = 31;
/// How many people are told apart on one day.
const MOST: usize = 250_000;

/// Counts what it hears.
pub(crate) struct Tally {
    clock: Arc<dyn Clock>,
    kept: Mutex<Heard>,
    today: Mutex<(i64, HashSet<IdentityId>)>,
}

/// What has been heard.
#[derive(Debug, Clone, Default)]
pub(crate) struct Heard {
    /// Since when.
    pub(crate) since: Timestamp,
    /// By the second at which the hour begins; hours in which nothing happened are left out.
    pub(crate) hours: BTreeMap<i64, Hour>,
    /// How many different people signed in, by the second at which the day begins; the same.
    pub(crate) people: BTreeMap<i64, u64>,
}

/// An hour.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Hour {
    /// How often somebody signed in.
    pub(crate) signed_in: u64,
    /// How often that was refused.
    pub(crate) refused: u64,
}

impl fmt::Debug for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tally").finish_non_exhaustive()
    }
}

/// The beginning of the hour or the day.
pub(crate) fn begin(second: i64, length: i64) -> i64 {
    second - second.rem_euclid(length)
}

impl Tally {
    /// A tally that begins now.
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        let since = clock.now();
        Self {
            clock,
            kept: Mutex::new(Heard {
                since,
                ..Heard::default()
            }),
            today: Mutex::default(),
        }
    }

    /// What has been heard so far.
    pub(crate) fn heard(&self) -> Heard {
        self.kept
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn count(&self, now: i64, add: impl FnOnce(&mut Hour)) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        add(kept.hours.entry(begin(now, HOUR)).or_default());
        let oldest = begin(now, DAY) - (DAYS - 1) * DAY;
        kept.hours = kept.hours.split_off(&oldest);
        kept.people = kept.people.split_off(&oldest);
    }

    /// Counts somebody, unless they were counted today.
    fn meet(&self, now: i64, id: IdentityId) {
        let day = begin(now, DAY);
        let mut today = self.today.lock().unwrap_or_else(PoisonError::into_inner);
        if today.0 != day {
            *today = (day, HashSet::new());
        }
        if today.1.len() < MOST && today.1.insert(id) {
            let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
            *kept.people.entry(day).or_default() += 1;
        }
    }
}

impl Observer for Tally {
    fn observe(&self, event: &Event<'_>) {
        let now = self.clock.now().as_second();
        match event {
            Event::SignedIn { identity, .. } => {
                self.count(now, |hour| hour.signed_in += 1);
                self.meet(now, *identity);
            }
            Event::SignInRefused { .. } => self.count(now, |hour| hour.refused += 1),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use portcullis_core::{
        catalogue::Code,
        id::SessionId,
        testing::{FrozenClock, SeededEntropy},
    };

    use super::*;

    #[test]
    fn sign_ins_are_counted_by_the_hour_and_people_once_a_day() {
        let clock = FrozenClock::new("2026-11-22T12:30:00Z".parse().unwrap());
        let clock = Arc::new(clock);
        let tally = Tally::new(clock.clone());
        let entropy = SeededEntropy::new(1);
        let people = [(); 2].map(|()| IdentityId::generate(&entropy));
        let sign_in = |identity: IdentityId| {
            tally.observe(&Event::SignedIn {
                identity,
                session: SessionId::generate(&entropy),
                method: "password",
                provider: None,
            });
        };
        sign_in(people[0]);
        sign_in(people[0]);
        sign_in(people[1]);
        tally.observe(&Event::SignInRefused {
            method: "password",
            provider: None,
            code: Code::CredentialsInvalid,
            reason: None,
        });
        clock.advance(Duration::from_secs(24 * 3600));
        sign_in(people[0]);
        let heard = tally.heard();
        let hours: Vec<_> = heard.hours.values().copied().collect();
        let hour = |signed_in, refused| Hour { signed_in, refused };
        assert_eq!(hours, [hour(3, 1), hour(1, 0)]);
        let people_by_day: Vec<_> = heard.people.into_values().collect();
        assert_eq!(people_by_day, [2, 1]);
        assert_eq!(heard.since.to_string(), "2026-11-22T12:30:00Z");
        clock.advance(Duration::from_secs(31 * 24 * 3600));
        sign_in(people[1]);
        assert_eq!(tally.heard().hours.len(), 1, "what is older is forgotten");
    }
}
