//! Credentials in memory.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use jiff::Timestamp;
use serde_json::Value;

use super::{CREDENTIAL_TAKEN, MemoryStore};
use crate::{
    credential::{Credential, CredentialKind, CredentialStore},
    id::{CredentialId, IdentityId, ProviderId},
    link::{LinkKey, PreparedLink},
    store::StoreError,
};

#[async_trait]
impl CredentialStore for MemoryStore {
    async fn list(&self, identity_id: IdentityId) -> Result<Vec<Credential>, StoreError> {
        let kept = self.kept();
        let own = kept
            .credentials
            .iter()
            .filter(|c| c.identity_id == identity_id);
        let mut list: Vec<_> = own.cloned().collect();
        list.sort_by_key(|credential| credential.created_at);
        Ok(list)
    }

    async fn list_of(
        &self,
        identities: &[IdentityId],
    ) -> Result<BTreeMap<IdentityId, Vec<Credential>>, StoreError> {
        let mut all = BTreeMap::new();
        for id in identities {
            let own = CredentialStore::list(self, *id).await?;
            if !own.is_empty() {
                all.insert(*id, own);
            }
        }
        Ok(all)
    }

    async fn find_by_identifier(
        &self,
        kind: CredentialKind,
        identifier: &str,
    ) -> Result<Option<Credential>, StoreError> {
        let kept = self.kept();
        let is_it = |c: &&Credential| c.kind == kind && c.identifier.as_deref() == Some(identifier);
        Ok(kept.credentials.iter().find(is_it).cloned())
    }

    async fn list_by_provider(
        &self,
        provider: &ProviderId,
        after: Option<CredentialId>,
        limit: u32,
    ) -> Result<Vec<Credential>, StoreError> {
        let prefixes = [
            LinkKey::identifier_prefix(provider),
            PreparedLink::identifier_prefix(provider),
        ];
        let is_link = |c: &&Credential| {
            let key = c.identifier.as_deref().unwrap_or_default();
            c.kind == CredentialKind::Oidc && prefixes.iter().any(|prefix| key.starts_with(prefix))
        };
        let kept = self.kept();
        let mut links: Vec<_> = kept.credentials.iter().filter(is_link).cloned().collect();
        links.retain(|link| after.is_none_or(|after| link.id > after));
        links.sort_by_key(|link| link.id);
        links.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        Ok(links)
    }

    async fn holders(&self, kind: CredentialKind) -> Result<u64, StoreError> {
        let kept = self.kept();
        let all = kept.credentials.iter().filter(|one| one.kind == kind);
        let holders: BTreeSet<_> = all.map(|one| one.identity_id).collect();
        Ok(holders.len() as u64)
    }

    async fn put(&self, credential: &Credential) -> Result<(), StoreError> {
        let mut kept = self.kept();
        if kept.is_credential_taken(credential) {
            return Err(CREDENTIAL_TAKEN);
        }
        kept.credentials.retain(|c| c.id != credential.id);
        kept.credentials.push(credential.clone());
        Ok(())
    }

    async fn replace(&self, before: &str, credential: &Credential) -> Result<bool, StoreError> {
        let mut kept = self.kept();
        if kept.is_credential_taken(credential) {
            return Err(CREDENTIAL_TAKEN);
        }
        let is_it =
            |c: &&mut Credential| c.id == credential.id && c.identifier.as_deref() == Some(before);
        let found = kept.credentials.iter_mut().find(is_it);
        Ok(found.map(|found| *found = credential.clone()).is_some())
    }

    async fn replace_config(
        &self,
        before: &Value,
        credential: &Credential,
    ) -> Result<bool, StoreError> {
        let mut kept = self.kept();
        if kept.is_credential_taken(credential) {
            return Err(CREDENTIAL_TAKEN);
        }
        let is_it = |c: &&mut Credential| c.id == credential.id && c.config == *before;
        let found = kept.credentials.iter_mut().find(is_it);
        Ok(found.map(|found| *found = credential.clone()).is_some())
    }

    async fn note_use(&self, id: CredentialId, at: Timestamp) -> Result<(), StoreError> {
        let mut kept = self.kept();
        let found = kept.credentials.iter_mut().find(|one| one.id == id);
        if let Some(found) = found {
            found.last_used_at = Some(at);
        }
        Ok(())
    }

    async fn delete(&self, id: CredentialId) -> Result<bool, StoreError> {
        let mut kept = self.kept();
        let before = kept.credentials.len();
        kept.credentials.retain(|credential| credential.id != id);
        kept.prune();
        Ok(kept.credentials.len() < before)
    }
}
