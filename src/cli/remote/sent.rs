//! What became of people who were sent together: whether each was judged, and whether others are worth sending.
//! Where no answer came, nobody is said to be out.

use reqwest::StatusCode;

use crate::{cli::Failure, migration::settling::Reception};

/// What became of those who were sent together.
pub(super) enum Sent {
    /// Each was judged.
    Told(Vec<Reception>),
    /// They were refused as a whole, as others need not be.
    Refused(Failure),
    /// Nobody is taken in now, be it these or others.
    Closed(Failure),
    /// No answer came, so that they may be in.
    Unanswered(Failure),
}

impl Sent {
    /// What this answer means where everything together was refused.
    pub(super) fn refused(status: StatusCode, failure: Failure) -> Self {
        match status {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::TOO_MANY_REQUESTS => {
                Self::Closed(failure)
            }
            status if status.is_client_error() => Self::Refused(failure),
            _ => Self::Unanswered(failure),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_judged_is_told_by_its_status() {
        let told = |status: u16| {
            let status = StatusCode::from_u16(status).unwrap();
            match Sent::refused(status, Failure::Refused(String::new())) {
                Sent::Told(_) => "told",
                Sent::Refused(_) => "refused",
                Sent::Closed(_) => "closed",
                Sent::Unanswered(_) => "unanswered",
            }
        };
        // An answer that does not speak like a gateway tells nothing, whatever its status.
        for (status, expected) in [
            (200, "unanswered"),
            (302, "unanswered"),
            (400, "refused"),
            (401, "closed"),
            (403, "closed"),
            (413, "refused"),
            (429, "closed"),
            (500, "unanswered"),
            (502, "unanswered"),
            (504, "unanswered"),
        ] {
            assert_eq!(told(status), expected, "{status}");
        }
    }
}
