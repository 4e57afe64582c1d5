//! Who adds something to an identity at the moment in which everything is taken from them.

use std::collections::BTreeMap;

use async_trait::async_trait;
use jiff::Timestamp;
use serde_json::Value;

use crate::{
    broker::tests::{setting::*, *},
    credential::{Credential, CredentialKind, CredentialStore},
    id::CredentialId,
    session::SessionStore,
    store::StoreError,
    testing::{MemoryStore, SeededEntropy},
};

/// Adds an app right behind what was listed, as long as a session lasts, and another one just before a password
/// goes that has proved who somebody is.
#[derive(Debug)]
struct Late(Arc<MemoryStore>);

impl Late {
    fn inner(&self) -> &dyn CredentialStore {
        &*self.0
    }

    async fn add(&self, beside: &Credential, seed: u64) -> Result<(), StoreError> {
        let mut late = beside.clone();
        late.id = CredentialId::generate(&SeededEntropy::new(seed));
        late.kind = CredentialKind::Totp;
        late.identifier = None;
        self.inner().put(&late).await
    }
}

#[async_trait]
impl CredentialStore for Late {
    async fn list(&self, identity: IdentityId) -> Result<Vec<Credential>, StoreError> {
        let listed = self.inner().list(identity).await?;
        let sessions = SessionStore::list(&*self.0, identity).await?;
        if let (Some(one), false) = (listed.first(), sessions.is_empty()) {
            self.add(one, 99).await?;
        }
        Ok(listed)
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
        self.inner().find_by_identifier(kind, identifier).await
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
        self.inner().put(credential).await
    }

    async fn replace(&self, before: &str, credential: &Credential) -> Result<bool, StoreError> {
        self.inner().replace(before, credential).await
    }

    async fn replace_config(
        &self,
        before: &Value,
        credential: &Credential,
    ) -> Result<bool, StoreError> {
        self.inner().replace_config(before, credential).await
    }

    async fn note_use(&self, id: CredentialId, at: Timestamp) -> Result<(), StoreError> {
        self.inner().note_use(id, at).await
    }

    async fn delete(&self, id: CredentialId) -> Result<bool, StoreError> {
        for one in IdentityStore::list(&*self.0, None, 9).await? {
            let own = self.inner().list(one.id).await?;
            let mut own = own.iter();
            let is_it = |one: &&Credential| one.id == id && one.kind == CredentialKind::Password;
            if let Some(password) = own.find(is_it) {
                self.add(password, 98).await?;
            }
        }
        self.inner().delete(id).await
    }
}

/// KC-093.
#[tokio::test]
async fn nothing_is_added_behind_what_is_taken_back() {
    let setting = setting(Creation::Never);
    let mut squatter = setting.local("ada@example.org").await;
    squatter.required_actions = vec![Identity::FIRST_PROOF.to_owned()];
    setting.broker.identities.update(&squatter).await.unwrap();
    setting.password(&squatter).await;
    setting.session(&squatter).await;
    let broker = Broker {
        credentials: Arc::new(Late(setting.store.clone())),
        ..setting.broker.clone()
    };
    let taken = broker.take_back(squatter.id, &mut Vec::new()).await;
    taken.unwrap();
    assert_eq!(setting.credentials(&squatter).await, []);
    assert_eq!(setting.broker.sessions.list(squatter.id).await.unwrap(), []);
}
