//! The public half of a key (COSE, RFC 9053), and what it says of a signature.

use ciborium::Value;
use ring::signature::{
    ECDSA_P256_SHA256_ASN1, ED25519, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents,
    UnparsedPublicKey,
};

use super::Refusal;

/// No honest key, and nothing around one, is nested deeper.
pub(crate) const DEEPEST: usize = 8;

/// The algorithms that authenticators may use, by their COSE numbers, the best first.
pub(crate) const ALGORITHMS: [i64; 3] = [EDDSA, ES256, RS256];

const EDDSA: i64 = -8;
const ES256: i64 = -7;
const RS256: i64 = -257;

// The members of a key: of all, of those on curves, and of RSA.
const KEY_TYPE: i64 = 1;
const ALGORITHM: i64 = 3;
const CURVE: i64 = -1;
const X: i64 = -2;
const Y: i64 = -3;
const MODULUS: i64 = -1;
const EXPONENT: i64 = -2;

/// A public key.
#[derive(Debug)]
pub(crate) enum PublicKey {
    /// A point of P-256, uncompressed.
    P256(Vec<u8>),
    /// A point of Ed25519.
    Ed25519(Vec<u8>),
    /// A modulus and an exponent.
    Rsa(RsaPublicKeyComponents<Vec<u8>>),
}

impl PublicKey {
    /// Reads one; it has to be of an algorithm that is asked for, and say so.
    pub(crate) fn parse(cose: &[u8]) -> Result<Self, Refusal> {
        let mut rest = cose;
        let key: Value = ciborium::de::from_reader_with_recursion_limit(&mut rest, DEEPEST)
            .map_err(|_| Refusal::Unreadable)?;
        let key = Members(key.into_map().map_err(|_| Refusal::Unreadable)?);
        match (key.number(KEY_TYPE)?, key.number(ALGORITHM)?) {
            (2, ES256) if key.number(CURVE)? == 1 => {
                let mut point = vec![4];
                point.extend_from_slice(key.bytes(X, 32)?);
                point.extend_from_slice(key.bytes(Y, 32)?);
                Ok(Self::P256(point))
            }
            (1, EDDSA) if key.number(CURVE)? == 6 => Ok(Self::Ed25519(key.bytes(X, 32)?.to_vec())),
            (3, RS256) => Ok(Self::Rsa(RsaPublicKeyComponents {
                n: key.modulus()?.to_vec(),
                e: unpadded(key.any_bytes(EXPONENT)?).to_vec(),
            })),
            _ => Err(Refusal::UnusableKey),
        }
    }

    /// The algorithm's name (RFC 7518, RFC 8037).
    pub(crate) fn algorithm(&self) -> &'static str {
        match self {
            Self::P256(_) => "ES256",
            Self::Ed25519(_) => "EdDSA",
            Self::Rsa(_) => "RS256",
        }
    }

    /// Whether the other half has signed the message.
    pub(crate) fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), Refusal> {
        let verdict = match self {
            Self::P256(point) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point).verify(message, signature)
            }
            Self::Ed25519(point) => {
                UnparsedPublicKey::new(&ED25519, point).verify(message, signature)
            }
            Self::Rsa(key) => key.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature),
        };
        verdict.map_err(|_| Refusal::WrongSignature)
    }
}

/// The members of a key.
struct Members(Vec<(Value, Value)>);

impl Members {
    fn get(&self, label: i64) -> Result<&Value, Refusal> {
        let mut members = self.0.iter();
        let found = members.find(|(name, _)| *name == Value::from(label));
        found.map(|(_, value)| value).ok_or(Refusal::UnusableKey)
    }

    fn number(&self, label: i64) -> Result<i64, Refusal> {
        let number = self.get(label)?.as_integer();
        let number = number.and_then(|number| i64::try_from(number).ok());
        number.ok_or(Refusal::UnusableKey)
    }

    fn any_bytes(&self, label: i64) -> Result<&[u8], Refusal> {
        let bytes = self.get(label)?.as_bytes();
        bytes.map(Vec::as_slice).ok_or(Refusal::UnusableKey)
    }

    fn bytes(&self, label: i64, length: usize) -> Result<&[u8], Refusal> {
        let bytes = self.any_bytes(label)?;
        (bytes.len() == length)
            .then_some(bytes)
            .ok_or(Refusal::UnusableKey)
    }

    /// The modulus; one that is too short would be kept and never verify anything.
    fn modulus(&self) -> Result<&[u8], Refusal> {
        let modulus = unpadded(self.any_bytes(MODULUS)?);
        (256..=1024)
            .contains(&modulus.len())
            .then_some(modulus)
            .ok_or(Refusal::UnusableKey)
    }
}

fn unpadded(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    &number[zeros..]
}
