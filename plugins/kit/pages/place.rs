//! Where something stands in a list that is sorted by a time; a place tells nothing that its list does not.

use std::{fmt, str::FromStr};

use jiff::Timestamp;

/// A place in a list: a moment, and the name of what stands there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place<I> {
    /// Microseconds since 1970, or how many are left from there to the end of time.
    at: u64,
    id: I,
}

impl<I> Place<I> {
    /// The place in a list in which what comes first in time stands first.
    pub fn oldest_first(at: Timestamp, id: I) -> Self {
        let at = u64::try_from(at.as_microsecond()).unwrap_or_default();
        Self { at, id }
    }

    /// The place in a list in which what comes last in time stands first.
    pub fn newest_first(at: Timestamp, id: I) -> Self {
        let at = i64::MAX.abs_diff(at.as_microsecond());
        Self { at, id }
    }
}

impl<I: fmt::Display> fmt::Display for Place<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.at, self.id)
    }
}

/// The text names no place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the place is malformed")]
pub struct InvalidPlace;

impl<I: FromStr> FromStr for Place<I> {
    type Err = InvalidPlace;

    fn from_str(text: &str) -> Result<Self, InvalidPlace> {
        let (at, id) = text.split_once('.').ok_or(InvalidPlace)?;
        Ok(Self {
            at: at.parse().map_err(|_| InvalidPlace)?,
            id: id.parse().map_err(|_| InvalidPlace)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use portcullis_core::id::SessionId;

    use super::*;

    const ID: &str = "8d4b6b7e-4c1e-4f3a-9d43-2f1b2f0c5a11";

    #[test]
    fn a_place_is_read_as_it_was_written() {
        let id: SessionId = ID.parse().unwrap();
        let at: Timestamp = "2026-11-23T09:00:00.000001Z".parse().unwrap();
        for place in [Place::newest_first(at, id), Place::oldest_first(at, id)] {
            assert_eq!(place.to_string().parse(), Ok(place));
        }
    }

    #[test]
    fn what_is_later_stands_behind_or_before() {
        let moment = |second| Timestamp::from_second(second).unwrap();
        let (early, late) = (moment(1), moment(2));
        assert!(Place::oldest_first(early, 0) < Place::oldest_first(late, 0));
        assert!(Place::newest_first(late, 0) < Place::newest_first(early, 0));
        assert!(Place::newest_first(moment(-1), 0) > Place::newest_first(early, 0));
    }

    #[test]
    fn what_names_no_place_is_none() {
        let (id, too_large) = (format!(".{ID}"), format!("99999999999999999999.{ID}"));
        for odd in ["", "x", "1", "1.", "1.x", &id, &too_large] {
            assert_eq!(odd.parse::<Place<SessionId>>(), Err(InvalidPlace), "{odd}");
        }
    }
}
