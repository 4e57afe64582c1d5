//! `providers add`: a provider's table from options, in the words of the configuration.

use std::{
    fs,
    io::{self, Read},
    path::{Path, PathBuf},
};

use clap::Args;
use portcullis_core::administration::ProviderAdministration;
use serde_json::{Map, Value};

use super::{act, as_json, errand::Errand, facts, show};
use crate::{
    cli::{Common, Failure, remote::Remote},
    config,
};

/// What is to be added.
#[derive(Debug, Args)]
pub(in crate::cli) struct Add {
    /// What speaks with it, such as `google`.
    #[arg(long)]
    kind: String,
    /// The id the provider gave this gateway.
    #[arg(long)]
    client_id: String,
    /// The name of the provider here; otherwise one is made of its client.
    #[arg(long)]
    id: Option<String>,
    /// Read the secret the provider gave this gateway from this file.
    #[arg(long, value_name = "FILE", conflicts_with = "client_secret_stdin")]
    client_secret_file: Option<PathBuf>,
    /// Read the secret from standard input.
    #[arg(long)]
    client_secret_stdin: bool,
    /// Read the private key that proves this gateway from this file.
    #[arg(long, value_name = "FILE")]
    private_key_file: Option<PathBuf>,
    /// Read that key's certificate from this file.
    #[arg(long, value_name = "FILE")]
    certificate_file: Option<PathBuf>,
    /// Any other key of the table as in TOML, such as `issuer_url=https://id.example.org`.
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
}

/// Adds the provider to the store.
pub(super) fn run(common: &Common, add: &Add) -> Result<(), Failure> {
    let table = add.table()?;
    let asked = table.clone();
    let remote = Remote::run(&common.reach, async |remote| {
        show(common.output, remote.add(asked).await?)
    });
    if let Some(done) = remote {
        return done;
    }
    Errand::run(common, async |errand| {
        let added = errand.administration().add(table).await?;
        let act = act("providers add", "provider.create", &added.id).to(facts(&added));
        act.note(errand.foundation()).await;
        errand.mention_weakness(&added).await;
        show(common.output, as_json(&added)?)
    })
}

impl Add {
    fn table(&self) -> Result<Map<String, Value>, Failure> {
        let mut table = Map::new();
        for setting in &self.set {
            merge(&mut table, setting_of(setting)?);
        }
        let mut put = |key: &str, value: &str| {
            table.insert(key.to_owned(), Value::String(value.to_owned()));
        };
        put("kind", &self.kind);
        put("client_id", &self.client_id);
        if let Some(id) = &self.id {
            put("id", id);
        }
        if let Some(secret) = self.secret()? {
            put("client_secret", secret.trim_end_matches(['\r', '\n']));
        }
        if let Some(file) = &self.private_key_file {
            put("private_key", &read(file)?);
        }
        if let Some(file) = &self.certificate_file {
            put("certificate", &read(file)?);
        }
        Ok(table)
    }

    fn secret(&self) -> Result<Option<String>, Failure> {
        if let Some(file) = &self.client_secret_file {
            return read(file).map(Some);
        }
        if !self.client_secret_stdin {
            return Ok(None);
        }
        let mut text = String::new();
        let read = io::stdin().read_to_string(&mut text);
        read.map_err(|error| Failure::Refused(format!("standard input: {error}")))?;
        Ok(Some(text))
    }
}

fn read(file: &Path) -> Result<String, Failure> {
    let name = file.display();
    fs::read_to_string(file).map_err(|error| Failure::Refused(format!("{name}: {error}")))
}

/// One `KEY=VALUE`: both as in TOML, or the value as a bare text.
fn setting_of(setting: &str) -> Result<Map<String, Value>, Failure> {
    let usage = |text: &str| Failure::Usage(text.to_owned());
    let Some((key, value)) = setting.split_once('=') else {
        return Err(usage("write --set KEY=VALUE"));
    };
    if config::Provider::SECRETS.contains(&key.trim()) {
        return Err(usage(
            "others on this machine can read the command line; use --client-secret-file, \
             --client-secret-stdin or --private-key-file",
        ));
    }
    let quoted = Value::String(value.to_owned());
    let written = format!("{key} = {value}").parse::<toml::Table>();
    let written = written.or_else(|_| format!("{key} = {quoted}").parse());
    let written = written.map_err(|_| usage("the KEY of --set KEY=VALUE is none of TOML's"))?;
    match serde_json::to_value(written) {
        Ok(Value::Object(table)) => Ok(table),
        _ => Err(usage("the VALUE of --set KEY=VALUE cannot be taken")),
    }
}

fn merge(target: &mut Map<String, Value>, more: Map<String, Value>) {
    for (key, value) in more {
        match (target.get_mut(&key), value) {
            (Some(Value::Object(inner)), Value::Object(more)) => merge(inner, more),
            (_, value) => {
                target.insert(key, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn settings_are_toml_or_bare_texts() {
        let mut table = Map::new();
        for setting in [
            "issuer_url=https://id.example.org",
            "label = Our \"own\" identity",
            "order=3",
            "hidden = true",
            "scopes=[\"openid\"]",
            "map.\"name.first\"=claims.given_name",
            "map.email = \"claims.mail\"",
        ] {
            merge(&mut table, setting_of(setting).unwrap());
        }
        assert_eq!(
            Value::Object(table),
            json!({
                "issuer_url": "https://id.example.org", "label": " Our \"own\" identity",
                "order": 3, "hidden": true, "scopes": ["openid"],
                "map": {"name.first": "claims.given_name", "email": "claims.mail"},
            })
        );
        for refused in ["hidden", "client_secret=hush", "= 3"] {
            let refusal = setting_of(refused);
            assert!(matches!(refusal, Err(Failure::Usage(_))), "{refused}");
        }
    }
}
