//! References in the place of secrets in files: `env:NAME`, `file:///path` and `file:///path#key`. Lists of
//! Kratos have none: whoever may write those could otherwise read any file and variable.

use std::fs;

use serde_json::Value as Json;
use toml::{Table, Value};

use super::finding::KeyPath;

/// What stands before a secret that begins like a reference.
const LITERAL: &str = "literal:";

/// The keys that may hold one: those that have a twin in `_file`.
const KEYS: [[&str; 2]; 7] = [
    ["store", "url"],
    ["redis", "url"],
    ["mail", "url"],
    ["outbound", "proxy"],
    ["session", "secret"],
    ["captcha", "secret"],
    ["tokens", "keys"],
];

/// The same of each provider.
const OF_PROVIDERS: [&str; 2] = ["client_secret", "private_key"];

/// The variables of the environment.
type Variables = [(String, String)];

/// What stands for this secret in a file, also where it begins like a reference.
pub(crate) fn literal(secret: &str) -> String {
    let is_like_one = ["env:", "file://", LITERAL];
    match is_like_one.iter().any(|begin| secret.starts_with(begin)) {
        true => format!("{LITERAL}{secret}"),
        false => secret.to_owned(),
    }
}

/// Puts what is meant into the place of each reference of the configuration file; which could not be
/// read, and why. These are left out.
pub(super) fn resolve(variables: &Variables, file: &mut Table) -> Vec<(KeyPath, String)> {
    let mut broken = Vec::new();
    for [section, key] in KEYS {
        if let Some(Value::Table(table)) = file.get_mut(section) {
            replace(variables, table, (&[section], key), &mut broken);
        }
    }
    if let Some(Value::Table(providers)) = file.get_mut("providers") {
        let ids: Vec<String> = providers.keys().cloned().collect();
        broken.extend(resolve_providers(variables, providers, &ids));
    }
    broken
}

/// The same of the providers with these ids.
pub(super) fn resolve_providers(
    variables: &Variables,
    providers: &mut Table,
    ids: &[String],
) -> Vec<(KeyPath, String)> {
    let mut broken = Vec::new();
    for id in ids {
        let Some(Value::Table(table)) = providers.get_mut(id) else {
            continue;
        };
        for key in OF_PROVIDERS {
            replace(variables, table, (&["providers", id], key), &mut broken);
        }
    }
    broken
}

fn replace(
    variables: &Variables,
    table: &mut Table,
    (above, key): (&[&str], &str),
    broken: &mut Vec<(KeyPath, String)>,
) {
    let Some(value) = table.get_mut(key) else {
        return;
    };
    let meant = match value {
        Value::String(text) => meant(variables, text).map(Value::String),
        Value::Array(list) => list
            .iter()
            .map(|one| match one {
                Value::String(text) => meant(variables, text).map(Value::String),
                other => Ok(other.clone()),
            })
            .collect::<Result<Vec<_>, _>>()
            .map(Value::Array),
        _ => return,
    };
    match meant {
        Ok(meant) => *value = meant,
        Err(reason) => {
            table.remove(key);
            let names = above.iter().copied().chain([key]).map(str::to_owned);
            broken.push((KeyPath(names.collect()), reason));
        }
    }
}

/// What a text stands for; the reason names a variable or a file, never what is in it.
fn meant(variables: &Variables, text: &str) -> Result<String, String> {
    if let Some(literal) = text.strip_prefix(LITERAL) {
        return Ok(literal.to_owned());
    }
    if let Some(name) = text.strip_prefix("env:") {
        let found = variables.iter().find(|(known, _)| known == name);
        let found = found.map(|(_, value)| value.clone());
        let found = found.ok_or_else(|| format!("the environment has no text in {name}"))?;
        return whole(&found, name);
    }
    let Some(place) = text.strip_prefix("file://") else {
        return Ok(text.to_owned());
    };
    if !place.starts_with('/') {
        return Err("a file is named whole here, as file:///path or file:///path#key".to_owned());
    }
    match place.split_once('#') {
        None => whole(&read(place)?, place),
        Some((path, key)) => {
            let document: Json = serde_json::from_str(&read(path)?)
                .map_err(|_| format!("{path} is no JSON, so nothing stands under {key}"))?;
            let found = document.get(key).and_then(Json::as_str);
            let found = found.ok_or_else(|| format!("{path} has no text under {key}"))?;
            whole(found, place)
        }
    }
}

fn read(path: &str) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("{path}: {error}"))
}

/// The text without the line end that editors add.
fn whole(text: &str, place: &str) -> Result<String, String> {
    let text = text.trim_end_matches(['\r', '\n']);
    match text.is_empty() {
        true => Err(format!("{place} is empty; write the secret into it")),
        false => Ok(text.to_owned()),
    }
}
