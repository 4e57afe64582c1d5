//! The built-in kinds of providers: one explicit table from the protocol of a kind to the code that
//! speaks it, and from configuration to what that code needs to be told.

mod mapping;
mod policy;
mod protocol;

use std::sync::Arc;

use portcullis_core::{clock::Clock, id::ProviderId, provider::ConfiguredProvider};

use crate::config;

/// A provider cannot be made of what is configured.
#[derive(Debug, thiserror::Error)]
#[error("provider {id}: {reason}")]
pub(crate) struct InvalidProvider {
    id: String,
    reason: String,
}

/// The provider that a `[providers.<id>]` table describes. Asks nobody.
pub(crate) fn provider(
    id: &str,
    table: &config::Provider,
    clock: Arc<dyn Clock>,
) -> Result<ConfiguredProvider, InvalidProvider> {
    let invalid = |reason: String| InvalidProvider {
        id: id.to_owned(),
        reason,
    };
    let name: ProviderId = id
        .parse()
        .map_err(|_| invalid("the id is malformed".to_owned()))?;
    let made = protocol::speaker(name.clone(), table, clock).map_err(invalid)?;
    Ok(ConfiguredProvider {
        label: label(id, table),
        id: name,
        order: table.order,
        hidden: table.hidden,
        icon: table.icon.clone(),
        policy: policy::policy(table).map_err(invalid)?,
        trust: made.trust,
        mapping: mapping::mapping(table).map_err(|error| invalid(error.to_string()))?,
        provider: made.provider,
    })
}

/// As written, or what people call the kind; kind `oidc` stands for many, so the id says more.
fn label(id: &str, table: &config::Provider) -> String {
    let own = match table.kind == config::ProviderKind::default() {
        true => id,
        false => &table.preset().label,
    };
    table.label.clone().unwrap_or_else(|| own.to_owned())
}

#[cfg(test)]
mod tests;
