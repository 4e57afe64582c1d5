//! Providers' tables as JSON: how they are taken in, kept and shown. Secrets are sealed in the
//! store and never shown.

use std::sync::Arc;

use portcullis_core::{administration::Secrets, entropy::Entropy, id::ProviderId, seal::Seal};
use serde_json::{Map, Value, json};

use crate::config;

/// What a record shows beside the table. It may come back with it, and says nothing then.
const SHOWN_BESIDE: [&str; 9] = [
    "id",
    "source",
    "redirect_uri",
    "post_logout_redirect_uri",
    "backchannel_logout_uri",
    "frontchannel_logout_uri",
    "has_client_secret",
    "has_private_key",
    "warnings",
];

/// The member that holds a sealed text.
const SEALED: &str = "sealed";

/// Seals and opens tables.
#[derive(Debug, Clone)]
pub(crate) struct Tables {
    /// The key.
    pub(crate) seal: Seal,
    /// Randomness.
    pub(crate) entropy: Arc<dyn Entropy>,
}

impl Tables {
    /// The table as it is kept; `None` when a secret is too long for the cipher.
    pub(super) fn sealed(
        &self,
        id: &ProviderId,
        mut table: Map<String, Value>,
    ) -> Option<Map<String, Value>> {
        for key in config::Provider::SECRETS {
            if let Some(Value::String(secret)) = table.get_mut(key) {
                let plain = secret.as_bytes();
                let sealed = self.seal.close(&purpose(id, key), plain, &*self.entropy)?;
                table.insert(key.to_owned(), json!({SEALED: sealed}));
            }
        }
        Some(table)
    }

    /// The table in the clear, and the secrets that the present key does not open.
    pub(super) fn opened(
        &self,
        id: &ProviderId,
        mut table: Map<String, Value>,
    ) -> (Map<String, Value>, Vec<&'static str>) {
        let mut closed = Vec::new();
        for key in config::Provider::SECRETS {
            let Some(sealed) = table.get(key).and_then(|value| value.get(SEALED)) else {
                continue;
            };
            let text = sealed.as_str().and_then(|sealed| {
                let plain = self.seal.open(&purpose(id, key), sealed)?;
                String::from_utf8(plain).ok()
            });
            match text {
                Some(text) => {
                    table.insert(key.to_owned(), Value::String(text));
                }
                None => {
                    table.shift_remove(key);
                    closed.push(key);
                }
            }
        }
        (table, closed)
    }
}

/// A sealed secret is worth nothing under another name.
fn purpose(id: &ProviderId, key: &str) -> String {
    format!("provider {id} {key}")
}

/// The table as it was given, without what says nothing; a provider that does not stand in a file
/// stays away from private networks unless it is told otherwise.
pub(super) fn taken(mut table: Map<String, Value>) -> Map<String, Value> {
    table.retain(|key, value| !value.is_null() && !SHOWN_BESIDE.contains(&key.as_str()));
    table
        .entry("allow_private_network")
        .or_insert(Value::Bool(false));
    table
}

/// Which secrets the table holds or names.
pub(super) fn secrets(table: &config::Provider) -> Secrets {
    Secrets {
        has_client_secret: table.client_secret.is_some() || table.client_secret_file.is_some(),
        has_private_key: table.private_key.is_some() || table.private_key_file.is_some(),
    }
}

/// The table with all its defaults and without any secret.
pub(super) fn shown(table: &config::Provider) -> Map<String, Value> {
    let Ok(Value::Object(mut shown)) = serde_json::to_value(table) else {
        return Map::new();
    };
    let is_secret = |key: &String| config::Provider::SECRETS.contains(&key.as_str());
    shown.retain(|key, value| !value.is_null() && !is_secret(key));
    shown
}

/// A kept secret that would go elsewhere than where it was given for: the change leaves it as it is,
/// but not the address that it is sent to.
pub(super) fn astray(
    kept: &Map<String, Value>,
    given: &Map<String, Value>,
    table: &Map<String, Value>,
) -> Option<&'static str> {
    if destination(kept) == destination(table) {
        return None;
    }
    let is_kept = |key: &&str| !given.contains_key(*key) && table.contains_key(*key);
    config::Provider::SECRETS.into_iter().find(is_kept)
}

