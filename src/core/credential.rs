//! A credential: one way in which an identity proves itself, and the port that keeps them.

use std::fmt::Debug;

use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    id::{CredentialId, IdentityId, ProviderId},
    store::StoreError,
};

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
}

impl CredentialKind {
    /// The kind's name on the wire and in stores.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Oidc => "oidc",
        }
    }
}

/// Keeps credentials.
#[async_trait]
pub trait CredentialStore: Debug + Send + Sync {
    /// All credentials of an identity, oldest first.
    async fn list(&self, identity_id: IdentityId) -> Result<Vec<Credential>, StoreError>;

    /// The credential of this kind with this identifier, whoever owns it.
    async fn find_by_identifier(
        &self,
        kind: CredentialKind,
        identifier: &str,
    ) -> Result<Option<Credential>, StoreError>;

    /// The links to accounts at a provider, and those prepared for some, as their identifiers tell,
    /// in the order of their ids, those after `after`, at most `limit` of them.
    async fn list_by_provider(
        &self,
        provider: &ProviderId,
        after: Option<CredentialId>,
        limit: u32,
    ) -> Result<Vec<Credential>, StoreError>;

    /// Adds the credential, or replaces the one of the same id.
    ///
    /// Fails with [`StoreError::Conflict`] when another credential has its kind and identifier.
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

    /// Removes one credential; `false` when there was none.
    async fn delete(&self, id: CredentialId) -> Result<bool, StoreError>;
}
