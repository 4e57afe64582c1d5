//! What the plugins say of themselves: an answer that has the published shape has to have theirs, too.

use std::sync::LazyLock;

use jsonschema::Draft;
use portcullis_core::cookie::Cookies;
use serde_json::{Value, json};

/// The descriptions of the plugins, of which no answer may have more than they tell.
static DESCRIPTIONS: LazyLock<[Value; 2]> = LazyLock::new(|| {
    let url = "http://localhost:4180".parse().expect("an address");
    let cookies = Cookies::new(&url, None);
    let self_service = portcullis_self_service::description("/.portcullis", &cookies);
    let mut all = [self_service, portcullis_admin::description()];
    all.iter_mut().for_each(|one| close(&mut one["components"]));
    all
});

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

/// Judges an answer of the operation that the published contract has at this path.
pub(super) fn judge((method, path): (&str, &str), status: u16, body: &str) {
    let name = format!("{method} {path} {status}");
    let (document, operation) = operation(method, path).expect(&name);
    let told = &operation["responses"][status.to_string()];
    assert!(told.is_object(), "{name} is not described");
    let schema = &told["content"]["application/json"]["schema"];
    if schema.is_null() {
        assert_eq!(body, "", "{name} has no body");
        return;
    }
    let body: Value = serde_json::from_str(body).unwrap_or(Value::Null);
    let whole = json!({"components": document["components"], "allOf": [schema]});
    let validator = jsonschema::options()
        .with_draft(Draft::Draft202012)
        .should_validate_formats(true)
        .build(&whole)
        .expect("a description has schemas");
    let wrong = validator.iter_errors(&body);
    let wrong: Vec<_> = wrong
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(wrong.is_empty(), "{name}: {wrong:#?}\n{body:#}");
}

/// The operation at a path, however its parameters are called.
fn operation(method: &str, path: &str) -> Option<(&'static Value, &'static Value)> {
    DESCRIPTIONS.iter().find_map(|document| {
        let mut paths = document["paths"].as_object()?.iter();
        let (_, item) = paths
            .find(|(own, item)| unnamed(own) == unnamed(path) && item.get(method).is_some())?;
        Some((document, &item[method]))
    })
}

/// A path whose parameters have no names.
fn unnamed(path: &str) -> Vec<&str> {
    let parts = path.split('/');
    parts
        .map(|part| if part.starts_with('{') { "{}" } else { part })
        .collect()
}
