//! Links: which account at which provider an identity is linked to, or will be.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    credential::{Credential, CredentialKind, CredentialStore},
    id::{CredentialId, IdentityId, ProviderId},
    identifier::normalise_identifier,
    secret::TokenHash,
    store::StoreError,
};

/// Where providers say what a person calls an account, the best first.
const NAMES: [&str; 5] = ["email", "preferred_username", "username", "login", "name"];
/// The longest name of an account at its provider, in bytes (OpenID Connect Core 1.0, section 2).
const LONGEST_SUBJECT: usize = 255;
/// The longest label, in characters.
const LONGEST_LABEL: usize = 128;

/// What people recognise an account by, as its provider tells it: an address, else a name. Nothing
/// rests on it.
pub(crate) fn label(claims: &Value) -> Option<String> {
    let names = NAMES.iter().filter_map(|name| claims.get(name)?.as_str());
    let shown = names.map(|text| {
        let visible = text.chars().filter(|c| !is_unseen(*c));
        let text: String = visible.collect();
        text.trim().chars().take(LONGEST_LABEL).collect::<String>()
    });
    shown.into_iter().find(|text| !text.is_empty())
}

/// Writes a label into what a link's credential keeps.
pub(crate) fn set_label(config: &mut Value, label: String) {
    let kept = config.pointer_mut("/providers/0");
    if let Some(kept) = kept.and_then(Value::as_object_mut) {
        kept.insert("label".to_owned(), label.into());
    }
}

/// Whether a character shows nothing itself, and may change how others look.
fn is_unseen(c: char) -> bool {
    let formats = [
        '\u{ad}'..='\u{ad}',
        '\u{61c}'..='\u{61c}',
        '\u{200b}'..='\u{200f}',
        '\u{2028}'..='\u{202e}',
        '\u{2060}'..='\u{206f}',
        '\u{feff}'..='\u{feff}',
    ];
    c.is_control() || formats.iter().any(|range| range.contains(&c))
}

/// Whether an account can be called so at its provider.
pub fn is_subject(text: &str) -> bool {
    let is_long = text.len() > LONGEST_SUBJECT;
    !text.trim().is_empty() && !is_long && !text.chars().any(char::is_control)
}

/// Whether a provider can say of an account that it has this address.
pub fn is_address(text: &str) -> bool {
    let has_text = |part: &str| !part.trim().is_empty() && !part.contains('@');
    let parts = text.split_once('@');
    is_subject(text) && parts.is_some_and(|(local, domain)| has_text(local) && has_text(domain))
}

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

    /// The same for what only has to tell accounts apart, and is not to tell whose they are.
    pub fn mark(&self) -> TokenHash {
        TokenHash::of(&self.identifier())
    }

    /// How the account is called where people name it: `<provider>:<subject>`.
    pub fn account(&self) -> String {
        format!("{}:{}", self.provider, self.subject)
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

    /// The credential that links the account to an identity from `now` on.
    pub fn credential(&self, identity: IdentityId, id: CredentialId, now: Timestamp) -> Credential {
        credential((identity, id), self.identifier(), self.config(), now)
    }
}

/// An account that an identity is linked to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Link {
    /// The credential that keeps it.
    pub id: CredentialId,
    /// The account.
    pub key: LinkKey,
    /// What people recognise it by, as its provider told it last; `None` for links that were made
    /// before that was kept.
    pub label: Option<String>,
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
            label: kept["label"].as_str().map(str::to_owned),
            created_at: credential.created_at,
        })
    }

    /// What people recognise it by, its subject where there is nothing better.
    pub fn shown(&self) -> &str {
        self.label.as_deref().unwrap_or(&self.key.subject)
    }
}

/// A link that an administrator has prepared: the first account of the provider with this trusted
/// address takes its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PreparedLink {
    /// The configured provider.
    pub provider: ProviderId,
    /// The address, normalised.
    pub address: String,
}

impl PreparedLink {
    /// What the identifiers of all prepared links begin with: no provider may be called so, for those of
    /// its links would begin alike.
    pub const MARK: &'static str = "prepared";

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
        json!([Self::MARK, self.provider, self.address]).to_string()
    }

    /// What the identifiers of all links begin with that are prepared for accounts of a provider.
    pub fn identifier_prefix(provider: &ProviderId) -> String {
        format!("[\"{}\",\"{provider}\",", Self::MARK)
    }

    /// What its credential keeps.
    pub fn config(&self) -> Value {
        json!({"providers": [{
            "provider": self.provider, "email": self.address, "use_auto_link": true,
        }]})
    }

    /// The credential that waits for the account on an identity's behalf.
    pub fn credential(&self, identity: IdentityId, id: CredentialId, now: Timestamp) -> Credential {
        credential((identity, id), self.identifier(), self.config(), now)
    }

    /// Removes a link that was only prepared; `false` when an account has taken its place, or it is
    /// gone.
    pub async fn remove(
        stub: &Credential,
        credentials: &dyn CredentialStore,
    ) -> Result<bool, StoreError> {
        let before = stub.identifier.as_deref().unwrap_or_default();
        // The account's link has the same id: first the stub becomes one that no account takes.
        let blank = Credential {
            identifier: None,
            config: json!({}),
            ..stub.clone()
        };
        let is_ours = credentials.replace(before, &blank).await?;
        Ok(is_ours && credentials.delete(stub.id).await?)
    }
}

