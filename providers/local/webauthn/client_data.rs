//! What a browser says of a ceremony, which the authenticator signs (sections 5.8.1, 7.1 and 7.2).

use serde::Deserialize;
use subtle::ConstantTimeEq;

use super::{
    Refusal,
    relying_party::{Challenge, RelyingParty},
};

/// The ceremonies, by the names that browsers give them.
pub(crate) const CREATE: &str = "webauthn.create";
pub(crate) const GET: &str = "webauthn.get";

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ClientData {
    r#type: String,
    challenge: String,
    origin: String,
    #[serde(default)]
    cross_origin: bool,
    top_origin: Option<String>,
}

/// Whether it is of this ceremony, answers this challenge, and comes from a page of ours that stands
/// alone: none of our pages may be framed.
pub(crate) fn check(
    json: &[u8],
    ceremony: &str,
    challenge: &Challenge,
    party: &RelyingParty,
) -> Result<(), Refusal> {
    let said: ClientData = serde_json::from_slice(json).map_err(|_| Refusal::Unreadable)?;
    if said.r#type != ceremony {
        return Err(Refusal::OtherCeremony);
    }
    let asked = challenge.as_str().as_bytes();
    if !bool::from(said.challenge.as_bytes().ct_eq(asked)) {
        return Err(Refusal::OtherChallenge);
    }
    if said.origin != party.origin() || said.cross_origin || said.top_origin.is_some() {
        return Err(Refusal::OtherOrigin);
    }
    Ok(())
}
