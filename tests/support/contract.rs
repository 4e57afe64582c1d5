//! The published contract of the dialect: which answer of which operation has which shape.

mod own;

use std::{
    collections::BTreeSet,
    sync::{Arc, LazyLock, Mutex},
};

use jsonschema::{Draft, Validator};
use reqwest::{RequestBuilder, Response};
use serde_json::{Value, json};

static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
    let text = include_str!("contract/kratos-api.json");
    let mut document: Value = serde_json::from_str(text).expect("the contract is JSON");
    let schemas = document["components"]["schemas"].as_object_mut();
    schemas
        .expect("it has schemas")
        .values_mut()
        .for_each(plain);
    mend(&mut document);
    document
});

/// What is published and sent by no server, the authors' own included.
///
/// The `details` of an error are an object of anything, such as `docs`, `hint` and `reject_reason`, out
/// of which the document makes one without members.
fn mend(document: &mut Value) {
    let error = &mut document["components"]["schemas"]["genericError"]["properties"];
    let details = error["details"]
        .as_object_mut()
        .expect("errors have details");
    assert_eq!(details.remove("additionalProperties"), Some(json!(false)));
}

/// JSON Schema has no `nullable`: what may be null has two types.
fn plain(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            if members.remove("nullable") == Some(json!(true))
                && let Some(kind) = members.get_mut("type")
            {
                *kind = json!([kind.take(), "null"]);
            }
            members.values_mut().for_each(plain);
        }
        Value::Array(items) => items.iter_mut().for_each(plain),
        _ => {}
    }
}

/// Judges answers, and remembers which there were.
#[derive(Debug, Clone, Default)]
pub(crate) struct Contract(Arc<Mutex<BTreeSet<(String, u16)>>>);

impl Contract {
    /// Sends a request to the operation at this path of the contract, and judges the answer.
    pub(crate) async fn call(
        &self,
        (method, path): (&str, &str),
        request: RequestBuilder,
        status: u16,
    ) -> Value {
        let answer = request.header("accept", "application/json").send().await;
        self.judge((method, path), answer.expect("an answer"), status)
            .await
    }

    /// Judges an answer of the operation at this path.
    pub(crate) async fn judge(
        &self,
        (method, path): (&str, &str),
        answer: Response,
        status: u16,
    ) -> Value {
        let (own, text) = (answer.status().as_u16(), answer.text().await);
        let text = text.expect("a body");
        assert_eq!(own, status, "{method} {path}: {text}");
        own::judge((method, path), status, &text);
        let operation = &DOCUMENT["paths"][path][method];
        let id = operation["operationId"].as_str();
        let id = id.unwrap_or_else(|| panic!("{method} {path} is in the contract"));
        let mut seen = self.0.lock().unwrap();
        seen.insert((id.to_owned(), status));
        drop(seen);
        let responses = &operation["responses"];
        let promised = responses.get(status.to_string());
        let promised = promised.unwrap_or(&responses["default"]);
        let promised = resolved(promised);
        let schema = &promised["content"]["application/json"]["schema"];
        if schema.is_null() {
            assert_eq!(text, "", "{id} {status} has no body");
            return Value::Null;
        }
        let body: Value = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{e}: {text}"));
        let wrong = complaints(schema, &body);
        assert!(wrong.is_empty(), "{id} {status}: {wrong:#?}\n{body:#}");
        body
    }

    /// Every operation whose path begins so that no answer was judged of.
    pub(crate) fn missing(&self, starts: &[&str]) -> Vec<String> {
        let seen = self.0.lock().unwrap();
        let paths = DOCUMENT["paths"].as_object().expect("it has paths");
        let paths = paths
            .iter()
            .filter(|(path, _)| starts.iter().any(|start| path.starts_with(start)));
        let operations = paths.flat_map(|(_, methods)| methods.as_object().into_iter().flatten());
        let ids = operations.filter_map(|(_, operation)| operation["operationId"].as_str());
        ids.filter(|id| !seen.iter().any(|(known, _)| known == id))
            .map(str::to_owned)
            .collect()
    }
}

fn resolved(part: &Value) -> &Value {
    match part["$ref"].as_str() {
        Some(reference) => DOCUMENT
            .pointer(reference.trim_start_matches('#'))
            .expect("a reference leads somewhere"),
        None => part,
    }
}

/// All that is wrong with a body.
///
/// The published shape of `browser_location_change_required` has its envelope twice inside of each
/// other, which no server sends and no client expects; its one envelope is judged as every other.
fn complaints(schema: &Value, body: &Value) -> Vec<String> {
    let name = schema["$ref"].as_str().unwrap_or_default();
    if !name.ends_with("/errorBrowserLocationChangeRequired") {
        return judged(schema, body);
    }
    let mut wrong = judged(
        &json!({ "$ref": "#/components/schemas/errorGeneric" }),
        body,
    );
    let target = &resolved(schema)["properties"]["redirect_browser_to"];
    wrong.extend(judged(target, &body["redirect_browser_to"]));
    wrong
}

fn judged(schema: &Value, body: &Value) -> Vec<String> {
    let mut whole = json!({ "components": DOCUMENT["components"] });
    whole["allOf"] = json!([schema]);
    let validator: Validator = jsonschema::options()
        .with_draft(Draft::Draft7)
        .should_validate_formats(true)
        .build(&whole)
        .expect("the contract has schemas");
    let errors = validator.iter_errors(body);
    errors
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect()
}
