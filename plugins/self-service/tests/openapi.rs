//! The description of the pages: whole, sound, and served.

use std::collections::BTreeSet;

use http::Method;
use serde_json::Value;

use super::house::{
    House,
    promised::{document, validator},
};
use crate::router::endpoints;

fn operations(document: &Value) -> Vec<(String, &str, &Value)> {
    let paths = document["paths"].as_object().unwrap();
    let each = paths.iter().flat_map(|(path, item)| {
        let methods = item.as_object().unwrap().iter();
        methods.map(move |(method, one)| (method.to_uppercase(), path.as_str(), one))
    });
    each.collect()
}

/// HA-12.
#[test]
fn every_endpoint_is_described_and_nothing_else() {
    let document = document();
    let described: BTreeSet<_> = operations(&document)
        .into_iter()
        .map(|(method, path, _)| format!("{method} {path}"))
        .collect();
    let table = endpoints();
    let table = table.iter();
    let table: BTreeSet<_> = table
        .map(|one| format!("{} {}", one.method, one.path))
        .collect();
    assert_eq!(described, table);
}

/// HA-12: whatever is described is there, and at its address no other method is.
#[tokio::test]
async fn what_is_described_is_what_is_served() {
    let document = document();
    let methods = [
        Method::GET,
        Method::POST,
        Method::PUT,
        Method::PATCH,
        Method::DELETE,
    ];
    for (path, item) in document["paths"].as_object().unwrap() {
        if path == "/assets/{file}" {
            continue;
        }
        let target = path.replace("{provider}", "acme").replace("{id}", "one");
        for method in &methods {
            let is_told = item.get(method.as_str().to_ascii_lowercase()).is_some();
            let house = House::new();
            let accept = [("accept", "application/json")];
            let mut browser = house.browser();
            let reply = browser.send(method.clone(), &target, &accept, Vec::new());
            let is_served = reply.await.status != 405;
            assert_eq!(is_served, is_told, "{method} {path}");
        }
    }
}

/// What OpenAPI 3.1 asks for beyond what the types of the document hold already.
#[test]
fn the_description_is_sound() {
    let document = document();
    assert_eq!(document["openapi"], "3.1.0");
    let tags: BTreeSet<_> = document["tags"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tag| tag["name"].as_str().unwrap())
        .collect();
    let mut ids = BTreeSet::new();
    for (method, path, operation) in operations(&document) {
        let name = format!("{method} {path}");
        let id = operation["operationId"].as_str().unwrap();
        assert!(ids.insert(id), "{name}: {id} is there twice");
        assert!(
            tags.contains(operation["tags"][0].as_str().unwrap()),
            "{name}"
        );
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
    let shapes = document["components"]["schemas"].as_object().unwrap();
    for (name, schema) in shapes {
        assert!(jsonschema::meta::is_valid(schema), "{name}");
        // References that lead nowhere make no validator.
        validator(&document, schema);
    }
}

/// HA-12.
#[tokio::test]
async fn the_description_is_served_to_anybody() {
    let house = House::new();
    let reply = house.browser().ask("/openapi.json").await;
    assert_eq!((reply.status, reply.json()), (200, document()));
}

#[tokio::test]
#[should_panic(expected = "is not described")]
async fn an_answer_that_is_not_described_fails_its_test() {
    let house = House::new();
    let mut told = house.browser().ask("/schemas").await;
    told.status = 418;
    super::house::promised::judge((&Method::GET, "/.portcullis/schemas"), &told);
}

#[tokio::test]
#[should_panic(expected = "Additional properties are not allowed")]
async fn a_member_that_is_not_described_fails_its_test() {
    let house = House::new();
    let mut told = house.browser().ask("/self-service/login/browser").await;
    let mut flow = told.json();
    flow["odd"] = true.into();
    told.body = flow.to_string().into_bytes();
    let path = "/.portcullis/self-service/login/browser";
    super::house::promised::judge((&Method::GET, path), &told);
}
