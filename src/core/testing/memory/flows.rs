//! Flows in memory, and what is good once.

use async_trait::async_trait;
use jiff::Timestamp;

use super::MemoryStore;
use crate::{
    flow::{Flow, FlowStore},
    id::{FlowId, IdentityId},
    secret::TokenHash,
    store::StoreError,
};

#[async_trait]
impl FlowStore for MemoryStore {
    async fn put(&self, flow: &Flow) -> Result<(), StoreError> {
        self.kept().flows.insert(flow.id, flow.clone());
        Ok(())
    }

    async fn replace(&self, flow: &Flow) -> Result<bool, StoreError> {
        let mut kept = self.kept();
        let found = kept.flows.get_mut(&flow.id);
        Ok(found.map(|found| *found = flow.clone()).is_some())
    }

    async fn find(&self, id: FlowId) -> Result<Option<Flow>, StoreError> {
        Ok(self.kept().flows.get(&id).cloned())
    }

    async fn remove(&self, id: FlowId) -> Result<bool, StoreError> {
        Ok(self.kept().flows.remove(&id).is_some())
    }

    async fn remove_of(&self, owner: IdentityId) -> Result<(), StoreError> {
        self.kept()
            .flows
            .retain(|_, flow| flow.owner() != Some(owner));
        Ok(())
    }

    async fn claim_once(&self, key: &TokenHash, expires_at: Timestamp) -> Result<bool, StoreError> {
        let now = self.clock.now();
        let mut kept = self.kept();
        if kept.claimed.get(key).is_some_and(|until| now < *until) {
            return Ok(false);
        }
        kept.claimed.insert(*key, expires_at);
        Ok(true)
    }
}