fn credential(
    (identity_id, id): (IdentityId, CredentialId),
    identifier: String,
    config: Value,
    now: Timestamp,
) -> Credential {
    Credential {
        id,
        identity_id,
        kind: CredentialKind::Oidc,
        identifier: Some(identifier),
        config,
        label: None,
        priority: 0,
        last_used_at: None,
        created_at: now,
        updated_at: now,
    }
}

/// An account that an identity is linked to, or may be linked to, as it is listed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ListedLink {
    /// How the account is called: `<provider>:<subject>`.
    pub credential_id: String,
    /// The link itself.
    pub id: CredentialId,
    /// The provider.
    pub provider: ProviderId,
    /// The account's issuer, once there is an account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
    /// The account's name there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// What people recognise it by.
    pub label: Option<String>,
    /// Whether it waits for the first account with the address.
    pub prepared: bool,
    /// When it was made.
    pub created_at: Timestamp,
}

impl ListedLink {
    /// A link, made or prepared; `None` for other credentials.
    pub fn of(credential: &Credential) -> Option<Self> {
        if let Some(prepared) = PreparedLink::of(credential) {
            return Some(Self {
                credential_id: format!("{}:prepared:{}", prepared.provider, prepared.address),
                id: credential.id,
                provider: prepared.provider,
                issuer: None,
                subject: None,
                label: Some(prepared.address),
                prepared: true,
                created_at: credential.created_at,
            });
        }
        Link::of(credential).map(Self::from)
    }
}

impl From<Link> for ListedLink {
    fn from(link: Link) -> Self {
        let label = Some(link.shown().to_owned());
        Self {
            credential_id: link.key.account(),
            id: link.id,
            provider: link.key.provider,
            issuer: Some(link.key.issuer),
            subject: Some(link.key.subject),
            label,
            prepared: false,
            created_at: link.created_at,
        }
    }
}

/// The account that a link leads to, or waits for, as the audit log tells it; `None` for other credentials.
pub fn account_of(credential: &Credential) -> Option<Value> {
    let prepared = || PreparedLink::of(credential).map(|prepared| json!(prepared));
    let link = Link::of(credential).map(|link| json!(link.key));
    link.or_else(prepared)
}

/// The provider that a link is to, made or prepared; `None` for other credentials.
pub fn provider_of(credential: &Credential) -> Option<ProviderId> {
    let prepared = || PreparedLink::of(credential).map(|prepared| prepared.provider);
    let link = Link::of(credential).map(|link| link.key.provider);
    link.or_else(prepared)
}

fn kept(credential: &Credential) -> Option<&Value> {
    let is_link = credential.kind == CredentialKind::Oidc;
    is_link.then(|| credential.config.pointer("/providers/0"))?
}

#[cfg(test)]
mod tests {
    use super::*;

    /// CU-29.
    #[test]
    fn names_and_addresses_of_accounts_say_something() {
        for (text, expected) in [
            ("4711", (true, false)),
            (" a b ", (true, false)),
            ("ada@example.org", (true, true)),
            ("Ada@Example.org ", (true, true)),
            ("@", (true, false)),
            ("ada@", (true, false)),
            ("@example.org", (true, false)),
            (" @ ", (true, false)),
            ("a@b@c", (true, false)),
            ("a@b\n", (false, false)),
            (" ", (false, false)),
            ("\u{a0}", (false, false)),
            ("", (false, false)),
        ] {
            assert_eq!((is_subject(text), is_address(text)), expected, "{text:?}");
        }
        assert!(!is_subject(&"x".repeat(256)) && is_subject(&"x".repeat(255)));
    }

    #[test]
    fn an_account_is_recognised_by_its_address_or_else_by_a_name() {
        for (claims, expected) in [
            (
                json!({"email": "ada@example.com", "name": "Ada"}),
                Some("ada@example.com"),
            ),
            (json!({"email": " \u{0}", "name": "Ada"}), Some("Ada")),
            (
                json!({"email": 1, "preferred_username": "ada"}),
                Some("ada"),
            ),
            (json!({"sub": "1"}), None),
            (json!({"name": "A\u{202e}d\n\u{200b}a\u{7f}"}), Some("Ada")),
        ] {
            assert_eq!(label(&claims).as_deref(), expected, "{claims}");
        }
        let long = label(&json!({"name": "é".repeat(4_000)})).unwrap();
        assert_eq!(long.chars().count(), LONGEST_LABEL);
    }
}
