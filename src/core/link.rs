//! Links: which account at which provider an identity is linked to, or will be.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    credential::{Credential, CredentialKind},
    id::{CredentialId, ProviderId},
    schema::normalise_identifier,
};

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

/// An account that an identity is linked to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Link {
    /// The credential that keeps it.
    pub id: CredentialId,
    /// The account.
    pub key: LinkKey,
    /// When it was linked.
    pub created_at: Timestamp,
}

impl Link {
    /// The link a credential keeps; `None` for other kinds, and for links only prepared.
    pub fn of(credential: &Credential) -> Option<Self> {
        let kept = kept(credential)?;
        (kept["use_auto_link"] != true).then_some(())?;
        Some(Self {
            id: credential.id,
            key: LinkKey::deserialize(kept).ok()?,
            created_at: credential.created_at,
        })
    }
}

/// A link that an administrator has prepared: the first account of the provider with this trusted
/// address takes its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreparedLink {
    /// The configured provider.
    pub provider: ProviderId,
    /// The address, normalised.
    pub address: String,
}

impl PreparedLink {
    /// A link prepared for this address, however it is written.
    pub fn new(provider: ProviderId, address: &str) -> Self {
        Self {
            provider,
            address: normalise_identifier(address),
        }
    }

    /// The prepared link a credential keeps; `None` for everything else.
    pub fn of(credential: &Credential) -> Option<Self> {
        let kept = kept(credential)?;
        (kept["use_auto_link"] == true).then_some(())?;
        let address = kept["email"].as_str().or(kept["subject"].as_str())?;
        let provider = kept["provider"].as_str()?.parse().ok()?;
        Some(Self::new(provider, address))
    }

    /// What finds it, in a spelling that no link key has.
    pub fn identifier(&self) -> String {
        json!(["prepared", self.provider, self.address]).to_string()
    }

    /// What its credential keeps.
    pub fn config(&self) -> Value {
        json!({"providers": [{
            "provider": self.provider, "email": self.address, "use_auto_link": true,
        }]})
    }
}

fn kept(credential: &Credential) -> Option<&Value> {
    let is_link = credential.kind == CredentialKind::Oidc;
    is_link.then(|| credential.config.pointer("/providers/0"))?
}
