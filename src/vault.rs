//! Upstream tokens after the sign-in.

use async_trait::async_trait;
use portcullis_core::{
    id::{CredentialId, IdentityId, ProviderId},
    provider::TokenSet,
    secret::Secret,
    vault::{TokenVault, VaultError},
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
