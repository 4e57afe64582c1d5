//! The provider's keys, and for whose tokens each one is, where the provider says so.

use openidconnect::{
    JsonWebKey,
    core::{CoreJsonWebKey, CoreJsonWebKeySet},
};
use serde_json::Value;

/// A key set as it is published.
#[derive(Debug)]
pub(crate) struct Keys {
    pub(crate) set: CoreJsonWebKeySet,
    /// Names of keys, and an issuer of each; the library's keys do not have it.
    issuers: Vec<(String, String)>,
}

impl Keys {
    /// Reads a key set (RFC 7517, section 5).
    pub(crate) fn read(document: Value) -> Result<Self, serde_json::Error> {
        let text = |key: &Value, name: &str| Some(key.get(name)?.as_str()?.to_owned());
        let keys = document.get("keys").and_then(Value::as_array);
        let keys = keys.into_iter().flatten();
        let issuers = keys.filter_map(|key| Some((text(key, "kid")?, text(key, "issuer")?)));
        Ok(Self {
            issuers: issuers.collect(),
            set: serde_json::from_value(document)?,
        })
    }

    /// The issuers that this key is said to be for; none when nothing is said.
    pub(crate) fn issuers(&self, key: &CoreJsonWebKey) -> Vec<&str> {
        let issuers = self.issuers.iter();
        let of_key = issuers.filter(|(id, _)| key.key_id().is_some_and(|kid| kid.as_str() == id));
        of_key.map(|(_, issuer)| issuer.as_str()).collect()
    }
}
