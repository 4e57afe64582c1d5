//! A provider that stands in no file: added at run time, by whoever may reach the admin interface.

use std::path::PathBuf;

use serde_json::{Map, Value};

use super::{
    Config,
    finding::{Check, Finding, Severity},
    provider::Provider,
};

impl Provider {
    /// The keys that hold secrets; each may name a file with `_file` after it instead.
    pub const SECRETS: [&str; 2] = ["client_secret", "private_key"];

    /// Checks a provider whose table comes from elsewhere than a file of the configuration.
    pub(super) fn validate_alone(&self, id: &str, table: &Value, check: &mut Check<'_>) {
        self.validate(id, check);
        let keys = table.as_object().into_iter().flat_map(Map::keys);
        for key in keys.filter(|key| key.ends_with("_file")) {
            // It would be read with the gateway's rights and sent to wherever the provider says.
            let message = "a provider added at run time names no files; give the value itself";
            check.under(key).problem(message);
        }
    }
}

impl Config {
    /// What is weak about a provider of this id and table, beside all that is configured.
    pub fn weakness_of(&self, id: &str, table: &Map<String, Value>) -> Vec<Finding> {
        let Ok(provider) = serde_json::from_value::<Provider>(Value::Object(table.clone())) else {
            return Vec::new();
        };
        let mut config = self.clone();
        config.providers.clear();
        config.providers.insert(id.to_owned(), provider);
        config.plugins.self_service.registration.enabled = false;
        let mut findings = Vec::new();
        let mut check = Check::new(&mut findings);
        for (id, provider) in &config.providers {
            provider.validate(id, &mut check.under("providers").under(id));
        }
        config.warn_of_open_doors(&mut check);
        findings.retain(|finding| finding.severity == Severity::Warning);
        findings
    }

    /// The files that providers name, beside those that name them.
    pub fn provider_files(&self) -> Vec<PathBuf> {
        let files = |provider: &Provider| {
            let named = [
                &provider.client_secret_file,
                &provider.private_key_file,
                &provider.certificate_file,
            ];
            named.map(Clone::clone)
        };
        let files = self.providers.values().flat_map(files);
        files.flatten().collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::config::{Identity, load_provider};

    /// Whoever adds providers while the gateway runs reads no secret of its own: they would have it sent to
    /// an address of theirs.
    #[test]
    fn a_provider_of_elsewhere_names_neither_variables_nor_files() {
        let table = |key: &str, value: &str| {
            json!({
                "kind": "oidc", "issuer_url": "https://id.example.org", "client_id": "gate",
                key: value,
            })
        };
        for text in [
            "env:HOME",
            "env:PORTCULLIS_SESSION__SECRET",
            "file:///etc/hostname",
        ] {
            let read = load_provider("corp", &table("client_secret", text), &Identity::default());
            let secret = read.unwrap().client_secret.unwrap();
            assert_eq!(secret.expose(), text, "it stands for itself");
        }
        for key in ["client_secret_file", "private_key_file", "certificate_file"] {
            let refused = load_provider("corp", &table(key, "/etc/hostname"), &Identity::default());
            let refused = refused.unwrap_err().to_string();
            assert!(refused.contains("names no files"), "{refused}");
        }
    }

    /// Links that are prepared are kept under that word.
    #[test]
    fn no_provider_is_called_prepared() {
        let table = json!({
            "kind": "oidc", "issuer_url": "https://id.example.org", "client_id": "gate",
            "client_secret": "hush",
        });
        assert!(load_provider("prepared-2", &table, &Identity::default()).is_ok());
        let refused = load_provider("prepared", &table, &Identity::default());
        let refused = refused.unwrap_err().to_string();
        assert!(refused.contains("no provider is called"), "{refused}");
    }
}
