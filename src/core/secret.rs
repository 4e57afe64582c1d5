//! Values that must never be seen: text secrets, opaque tokens and the digests they are stored as.

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize, Serializer};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::entropy::Entropy;

/// Text that never prints and never serialises.
#[derive(Clone, Default, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Takes `text` into custody.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself, for the one place that needs it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether there is no text at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Compares without telling by its duration where the first difference is.
    pub fn matches(&self, other: &str) -> bool {
        self.0.as_bytes().ct_eq(other.as_bytes()).into()
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.matches(&other.0)
    }
}

impl Eq for Secret {}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str("…")
    }
}

/// Serialises a secret in the clear, for what is sealed afterwards.
pub mod exposed {
    use serde::{Deserialize, Deserializer, Serializer};

    use super::Secret;

    /// Writes the text itself.
    pub fn serialize<S: Serializer>(secret: &Secret, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(secret.expose())
    }

    /// Reads it back.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Secret, D::Error> {
        Secret::deserialize(deserializer)
    }
}

/// An opaque bearer token of 256 random bits, in URL-safe base64 without padding (43 characters).
#[derive(Clone)]
pub struct Token(String);

impl Token {
    /// A new token.
    pub fn generate(entropy: &dyn Entropy) -> Self {
        Self(URL_SAFE_NO_PAD.encode(entropy.bytes::<32>()))
    }

    /// A new token behind a readable prefix such as `ory_st_`.
    pub fn generate_prefixed(prefix: &str, entropy: &dyn Entropy) -> Self {
        Self(format!("{prefix}{}", Self::generate(entropy).0))
    }

    /// The token's text, for the cookie or body that carries it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// What stores keep instead of the token.
    pub fn hash(&self) -> TokenHash {
        TokenHash::of(&self.0)
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// The SHA-256 of a token's full text: the key under which stores and caches keep what it opens.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TokenHash([u8; 32]);

impl TokenHash {
    /// The hash of `token`, whoever presents it.
    pub fn of(token: &str) -> Self {
        Self(Sha256::digest(token.as_bytes()).into())
    }

    /// Compares without telling by its duration where the first difference is.
    pub fn matches(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }

    /// Its first 128 bits.
    pub(crate) fn first_half(&self) -> u128 {
        let bytes = self.0.iter().take(16);
        bytes.fold(0, |sum, byte| sum << 8 | u128::from(*byte))
    }

    /// The hash as 64 hexadecimal digits.
    pub fn to_hex(&self) -> String {
        use fmt::Write as _;
        self.0
            .iter()
            .fold(String::with_capacity(64), |mut text, byte| {
                // Writing to a String cannot fail.
                let _ = write!(text, "{byte:02x}");
                text
            })
    }

    /// Reads what [`TokenHash::to_hex`] wrote; `None` when it is anything else.
    pub fn from_hex(text: &str) -> Option<Self> {
        if text.len() != 64 || !text.is_ascii() {
            return None;
        }
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
            *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
        }
        Some(Self(bytes))
    }
}

impl fmt::Debug for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenHash(…)")
    }
}

impl Serialize for TokenHash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_hex())
    }
}

impl<'de> Deserialize<'de> for TokenHash {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::from_hex(&text).ok_or_else(|| serde::de::Error::custom("not a token hash"))
    }
}

#[cfg(test)]
mod tests {
    use proptest::{prop_assert_eq, prop_assert_ne};

    use super::*;
    use crate::testing::SeededEntropy;

    #[test]
    fn nothing_secret_prints() {
        let (secret, token) = (
            Secret::new("hunter2"),
            Token::generate(&SeededEntropy::new(1)),
        );
        let printed = format!("{secret:?} {token:?} {:?}", token.hash());
        assert_eq!(printed, "Secret(…) Token(…) TokenHash(…)");
        assert_eq!(serde_json::to_string(&secret).unwrap(), "\"…\"");
    }

    #[test]
    fn a_secret_is_compared_as_a_whole() {
        let secret = Secret::new("hunter2");
        assert!(secret.matches("hunter2"));
        for other in ["", "hunter", "hunter22", "Hunter2"] {
            assert!(!secret.matches(other), "{other}");
        }
    }

    proptest::proptest! {
        #[test]
        fn tokens_are_43_plain_characters_and_never_the_same(seed in 0_u64..) {
            let entropy = SeededEntropy::new(seed);
            let (one, other) = (Token::generate(&entropy), Token::generate(&entropy));
            prop_assert_eq!(one.expose().len(), 43);
            let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
            prop_assert_eq!(one.expose().chars().all(plain), true);
            prop_assert_ne!(one.hash(), other.hash());
            let prefixed = Token::generate_prefixed("ory_st_", &entropy);
            prop_assert_eq!(prefixed.expose().strip_prefix("ory_st_").map(str::len), Some(43));
        }

        #[test]
        fn a_hash_survives_its_text(text in ".{0,80}") {
            let hash = TokenHash::of(&text);
            prop_assert_eq!(TokenHash::from_hex(&hash.to_hex()), Some(hash));
            let json = serde_json::to_string(&hash).unwrap();
            prop_assert_eq!(serde_json::from_str::<TokenHash>(&json).unwrap(), hash);
        }

        #[test]
        fn only_64_digits_are_a_hash(text in "[0-9a-gG+\\- é]{60,68}") {
            let is_hash = text.len() == 64 && text.chars().all(|c| c.is_ascii_hexdigit());
            prop_assert_eq!(TokenHash::from_hex(&text).is_some(), is_hash);
        }
    }
}
