//! Schemas in memory.

use async_trait::async_trait;

use super::MemoryStore;
use crate::{
    schema::runtime::{SchemaStore, StoredSchema},
    store::StoreError,
};

#[async_trait]
impl SchemaStore for MemoryStore {
    async fn list(&self) -> Result<Vec<StoredSchema>, StoreError> {
        Ok(self.kept().schemas.values().cloned().collect())
    }

    async fn insert(&self, schema: &StoredSchema) -> Result<(), StoreError> {
        let mut kept = self.kept();
        if kept.schemas.contains_key(&schema.id) {
            return Err(StoreError::Conflict { what: "schema" });
        }
        kept.schemas.insert(schema.id.clone(), schema.clone());
        Ok(())
    }

    async fn update(&self, schema: &StoredSchema) -> Result<bool, StoreError> {
        let mut kept = self.kept();
        let found = kept.schemas.get_mut(&schema.id);
        let found = found.filter(|found| found.version + 1 == schema.version);
        Ok(found.map(|found| *found = schema.clone()).is_some())
    }

    async fn remove(&self, id: &str, version: i64) -> Result<bool, StoreError> {
        let mut kept = self.kept();
        let is_it = kept
            .schemas
            .get(id)
            .is_some_and(|one| one.version == version);
        Ok(is_it && kept.schemas.remove(id).is_some())
    }
}
