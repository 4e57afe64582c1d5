//! The link key: which account at which provider an identity is linked to.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::id::ProviderId;

/// An account at a provider. The issuer belongs to the key, so that a provider whose issuer is
/// changed can never sign in the accounts of the old one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkKey {
    /// The configured provider.
    pub provider: ProviderId,
    /// Its issuer (OpenID Connect Core 1.0, section 2, `iss`).
    pub issuer: String,
    /// The account's name at the issuer (`sub`).
    pub subject: String,
}

impl LinkKey {
    /// The key as one text, unambiguous whatever its parts contain.
    pub fn identifier(&self) -> String {
        json!([self.provider, self.issuer, self.subject]).to_string()
    }

    /// What the identifiers of all links of a provider begin with, and of no other's.
    pub fn identifier_prefix(provider: &ProviderId) -> String {
        // A provider's id has nothing that JSON escapes.
        format!("[\"{provider}\",")
    }

    /// What a link's credential keeps.
    pub fn config(&self) -> Value {
        json!({"providers": [{
            "provider": self.provider, "issuer": self.issuer, "subject": self.subject,
        }]})
    }
}
