//! ID tokens, signed well or badly.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use rcgen::{KeyPair, PKCS_ECDSA_P256_SHA256, PublicKeyData, SigningKey};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

const BLOCK: usize = 64;
const COORDINATE: usize = 32;

/// A P-256 key with the id under which it is published.
pub(super) struct Key {
    id: String,
    pair: KeyPair,
}

/// How ID tokens are signed.
pub(super) enum Signing {
    /// ES256 with the newest published key.
    Published,
    /// ES256 with this key.
    Es256(Box<Key>),
    /// HS256 with this secret.
    Hs256(Vec<u8>),
    /// Not at all.
    None,
}

impl Key {
    pub(super) fn new(id: &str) -> Self {
        let pair = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).expect("a key");
        Self {
            id: id.to_owned(),
            pair,
        }
    }

    pub(super) fn id(&self) -> &str {
        &self.id
    }

    pub(super) fn public_pem(&self) -> Vec<u8> {
        self.pair.public_key_pem().into_bytes()
    }

    pub(super) fn to_jwk(&self) -> Value {
        // The uncompressed point: 4, x, y (SEC 1, section 2.3.3).
        let (x, y) = self.pair.der_bytes()[1..].split_at(COORDINATE);
        json!({
            "kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": self.id,
            "x": URL_SAFE_NO_PAD.encode(x), "y": URL_SAFE_NO_PAD.encode(y),
        })
    }

    fn sign(&self, message: &str) -> Vec<u8> {
        let der = self.pair.sign(message.as_bytes()).expect("a signature");
        // DER is SEQUENCE { INTEGER r, INTEGER s }, short lengths throughout; JWS wants r and s with
        // 32 bytes each (RFC 7518, section 3.4).
        let (r, rest) = integer(&der[2..]);
        let (s, _) = integer(rest);
        [r, s].concat()
    }
}

/// Takes one DER integer off, as 32 bytes.
fn integer(der: &[u8]) -> ([u8; COORDINATE], &[u8]) {
    let (digits, rest) = der[2..].split_at(usize::from(der[1]));
    let digits = &digits[digits.len().saturating_sub(COORDINATE)..];
    let mut padded = [0; COORDINATE];
    padded[COORDINATE - digits.len()..].copy_from_slice(digits);
    (padded, rest)
}

impl Signing {
    pub(super) fn sign(&self, published: &[Key], claims: &Value) -> String {
        match self {
            Self::Published => es256(published.last().expect("a published key"), claims),
            Self::Es256(key) => es256(key, claims),
            Self::Hs256(secret) => {
                let message = encode(&json!({ "alg": "HS256", "typ": "JWT" }), claims);
                let tag = hmac(secret, message.as_bytes());
                format!("{message}.{}", URL_SAFE_NO_PAD.encode(tag))
            }
            Self::None => format!("{}.", encode(&json!({ "alg": "none" }), claims)),
        }
    }
}

fn es256(key: &Key, claims: &Value) -> String {
    let message = encode(
        &json!({ "alg": "ES256", "typ": "JWT", "kid": key.id }),
        claims,
    );
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(key.sign(&message)))
}

fn encode(header: &Value, claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}", part(header), part(claims))
}

/// HMAC-SHA-256 (RFC 2104), short enough to spare a dependency.
fn hmac(secret: &[u8], message: &[u8]) -> [u8; 32] {
    let mut key = [0; BLOCK];
    if secret.len() > BLOCK {
        key[..32].copy_from_slice(&Sha256::digest(secret));
    } else {
        key[..secret.len()].copy_from_slice(secret);
    }
    let keyed = |mask: u8, rest: &[u8]| {
        let mut hash = Sha256::new();
        hash.update(key.map(|byte| byte ^ mask));
        hash.update(rest);
        <[u8; 32]>::from(hash.finalize())
    };
    keyed(0x5c, &keyed(0x36, message))
}
