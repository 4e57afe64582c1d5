//! What an ID token must say (OpenID Connect Core 1.0, section 3.1.3.7).

use std::time::Duration;

use jiff::Timestamp;
use portcullis_core::secret::Secret;
use serde_json::{Map, Value};

use crate::{rules::Rules, signed::Verified};

/// How far the provider's clock may be off.
const SKEW: Duration = Duration::from_mins(1);

/// OpenID Connect Core 1.0, section 2: `sub` has at most 255 characters.
const LONGEST_SUBJECT: usize = 255;

/// What the token is held against.
#[derive(Debug)]
pub(crate) struct Expected<'a> {
    pub(crate) rules: &'a dyn Rules,
    pub(crate) issuer: &'a str,
    pub(crate) client_id: &'a str,
    pub(crate) nonce: &'a str,
    pub(crate) access_token: &'a str,
    pub(crate) now: Timestamp,
}

impl Expected<'_> {
    /// The subject of a token that holds; what does not hold otherwise.
    pub(crate) fn subject(&self, token: &Verified) -> Result<String, &'static str> {
        let claims = &token.claims;
        let issuer = text(claims, "iss").ok_or("it names no issuer")?;
        if !self.rules.accepts_issuer(self.issuer, issuer) {
            return Err("it is of another issuer");
        }
        self.check_audience(claims)?;
        self.check_times(claims)?;
        // Without this a token of another attempt, or of another client's attempt, would do.
        let nonce = text(claims, "nonce").ok_or("it has no nonce")?;
        if !Secret::new(self.nonce).matches(nonce) {
            return Err("its nonce is not the attempt's");
        }
        if let Some(hash) = claims.get("at_hash")
            && hash.as_str() != token.half_hash(self.access_token).as_deref()
        {
            return Err("its at_hash is not the access token's");
        }
        match text(claims, "sub") {
            Some(subject) if !subject.is_empty() && subject.len() <= LONGEST_SUBJECT => {
                Ok(subject.to_owned())
            }
            _ => Err("it names no subject"),
        }
    }

    fn check_audience(&self, claims: &Map<String, Value>) -> Result<(), &'static str> {
        let audiences: Vec<&str> = match claims.get("aud") {
            Some(Value::String(one)) => vec![one],
            Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
            _ => return Err("it names no audience"),
        };
        if !audiences.contains(&self.client_id) {
            return Err("it is for another client");
        }
        match claims.get("azp") {
            Some(party) if party.as_str() != Some(self.client_id) => {
                Err("it was issued to another client")
            }
            None if audiences.len() > 1 => Err("it is for several clients and does not say whose"),
            _ => Ok(()),
        }
    }

    fn check_times(&self, claims: &Map<String, Value>) -> Result<(), &'static str> {
        let expires = time(claims, "exp").ok_or("it does not say when it expires")?;
        let issued = time(claims, "iat").ok_or("it does not say when it was issued")?;
        let begins = time(claims, "nbf").unwrap_or(issued);
        let (earliest, latest) = (self.now - SKEW, self.now + SKEW);
        if expires <= earliest {
            return Err("it has expired");
        }
        if issued > latest || begins > latest {
            return Err("it is from the future; one of the clocks is wrong");
        }
        Ok(())
    }
}

fn text<'a>(claims: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    claims.get(name)?.as_str()
}

/// Seconds since 1970, with or without a fraction (RFC 7519, section 2, NumericDate).
fn time(claims: &Map<String, Value>, name: &str) -> Option<Timestamp> {
    let value = claims.get(name)?;
    #[expect(
        clippy::cast_possible_truncation,
        reason = "fractions do not matter here"
    )]
    let seconds = value
        .as_i64()
        .or_else(|| value.as_f64().map(|seconds| seconds as i64))?;
    Timestamp::from_second(seconds).ok()
}
