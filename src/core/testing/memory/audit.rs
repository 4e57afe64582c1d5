//! The audit log in memory.

use std::cmp::Reverse;

use async_trait::async_trait;

use super::MemoryStore;
use crate::{
    audit::{AuditEntry, AuditFilter, AuditLog, AuditPlace},
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
        after: Option<AuditPlace>,
        limit: u32,
    ) -> Result<Vec<AuditEntry>, StoreError> {
        let kept = self.kept();
        let behind =
            |one: &&AuditEntry| after.is_none_or(|after| (one.at, one.id) < (after.at, after.id));
        let fitting = kept.audit.iter().filter(|one| filter.fits(one));
        let mut all: Vec<AuditEntry> = fitting.filter(behind).cloned().collect();
        all.sort_by_key(|one| Reverse((one.at, one.id)));
        all.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        Ok(all)
    }
}
