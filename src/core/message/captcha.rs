//! What people read of captchas.

use serde_json::json;

use super::{Message, messages};

messages! {
    WORDINGS, ALL:
    /// What was answered is not a person's answer, or was used already.
    error captcha_failed() = 4000038, "Captcha verification failed, please try again.";
    /// The service that judges answers cannot be asked.
    error captcha_unavailable() = 4990090, "Whether you are human could not be checked just now, so nothing was done. Please try again in a moment.";
}

pub(super) fn wordings() -> std::slice::Iter<'static, (u32, &'static str)> {
    WORDINGS.iter()
}

#[cfg(test)]
pub(super) fn all() -> std::slice::Iter<'static, (u32, &'static str, &'static str, &'static str)> {
    ALL.iter()
}
