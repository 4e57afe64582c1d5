//! Upstream tokens in memory: sealed ones as stores keep them, and a vault that never refreshes.

use async_trait::async_trait;
use jiff::Timestamp;

use super::MemoryStore;
use crate::{
    id::{CredentialId, IdentityId, ProviderId, SessionId},
    provider::TokenSet,
    secret::Secret,
    store::StoreError,
    vault::{SealedTokens, TokenStore, TokenVault, VaultError},
};

/// What is kept for one link, and who refreshes it.
#[derive(Debug)]
pub(super) struct Leased {
    tokens: SealedTokens,
    lease: Option<(String, Timestamp)>,
}

#[async_trait]
impl TokenVault for MemoryStore {
    async fn keep(
        &self,
        link: CredentialId,
        provider: &ProviderId,
        tokens: &TokenSet,
    ) -> Result<(), VaultError> {
        let tokens = (provider.clone(), tokens.clone());
        self.kept().tokens.insert(link, tokens);
        Ok(())
    }

    async fn access_token(
        &self,
        identity: IdentityId,
        _session: SessionId,
        _provider: &ProviderId,
    ) -> Result<Option<Secret>, VaultError> {
        let kept = self.kept();
        let mut own = kept
            .credentials
            .iter()
            .filter(|c| c.identity_id == identity);
        Ok(own.find_map(|link| Some(kept.tokens.get(&link.id)?.1.access.clone())))
    }

    async fn kept(&self, link: CredentialId) -> Result<Option<SealedTokens>, VaultError> {
        let kept = Self::kept(self);
        let found = kept
            .tokens
            .get(&link)
            .map(|(provider, tokens)| SealedTokens {
                link,
                provider: provider.clone(),
                sealed: String::new(),
                expires_at: tokens.expires_at,
                ended: false,
            });
        Ok(found)
    }

    async fn give_back(&self, kept: SealedTokens) -> Result<(), VaultError> {
        Self::kept(self).tokens.remove(&kept.link);
        Ok(())
    }

    async fn forget_all(&self, identity: IdentityId) -> Result<(), VaultError> {
        let mut kept = self.kept();
        let own = kept
            .credentials
            .iter()
            .filter(|c| c.identity_id == identity);
        let own: Vec<_> = own.map(|link| link.id).collect();
        kept.tokens.retain(|link, _| !own.contains(link));
        Ok(())
    }
}

#[async_trait]
impl TokenStore for MemoryStore {
    async fn find(&self, link: CredentialId) -> Result<Option<SealedTokens>, StoreError> {
        let kept = self.kept();
        Ok(kept.sealed.get(&link).map(|leased| leased.tokens.clone()))
    }

    async fn of_identity(&self, identity: IdentityId) -> Result<Vec<SealedTokens>, StoreError> {
        let kept = self.kept();
        let own = kept
            .credentials
            .iter()
            .filter(|c| c.identity_id == identity);
        let mut own: Vec<_> = own.collect();
        own.sort_by_key(|link| std::cmp::Reverse(link.created_at));
        let found = own.into_iter().filter_map(|link| kept.sealed.get(&link.id));
        Ok(found.map(|leased| leased.tokens.clone()).collect())
    }

    async fn put(&self, tokens: &SealedTokens) -> Result<(), StoreError> {
        let mut kept = self.kept();
        if !kept.credentials.iter().any(|one| one.id == tokens.link) {
            return Err(StoreError::Conflict { what: "link" });
        }
        let lease = kept.sealed.remove(&tokens.link).and_then(|old| old.lease);
        let tokens = tokens.clone();
        kept.sealed.insert(tokens.link, Leased { tokens, lease });
        Ok(())
    }

    async fn replace(&self, before: &str, tokens: &SealedTokens) -> Result<bool, StoreError> {
        let mut kept = self.kept();
        match kept.sealed.get_mut(&tokens.link) {
            Some(leased) if leased.tokens.sealed == before => {
                leased.tokens = tokens.clone();
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    async fn remove(&self, link: CredentialId) -> Result<bool, StoreError> {
        Ok(self.kept().sealed.remove(&link).is_some())
    }

    async fn lease(
        &self,
        link: CredentialId,
        holder: &str,
        until: Timestamp,
    ) -> Result<bool, StoreError> {
        let now = self.clock.now();
        let mut kept = self.kept();
        let Some(leased) = kept.sealed.get_mut(&link) else {
            return Ok(false);
        };
        let held = leased.lease.as_ref();
        if held.is_some_and(|(other, until)| other != holder && now < *until) {
            return Ok(false);
        }
        leased.lease = Some((holder.to_owned(), until));
        Ok(true)
    }

    async fn release(&self, link: CredentialId, holder: &str) -> Result<(), StoreError> {
        let mut kept = self.kept();
        if let Some(leased) = kept.sealed.get_mut(&link) {
            leased.lease.take_if(|(own, _)| own == holder);
        }
        Ok(())
    }
}
