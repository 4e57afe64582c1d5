//! What one kind of provider may judge differently from the next.

use std::fmt::Debug;

use serde_json::{Map, Value};

/// How a kind of provider is judged, beside what holds for all of them.
pub trait Rules: Debug + Send + Sync {
    /// Whether `claimed` is a spelling of the issuer that the configuration calls `expected`.
    fn accepts_issuer(&self, expected: &str, claimed: &str) -> bool {
        claimed == expected
    }

    /// Whether the holder of a verified ID token is let in; the reason names no person.
    fn admits(&self, _id_token: &Map<String, Value>) -> Result<(), &'static str> {
        Ok(())
    }
}

/// The rules of OpenID Connect Core 1.0 and no others.
#[derive(Debug, Clone, Copy, Default)]
pub struct Plain;

impl Rules for Plain {}
