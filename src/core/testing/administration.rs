//! An administration with nothing to administer.

use async_trait::async_trait;
use serde_json::{Map, Value};

use crate::{
    administration::{
        AdministrationError, Change, Departed, Leave, ProviderAdministration, ProviderRecord,
        ProviderReport,
    },
    id::ProviderId,
};

/// Knows no provider and takes none.
#[derive(Debug, Clone, Copy)]
pub struct NoAdministration;

#[async_trait]
impl ProviderAdministration for NoAdministration {
    async fn list(&self) -> Result<Vec<ProviderRecord>, AdministrationError> {
        Ok(Vec::new())
    }

    async fn find(&self, _: &ProviderId) -> Result<ProviderRecord, AdministrationError> {
        Err(AdministrationError::Unknown)
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
