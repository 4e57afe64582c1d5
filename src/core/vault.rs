//! The vault: upstream tokens after the sign-in, sealed, and the port that keeps them.

use std::fmt::Debug;

use async_trait::async_trait;
use jiff::Timestamp;

use crate::{
    id::{CredentialId, IdentityId, ProviderId, SessionId},
    provider::{TokenSet, Upstream},
    secret::Secret,
    store::StoreError,
};

/// Keeps upstream tokens for links whose provider says so, and gives them out fresh.
#[async_trait]
pub trait TokenVault: Debug + Send + Sync {
    /// Keeps the tokens of a sign-in for this link, in place of older ones.
    async fn keep(
        &self,
        link: CredentialId,
        provider: &ProviderId,
        tokens: &TokenSet,
    ) -> Result<(), VaultError>;

    /// An access token of an account at this provider, refreshed when it is about to expire; `None`
    /// when none is kept. The account is the one that the session came from; for a session that
    /// came from elsewhere it is the only one that the identity is linked to.
    async fn access_token(
        &self,
        identity: IdentityId,
        session: SessionId,
        provider: &ProviderId,
    ) -> Result<Option<Secret>, VaultError>;

    /// What is kept for a link that may go: its tokens go with it, and nobody knows them then.
    async fn kept(&self, link: CredentialId) -> Result<Option<SealedTokens>, VaultError>;

    /// Tells the provider, as well as that can be done, that these are not needed any more, and
    /// forgets them.
    async fn give_back(&self, kept: SealedTokens) -> Result<(), VaultError>;

    /// Gives back the tokens of a link that is about to be removed, whatever happens.
    async fn forget(&self, link: CredentialId) -> Result<(), VaultError> {
        match self.kept(link).await? {
            Some(kept) => self.give_back(kept).await,
            None => Ok(()),
        }
    }

    /// Forgets the tokens of all links of an identity in the same way, before it is removed.
    async fn forget_all(&self, identity: IdentityId) -> Result<(), VaultError>;
}

/// The vault has no tokens to give.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The provider has ended what they were good for: the person has to sign in there again.
    #[error("the provider wants the person to sign in again")]
    Ended,
    /// The provider cannot be asked now.
    #[error("the provider cannot be asked for fresh tokens: {0}")]
    Provider(String),
    /// The store did not do what it was asked.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Keeps sealed tokens by link, and leases of those who refresh them.
#[async_trait]
pub trait TokenStore: Debug + Send + Sync {
    /// What is kept for a link.
    async fn find(&self, link: CredentialId) -> Result<Option<SealedTokens>, StoreError>;

    /// What is kept for the links of an identity, the newest link first.
    async fn of_identity(&self, identity: IdentityId) -> Result<Vec<SealedTokens>, StoreError>;

    /// Keeps this, in place of what was kept for the link; leases stay.
    ///
    /// Fails with [`StoreError::Conflict`] when there is no such link.
    async fn put(&self, tokens: &SealedTokens) -> Result<(), StoreError>;

    /// Keeps this if what is kept for the link is still what `before` sealed; `false` when somebody
    /// has kept something else, or removed it, in the meantime.
    async fn replace(&self, before: &str, tokens: &SealedTokens) -> Result<bool, StoreError>;

    /// Forgets what is kept for a link; `false` when there was nothing.
    async fn remove(&self, link: CredentialId) -> Result<bool, StoreError>;

    /// Takes or renews the lease on a link's refresh for `holder` until `until`; `false` while
    /// somebody else holds it, and when nothing is kept for the link.
    async fn lease(
        &self,
        link: CredentialId,
        holder: &str,
        until: Timestamp,
    ) -> Result<bool, StoreError>;

    /// Gives the lease back, if `holder` has it.
    async fn release(&self, link: CredentialId, holder: &str) -> Result<(), StoreError>;
}

/// Tokens as they are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedTokens {
    /// The link they belong to.
    pub link: CredentialId,
    /// Its provider.
    pub provider: ProviderId,
    /// The token set, sealed.
    pub sealed: String,
    /// When the access token expires, if that is known.
    pub expires_at: Option<Timestamp>,
    /// Whether the provider has ended what they were good for.
    pub ended: bool,
}

/// Keeps where sessions came from: each account that has proved one. A record ends with its session.
#[async_trait]
pub trait UpstreamSessionStore: Debug + Send + Sync {
    /// Notes an account that a session came from, beside others, in place of what was noted of it.
    ///
    /// Fails with [`StoreError::Conflict`] when there is no such session.
    async fn put(&self, session: SessionId, upstream: &Upstream) -> Result<(), StoreError>;

    /// The accounts that a session came from, in the order in which they were noted.
    async fn list(&self, session: SessionId) -> Result<Vec<Upstream>, StoreError>;

    /// Where a session came from first.
    async fn find(&self, session: SessionId) -> Result<Option<Upstream>, StoreError> {
        Ok(self.list(session).await?.into_iter().next())
    }

    /// The sessions that came from this provider and issuer, of one account, of one of its
    /// sessions, or of both where both are named.
    async fn sessions(
        &self,
        provider: &ProviderId,
        issuer: &str,
        subject: Option<&str>,
        session_id: Option<&str>,
    ) -> Result<Vec<SessionId>, StoreError>;

    /// The sessions that came from this provider, whatever the account.
    async fn sessions_of_provider(
        &self,
        provider: &ProviderId,
    ) -> Result<Vec<SessionId>, StoreError>;
}
