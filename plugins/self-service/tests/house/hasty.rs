//! A store of credentials in which somebody takes an identity back at the wrong moment.

use std::{collections::BTreeMap, sync::Arc};

use async_trait::async_trait;
use jiff::Timestamp;
use portcullis_core::{
    credential::{Credential, CredentialKind, CredentialStore},
    id::{CredentialId, IdentityId, ProviderId},
    session::SessionStore,
    store::StoreError,
    testing::MemoryStore,
};
use serde_json::Value;

/// The account that is taken from whoever comes with it once more, with all sessions, as soon as it is looked for.
pub(crate) const LOST: &str = "lost";

/// Ends all sessions of whoever adds a credential, as recovery at that moment would, which has what was there
/// before an account go, too; from whoever puts a password in the place of another everything is taken just before.
#[derive(Debug)]
pub(crate) struct Hasty(pub(crate) Arc<MemoryStore>);

impl Hasty {
    fn inner(&self) -> &dyn CredentialStore {
        &*self.0
    }
}

#[async_trait]
impl CredentialStore for Hasty {
    async fn list(&self, identity: IdentityId) -> Result<Vec<Credential>, StoreError> {
        self.inner().list(identity).await
    }

    async fn list_of(
        &self,
        identities: &[IdentityId],
    ) -> Result<BTreeMap<IdentityId, Vec<Credential>>, StoreError> {
        self.inner().list_of(identities).await
    }

    async fn find_by_identifier(
        &self,
        kind: CredentialKind,
        identifier: &str,
    ) -> Result<Option<Credential>, StoreError> {
        let found = self.inner().find_by_identifier(kind, identifier).await?;
        let is_lost = identifier.contains(&format!("\"{LOST}\""));
        let Some(lost) = found.as_ref().filter(|_| is_lost) else {
            return Ok(found);
        };
        let sessions: &dyn SessionStore = &*self.0;
        // It is taken once.
        if sessions.revoke_all(lost.identity_id, None).await? == 0 {
            return Ok(found);
        }
        self.inner().delete(lost.id).await?;
        Ok(None)
    }

    async fn list_by_provider(
        &self,
        provider: &ProviderId,
        after: Option<CredentialId>,
        limit: u32,
    ) -> Result<Vec<Credential>, StoreError> {
        self.inner().list_by_provider(provider, after, limit).await
    }

    async fn holders(&self, kind: CredentialKind) -> Result<u64, StoreError> {
        self.inner().holders(kind).await
    }

    async fn put(&self, credential: &Credential) -> Result<(), StoreError> {
        let own = self.inner().list(credential.identity_id).await?;
        self.inner().put(credential).await?;
        if credential.kind == CredentialKind::Oidc {
            for gone in own {
                self.inner().delete(gone.id).await?;
            }
        }
        let sessions: &dyn SessionStore = &*self.0;
        let ended = sessions.revoke_all(credential.identity_id, None);
        ended.await.map(drop)
    }

    async fn replace(&self, before: &str, credential: &Credential) -> Result<bool, StoreError> {
        self.inner().replace(before, credential).await
    }

    async fn replace_config(
        &self,
        before: &Value,
        credential: &Credential,
    ) -> Result<bool, StoreError> {
        if credential.kind == CredentialKind::Password {
            let sessions: &dyn SessionStore = &*self.0;
            sessions.revoke_all(credential.identity_id, None).await?;
            self.inner().delete(credential.id).await?;
        }
        self.inner().replace_config(before, credential).await
    }

    async fn note_use(&self, id: CredentialId, at: Timestamp) -> Result<(), StoreError> {
        self.inner().note_use(id, at).await
    }

    async fn delete(&self, id: CredentialId) -> Result<bool, StoreError> {
        self.inner().delete(id).await
    }
}
