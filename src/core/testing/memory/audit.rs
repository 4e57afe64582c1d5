//! The audit log in memory.

use std::cmp::Reverse;

use async_trait::async_trait;

use super::MemoryStore;
use crate::{
    audit::{AuditEntry, AuditFilter, AuditLog, AuditPlace},
    part::Part,
    store::StoreError,
};

#[async_trait]
impl AuditLog for MemoryStore {
    async fn append(&self, entry: &AuditEntry) -> Result<(), StoreError> {
        self.kept().audit.push(entry.clone());
        Ok(())
    }

    async fn list(
        &self,
        filter: &AuditFilter,
        part: Part<AuditPlace>,
        limit: u32,
    ) -> Result<Vec<AuditEntry>, StoreError> {
        let kept = self.kept();
        let is_in = |one: &&AuditEntry| match part {
            Part::First => true,
            Part::Behind(place) => (one.at, one.id) < (place.at, place.id),
            Part::Before(place) => (one.at, one.id) > (place.at, place.id),
        };
        let fitting = kept.audit.iter().filter(|one| filter.fits(one));
        let mut all: Vec<AuditEntry> = fitting.filter(is_in).cloned().collect();
        all.sort_by_key(|one| Reverse((one.at, one.id)));
        super::cut(&mut all, &part, limit);
        Ok(all)
    }
}
