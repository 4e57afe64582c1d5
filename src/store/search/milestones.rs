//! Milestones along an order: how many identities stand behind each of them, up to the next, so that
//! nobody who looks far back passes everybody before. Counting alone; it never asks a database.

use std::collections::BTreeMap;

/// What an order is by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key {
    /// Before everybody.
    Beginning,
    /// Nanoseconds.
    Moment(i64),
    /// An id.
    Id(String),
}

/// A place in an order: the key and the number of whoever stands there.
pub(super) type Spot = (Key, i64);

/// The milestones of an order. Each counts those behind its place, and whoever stands at the place of the
/// next belongs to it, too.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Milestones {
    tallies: BTreeMap<Spot, i64>,
}

impl Milestones {
    /// One alone, from which on there are so many.
    pub(super) fn alone(all: i64) -> Self {
        Self {
            tallies: BTreeMap::from([((Key::Beginning, 0), all)]),
        }
    }

    /// Sets one up where there was none.
    pub(super) fn set(&mut self, spot: Spot, tally: i64) {
        self.tallies.insert(spot, tally);
    }

    /// Counts so many more at a place.
    pub(super) fn count(&mut self, spot: &Spot, by: i64) {
        let mut before = self.tallies.range_mut(..spot);
        if let Some((_, tally)) = before.next_back() {
            *tally += by;
        }
    }

    /// How many there are in all.
    pub(super) fn all(&self) -> i64 {
        self.tallies.values().sum()
    }

    /// The milestone that is to be gone on from to pass so many, and how many are passed behind it;
    /// `None` where there are not so many.
    pub(super) fn passing(&self, many: u64) -> Option<(&Spot, u64)> {
        let mut rest = many;
        for (spot, tally) in &self.tallies {
            let tally = u64::try_from(*tally).unwrap_or(0);
            if rest < tally {
                return Some((spot, rest));
            }
            rest -= tally;
        }
        None
    }

    /// The first that has more behind it than this, with how many that is.
    pub(super) fn wider_than(&self, limit: u64) -> Option<(&Spot, u64)> {
        let mut all = self.tallies.iter();
        all.find_map(|(spot, tally)| {
            let tally = u64::try_from(*tally).ok()?;
            (tally > limit).then_some((spot, tally))
        })
    }

    /// Sets others up behind one: each of these places is so many behind the one before.
    pub(super) fn part(&mut self, spot: &Spot, others: Vec<(Spot, u64)>) {
        let mut last = spot.clone();
        for (other, passed) in others {
            let passed = i64::try_from(passed).unwrap_or(i64::MAX);
            let Some(tally) = self.tallies.get_mut(&last) else {
                return;
            };
            let rest = *tally - passed;
            *tally = passed;
            self.tallies.insert(other.clone(), rest);
            last = other;
        }
    }

    /// Makes one of neighbours that have fewer together than this.
    pub(super) fn join_narrower_than(&mut self, limit: u64) {
        let is_narrow = |tally: i64| u64::try_from(tally).is_ok_and(|tally| tally < limit);
        let mut joined: BTreeMap<Spot, i64> = BTreeMap::new();
        for (spot, tally) in std::mem::take(&mut self.tallies) {
            match joined.last_entry() {
                Some(mut last) if is_narrow(*last.get() + tally) => *last.get_mut() += tally,
                _ => {
                    joined.insert(spot, tally);
                }
            }
        }
        self.tallies = joined;
    }

    /// Those that these are not, or have another tally among them.
    pub(super) fn beside(&self, others: &Self) -> Vec<(&Spot, i64)> {
        let mut all = Vec::new();
        for (spot, tally) in &self.tallies {
            if others.tallies.get(spot) != Some(tally) {
                all.push((spot, *tally));
            }
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(moment: i64) -> Spot {
        (Key::Moment(moment), 7)
    }

    /// Places 1 to `many`, with a milestone at each of these.
    fn milestones(many: i64, places: &[i64]) -> Milestones {
        let mut milestones = Milestones::alone(0);
        for place in places {
            milestones.set(at(*place), 0);
        }
        for moment in 1..=many {
            milestones.count(&at(moment), 1);
        }
        milestones
    }

    #[test]
    fn whoever_stands_at_a_milestone_is_before_it() {
        let milestones = milestones(10, &[4, 8]);
        assert_eq!(milestones.all(), 10);
        let beginning = (Key::Beginning, 0);
        for (many, spot, rest) in [
            (0, &beginning, 0),
            (3, &beginning, 3),
            (4, &at(4), 0),
            (7, &at(4), 3),
            (9, &at(8), 1),
        ] {
            assert_eq!(milestones.passing(many), Some((spot, rest)), "{many}");
        }
        assert_eq!(milestones.passing(10), None);
    }

    #[test]
    fn what_is_wide_is_parted_and_what_is_narrow_is_joined() {
        let mut milestones = milestones(30, &[]);
        let before = milestones.clone();
        let (spot, tally) = milestones.wider_than(20).unwrap();
        assert_eq!((spot, tally), (&(Key::Beginning, 0), 30));
        let spot = spot.clone();
        milestones.part(&spot, vec![(at(10), 10), (at(20), 10)]);
        assert_eq!(milestones.wider_than(20), None);
        assert_eq!(milestones.all(), 30);
        assert_eq!(milestones.passing(25), Some((&at(20), 5)));
        assert_eq!(milestones.beside(&before).len(), 3);
        assert_eq!(before.beside(&milestones).len(), 1);
        for moment in 3..29 {
            milestones.count(&at(moment), -1);
        }
        milestones.join_narrower_than(5);
        assert_eq!(milestones, Milestones::alone(4));
    }
}
