//! Credentials as the gateway writes them: the record first, and only then does a session see them changed.

use std::{collections::BTreeMap, sync::Arc};

use async_trait::async_trait;
use jiff::Timestamp;
use portcullis_core::{
    credential::{Credential, CredentialKind, CredentialStore},
    id::{CredentialId, IdentityId, ProviderId},
    store::StoreError,
};
use serde_json::Value;

use super::CachedIdentities;
use crate::store::credentials::SqlCredentials;

/// Credentials whose second factors and links the sessions of their identities see at once.
#[derive(Debug)]
pub(in crate::store) struct CachedCredentials {
    pub(in crate::store) record: SqlCredentials,
    pub(in crate::store) identities: Arc<CachedIdentities>,
}

impl CachedCredentials {
    /// Has the sessions of an identity read again where what it can prove itself with has changed.
    async fn forget(&self, changed: &Credential) {
        let is_link = changed.kind == CredentialKind::Oidc;
        if is_link || changed.kind.is_second_factor() {
            self.identities
                .forget(changed.identity_id, Vec::new())
                .await;
        }
    }
}

#[async_trait]
impl CredentialStore for CachedCredentials {
    async fn list(&self, identity_id: IdentityId) -> Result<Vec<Credential>, StoreError> {
        self.record.list(identity_id).await
    }

    async fn list_of(
        &self,
        identities: &[IdentityId],
    ) -> Result<BTreeMap<IdentityId, Vec<Credential>>, StoreError> {
        self.record.list_of(identities).await
    }

    async fn find_by_identifier(
        &self,
        kind: CredentialKind,
        identifier: &str,
    ) -> Result<Option<Credential>, StoreError> {
        self.record.find_by_identifier(kind, identifier).await
    }

    async fn owners(
        &self,
        kind: CredentialKind,
        identifiers: &[String],
    ) -> Result<BTreeMap<String, IdentityId>, StoreError> {
        self.record.owners(kind, identifiers).await
    }

    async fn list_by_provider(
        &self,
        provider: &ProviderId,
        after: Option<CredentialId>,
        limit: u32,
    ) -> Result<Vec<Credential>, StoreError> {
        self.record.list_by_provider(provider, after, limit).await
    }

    async fn holders(&self, kind: CredentialKind) -> Result<u64, StoreError> {
        self.record.holders(kind).await
    }

    async fn put(&self, credential: &Credential) -> Result<(), StoreError> {
        let put = self.record.put(credential).await;
        self.forget(credential).await;
        put
    }

    async fn replace(&self, before: &str, credential: &Credential) -> Result<bool, StoreError> {
        self.record.replace(before, credential).await
    }

    async fn replace_config(
        &self,
        before: &Value,
        credential: &Credential,
    ) -> Result<bool, StoreError> {
        self.record.replace_config(before, credential).await
    }

    async fn note_use(&self, id: CredentialId, at: Timestamp) -> Result<(), StoreError> {
        self.record.note_use(id, at).await
    }

    async fn delete(&self, id: CredentialId) -> Result<bool, StoreError> {
        let present = self.record.find(id).await?;
        let deleted = self.record.delete(id).await;
        if let Some(present) = present {
            self.forget(&present).await;
        }
        deleted
    }
}
