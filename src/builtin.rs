//! The built-in kinds of providers: one explicit table from the protocol of a kind to the code that
//! speaks it, and from configuration to what that code needs to be told.

mod mapping;
mod policy;
mod protocol;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use portcullis_core::{clock::Clock, id::ProviderId, outbound::Way, provider::ConfiguredProvider};

use crate::config;

/// A provider cannot be made of what is configured.
#[derive(Debug, thiserror::Error)]
#[error("{}providers.{id}{}: {reason}", before(file.as_deref()), below(key))]
pub(crate) struct InvalidProvider {
    id: String,
    /// The file that its table stands in, where that is known.
    file: Option<PathBuf>,
    /// The key of its table; nothing for the table as a whole.
    pub(crate) key: &'static str,
    /// What is wrong.
    pub(crate) reason: String,
}

impl InvalidProvider {
    /// The same, of a table in this file.
    pub(crate) fn in_file(self, file: Option<PathBuf>) -> Self {
        Self { file, ..self }
    }
}

fn before(file: Option<&Path>) -> String {
    file.map_or_else(String::new, |file| format!("{}: ", file.display()))
}

fn below(key: &str) -> String {
    match key.is_empty() {
        true => String::new(),
        false => format!(".{key}"),
    }
}

/// The provider that a `[providers.<id>]` table describes, reached this way. Asks nobody.
pub(crate) fn provider(
    id: &str,
    table: &config::Provider,
    way: &Arc<Way>,
    clock: Arc<dyn Clock>,
) -> Result<ConfiguredProvider, InvalidProvider> {
    let invalid = |key: &'static str, reason: String| InvalidProvider {
        id: id.to_owned(),
        file: None,
        key,
        reason,
    };
    let name: ProviderId = id
        .parse()
        .map_err(|_| invalid("", "the id is malformed".to_owned()))?;
    let made = protocol::speaker(name.clone(), table, way, clock);
    let made = made.map_err(|error| invalid(table.written_key(error.key), error.reason))?;
    let policy = policy::policy(table).map_err(|reason| invalid("require_claims", reason))?;
    let mapping = mapping::mapping(table).map_err(|error| invalid("map", error.to_string()))?;
    Ok(ConfiguredProvider {
        label: label(id, table),
        id: name,
        order: table.order,
        hidden: table.hidden,
        icon: table.icon.clone(),
        policy,
        trust: made.trust,
        mapping,
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
