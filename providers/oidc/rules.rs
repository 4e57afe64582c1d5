//! What one kind of provider may judge differently from the next.

use std::fmt::Debug;

use portcullis_core::provider::Heeds;
use serde_json::{Map, Value};

/// How a kind of provider is judged, beside what holds for all of them.
pub trait Rules: Debug + Send + Sync {
    /// Whether `claimed`, in an answer or a token, is a spelling of the issuer `expected`.
    fn accepts_issuer(&self, expected: &str, claimed: &str) -> bool {
        claimed == expected
    }

    /// Whether a discovery document may name the issuer `claimed` where `configured` was asked.
    fn accepts_document(&self, configured: &str, claimed: &str) -> bool {
        claimed == configured
    }

    /// The issuer of a token whose signature holds, in the one spelling of link keys; `published`
    /// is what the discovery document calls it. `None` when the token is of another issuer.
    fn issuer(&self, published: &str, claims: &Map<String, Value>) -> Option<String> {
        let claimed = claims.get("iss")?.as_str()?;
        let accepted = self.accepts_issuer(published, claimed);
        accepted.then(|| published.to_owned())
    }

    /// Whether a key that is published for `key_issuer` may sign tokens with these claims. Most
    /// providers say nothing of the kind, and it is no part of the standard.
    fn accepts_key(&self, _key_issuer: &str, _claims: &Map<String, Value>) -> bool {
        true
    }

    /// The same of a logout token, which may say less.
    fn logout_issuer(&self, published: &str, claims: &Map<String, Value>) -> Option<String> {
        self.issuer(published, claims)
    }

    /// What the holder of a verified token is known by; `None` when the token does not say.
    fn subject(&self, claims: &Map<String, Value>) -> Option<String> {
        Some(claims.get("sub")?.as_str()?.to_owned())
    }

    /// Whether the holder of a verified ID token is let in; the reason names no person.
    fn admits(&self, _id_token: &Map<String, Value>) -> Result<(), &'static str> {
        Ok(())
    }

    /// How far the provider heeds what a request asks of its page.
    fn heeds(&self) -> Heeds {
        Heeds::MaxAge
    }

    /// The claims the account has although the provider has not sent them.
    fn withheld(&self, _claims: &Map<String, Value>) -> Vec<String> {
        Vec::new()
    }
}

/// The rules of OpenID Connect Core 1.0 and no others.
#[derive(Debug, Clone, Copy, Default)]
pub struct Plain;

impl Rules for Plain {}
