//! The certificate of a client's key, which some providers know the key by: its thumbprints go into
//! the head of what the key signs (RFC 7515, sections 4.1.7 and 4.1.8).

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use jsonwebtoken::{
    Algorithm, EncodingKey,
    jwk::{AlgorithmParameters, Jwk},
};
use ring::digest;

const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
const END: &str = "-----END CERTIFICATE-----";

/// What names a certificate in the head of a token.
#[derive(Debug, Clone)]
pub(crate) struct Thumbprints {
    /// `x5t`; for providers that know no other yet.
    pub(crate) sha1: String,
    /// `x5t#S256`.
    pub(crate) sha256: String,
}

impl Thumbprints {
    /// Those of the first certificate in a text, which must be of this key.
    pub(crate) fn of(
        pem: &str,
        key: &EncodingKey,
        algorithm: Algorithm,
    ) -> Result<Self, &'static str> {
        let der = first(pem).ok_or("it is no certificate in PEM")?;
        if !is_of(&der, key, algorithm) {
            return Err("it is the certificate of another key");
        }
        let print = |kind| URL_SAFE_NO_PAD.encode(digest::digest(kind, &der));
        Ok(Self {
            sha1: print(&digest::SHA1_FOR_LEGACY_USE_ONLY),
            sha256: print(&digest::SHA256),
        })
    }
}

/// The first certificate, which in a chain is the key's own.
fn first(pem: &str) -> Option<Vec<u8>> {
    let (_, rest) = pem.split_once(BEGIN)?;
    let (body, _) = rest.split_once(END)?;
    let body: String = body.split_whitespace().collect();
    STANDARD.decode(body).ok().filter(|der| !der.is_empty())
}

/// Whether the public half of the key stands in the certificate. Whoever configures it has chosen
/// both, so that it stands anywhere is enough, and a key whose public half cannot be told (Ed25519
/// in the second version of PKCS #8) is taken at their word.
fn is_of(der: &[u8], key: &EncodingKey, algorithm: Algorithm) -> bool {
    let Ok(public) = Jwk::from_encoding_key(key, algorithm) else {
        return true;
    };
    let parts = match public.algorithm {
        AlgorithmParameters::RSA(rsa) => vec![rsa.n],
        AlgorithmParameters::EllipticCurve(point) => vec![point.x, point.y],
        AlgorithmParameters::OctetKeyPair(point) => vec![point.x],
        _ => return false,
    };
    let parts = parts.iter().map(|part| URL_SAFE_NO_PAD.decode(part));
    let Ok(public) = parts.collect::<Result<Vec<_>, _>>() else {
        return false;
    };
    let public = public.concat();
    !public.is_empty() && der.windows(public.len()).any(|window| window == public)
}
