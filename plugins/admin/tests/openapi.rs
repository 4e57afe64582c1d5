//! The description of the API: whole, sound, and served.

use std::collections::BTreeSet;

use http::Method;
use portcullis_core::testing::promise::{description_contract, operations};
use serde_json::Value;

use super::house::{House, judge};
use crate::{Need, Role, description, endpoints};

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

#[test]
fn the_description_is_sound() {
    description_contract(&description());
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
