//! What a client signs to prove itself: an assertion for each request (RFC 7523, section 3), or the
//! secret that Apple's clients make for themselves.

use jsonwebtoken::{Algorithm, AlgorithmFamily, EncodingKey, Header};
use serde_json::{Value, json};

use crate::{authentication::SigningKey, certificate::Thumbprints, client::InvalidConfig};

/// A private key, read.
#[derive(Debug)]
pub(crate) struct Signer {
    key: EncodingKey,
    key_id: Option<String>,
    certificate: Option<Thumbprints>,
}

impl Signer {
    /// Reads a key and tries it, and the certificate that belongs to it; the reason quotes nothing
    /// of them.
    pub(crate) fn read(key: &SigningKey) -> Result<Self, InvalidConfig> {
        let invalid = |key, reason: &str| InvalidConfig {
            key,
            reason: reason.to_owned(),
        };
        let pem = key.pem.expose().as_bytes();
        let kinds = [
            EncodingKey::from_ec_pem,
            EncodingKey::from_ed_pem,
            EncodingKey::from_rsa_pem,
        ];
        let unreadable = "it is no private key in PEM (PKCS #8; for RSA also PKCS #1)";
        let mut signer = Self {
            key: kinds
                .iter()
                .find_map(|read| read(pem).ok())
                .ok_or_else(|| invalid("private_key", unreadable))?,
            key_id: key.key_id.clone(),
            certificate: None,
        };
        let unusable = "it is no key of RSA, P-256 or Ed25519 that can sign";
        let usable = signer.algorithm(&[]).zip(signer.sign(&[], &json!({})));
        let (algorithm, _) = usable.ok_or_else(|| invalid("private_key", unusable))?;
        if let Some(certificate) = &key.certificate {
            let prints = Thumbprints::of(certificate, &signer.key, algorithm);
            signer.certificate = Some(prints.map_err(|reason| invalid("certificate", reason))?);
        }
        Ok(signer)
    }

    /// Whether it signs with ES256.
    pub(crate) fn is_es256(&self) -> bool {
        self.key.family() == AlgorithmFamily::Ec
    }

    /// A token with these claims, signed with an algorithm the provider has `advertised`, where
    /// the key leaves a choice.
    pub(crate) fn sign(&self, advertised: &[String], claims: &Value) -> Option<String> {
        let mut header = Header::new(self.algorithm(advertised)?);
        header.kid.clone_from(&self.key_id);
        if let Some(certificate) = &self.certificate {
            header.x5t = Some(certificate.sha1.clone());
            header.x5t_s256 = Some(certificate.sha256.clone());
        }
        jsonwebtoken::encode(&header, claims, &self.key).ok()
    }

    fn algorithm(&self, advertised: &[String]) -> Option<Algorithm> {
        let knows = |name| advertised.iter().any(|known| known == name);
        Some(match self.key.family() {
            AlgorithmFamily::Ec => Algorithm::ES256,
            AlgorithmFamily::Ed => Algorithm::EdDSA,
            AlgorithmFamily::Rsa if knows("PS256") && !knows("RS256") => Algorithm::PS256,
            AlgorithmFamily::Rsa => Algorithm::RS256,
            AlgorithmFamily::Hmac => return None,
        })
    }
}