/// What decides where a provider's secrets go; nothing for a table that cannot be read.
fn destination(table: &Map<String, Value>) -> Option<Value> {
    let read = serde_json::from_value(Value::Object(taken(table.clone())));
    let provider: config::Provider = read.ok()?;
    Some(json!([
        provider.kind,
        provider.issuer(),
        provider.api_url,
        provider.cloud,
        provider.microsoft_tenant,
        provider.microsoft_tenant_id,
    ]))
}

/// Applies a merge patch (RFC 7396).
pub(super) fn merge(target: &mut Map<String, Value>, patch: Map<String, Value>) {
    for (key, value) in patch {
        match (target.get_mut(&key), value) {
            (_, Value::Null) => {
                target.shift_remove(&key);
            }
            (Some(Value::Object(inner)), Value::Object(patch)) => merge(inner, patch),
            (_, value) => {
                target.insert(key, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use portcullis_core::testing::SeededEntropy;

    use super::*;

    fn object(value: &Value) -> Map<String, Value> {
        value.as_object().cloned().unwrap()
    }

    #[test]
    fn secrets_are_sealed_for_one_provider_and_one_key() {
        let tables = Tables {
            seal: Seal::new(b"k"),
            entropy: Arc::new(SeededEntropy::new(3)),
        };
        let plain =
            object(&json!({"kind": "google", "client_secret": "hush", "private_key": "psst"}));
        let (acme, other) = ("acme".parse().unwrap(), "other".parse().unwrap());
        let sealed = tables.sealed(&acme, plain.clone()).unwrap();
        let text = serde_json::to_string(&sealed).unwrap();
        assert!(!text.contains("hush") && !text.contains("psst"), "{text}");
        assert_eq!(tables.opened(&acme, sealed.clone()), (plain, vec![]));
        let (opened, closed) = tables.opened(&other, sealed.clone());
        assert_eq!(closed, config::Provider::SECRETS);
        assert_eq!(opened, object(&json!({"kind": "google"})));
        let rotated = Tables {
            seal: Seal::new(b"another"),
            ..tables
        };
        assert_eq!(rotated.opened(&acme, sealed).1.len(), 2);
    }

    #[test]
    fn a_patch_changes_what_it_names() {
        let mut table = object(&json!({"a": 1, "map": {"email": "x", "name": "y"}, "gone": true}));
        merge(
            &mut table,
            object(&json!({"map": {"name": "z"}, "gone": null, "new": [1]})),
        );
        let after = json!({"a": 1, "map": {"email": "x", "name": "z"}, "new": [1]});
        assert_eq!(table, object(&after));
    }

    #[test]
    fn a_kept_secret_goes_nowhere_else() {
        let kept = object(&json!({
            "kind": "oidc", "client_id": "c", "issuer_url": "https://idp.test",
            "client_secret": "hush",
        }));
        let patched = |patch: Value| {
            let mut table = kept.clone();
            merge(&mut table, object(&patch));
            astray(&kept, &object(&patch), &table)
        };
        for harmless in [
            json!({"label": "IdP"}),
            json!({"issuer_url": "https://idp.test", "cloud": "global"}),
            json!({"issuer_url": "https://evil.test", "client_secret": "anew"}),
            json!({"issuer_url": "https://evil.test", "client_secret": null}),
        ] {
            assert_eq!(patched(harmless.clone()), None, "{harmless}");
        }
        for elsewhere in [
            json!({"issuer_url": "https://evil.test"}),
            json!({"issuer_url": null}),
            json!({"kind": "okta"}),
            json!({"api_url": "https://evil.test"}),
            json!({"cloud": "china"}),
            json!({"microsoft_tenant": "evil.test"}),
        ] {
            assert_eq!(
                patched(elsewhere.clone()),
                Some("client_secret"),
                "{elsewhere}"
            );
        }
    }

    #[test]
    fn no_secret_is_shown() {
        let table: config::Provider = serde_json::from_value(
            json!({"kind": "google", "client_id": "c", "client_secret": "hush"}),
        )
        .unwrap();
        let shown = shown(&table);
        assert_eq!(shown["client_id"], "c");
        assert!(!shown.keys().any(|key| key.contains("secret")), "{shown:?}");
    }
}
