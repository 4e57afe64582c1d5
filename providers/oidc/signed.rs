//! A signed token (RFC 7515, compact form). Its claims can be read only when its signature holds.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use openidconnect::{
    JsonWebKey,
    core::{CoreJsonWebKey, CoreJwsSigningAlgorithm},
};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::keys::Keys;

const MALFORMED: &str = "it is malformed";

/// A token whose signature has not been checked.
pub(crate) struct Signed<'a> {
    algorithm: CoreJwsSigningAlgorithm,
    key_id: Option<String>,
    payload: Vec<u8>,
    signature: Vec<u8>,
    input: &'a [u8],
}

/// A token whose signature holds.
#[derive(Debug)]
pub(crate) struct Verified {
    pub(crate) claims: Map<String, Value>,
    /// The issuers that its key is said to be for; none when nothing is said.
    pub(crate) key_issuers: Vec<String>,
    key: CoreJsonWebKey,
    algorithm: CoreJwsSigningAlgorithm,
}

/// The header's members that decide anything (RFC 7515, section 4.1). Keys and addresses of keys
/// that a token brings along are never looked at.
#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    typ: Option<String>,
    cty: Option<String>,
    crit: Option<Value>,
}

impl<'a> Signed<'a> {
    /// Takes a token apart; its algorithm must be one of `allowed`, and its type, if it says one,
    /// one of `types`.
    pub(crate) fn parse(
        text: &'a str,
        allowed: &[CoreJwsSigningAlgorithm],
        types: &[&str],
    ) -> Result<Self, &'static str> {
        let (input, signature) = text.rsplit_once('.').ok_or(MALFORMED)?;
        let (header, payload) = input.split_once('.').ok_or(MALFORMED)?;
        let header: Header = serde_json::from_slice(&decode(header)?).map_err(|_| MALFORMED)?;
        // RFC 7515, section 4.1.11: what is critical and not understood refuses the token.
        if header.crit.is_some() || header.cty.is_some() {
            return Err("it has a header that is not understood");
        }
        // RFC 9068 gives access tokens a type of their own, so that they do not pass as ID tokens.
        let fits = |typ: &String| {
            let typ = typ.to_ascii_lowercase();
            types.contains(&typ.strip_prefix("application/").unwrap_or(&typ))
        };
        if !header.typ.as_ref().is_none_or(fits) {
            return Err("it is a token of another type");
        }
        let algorithm = serde_json::from_value(header.alg.into())
            .ok()
            .filter(|algorithm| allowed.contains(algorithm))
            .ok_or("its signature algorithm is not allowed")?;
        Ok(Self {
            algorithm,
            key_id: header.kid,
            payload: decode(payload)?,
            signature: decode(signature)?,
            input: input.as_bytes(),
        })
    }

    /// The claims, when one of `keys` has signed them; `Ok(None)` when none has.
    pub(crate) fn verify(&self, keys: &Keys) -> Result<Option<Verified>, &'static str> {
        let fits = |key: &&CoreJsonWebKey| {
            let id = key.key_id().map(|id| id.as_str());
            self.key_id.is_none() || id == self.key_id.as_deref()
        };
        // The key's own type, use and algorithm are compared with the token's by the library.
        let signed_by = |key: &&CoreJsonWebKey| {
            key.verify_signature(&self.algorithm, self.input, &self.signature)
                .is_ok()
        };
        let Some(key) = keys.set.keys().iter().filter(fits).find(signed_by) else {
            return Ok(None);
        };
        let claims = serde_json::from_slice(&self.payload).map_err(|_| MALFORMED)?;
        Ok(Some(Verified {
            claims,
            key_issuers: keys.issuers(key).into_iter().map(str::to_owned).collect(),
            key: key.clone(),
            algorithm: self.algorithm.clone(),
        }))
    }
}

impl Verified {
    /// The left half of a token's digest, as `at_hash` carries it (OpenID Connect Core 1.0, section
    /// 3.1.3.6).
    pub(crate) fn half_hash(&self, token: &str) -> Option<String> {
        let hash = self
            .key
            .hash_bytes(token.as_bytes(), &self.algorithm)
            .ok()?;
        hash.get(..hash.len() / 2)
            .map(|half| URL_SAFE_NO_PAD.encode(half))
    }
}

/// The claims of a token that was verified when it came, and kept sealed since.
pub(crate) fn reread(text: &str) -> Option<Map<String, Value>> {
    let payload = text.split('.').nth(1)?;
    serde_json::from_slice(&decode(payload).ok()?).ok()
}

fn decode(part: &str) -> Result<Vec<u8>, &'static str> {
    URL_SAFE_NO_PAD.decode(part).map_err(|_| MALFORMED)
}
