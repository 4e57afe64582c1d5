//! The description of the API: whole, sound, and served.

use std::collections::BTreeSet;

use http::Method;
use serde_json::Value;

use super::house::{House, judge, validator};
use crate::{Need, Role, description, endpoints};

fn operations(document: &Value) -> Vec<(String, &str, &Value)> {
    let paths = document["paths"].as_object().unwrap();
    let each = paths.iter().flat_map(|(path, item)| {
        let methods = item.as_object().unwrap().iter();
        methods.map(move |(method, one)| (method.to_uppercase(), path.as_str(), one))
    });
    each.collect()
}

#[test]
fn every_endpoint_is_described_and_nothing_else() {
    for one in endpoints() {
        assert!(one.doc.is_some(), "{} {}: .told(…)", one.method, one.path);
    }
    let document = description();
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

#[test]
fn operations_say_who_may_call_them() {
    let document = description();
    let operations = operations(&document);
    for endpoint in endpoints() {
        let own = (endpoint.method.as_str(), endpoint.path);
        let found = operations.iter();
        let found = found
            .clone()
            .find(|(m, path, _)| (m.as_str(), *path) == own);
        let (_, _, operation) = found.unwrap();
        let roles: Vec<_> = match endpoint.need {
            Need::Anybody => Vec::new(),
            Need::Permission(permission) => Role::ALL
                .into_iter()
                .filter(|role| role.permits(permission))
                .map(Role::as_str)
                .collect(),
        };
        let told = operation["x-roles"].as_array().into_iter().flatten();
        let told: Vec<_> = told.filter_map(Value::as_str).collect();
        assert_eq!(told, roles, "{own:?}");
        if matches!(endpoint.need, Need::Permission(_)) {
            assert_eq!(operation["security"][0]["bearer"], Value::Array(Vec::new()));
        }
    }
}

/// What OpenAPI 3.1 asks for beyond what the types of the document hold already.
#[test]
fn the_description_is_sound() {
    let document = description();
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
        for scheme in security
            .filter_map(Value::as_object)
            .flat_map(|one| one.keys())
        {
            assert!(
                document["components"]["securitySchemes"][scheme].is_object(),
                "{name}"
            );
        }
        for response in operation["responses"].as_object().unwrap().values() {
            assert!(response["description"].is_string(), "{name}");
        }
    }
    references(&document, &document);
    let shapes = document["components"]["schemas"].as_object().unwrap();
    for (name, schema) in shapes {
        assert!(jsonschema::meta::is_valid(schema), "{name}");
        validator(&document, schema);
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

#[tokio::test]
#[should_panic(expected = "is not described")]
async fn an_answer_that_is_not_described_fails_its_test() {
    let mut told = House::new().stranger().get("/version").await;
    told.status = 418;
    judge((&Method::GET, "/version"), &told);
}

#[tokio::test]
#[should_panic(expected = "Additional properties are not allowed")]
async fn a_member_that_is_not_described_fails_its_test() {
    let mut told = House::new().stranger().get("/version").await;
    told.body = br#"{"version": "1", "build": "2"}"#.to_vec();
    judge((&Method::GET, "/version"), &told);
}

#[tokio::test]
async fn the_description_is_served_to_anybody_who_names_us() {
    let house = House::new();
    let mut stranger = house.stranger();
    let reply = stranger.get("/openapi.json").await;
    assert_eq!((reply.status, reply.json()), (200, description()));
    stranger.authority = "evil.test".to_owned();
    assert_eq!(stranger.get("/openapi.json").await.error(), "host_refused");
}
