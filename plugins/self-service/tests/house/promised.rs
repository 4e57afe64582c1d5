//! What the description of the pages promises: every answer that a test sees is held against it.

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock, Mutex},
};

use http::Method;
use jsonschema::{Draft, Validator};
use portcullis_core::cookie::Cookies;
use serde_json::{Value, json};
use url::Url;

use super::{PUBLIC, browser::Reply};
use crate::description;

/// The description, of which no answer may have more than it tells: clients have to bear with members that
/// they do not know, we have to know them.
static PROMISED: LazyLock<Value> = LazyLock::new(|| {
    let mut document = document();
    close(&mut document["components"]);
    document
});

/// The description of the plugin of these tests.
pub(crate) fn document() -> Value {
    let public_url = Url::parse(PUBLIC).unwrap();
    description("/.portcullis", &Cookies::new(&public_url, None))
}

type Validators = Mutex<HashMap<String, Arc<Validator>>>;

static VALIDATORS: LazyLock<Validators> = LazyLock::new(Validators::default);

fn close(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            members.values_mut().for_each(close);
            let is_shape = members.get("properties").is_some_and(Value::is_object);
            if is_shape && members.contains_key("type") {
                members
                    .entry("additionalProperties")
                    .or_insert(Value::Bool(false));
            }
        }
        Value::Array(items) => items.iter_mut().for_each(close),
        _ => {}
    }
}

/// Holds an answer against what is promised of its operation; there is none at addresses of nothing.
pub(crate) fn judge((method, path): (&Method, &str), reply: &Reply) {
    let path = path.strip_prefix("/.portcullis").unwrap();
    let path = path.split('?').next().unwrap();
    let Some((template, operation)) = operation(method, path) else {
        return;
    };
    let name = format!("{method} {template} {}", reply.status);
    let promised = &operation["responses"][reply.status.to_string()];
    assert!(promised.is_object(), "{name} is not described: {reply:?}");
    let content = &promised["content"];
    if content.is_null() {
        assert!(reply.body.is_empty(), "{name} has no body: {reply:?}");
        return;
    }
    let media = reply.headers["content-type"].to_str().unwrap();
    let media = media.split(';').next().unwrap_or_default().trim();
    let schema = &content[media]["schema"];
    assert!(schema.is_object(), "{name} is no {media:?}: {reply:?}");
    if media != "application/json" {
        return;
    }
    let wrong = complaints((&name, schema), &reply.json());
    assert!(wrong.is_empty(), "{name}: {wrong:#?}\n{:#}", reply.json());
}

fn complaints((name, schema): (&str, &Value), body: &Value) -> Vec<String> {
    let mut known = VALIDATORS.lock().unwrap();
    let validator = known
        .entry(name.to_owned())
        .or_insert_with(|| Arc::new(validator(&PROMISED, schema)));
    let validator = Arc::clone(validator);
    drop(known);
    let errors = validator.iter_errors(body);
    errors
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect()
}

/// The validator of a schema inside the document.
pub(crate) fn validator(document: &Value, schema: &Value) -> Validator {
    let whole = json!({"components": document["components"], "allOf": [schema]});
    jsonschema::options()
        .with_draft(Draft::Draft202012)
        .should_validate_formats(true)
        .build(&whole)
        .unwrap()
}

/// The operation at this path: the one with the fewest parameters that fits.
fn operation(method: &Method, path: &str) -> Option<(&'static str, &'static Value)> {
    let name = method.as_str().to_ascii_lowercase();
    let paths = PROMISED["paths"].as_object().unwrap();
    let fitting = paths.iter().filter(|(template, _)| fits(template, path));
    let (template, item) = fitting.min_by_key(|(template, _)| template.matches('{').count())?;
    Some((template, item.get(name)?))
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
