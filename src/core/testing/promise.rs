//! What the description of an API (OpenAPI 3.1) promises: every answer that a test sees is held against
//! it. A broken promise panics.

#![expect(
    clippy::unwrap_used,
    reason = "a promise reports that it is broken by panicking"
)]

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, Mutex},
};

use jsonschema::{Draft, Validator};
use serde_json::{Value, json};

/// An answer, as far as a description tells of it.
#[derive(Debug, Clone, Copy)]
pub struct Answer<'a> {
    /// Its status.
    pub status: u16,
    /// What its body is, with or without parameters.
    pub media: &'a str,
    /// Its body.
    pub body: &'a [u8],
}

/// A description, of which no answer may have more than it tells: clients have to bear with members that
/// they do not know, we have to know them.
#[derive(Debug)]
pub struct Promise {
    document: Value,
    validators: Mutex<HashMap<String, Arc<Validator>>>,
}

impl Promise {
    /// What this description promises.
    pub fn of(mut document: Value) -> Self {
        close(&mut document["components"]);
        Self {
            document,
            validators: Mutex::default(),
        }
    }

    /// Holds an answer against what is promised of its operation. A path may be that of another
    /// description, parameters in braces; of addresses of nothing, nothing is promised.
    pub fn judge(&self, (method, path): (&str, &str), answer: Answer<'_>) -> Judged {
        let Some((template, operation)) = self.operation(method, path) else {
            return Judged::Nothing;
        };
        let name = format!("{method} {template} {}", answer.status);
        let body = String::from_utf8_lossy(answer.body);
        let promised = &operation["responses"][answer.status.to_string()];
        assert!(promised.is_object(), "{name} is not described: {body}");
        let content = &promised["content"];
        if content.is_null() {
            assert!(body.is_empty(), "{name} has no body: {body}");
            return Judged::Kept;
        }
        let media = answer.media.split(';').next().unwrap_or_default().trim();
        let schema = &content[media]["schema"];
        assert!(schema.is_object(), "{name} is no {media:?}: {body}");
        if media == "application/json" {
            let body = serde_json::from_str(&body).unwrap();
            let wrong = self.complaints((&name, schema), &body);
            assert!(wrong.is_empty(), "{name}: {wrong:#?}\n{body:#}");
        }
        Judged::Kept
    }

    fn complaints(&self, (name, schema): (&str, &Value), body: &Value) -> Vec<String> {
        let mut known = self.validators.lock().unwrap();
        let validator = known
            .entry(name.to_owned())
            .or_insert_with(|| Arc::new(validator(&self.document, schema)));
        let validator = Arc::clone(validator);
        drop(known);
        let errors = validator.iter_errors(body);
        errors
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect()
    }

    /// The operation at this path: the one with the fewest parameters that fits.
    fn operation(&self, method: &str, path: &str) -> Option<(&str, &Value)> {
        let paths = self.document["paths"].as_object().unwrap();
        let fitting = paths.iter().filter(|(template, _)| fits(template, path));
        let (template, item) = fitting.min_by_key(|(template, _)| template.matches('{').count())?;
        Some((template, item.get(method.to_ascii_lowercase())?))
    }
}

/// Whether something was promised of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Judged {
    /// It was, and it was kept.
    Kept,
    /// It was not.
    Nothing,
}

fn close(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            members.values_mut().for_each(close);
            let is_shape = members.get("properties").is_some_and(Value::is_object);
            if is_shape && members.contains_key("type") {
                let other = members.entry("additionalProperties");
                other.or_insert(Value::Bool(false));
            }
        }
        Value::Array(items) => items.iter_mut().for_each(close),
        _ => {}
    }
}

fn fits(template: &str, path: &str) -> bool {
    let (mut own, mut asked) = (template.split('/'), path.split('/'));
    loop {
        match (own.next(), asked.next()) {
            (None, None) => return true,
            (Some(own), Some(asked)) if own == asked => {}
            (Some(own), Some(asked)) if own.starts_with('{') && !asked.is_empty() => {}
            _ => return false,
        }
    }
}

/// The validator of a schema inside the document; references that lead nowhere make none.
fn validator(document: &Value, schema: &Value) -> Validator {
    let whole = json!({"components": document["components"], "allOf": [schema]});
    jsonschema::options()
        .with_draft(Draft::Draft202012)
        .should_validate_formats(true)
        .build(&whole)
        .unwrap()
}

/// The operations of a description: method, path, and what is said of it.
pub fn operations(document: &Value) -> Vec<(String, &str, &Value)> {
    let paths = document["paths"].as_object().unwrap();
    let each = paths.iter().flat_map(|(path, item)| {
        let methods = item.as_object().unwrap().iter();
        methods.map(move |(method, one)| (method.to_uppercase(), path.as_str(), one))
    });
    each.collect()
}

/// Checks what OpenAPI 3.1 asks for beyond what the types of the document hold already.
pub fn description_contract(document: &Value) {
    assert_eq!(document["openapi"], "3.1.0");
    let tags = document["tags"].as_array().unwrap().iter();
    let tags: BTreeSet<_> = tags.map(|tag| tag["name"].as_str().unwrap()).collect();
    let mut ids = BTreeSet::new();
    for (method, path, operation) in operations(document) {
        let name = format!("{method} {path}");
        let id = operation["operationId"].as_str().unwrap();
        assert!(ids.insert(id), "{name}: {id} is there twice");
        let tag = operation["tags"][0].as_str().unwrap();
        assert!(tags.contains(tag), "{name}");
        operation_contract(document, (&name, path), operation);
    }
    references(document, document);
    let shapes = document["components"]["schemas"].as_object().unwrap();
    for (name, schema) in shapes {
        assert!(jsonschema::meta::is_valid(schema), "{name}");
        validator(document, schema);
    }
}

fn operation_contract(document: &Value, (name, path): (&str, &str), operation: &Value) {
    let parts = path.split('/').filter_map(|part| part.strip_prefix('{'));
    let parts: BTreeSet<_> = parts.map(|part| part.trim_end_matches('}')).collect();
    let parameters = operation["parameters"].as_array().into_iter().flatten();
    let named = parameters.filter(|one| one["in"] == "path");
    let named: BTreeSet<_> = named.map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(named, parts, "{name}");
    let security = operation["security"].as_array().into_iter().flatten();
    let schemes = security.filter_map(Value::as_object);
    for scheme in schemes.flat_map(|one| one.keys()) {
        let known = &document["components"]["securitySchemes"][scheme];
        assert!(known.is_object(), "{name}: {scheme}");
    }
    for response in operation["responses"].as_object().unwrap().values() {
        assert!(response["description"].is_string(), "{name}");
    }
}

/// Every reference leads somewhere.
fn references(document: &Value, part: &Value) {
    match part {
        Value::Object(members) => {
            if let Some(Value::String(target)) = members.get("$ref") {
                let found = document.pointer(target.trim_start_matches('#'));
                assert!(found.is_some(), "{target} leads nowhere");
            }
            members.values().for_each(|one| references(document, one));
        }
        Value::Array(items) => items.iter().for_each(|one| references(document, one)),
        _ => {}
    }
}
