//! A new key: what is asked for (section 5.4) and the verification of what comes (section 7.1).

use ciborium::Value as Cbor;
use portcullis_core::{credential::Credential, identity::Identity};
use serde_json::{Value, json};

use super::{
    Refusal,
    answer::{self, Created, encoded},
    authenticator_data::AuthenticatorData,
    client_data,
    kept::Kept,
    public_key::{ALGORITHMS, DEEPEST},
    purpose::Purpose,
    relying_party::{Challenge, PATIENCE, RelyingParty},
};

/// A key that has been made.
#[derive(Debug)]
pub(crate) struct NewKey {
    /// Its id, in base64url.
    pub(crate) id: String,
    /// What is kept of it.
    pub(crate) kept: Kept,
}

/// The options of `navigator.credentials.create`, for somebody who has these keys already.
pub(crate) fn options(
    party: &RelyingParty,
    purpose: Purpose,
    challenge: &Challenge,
    (identity, keys): (&Identity, &[&Credential]),
) -> Value {
    let handle = purpose.user_handle(identity.id);
    let name = identity.identifiers.first();
    let name = name.map_or_else(|| identity.id.to_string(), Clone::clone);
    let known = keys
        .iter()
        .filter_map(|key| Some(Kept::of(key).ok()?.descriptor(key)));
    let algorithms = ALGORITHMS.map(|number| json!({ "type": "public-key", "alg": number }));
    json!({ "publicKey": {
        "rp": { "id": party.id(), "name": party.name() },
        "user": { "id": encoded(handle.as_bytes()), "name": name, "displayName": name },
        "challenge": challenge.as_str(),
        "pubKeyCredParams": algorithms,
        "timeout": PATIENCE,
        "excludeCredentials": known.collect::<Vec<_>>(),
        "authenticatorSelection": purpose.selection(),
        "attestation": "none",
    } })
}

/// Verifies what the browser has sent.
pub(crate) fn verify(
    text: &str,
    challenge: &Challenge,
    purpose: Purpose,
    party: &RelyingParty,
) -> Result<NewKey, Refusal> {
    let sent = answer::read::<Created>(text)?;
    let client_data = &sent.response.client_data.0;
    client_data::check(client_data, client_data::CREATE, challenge, party)?;
    let data = authenticator_data(&sent.response.attestation_object.0)?;
    let data = AuthenticatorData::parse(&data)?;
    data.check(party, purpose)?;
    let made = data.made.as_ref().ok_or(Refusal::Unreadable)?;
    // The id beside the signed data is the browser's word only, but an honest one's is the same.
    if made.id != sent.id.0 {
        return Err(Refusal::Unreadable);
    }
    Ok(NewKey {
        id: encoded(made.id),
        kept: Kept::new(&data, sent.response.transports)?,
    })
}

/// What the authenticator says, out of the attestation object. Statements of makers are not asked
/// for; one that comes all the same proves nothing here.
fn authenticator_data(object: &[u8]) -> Result<Vec<u8>, Refusal> {
    let mut rest = object;
    let object: Cbor = ciborium::de::from_reader_with_recursion_limit(&mut rest, DEEPEST)
        .map_err(|_| Refusal::Unreadable)?;
    if !rest.is_empty() {
        return Err(Refusal::Unreadable);
    }
    let members = object.into_map().map_err(|_| Refusal::Unreadable)?;
    let (mut data, mut format, mut statement) = (None, None, None);
    for (name, value) in members {
        match name.as_text() {
            Some("authData") => data = value.into_bytes().ok(),
            Some("fmt") => format = value.into_text().ok(),
            Some("attStmt") => statement = value.into_map().ok(),
            _ => {}
        }
    }
    match (data, format, statement) {
        (Some(_), Some(format), Some(statement)) if format == "none" && !statement.is_empty() => {
            Err(Refusal::Unreadable)
        }
        (Some(data), Some(_), Some(_)) => Ok(data),
        _ => Err(Refusal::Unreadable),
    }
}
