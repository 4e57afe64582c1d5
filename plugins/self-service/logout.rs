//! Signing out: of the session here always, of the provider's where the policy and the person want
//! it, and at the word of the provider.

pub(crate) mod backchannel;
pub(crate) mod browser;
mod elsewhere;
mod ended;
pub(crate) mod frontchannel;
pub(crate) mod native;
pub(crate) mod signed_out;
pub(crate) mod submit;

use portcullis_core::{catalogue::Code, id::SessionId};
use portcullis_kit::Failure;

use crate::desk::{Desk, with_query};

/// Logout tokens are sealed for this purpose.
const PURPOSE: &str = "logout";
/// What logout tokens begin with.
const PREFIX: &str = "ory_lo_";
/// The query parameter that asks to sign out at the provider too.
const UPSTREAM: &str = "upstream";
/// The query parameter that says that the person has read what becomes of the provider's session.
const TOLD: &str = "told";

/// A token that ends this session and no other.
pub(crate) fn token(desk: &Desk, session: SessionId) -> Result<String, Failure> {
    let services = &desk.services;
    let text = session.to_string();
    let sealed = services
        .seal
        .close(PURPOSE, text.as_bytes(), &*services.entropy);
    sealed
        .map(|sealed| format!("{PREFIX}{sealed}"))
        .ok_or_else(|| Code::Internal.into())
}

/// The address that ends a session with its token.
pub(crate) fn url(desk: &Desk, token: &str, return_to: Option<&str>) -> String {
    let page = with_query(&desk.own("/self-service/logout"), &[("token", token)]);
    match return_to {
        Some(url) => with_query(&page, &[("return_to", url)]),
        None => page,
    }
}

/// The session a token is for.
fn session(desk: &Desk, token: &str) -> Option<SessionId> {
    let sealed = token.strip_prefix(PREFIX)?;
    let text = desk.services.seal.open(PURPOSE, sealed)?;
    std::str::from_utf8(&text).ok()?.parse().ok()
}
