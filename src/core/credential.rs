//! A credential: one way in which an identity proves itself, and the port that keeps them.

mod kinds;

use std::{collections::BTreeMap, fmt::Debug, str::FromStr};

use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    id::{CredentialId, IdentityId, ProviderId},
    store::StoreError,
};

pub use kinds::Kinds;

/// One way in which an identity proves itself.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Credential {
    /// Its name.
    pub id: CredentialId,
    /// Whose it is.
    pub identity_id: IdentityId,
    /// What it is.
    pub kind: CredentialKind,
    /// What finds it across identities, unique per kind: the link key of a provider link; `None`
    /// for a password, which is found through the identity's identifiers.
    pub identifier: Option<String>,
    /// The method's own data, such as `{"hashed_password": "$argon2id$…"}`.
    pub config: Value,
    /// What its person calls it.
    #[serde(default)]
    pub label: Option<String>,
    /// Where it is offered among others of its identity: the smallest first.
    #[serde(default)]
    pub priority: i64,
    /// When it last proved something; changes nothing else.
    #[serde(default)]
    pub last_used_at: Option<Timestamp>,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

impl Debug for Credential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credential")
            .field("id", &self.id)
            .field("identity_id", &self.identity_id)
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

/// What a credential is; the names are those of the wire dialect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CredentialKind {
    /// A password.
    Password,
    /// A link to an account at a provider.
    Oidc,
    /// An application that shows a new code every thirty seconds (RFC 6238).
    Totp,
    /// A list of codes that are good once each.
    LookupSecret,
    /// A security key, asked for beside a first factor.
    Webauthn,
    /// A passkey, which needs nothing beside it.
    Passkey,
}

/// No credential is of a kind of this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no such kind of credential")]
pub struct UnknownKind;

impl FromStr for CredentialKind {
    type Err = UnknownKind;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let mut all = Self::ALL.into_iter();
        all.find(|kind| kind.as_str() == name).ok_or(UnknownKind)
    }
}

impl CredentialKind {
    /// Every kind there is.
    pub const ALL: [Self; 6] = [
        Self::Password,
        Self::Oidc,
        Self::Totp,
        Self::LookupSecret,
        Self::Webauthn,
        Self::Passkey,
    ];

    /// The kind's name on the wire and in stores.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Oidc => "oidc",
            Self::Totp => "totp",
            Self::LookupSecret => "lookup_secret",
            Self::Webauthn => "webauthn",
            Self::Passkey => "passkey",
        }
    }

    /// Whether who has one has a second factor. Codes on a list only stand in for one: who has nothing
    /// else would be locked out with the last of them.
    pub fn is_second_factor(self) -> bool {
        match self {
            Self::Totp | Self::Webauthn => true,
            Self::Password | Self::Oidc | Self::Passkey | Self::LookupSecret => false,
        }
    }

    /// Whether it lets somebody in by itself.
    pub fn is_first_factor(self) -> bool {
        matches!(self, Self::Password | Self::Oidc | Self::Passkey)
    }
}

/// Whether these are all that somebody has who registered and did nothing more: a password that was never
/// used.
pub fn untouched(own: &[Credential]) -> bool {
    match own {
        [only] => only.kind == CredentialKind::Password && only.last_used_at.is_none(),
        _ => false,
    }
}

/// Keeps credentials.
#[async_trait]
pub trait CredentialStore: Debug + Send + Sync {
    /// All credentials of an identity, oldest first.
    async fn list(&self, identity_id: IdentityId) -> Result<Vec<Credential>, StoreError>;

    /// All credentials of each of these identities, oldest first; whoever has none is left out.
    async fn list_of(
        &self,
        identities: &[IdentityId],
    ) -> Result<BTreeMap<IdentityId, Vec<Credential>>, StoreError>;

    /// The credential of this kind with this identifier, whoever owns it.
    async fn find_by_identifier(
        &self,
        kind: CredentialKind,
        identifier: &str,
    ) -> Result<Option<Credential>, StoreError>;

    /// Whose credentials of this kind have which of these identifiers.
    async fn owners(
        &self,
        kind: CredentialKind,
        identifiers: &[String],
    ) -> Result<BTreeMap<String, IdentityId>, StoreError> {
        let mut owners = BTreeMap::new();
        for identifier in identifiers {
            let owner = self.find_by_identifier(kind, identifier).await?;
            owners.extend(owner.map(|owner| (identifier.clone(), owner.identity_id)));
        }
        Ok(owners)
    }

    /// The links to accounts at a provider, and those prepared for some, as their identifiers tell,
    /// in the order of their ids, those after `after`, at most `limit` of them.
    async fn list_by_provider(
        &self,
        provider: &ProviderId,
        after: Option<CredentialId>,
        limit: u32,
    ) -> Result<Vec<Credential>, StoreError>;

    /// How many identities have a credential of this kind.
    async fn holders(&self, kind: CredentialKind) -> Result<u64, StoreError>;

    /// Adds the credential, or replaces the one of the same id.
    ///
    /// Fails with [`StoreError::Conflict`] when another credential has its kind and identifier, or the
    /// identity has another password.
    async fn put(&self, credential: &Credential) -> Result<(), StoreError>;

    /// Keeps the credential in place of the one of the same id if that has the identifier `before`;
    /// `false` when somebody has changed or removed it in the meantime.
    ///
    /// Fails with [`StoreError::Conflict`] as [`Self::put`] does.
    async fn replace(&self, before: &str, credential: &Credential) -> Result<bool, StoreError>;

    /// Keeps the credential in place of the one of the same id if that has the config `before`;
    /// `false` when somebody has changed or removed it in the meantime.
    ///
    /// Fails with [`StoreError::Conflict`] as [`Self::put`] does.
    async fn replace_config(
        &self,
        before: &Value,
        credential: &Credential,
    ) -> Result<bool, StoreError>;

    /// Notes that a credential has proved something; it counts as unchanged.
    async fn note_use(&self, id: CredentialId, at: Timestamp) -> Result<(), StoreError>;

    /// Removes one credential; `false` when there was none.
    async fn delete(&self, id: CredentialId) -> Result<bool, StoreError>;
}
