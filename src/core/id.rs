//! Identifiers: one type for each kind of thing, so that they cannot be mistaken for one another.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize};
use uuid::Uuid;

use crate::{entropy::Entropy, secret::TokenHash};

macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// A new random id (UUID version 4).
            pub fn generate(entropy: &dyn Entropy) -> Self {
                Self(uuid::Builder::from_random_bytes(entropy.bytes()).into_uuid())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                text.parse().map(Self).map_err(|_| InvalidId)
            }
        }
    };
}

uuid_id!(
    /// Names an identity for ever.
    IdentityId
);
impl IdentityId {
    /// Whether it is all zeros, with which programs say that there is none (RFC 9562, section 5.9):
    /// nobody new gets it, and whoever has it of old is found by it.
    pub fn is_nil(self) -> bool {
        self.0.is_nil()
    }

    /// The id as its sixteen bytes.
    pub fn bytes(self) -> [u8; 16] {
        self.0.into_bytes()
    }
}

uuid_id!(
    /// Names a session; it is no secret and opens nothing.
    SessionId
);
uuid_id!(
    /// Names a self-service flow.
    FlowId
);
uuid_id!(
    /// Names one credential of an identity.
    CredentialId
);
uuid_id!(
    /// Names an address of an identity.
    AddressId
);
uuid_id!(
    /// Names a mail that waits.
    MailId
);
uuid_id!(
    /// Names what a program proves itself with.
    ApiCredentialId
);
uuid_id!(
    /// Names one entry of the audit log.
    AuditId
);

impl FlowId {
    /// The id that follows from this name, for whoever knows the name.
    pub fn of(name: &str) -> Self {
        Self(Uuid::from_u128(TokenHash::of(name).first_half()))
    }
}

/// The text is not a well-formed id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the id is malformed")]
pub struct InvalidId;

/// Names a configured provider: 1 to 64 of `a-z A-Z 0-9 _ -`, so that it is one plain path segment.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct ProviderId(String);

impl ProviderId {
    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ProviderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for ProviderId {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        let plain = |c: u8| c.is_ascii_alphanumeric() || c == b'_' || c == b'-';
        if text.is_empty() || text.len() > 64 || !text.bytes().all(plain) {
            return Err(InvalidId);
        }
        Ok(Self(text.to_owned()))
    }
}

impl<'de> Deserialize<'de> for ProviderId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}
