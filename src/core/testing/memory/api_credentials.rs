//! API credentials and their tokens in memory.

use async_trait::async_trait;
use jiff::Timestamp;

use super::MemoryStore;
use crate::{
    api_credential::{ApiCredential, ApiCredentialStore, ApiToken, Bearer},
    id::ApiCredentialId,
    secret::TokenHash,
    store::StoreError,
};

const CHANGED: StoreError = StoreError::Conflict {
    what: "API credential",
};

#[async_trait]
impl ApiCredentialStore for MemoryStore {
    async fn insert(&self, credential: &ApiCredential) -> Result<(), StoreError> {
        let mut kept = self.kept();
        let mut known = kept.api_credentials.iter();
        if known.any(|one| one.client_id == credential.client_id || one.id == credential.id) {
            return Err(CHANGED);
        }
        kept.api_credentials.push(credential.clone());
        Ok(())
    }

    async fn list(&self) -> Result<Vec<ApiCredential>, StoreError> {
        let mut all = self.kept().api_credentials.clone();
        all.sort_by_key(|one| (one.created_at, one.id));
        Ok(all)
    }

    async fn find(&self, id: ApiCredentialId) -> Result<Option<ApiCredential>, StoreError> {
        let kept = self.kept();
        Ok(kept
            .api_credentials
            .iter()
            .find(|one| one.id == id)
            .cloned())
    }

    async fn find_client(&self, client_id: &str) -> Result<Option<ApiCredential>, StoreError> {
        let kept = self.kept();
        let mut all = kept.api_credentials.iter();
        Ok(all.find(|one| one.client_id == client_id).cloned())
    }

    async fn update(&self, credential: &ApiCredential) -> Result<(), StoreError> {
        let mut kept = self.kept();
        let mut all = kept.api_credentials.iter_mut();
        let is_read =
            |one: &&mut ApiCredential| one.id == credential.id && one.version == credential.version;
        let found = all.find(is_read).ok_or(CHANGED)?;
        *found = ApiCredential {
            version: credential.version + 1,
            last_used_at: found.last_used_at,
            ..credential.clone()
        };
        Ok(())
    }

    async fn delete(&self, id: ApiCredentialId) -> Result<bool, StoreError> {
        let mut kept = self.kept();
        let before = kept.api_credentials.len();
        kept.api_credentials.retain(|one| one.id != id);
        kept.api_tokens.retain(|one| one.credential_id != id);
        Ok(kept.api_credentials.len() < before)
    }

    async fn note_use(&self, id: ApiCredentialId, at: Timestamp) -> Result<(), StoreError> {
        let mut kept = self.kept();
        let mut all = kept.api_credentials.iter_mut();
        if let Some(found) = all.find(|one| one.id == id) {
            found.last_used_at = Some(at);
        }
        Ok(())
    }

    async fn issue(&self, token: &ApiToken) -> Result<(), StoreError> {
        let mut kept = self.kept();
        let mut all = kept.api_credentials.iter();
        if !all.any(|one| one.id == token.credential_id) {
            return Err(CHANGED);
        }
        kept.api_tokens.push(token.clone());
        Ok(())
    }

    async fn bearer(&self, token: &TokenHash) -> Result<Option<Bearer>, StoreError> {
        let kept = self.kept();
        let token = kept.api_tokens.iter().find(|one| one.hash == *token);
        Ok(token.and_then(|token| {
            let mut all = kept.api_credentials.iter();
            let credential = all.find(|one| one.id == token.credential_id)?;
            Some(Bearer {
                token: token.clone(),
                credential: credential.clone(),
            })
        }))
    }

    async fn revoke(&self, token: &TokenHash) -> Result<bool, StoreError> {
        let mut kept = self.kept();
        let before = kept.api_tokens.len();
        kept.api_tokens.retain(|one| one.hash != *token);
        Ok(kept.api_tokens.len() < before)
    }
}
