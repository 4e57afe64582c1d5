//! What a logout token must say (OpenID Connect Back-Channel Logout 1.0, sections 2.4 and 2.6).

use std::time::Duration;

use portcullis_core::provider::LogoutNotice;
use serde_json::{Map, Value};

use crate::{
    id_token::{Expected, SKEW, name, time},
    signed::Verified,
};

/// The types a logout token can say it is of.
pub(crate) const LOGOUT_TOKEN: [&str; 2] = ["logout+jwt", "jwt"];

/// The event that makes it one.
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// How old a notice may be, whatever it says itself: providers send them at once, and the names of
/// all that are still good have to be remembered.
const LONGEST_LIFE: Duration = Duration::from_mins(10);

/// Whose session the token ends; what does not hold otherwise.
pub(crate) fn notice(
    expected: &Expected<'_>,
    token: &Verified,
) -> Result<LogoutNotice, &'static str> {
    let claims = &token.claims;
    let issuer = expected.logout_issuer(claims)?;
    expected.check_audience(claims)?;
    let good_until = expected.issued_at(claims)? + LONGEST_LIFE;
    let good_until = match claims.get("exp") {
        Some(_) => {
            let expires = time(claims, "exp").ok_or("it does not say when it expires")?;
            good_until.min(expires)
        }
        None => good_until,
    };
    let expires_at = good_until + SKEW;
    if expires_at <= expected.now {
        return Err("it has expired");
    }
    check_kind(claims)?;
    let session_id = name(claims, "sid");
    let subject = claims.get("sub").map(|_| expected.subject(claims));
    let subject = match subject {
        // Where accounts are known by claims that only ID tokens have, the session tells.
        Some(Err(_)) if session_id.is_some() && name(claims, "sub").is_some() => None,
        told => told.transpose()?,
    };
    if subject.is_none() && session_id.is_none() {
        return Err("it names neither a subject nor a session");
    }
    Ok(LogoutNotice {
        issuer,
        subject,
        session_id,
        id: name(claims, "jti").ok_or("it has no name of its own (jti)")?,
        expires_at,
    })
}

/// An ID token must not pass for a logout token, nor may another security event.
fn check_kind(claims: &Map<String, Value>) -> Result<(), &'static str> {
    let event = claims.get("events").and_then(|events| events.get(EVENT));
    if !event.is_some_and(Value::is_object) {
        return Err("it is about no sign-out");
    }
    match claims.contains_key("nonce") {
        true => Err("it has a nonce, as only ID tokens do"),
        false => Ok(()),
    }
}
