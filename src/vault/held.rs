//! What is at hand of an identity's tokens at one provider, and until when.

use std::time::Duration;

use jiff::Timestamp;
use portcullis_core::{secret::Secret, vault::VaultError};

/// How long before its end an access token is refreshed: long enough for the request it is put into.
pub(super) const MIN_VALIDITY: Duration = Duration::from_secs(60);

/// How long a token is given out before the record is read again: other nodes may have removed it.
const TOKEN_AGE: Duration = Duration::from_secs(5);

/// How long the record and the provider are left in peace where there is no fresh token.
const PAUSE: Duration = Duration::from_secs(5);

/// What is at hand.
#[derive(Debug)]
pub(super) struct Held {
    outcome: Outcome,
    until: Timestamp,
}

#[derive(Debug)]
enum Outcome {
    Token(Secret),
    Nothing,
    Ended,
    Unavailable(String),
}

impl Held {
    /// A token that ends at `end`, if that is known.
    pub(super) fn token(access: Secret, end: Option<Timestamp>, now: Timestamp) -> Self {
        let until = end.map_or(now + TOKEN_AGE, |end| {
            (now + TOKEN_AGE).min(before(end, MIN_VALIDITY))
        });
        Self {
            outcome: Outcome::Token(access),
            until,
        }
    }

    /// A token that cannot be refreshed now, or never; it still serves until `end`.
    pub(super) fn last_resort(access: Secret, end: Timestamp, now: Timestamp) -> Self {
        Self {
            outcome: Outcome::Token(access),
            until: end.min(now + PAUSE),
        }
    }

    /// Nothing is kept.
    pub(super) fn nothing(now: Timestamp) -> Self {
        Self::for_now(Outcome::Nothing, now)
    }

    /// The provider has ended what was kept.
    pub(super) fn ended(now: Timestamp) -> Self {
        Self::for_now(Outcome::Ended, now)
    }

    /// What is kept has expired and cannot be refreshed now.
    pub(super) fn unavailable(why: &dyn std::fmt::Display, now: Timestamp) -> Self {
        Self::for_now(Outcome::Unavailable(why.to_string()), now)
    }

    /// Whether it may be given out at `now` without looking.
    pub(super) fn serves_at(&self, now: Timestamp) -> bool {
        now < self.until
    }

    /// Lets it be given out only to those who wait for it already.
    pub(super) fn serve_once(&mut self) {
        self.until = Timestamp::MIN;
    }

    /// Whether nothing is kept.
    pub(super) fn is_nothing(&self) -> bool {
        matches!(self.outcome, Outcome::Nothing)
    }

    /// What whoever asks is told.
    pub(super) fn answer(&self) -> Result<Option<Secret>, VaultError> {
        match &self.outcome {
            Outcome::Token(access) => Ok(Some(access.clone())),
            Outcome::Nothing => Ok(None),
            Outcome::Ended => Err(VaultError::Ended),
            Outcome::Unavailable(why) => Err(VaultError::Provider(why.clone())),
        }
    }

    fn for_now(outcome: Outcome, now: Timestamp) -> Self {
        Self {
            outcome,
            until: now + PAUSE,
        }
    }
}

/// Whether a token that ends at `end` can be given out at `now` without a refresh.
pub(super) fn is_fresh(end: Option<Timestamp>, now: Timestamp) -> bool {
    end.is_none_or(|end| now < before(end, MIN_VALIDITY))
}

fn before(end: Timestamp, span: Duration) -> Timestamp {
    end.checked_sub(span).unwrap_or(Timestamp::MIN)
}
