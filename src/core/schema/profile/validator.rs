//! The validators that a schema names: what they are called, and what it tells them.

use serde_json::Value;

use super::Reader;
use crate::schema::InvalidSchema;

/// A validator that a trait names.
#[derive(Debug, Clone)]
pub(in crate::schema) struct OwnValidator {
    /// Its name in the gateway.
    pub(in crate::schema) name: String,
    /// What the schema tells it; null where it tells nothing.
    pub(in crate::schema) config: Value,
}

/// Reads the list.
pub(super) fn read(reader: &Reader<'_>) -> Result<Vec<OwnValidator>, InvalidSchema> {
    let items = reader.items("validators")?.into_iter();
    items
        .map(|item| {
            item.knows(&["plugin", "config"])?;
            let name = item.text("plugin")?;
            let name = name.ok_or_else(|| item.refused("plugin", "a validator has a name"))?;
            let config = item.object("config")?;
            Ok(OwnValidator {
                name,
                config: match config.is_empty() {
                    true => Value::Null,
                    false => Value::Object(config),
                },
            })
        })
        .collect()
}
