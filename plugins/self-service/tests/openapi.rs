//! The description of the pages: whole, sound, and served.

use std::collections::BTreeSet;

use http::Method;
use portcullis_core::testing::promise::{description_contract, operations};

use super::house::{
    House,
    promised::{document, judge},
};
use crate::router::endpoints;

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

#[test]
fn the_description_is_sound() {
    description_contract(&document());
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
    judge((&Method::GET, "/.portcullis/schemas"), &told);
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
    judge((&Method::GET, path), &told);
}
