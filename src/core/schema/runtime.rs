//! Schemas at run time: documents in the store that overlay those of the configuration, or stand
//! beside them. Every node looks at the store again and again and swaps what it serves with.

mod desk;
mod record;
mod taken;
mod tally;

use std::fmt::Debug;

use async_trait::async_trait;
use jiff::Timestamp;
use serde_json::Value;

pub use self::{
    desk::{GONE, Reconfigured, Refusals, SchemaDesk, SchemaDeskParts, is_obeyed},
    record::{Expected, SchemaError, SchemaProblem, SchemaRecord, SchemaSource, Terms},
    taken::{Gain, TakenIdentifier, Wanted, proved_elsewhere},
    tally::{SchemaCheck, TraitCheck, check, tally},
};
use super::{Rules, Validators};
use crate::store::StoreError;

/// A schema as it is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredSchema {
    /// Its name.
    pub id: String,
    /// Its document.
    pub document: Value,
    /// Counts its changes, from 1.
    pub version: i64,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// Keeps the schemas that were written at run time.
#[async_trait]
pub trait SchemaStore: Debug + Send + Sync {
    /// All of them in the order of their names.
    async fn list(&self) -> Result<Vec<StoredSchema>, StoreError>;

    /// Adds one; [`StoreError::Conflict`] when there is one of its name.
    async fn insert(&self, schema: &StoredSchema) -> Result<(), StoreError>;

    /// Puts this in place of the version before it; `false` when that is not there any more.
    async fn update(&self, schema: &StoredSchema) -> Result<bool, StoreError>;

    /// Removes one of this version; `false` when it is not there any more.
    async fn remove(&self, id: &str, version: i64) -> Result<bool, StoreError>;
}

/// What the operator decides about schemas.
pub trait SchemaJudge: Debug + Send + Sync {
    /// Whether a schema may have this name.
    fn is_name(&self, id: &str) -> bool;

    /// What the gateway decides beside the schema of this name.
    fn rules(&self, id: &str) -> Rules;

    /// The validators that schemas may name.
    fn validators(&self) -> &Validators;

    /// Everything that makes a document unusable.
    fn problems(&self, id: &str, document: &Value) -> Vec<SchemaProblem>;
}

/// Hears that other schemas are served with.
pub trait SchemaListener: Debug + Send + Sync {
    /// The schemas are other ones from now on.
    fn changed(&self);
}

#[cfg(test)]
mod tests;
