//! API credentials: what programs prove themselves with, the access tokens they get for it, and the
//! port that keeps both.

use std::{fmt::Debug, str::FromStr};

use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{id::ApiCredentialId, secret::TokenHash, store::StoreError};

/// What a program proves itself with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiCredential {
    /// Its name for ever.
    pub id: ApiCredentialId,
    /// What people call it.
    pub name: String,
    /// What the program calls itself (RFC 6749, section 2.2).
    pub client_id: String,
    /// The secrets that are good, the newest first.
    pub secrets: Vec<ClientSecret>,
    /// How the program shows its secret; every other way is refused.
    pub auth_method: ClientAuthMethod,
    /// The roles that its tokens have.
    pub roles: Vec<String>,
    /// The scopes that its tokens can be narrowed to.
    pub scopes: Vec<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// When it ends, with its tokens; `None` for never.
    pub expires_at: Option<Timestamp>,
    /// When it last got a token.
    pub last_used_at: Option<Timestamp>,
    /// How often it has been changed since it was made.
    #[serde(default)]
    pub version: i64,
}

/// A secret, of which only the hash is kept: it is as random as a key, so that nobody finds it by
/// guessing, whatever guesses cost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientSecret {
    /// Its hash.
    pub hash: TokenHash,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends because another has taken its place; `None` for the newest.
    pub expires_at: Option<Timestamp>,
}

/// How a program shows its secret (OpenID Connect Core 1.0, section 9).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientAuthMethod {
    /// In the header `Authorization`.
    #[default]
    ClientSecretBasic,
    /// In the form.
    ClientSecretPost,
}

/// There is no such way to show a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a secret is shown by client_secret_basic or client_secret_post")]
pub struct UnknownAuthMethod;

impl ClientAuthMethod {
    /// The wire name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ClientSecretBasic => "client_secret_basic",
            Self::ClientSecretPost => "client_secret_post",
        }
    }
}

impl FromStr for ClientAuthMethod {
    type Err = UnknownAuthMethod;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let mut all = [Self::ClientSecretBasic, Self::ClientSecretPost].into_iter();
        all.find(|one| one.as_str() == name)
            .ok_or(UnknownAuthMethod)
    }
}

impl ApiCredential {
    /// Whether it is good at `now`.
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.expires_at.is_none_or(|end| now < end)
    }

    /// Whether this is one of its secrets. Every secret is compared as a whole.
    pub fn opens(&self, secret: &TokenHash, now: Timestamp) -> bool {
        let live = |one: &ClientSecret| one.expires_at.is_none_or(|end| now < end);
        let fits = |found: bool, one: &ClientSecret| found | (one.hash.matches(secret) & live(one));
        self.secrets.iter().fold(false, fits) && self.is_live(now)
    }

    /// Puts a secret before the others, which are good until `overlap` at most; those that have ended
    /// go.
    pub fn rotate(&mut self, secret: TokenHash, now: Timestamp, overlap: Timestamp) {
        self.secrets
            .retain(|one| one.expires_at.is_none_or(|end| now < end) && now < overlap);
        for one in &mut self.secrets {
            one.expires_at = Some(one.expires_at.map_or(overlap, |end| end.min(overlap)));
        }
        let newest = ClientSecret {
            hash: secret,
            created_at: now,
            expires_at: None,
        };
        self.secrets.insert(0, newest);
        self.updated_at = now;
    }
}

/// An access token, of which only the hash is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiToken {
    /// Its hash.
    pub hash: TokenHash,
    /// Whose it is.
    pub credential_id: ApiCredentialId,
    /// What it is narrowed to.
    pub scopes: Vec<String>,
    /// Whom it is for.
    pub audience: Vec<String>,
    /// When it was given out.
    pub issued_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// A token with the credential that it was given to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bearer {
    /// The token.
    pub token: ApiToken,
    /// Whose it is.
    pub credential: ApiCredential,
}

impl Bearer {
    /// Whether it opens anything at `now`.
    pub fn is_live(&self, now: Timestamp) -> bool {
        now < self.token.expires_at && self.credential.is_live(now)
    }
}

/// Keeps API credentials and their tokens. What one node changes all nodes see, at the latest after
/// the few seconds for which an implementation may remember tokens.
#[async_trait]
pub trait ApiCredentialStore: Debug + Send + Sync {
    /// Adds a credential; fails with [`StoreError::Conflict`] when its client id is taken.
    async fn insert(&self, credential: &ApiCredential) -> Result<(), StoreError>;

    /// All credentials, the oldest first.
    async fn list(&self) -> Result<Vec<ApiCredential>, StoreError>;

    /// The credential of this id.
    async fn find(&self, id: ApiCredentialId) -> Result<Option<ApiCredential>, StoreError>;

    /// The credential of this client id.
    async fn find_client(&self, client_id: &str) -> Result<Option<ApiCredential>, StoreError>;

    /// Keeps a credential in place of the one of the same id and version, whose version is then one
    /// more; fails with [`StoreError::Conflict`] when somebody has changed or removed it meanwhile.
    async fn update(&self, credential: &ApiCredential) -> Result<(), StoreError>;

    /// Removes a credential with its tokens; `false` when there was none.
    async fn delete(&self, id: ApiCredentialId) -> Result<bool, StoreError>;

    /// Notes that a credential got a token; it counts as unchanged.
    async fn note_use(&self, id: ApiCredentialId, at: Timestamp) -> Result<(), StoreError>;

    /// Keeps a token; fails with [`StoreError::Conflict`] when its credential has gone.
    async fn issue(&self, token: &ApiToken) -> Result<(), StoreError>;

    /// The token of this hash, ended or not.
    async fn bearer(&self, token: &TokenHash) -> Result<Option<Bearer>, StoreError>;

    /// Ends a token; `false` when there was none.
    async fn revoke(&self, token: &TokenHash) -> Result<bool, StoreError>;
}
