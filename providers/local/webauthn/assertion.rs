//! A signature: what is asked for (section 5.5) and the verification of what comes (section 7.2).

use portcullis_core::credential::Credential;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{
    Refusal,
    answer::{self, Sent, Signed, encoded},
    authenticator_data::AuthenticatorData,
    client_data,
    kept::Kept,
    purpose::Purpose,
    relying_party::{Challenge, PATIENCE, RelyingParty},
};

/// The options of `navigator.credentials.get`: by one of these keys, or by whichever there is.
pub(crate) fn options(
    party: &RelyingParty,
    purpose: Purpose,
    challenge: &Challenge,
    keys: &[&Credential],
) -> Value {
    let allowed = keys
        .iter()
        .filter_map(|key| Some(Kept::of(key).ok()?.descriptor(key)));
    let mut options = json!({
        "rpId": party.id(),
        "challenge": challenge.as_str(),
        "timeout": PATIENCE,
        "userVerification": purpose.user_verification(),
    });
    if !keys.is_empty() {
        options["allowCredentials"] = allowed.collect();
    }
    json!({ "publicKey": options })
}

/// What a browser has sent, not verified yet.
#[derive(Debug)]
pub(crate) struct Assertion(Sent<Signed>);

impl Assertion {
    /// Reads it.
    pub(crate) fn read(text: &str) -> Result<Self, Refusal> {
        answer::read(text).map(Self)
    }

    /// The id of the key, in base64url.
    pub(crate) fn key_id(&self) -> String {
        encoded(&self.0.id.0)
    }

    /// Whose key it is, as the authenticator knows them.
    fn user_handle(&self) -> Option<&[u8]> {
        let handle = self.0.response.user_handle.as_ref()?;
        Some(&handle.0)
    }

    /// Verifies that `key` has signed the challenge; says what is kept of it from now on.
    pub(crate) fn verify(
        &self,
        challenge: &Challenge,
        purpose: Purpose,
        party: &RelyingParty,
        key: &Credential,
    ) -> Result<Credential, Refusal> {
        let kept = Kept::of(key)?;
        let owner = kept.user_handle(&purpose.user_handle(key.identity_id))?;
        match self.user_handle() {
            Some(handle) if handle != owner => return Err(Refusal::OtherPerson),
            None if purpose == Purpose::Passkey => return Err(Refusal::OtherPerson),
            _ => {}
        }
        let response = &self.0.response;
        let client_data = &response.client_data.0;
        client_data::check(client_data, client_data::GET, challenge, party)?;
        let signed = &response.authenticator_data.0;
        let data = AuthenticatorData::parse(signed)?;
        data.check(party, purpose)?;
        let mut message = signed.clone();
        message.extend_from_slice(&Sha256::digest(client_data));
        kept.public_key()?.verify(&message, &response.signature.0)?;
        // Only now is it the key that speaks, and its counter that went back.
        let config = kept.after(&data, &key.config).inspect_err(|refusal| {
            if *refusal == Refusal::CounterWentBack {
                let (owner, id) = (key.identity_id, key.id);
                tracing::warn!(identity.id = %owner, credential.id = %id, "the counter of a key went back: there may be a copy of it");
            }
        })?;
        Ok(Credential {
            config,
            ..key.clone()
        })
    }
}
