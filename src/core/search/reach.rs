//! How far back numbered pages reach: whoever searches passes everybody before, and is told to go on by
//! tokens where that would take long.

use super::{IdentityQuery, Page, SortKey};

/// How many of those who are searched for the numbered pages show in the order of arrival.
pub const FARTHEST: u64 = 2000;
/// And how many in another order.
pub const FARTHEST_SORTED: u64 = 1000;

impl IdentityQuery {
    /// Whether it asks for everybody there is.
    pub fn is_of_all(&self) -> bool {
        self.text.is_empty() && self.filters.is_empty()
    }

    /// How many its numbered pages show in all; `None` where that is everybody.
    pub fn reach(&self) -> Option<u64> {
        match (self.is_of_all(), self.sort.key) {
            (true, _) => None,
            (false, SortKey::Arrival) => Some(FARTHEST),
            (false, _) => Some(FARTHEST_SORTED),
        }
    }

    /// Whether the page of this number is among those that can be asked for by number.
    pub fn reaches(&self, number: u64) -> bool {
        let size = u64::from(self.page.size());
        let end = number.saturating_add(1).saturating_mul(size);
        self.reach().is_none_or(|reach| end <= reach)
    }

    /// Whether the page it asks for is.
    pub(super) fn is_within_reach(&self) -> bool {
        match self.page {
            Page::Numbered { number, .. } => self.reaches(number),
            Page::From { .. } => true,
        }
    }
}
