//! Wording letters in the gateway's name.

use std::sync::Arc;

use portcullis_core::mail::{Letter, Mail};
use url::Url;

use super::wording::Wording;

/// Words letters.
#[derive(Debug)]
pub(super) struct Pen {
    wording: Arc<Wording>,
    gate: String,
}

impl Pen {
    /// A pen of the gateway at this URL.
    pub(super) fn new(wording: Arc<Wording>, public_url: &Url) -> Self {
        let gate = public_url.host_str().unwrap_or("the gate").to_owned();
        Self { wording, gate }
    }

    /// The mail that a letter becomes; `None` when its template fails.
    pub(super) fn word(&self, letter: &Letter) -> Option<Mail> {
        self.wording.worded(letter, &self.gate)
    }
}
