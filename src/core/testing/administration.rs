//! An administration that knows what it is told and takes nothing else.

use async_trait::async_trait;
use serde_json::{Map, Value};

use crate::{
    administration::{
        AdministrationError, Change, Departed, Leave, ProviderAdministration, ProviderRecord,
        ProviderReport,
    },
    id::ProviderId,
};

/// Knows these providers and takes no other.
#[derive(Debug, Clone, Default)]
pub struct CannedAdministration(pub Vec<ProviderRecord>);

#[async_trait]
impl ProviderAdministration for CannedAdministration {
    async fn list(&self) -> Result<Vec<ProviderRecord>, AdministrationError> {
        Ok(self.0.clone())
    }

    async fn find(&self, id: &ProviderId) -> Result<ProviderRecord, AdministrationError> {
        let found = self.0.iter().find(|record| record.id == *id);
        found.cloned().ok_or(AdministrationError::Unknown)
    }

    async fn status(&self, _: &ProviderId) -> Result<ProviderReport, AdministrationError> {
        Err(AdministrationError::Unknown)
    }

    async fn add(&self, _: Map<String, Value>) -> Result<ProviderRecord, AdministrationError> {
        Err(AdministrationError::Invalid(Vec::new()))
    }

    async fn change(
        &self,
        _: &ProviderId,
        _: Change,
        _: Leave,
    ) -> Result<ProviderRecord, AdministrationError> {
        Err(AdministrationError::Unknown)
    }

    async fn remove(&self, _: &ProviderId, _: Leave) -> Result<Departed, AdministrationError> {
        Err(AdministrationError::Unknown)
    }
}
