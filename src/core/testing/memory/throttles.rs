//! Counters and pauses in memory.

use async_trait::async_trait;
use jiff::Timestamp;

use super::MemoryStore;
use crate::{
    secret::TokenHash,
    store::StoreError,
    throttle::{Counters, Pause, PauseStore},
};

#[async_trait]
impl Counters for MemoryStore {
    async fn count(&self, key: &TokenHash, window_ends: Timestamp) -> Result<u64, StoreError> {
        let now = self.clock.now();
        let mut kept = self.kept();
        let (count, ends) = kept.counters.entry(*key).or_insert((0, window_ends));
        if now >= *ends {
            (*count, *ends) = (0, window_ends);
        }
        *count += 1;
        Ok(*count)
    }

    async fn reset(&self, key: &TokenHash) -> Result<(), StoreError> {
        self.kept().counters.remove(key);
        Ok(())
    }
}

#[async_trait]
impl PauseStore for MemoryStore {
    async fn begin(&self, pause: &Pause) -> Result<(), StoreError> {
        let mut kept = self.kept();
        kept.pauses.retain(|one| one.name != pause.name);
        kept.pauses.push(pause.clone());
        kept.pauses.sort_by_key(|one| one.until);
        Ok(())
    }

    async fn find(&self, name: &str) -> Result<Option<Pause>, StoreError> {
        let kept = self.kept();
        Ok(kept.pauses.iter().find(|one| one.name == name).cloned())
    }

    async fn list(&self) -> Result<Vec<Pause>, StoreError> {
        Ok(self.kept().pauses.clone())
    }

    async fn end(&self, name: &str) -> Result<bool, StoreError> {
        let mut kept = self.kept();
        let before = kept.pauses.len();
        kept.pauses.retain(|one| one.name != name);
        Ok(kept.pauses.len() < before)
    }
}
