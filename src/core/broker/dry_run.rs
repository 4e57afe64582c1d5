//! What would become of claims, without anything becoming of them.

use serde::Serialize;
use serde_json::Value;

use super::{Broker, BrokerError};
use crate::{id::ProviderId, trust::TrustedAddress};

/// What a provider's configuration makes of claims.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DryRun {
    /// The traits they give.
    pub traits: Value,
    /// The facts the identity may see.
    pub metadata_public: Option<Value>,
    /// The facts only administrators see.
    pub metadata_admin: Option<Value>,
    /// The roles they give.
    pub roles: Vec<String>,
    /// What is wrong, by the trait's dotted path.
    pub errors: Vec<(String, String)>,
    /// The address that counts as verified, and why.
    pub trusted: Option<TrustedAddress>,
    /// The rule that would fire.
    pub rule: String,
    /// Why it would.
    pub why: String,
}

impl Broker {
    /// What would happen if the provider of this name, enabled or not, sent these raw claims. Asks
    /// the stores and changes nothing.
    pub async fn dry_run(&self, id: &ProviderId, document: Value) -> Result<DryRun, BrokerError> {
        let _ = (id, document);
        Err(BrokerError::Unknown)
    }
}
