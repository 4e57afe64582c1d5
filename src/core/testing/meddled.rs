//! A store of identities in which something happens just before each change.

use std::{fmt::Debug, sync::Arc};

use async_trait::async_trait;

use super::MemoryStore;
use crate::{
    credential::Credential,
    id::{CredentialId, IdentityId},
    identity::{Identity, IdentityStore, Removal, Replaced, Whole},
    store::StoreError,
};

/// What is about to change.
#[derive(Debug, Clone, Copy)]
pub enum Meddling<'a> {
    /// An identity is added.
    Insert(&'a Identity),
    /// An identity is replaced.
    Update(&'a Identity),
    /// An identity is replaced without a credential, as long as it has one of the others.
    UpdateWithout(&'a Identity, CredentialId, &'a [CredentialId]),
    /// An identity that nobody has been goes.
    RemoveUnused(&'a Identity),
    /// A credential of an identity goes.
    Remove(IdentityId, CredentialId),
}

/// Whoever comes just before.
#[async_trait]
pub trait Meddler: Debug + Send + Sync {
    /// Does what it does to the store; where it fails, the change fails so and does not come about.
    async fn before(&self, store: &MemoryStore, what: Meddling<'_>) -> Result<(), StoreError>;

    /// Hears that so many identities are looked up at once by their ids.
    fn looked_up(&self, _many: usize) {}
}

/// Lets nothing of an identity be changed.
#[derive(Debug)]
pub struct Shut;

#[async_trait]
impl Meddler for Shut {
    async fn before(&self, _: &MemoryStore, what: Meddling<'_>) -> Result<(), StoreError> {
        match what {
            Meddling::Update(_) => Err(StoreError::unavailable("shut")),
            _ => Ok(()),
        }
    }
}

/// A store in memory whose identities somebody meddles with.
#[derive(Debug)]
pub struct Meddled<M>(pub Arc<MemoryStore>, pub M);

#[async_trait]
impl<M: Meddler> IdentityStore for Meddled<M> {
    async fn insert(
        &self,
        identity: &Identity,
        credentials: &[Credential],
    ) -> Result<(), StoreError> {
        self.1.before(&self.0, Meddling::Insert(identity)).await?;
        IdentityStore::insert(&*self.0, identity, credentials).await
    }

    async fn find(&self, id: IdentityId) -> Result<Option<Identity>, StoreError> {
        self.1.looked_up(1);
        IdentityStore::find(&*self.0, id).await
    }

    async fn find_all(&self, ids: &[IdentityId]) -> Result<Vec<Identity>, StoreError> {
        self.1.looked_up(ids.len());
        self.0.find_all(ids).await
    }

    async fn find_by_identifier(&self, identifier: &str) -> Result<Option<Identity>, StoreError> {
        IdentityStore::find_by_identifier(&*self.0, identifier).await
    }

    async fn find_by_address(&self, address: &str) -> Result<Vec<Identity>, StoreError> {
        self.0.find_by_address(address).await
    }

    async fn list(
        &self,
        after: Option<IdentityId>,
        limit: u32,
    ) -> Result<Vec<Identity>, StoreError> {
        IdentityStore::list(&*self.0, after, limit).await
    }

    async fn update(&self, identity: &Identity) -> Result<(), StoreError> {
        self.1.before(&self.0, Meddling::Update(identity)).await?;
        self.0.update(identity).await
    }

    async fn update_without(
        &self,
        identity: &Identity,
        removed: CredentialId,
        others: &[CredentialId],
    ) -> Result<bool, StoreError> {
        let what = Meddling::UpdateWithout(identity, removed, others);
        self.1.before(&self.0, what).await?;
        self.0.update_without(identity, removed, others).await
    }

    /// In one step, as stores that several nodes share do it.
    async fn update_without_beside(
        &self,
        identity: &Identity,
        (removed, others): (CredentialId, &[CredentialId]),
        role: &str,
    ) -> Result<Removal, StoreError> {
        let what = Meddling::UpdateWithout(identity, removed, others);
        self.1.before(&self.0, what).await?;
        let which = (removed, others);
        self.0.update_without_beside(identity, which, role).await
    }

    async fn replace_whole(&self, whole: &Whole<'_>, role: &str) -> Result<Replaced, StoreError> {
        let what = Meddling::Update(whole.identity);
        self.1.before(&self.0, what).await?;
        self.0.replace_whole(whole, role).await
    }

    async fn remove_beside(
        &self,
        which: (IdentityId, CredentialId),
        others: &[CredentialId],
        role: &str,
    ) -> Result<Removal, StoreError> {
        let what = Meddling::Remove(which.0, which.1);
        self.1.before(&self.0, what).await?;
        self.0.remove_beside(which, others, role).await
    }

    async fn delete(&self, id: IdentityId) -> Result<bool, StoreError> {
        IdentityStore::delete(&*self.0, id).await
    }

    async fn delete_unused(&self, identity: &Identity) -> Result<bool, StoreError> {
        let what = Meddling::RemoveUnused(identity);
        self.1.before(&self.0, what).await?;
        self.0.delete_unused(identity).await
    }
}
