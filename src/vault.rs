//! Upstream tokens after the sign-in.

use async_trait::async_trait;
use portcullis_core::{
    id::{CredentialId, IdentityId, ProviderId, SessionId},
    provider::{TokenSet, Upstream},
    secret::Secret,
    store::StoreError,
    vault::{TokenVault, UpstreamSessionStore, VaultError},
};

/// A vault that keeps nothing yet.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Vault;

#[async_trait]
impl TokenVault for Vault {
    async fn keep(
        &self,
        _link: CredentialId,
        _provider: &ProviderId,
        _tokens: &TokenSet,
    ) -> Result<(), VaultError> {
        Ok(())
    }

    async fn access_token(
        &self,
        _identity: IdentityId,
        _provider: &ProviderId,
    ) -> Result<Option<Secret>, VaultError> {
        Ok(None)
    }

    async fn forget(&self, _link: CredentialId) -> Result<(), VaultError> {
        Ok(())
    }
}

#[async_trait]
impl UpstreamSessionStore for Vault {
    async fn put(&self, _session: SessionId, _upstream: &Upstream) -> Result<(), StoreError> {
        Ok(())
    }

    async fn find(&self, _session: SessionId) -> Result<Option<Upstream>, StoreError> {
        Ok(None)
    }

    async fn sessions(
        &self,
        _provider: &ProviderId,
        _issuer: &str,
        _subject: Option<&str>,
        _session_id: Option<&str>,
    ) -> Result<Vec<SessionId>, StoreError> {
        Ok(Vec::new())
    }

    async fn sessions_of_provider(
        &self,
        _provider: &ProviderId,
    ) -> Result<Vec<SessionId>, StoreError> {
        Ok(Vec::new())
    }
}
