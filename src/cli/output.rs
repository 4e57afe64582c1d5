//! How commands print what they found: JSON for programs, tables for people. Only what is written here
//! reaches a terminal; it never panics where nobody reads on.

use std::{
    fmt,
    io::{self, Write},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use comfy_table::{Table, presets::UTF8_FULL_CONDENSED};
use portcullis_core::{
    identity::{Address, Identity},
    schema::{Schemas, Viewer},
};
use serde_json::{Map, Value, json};

use super::Failure;

/// How answers are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Output {
    /// One row for each fact.
    Table,
    /// One JSON object.
    Json,
}

impl Output {
    /// Prints one object.
    pub fn print(self, object: &Value) -> Result<(), Failure> {
        match self {
            Self::Json => say(format_args!("{object:#}")),
            Self::Table => say(format_args!("{}", table(object))),
        }
    }

    /// Prints a list: all of each object for programs, a row of these columns for people.
    pub fn print_rows(self, objects: &[Value], columns: &[&str]) -> Result<(), Failure> {
        match self {
            Self::Json => say(format_args!("{:#}", Value::from(objects))),
            Self::Table => say(format_args!("{}", rows(objects, columns))),
        }
    }
}

/// Prints a line of what was asked for. Whoever reads it may stop, as `head` does: then it is not needed
/// any more, and what the command does besides goes on.
pub(super) fn say(line: impl fmt::Display) -> Result<(), Failure> {
    match writeln!(io::stdout().lock(), "{line}") {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure::Refused(format!(
            "standard output takes nothing: {error}"
        ))),
        _ => Ok(()),
    }
}

/// Tells something beside it, on standard error.
pub(super) fn remark(line: impl fmt::Display) {
    // Where nobody hears it, there is nobody to tell that either.
    let _ = writeln!(io::stderr().lock(), "{line}");
}

fn table(object: &Value) -> Table {
    let mut rows = Vec::new();
    flatten("", object, &mut rows);
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED);
    rows.into_iter().for_each(|(key, value)| {
        table.add_row([key, value]);
    });
    table
}

fn rows(objects: &[Value], columns: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED).set_header(columns);
    for object in objects {
        let cell = |column: &&str| match &object[*column] {
            Value::Null => String::new(),
            Value::Array(list) => joined(list),
            value => plain(value),
        };
        table.add_row(columns.iter().map(cell));
    }
    table
}

fn flatten(path: &str, value: &Value, rows: &mut Vec<(String, String)>) {
    let below = |key: &str| {
        if path.is_empty() {
            key.to_owned()
        } else {
            format!("{path}.{key}")
        }
    };
    match value {
        Value::Object(map) => map
            .iter()
            .for_each(|(key, value)| flatten(&below(key), value, rows)),
        Value::Array(list) if list.iter().any(Value::is_object) => {
            list.iter()
                .enumerate()
                .for_each(|(i, v)| flatten(&below(&i.to_string()), v, rows));
        }
        Value::Array(list) => {
            rows.push((path.to_owned(), joined(list)));
        }
        Value::Null => {}
        other => rows.push((path.to_owned(), plain(other))),
    }
}

fn joined(list: &[Value]) -> String {
    let texts: Vec<String> = list.iter().map(plain).collect();
    texts.join(", ")
}

/// So many of a thing, in words such as "1 link" and "2 links".
pub(super) fn counted(count: u64, thing: &str) -> String {
    match count {
        1 => format!("1 {thing}"),
        count => format!("{count} {thing}s"),
    }
}

/// A value on one line; controls are shown as escapes, so that a trait cannot drive the terminal.
pub(super) fn plain(value: &Value) -> String {
    let text = value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned);
    text.chars().fold(String::new(), |mut line, c| {
        match c.is_control() {
            true => line.extend(c.escape_unicode()),
            false => line.push(c),
        }
        line
    })
}

/// An identity as administrators see it, in the wire dialect's shape; never a credential's secret, nor
/// what its schema shows to nobody but the person.
pub(super) fn identity(identity: &Identity, schemas: &Schemas, schemas_url: &str) -> Value {
    let schema = schemas.find(&identity.schema_id);
    let traits = schema.as_ref().map_or_else(
        || identity.traits.clone(),
        |schema| schema.visible(Viewer::Administrator, &identity.traits),
    );
    let unmanaged =
        schema.and_then(|one| one.visible_unmanaged(Viewer::Administrator, &identity.unmanaged));
    let verification: Vec<Value> = identity
        .addresses
        .iter()
        .filter(|a| a.purpose.verification)
        .map(verifiable)
        .collect();
    let recovery: Vec<Value> = identity
        .addresses
        .iter()
        .filter(|a| a.purpose.recovery)
        .map(recoverable)
        .collect();
    let schema = URL_SAFE_NO_PAD.encode(&identity.schema_id);
    let mut shown = json!({
        "id": identity.id,
        "schema_id": identity.schema_id,
        "schema_url": format!("{schemas_url}/{schema}"),
        "state": identity.state,
        "state_changed_at": identity.state_changed_at,
        "traits": traits,
        "provenance": identity.provenance,
        "roles": identity.roles,
        "required_actions": identity.required_actions,
        "accepted_terms": identity.accepted_terms,
        "tenant": identity.tenant,
        "metadata_public": identity.metadata_public,
        "metadata_admin": identity.metadata_admin,
        "verifiable_addresses": verification,
        "recovery_addresses": recovery,
        "organization_id": null,
        "created_at": identity.created_at,
        "updated_at": identity.updated_at,
    });
    if let Some(name) = &identity.external_id {
        shown["external_id"] = json!(name);
    }
    if let Some(unmanaged) = unmanaged {
        shown["unmanaged"] = json!(unmanaged);
    }
    shown
}

fn verifiable(address: &Address) -> Value {
    let mut value = recoverable(address);
    if let Value::Object(map) = &mut value {
        let verified = address.verified_at;
        map.insert("verified".to_owned(), json!(verified.is_some()));
        let status = if verified.is_some() {
            "completed"
        } else {
            "pending"
        };
        map.insert("status".to_owned(), json!(status));
        map.extend(verified.map(|at| ("verified_at".to_owned(), json!(at))));
    }
    value
}

fn recoverable(address: &Address) -> Value {
    let fields = [
        ("id", json!(address.id)),
        ("value", json!(address.value)),
        ("via", json!(address.via)),
        ("created_at", json!(address.created_at)),
        ("updated_at", json!(address.updated_at)),
    ];
    Value::Object(
        fields
            .into_iter()
            .map(|(k, v)| (k.to_owned(), v))
            .collect::<Map<_, _>>(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_reads_the_same_in_a_row_as_by_itself() {
        let object = json!({"id": "x", "roles": ["viewer", "admin"], "scopes": []});
        let alone = table(&object).to_string();
        let row = rows(&[object], &["id", "roles", "scopes"]).to_string();
        for shown in [alone, row] {
            assert!(shown.contains(" viewer, admin "), "{shown}");
            assert!(!shown.contains('[') && !shown.contains('"'), "{shown}");
        }
    }

    #[test]
    fn one_is_told_as_one() {
        let told = [0, 1, 2].map(|count| counted(count, "link"));
        assert_eq!(told, ["0 links", "1 link", "2 links"]);
    }
}
