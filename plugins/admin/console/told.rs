//! What refusals of the API say on pages: in the reader's language, and without the member's name that
//! programs read before it.

use portcullis_kit::{Failure, Locale};

/// What a failure says.
pub(super) fn told(locale: &Locale, failure: &Failure) -> String {
    match failure.reason() {
        Some(reason) => locale.text(bare(reason)),
        None => locale.meaning(failure.code()),
    }
}

/// A reason without the name that it may begin with.
pub(crate) fn bare(reason: &str) -> &str {
    let is_name = |c: char| {
        c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '.' | '[' | ']')
    };
    match reason.split_once(": ") {
        Some((name, rest)) if name.chars().all(is_name) => rest,
        _ => reason,
    }
}
