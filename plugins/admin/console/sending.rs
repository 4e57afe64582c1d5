//! Forms that count once: one that is sent again, by a page that is loaded anew or a button that is
//! pressed twice, makes nothing a second time. What a form has made is kept nowhere here.

use std::time::Duration;

use portcullis_core::secret::{Token, TokenHash};
use portcullis_kit::Failure;
use serde_json::{Map, Value};

use super::choice::text;
use crate::desk::Desk;

/// The field by which a form is known again.
pub(super) const FIELD: &str = "form";
/// What is said where it is known.
pub(super) const AGAIN_SAID: &str = "This form was sent before and is not carried out again. What it showed \
     then is not shown again: whoever has not seen it, or saw that something went wrong, fills in the form anew.";
/// How long it is: longer than browsers keep pages that they load anew.
const MEMORY: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// How often a form was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sending {
    First,
    Again,
}

/// What a form that is shown now is known by.
pub(super) fn mark(desk: &Desk) -> String {
    Token::generate(&*desk.services.entropy).expose().to_owned()
}

impl Sending {
    /// Which sending of its form this is, which from now on has been sent. A form without a mark is none
    /// of our pages, and counts each time.
    pub(super) async fn of(desk: &Desk, fields: &Map<String, Value>) -> Result<Self, Failure> {
        let mark = text(fields, FIELD);
        if mark.is_empty() {
            return Ok(Self::First);
        }
        let services = &desk.services;
        let key = TokenHash::of(&format!("console-form:{mark}"));
        let end = services.clock.now() + MEMORY;
        Ok(match services.flows.claim_once(&key, end).await? {
            true => Self::First,
            false => Self::Again,
        })
    }
}
