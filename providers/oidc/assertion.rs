//! What a client signs to prove itself: an assertion for each request (RFC 7523, section 3), or the
//! secret that Apple's clients make for themselves.

use jsonwebtoken::{Algorithm, AlgorithmFamily, EncodingKey, Header};
use serde_json::{Value, json};

use crate::authentication::SigningKey;

/// A private key, read.
#[derive(Debug)]
pub(crate) struct Signer {
    key: EncodingKey,
    key_id: Option<String>,
}

impl Signer {
    /// Reads a key and tries it; the reason quotes nothing of it.
    pub(crate) fn read(key: &SigningKey) -> Result<Self, &'static str> {
        let pem = key.pem.expose().as_bytes();
        let kinds = [
            EncodingKey::from_ec_pem,
            EncodingKey::from_ed_pem,
            EncodingKey::from_rsa_pem,
        ];
        let signer = Self {
            key: kinds
                .iter()
                .find_map(|read| read(pem).ok())
                .ok_or("it is no private key in PEM (PKCS #8; for RSA also PKCS #1)")?,
            key_id: key.key_id.clone(),
        };
        let usable = "it is no key of RSA, P-256 or Ed25519 that can sign";
        signer.sign(&[], &json!({})).ok_or(usable)?;
        Ok(signer)
    }

    /// Whether it signs with ES256.
    pub(crate) fn is_es256(&self) -> bool {
        self.key.family() == AlgorithmFamily::Ec
    }

    /// A token with these claims, signed with an algorithm the provider has `advertised`, where
    /// the key leaves a choice.
    pub(crate) fn sign(&self, advertised: &[String], claims: &Value) -> Option<String> {
        let knows = |name| advertised.iter().any(|known| known == name);
        let algorithm = match self.key.family() {
            AlgorithmFamily::Ec => Algorithm::ES256,
            AlgorithmFamily::Ed => Algorithm::EdDSA,
            AlgorithmFamily::Rsa if knows("PS256") && !knows("RS256") => Algorithm::PS256,
            AlgorithmFamily::Rsa => Algorithm::RS256,
            AlgorithmFamily::Hmac => return None,
        };
        let mut header = Header::new(algorithm);
        header.kid.clone_from(&self.key_id);
        jsonwebtoken::encode(&header, claims, &self.key).ok()
    }
}
