//! API credentials, schemas and pauses of a running gateway, by commands.

use std::fs;

use serde_json::json;

use super::{House, JSON};
use crate::{
    e2e::abuse::guess,
    support::{ALICE, Anonymous, TestGateway},
};

/// HA-13 to HA-19: made, listed, rotated and removed, and never shown again.
#[tokio::test]
async fn api_credentials_are_looked_after_through_a_running_gateway() {
    let house = House::stand().await;
    let run = |command: &[&str]| {
        let own = [&["api-credentials"], command, &JSON].concat();
        house.remotely(&own, "")
    };
    let create = [
        "create",
        "--name",
        "robot",
        "--role",
        "viewer",
        "--expires-in",
        "90d",
    ];
    let made = run(&create);
    assert_eq!(made.code, 0, "{made:?}");
    let made = made.json();
    assert!(made["client_secret"].is_string() && made["expires_at"].is_string());
    let list = [&["api-credentials", "list"][..], &JSON].concat();
    let listed = [house.locally(&list, ""), house.remotely(&list, "")].map(|listed| {
        assert!(!listed.stdout.contains("client_secret\""), "{listed:?}");
        let mut listed = listed.json();
        // Asking for a token is using it.
        for one in listed.as_array_mut().unwrap() {
            one["last_used_at"].take();
        }
        listed
    });
    assert_eq!(listed[0], listed[1]);
    assert_eq!(listed[0].as_array().unwrap().len(), 2);
    let client = made["client_id"].as_str().unwrap();
    let rotated = run(&["rotate", "--id", client, "--overlap", "1h"]).json();
    assert_ne!(rotated["client_secret"], made["client_secret"]);
    assert_eq!(rotated["secrets"].as_array().unwrap().len(), 2);
    let gone = run(&["delete", "--id", client, "--yes"]).json();
    assert_eq!(
        gone,
        json!({"id": made["id"], "client_id": client, "deleted": true})
    );
    for command in [&["rotate", "--id", client][..], &["delete", "--id", client]] {
        let refused = run(command);
        assert_eq!(refused.code, 1, "{refused:?}");
        assert!(refused.stderr.contains("no API credential"), "{refused:?}");
    }
}

/// KC-019: a schema is checked against people of a running gateway, and shown as a profile.
#[tokio::test]
async fn schemas_are_looked_at_through_a_running_gateway() {
    let house = House::stand().await;
    let file = house.gateway.folder().join("new.json");
    let traits = json!({"type": "object", "required": ["phone"], "properties": {
        "phone": {"type": "string"},
        "email": {"type": "string", "const": ALICE.email},
    }});
    let document = json!({"type": "object", "properties": {"traits": traits}});
    fs::write(&file, document.to_string()).unwrap();
    let file = file.display().to_string();
    let check = ["schema", "check", "--against", &file];
    let checked = house.same(&[&check[..], &JSON].concat());
    assert_eq!(checked.code, 1, "{checked:?}");
    assert_eq!(checked.json()["failing"], 2);
    house.same(&check);
    let unknown = house.same(&[&check[..], &["--id", "none"]].concat());
    assert_eq!(unknown.code, 2);
    let export = ["export", "keycloak-profile"];
    assert_eq!(house.same(&export).code, 0);
    house.same(&[&export[..], &["--schema", "default"]].concat());
    assert_eq!(
        house
            .same(&[&export[..], &["--schema", "none"]].concat())
            .code,
        2
    );
}

/// Those who guess wait, and are let go on, whichever way is taken.
#[tokio::test]
async fn pauses_are_seen_and_lifted_through_a_running_gateway() {
    let builder = TestGateway::builder().listen("trusted_proxies = [\"127.0.0.0/8\"]");
    let house = House::stand_in(builder).await;
    let client = Anonymous::without_cookies(&house.gateway.url());
    for index in 0..11 {
        guess(&client, &format!("203.0.113.{index}"), ALICE.email).await;
    }
    let list = ["list-throttles", "--email", ALICE.email];
    house.same(&list);
    let seen = house.same(&[&list[..], &JSON].concat()).json();
    let id = seen[0]["id"].as_str().unwrap();
    house.same(&[
        "list-throttles",
        "--identity-id",
        &house.ids[0],
        "--output",
        "json",
    ]);
    house.same(&["list-throttles", "--output", "json"]);
    house.same(&["lift-throttle"]);
    house.same(&["lift-throttle", "--id", "0000000000000000", "--yes"]);
    let lifted = house.remotely(
        &["lift-throttle", "--id", id, "--yes", "--output", "json"],
        "",
    );
    assert_eq!(lifted.json()["lifted"], seen, "{lifted:?}");
    let left = house.same(&[&list[..], &JSON].concat()).json();
    assert_eq!(left, json!([]));
}
