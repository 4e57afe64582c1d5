//! What a new schema would do to the identities that are stored, told beforehand.

use std::fs;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{ALICE, BOB, Route, TestGateway, gateway::Output};

fn check(gateway: &TestGateway, traits: &Value, further: &[&str]) -> Output {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("new.json");
    let document = json!({"type": "object", "properties": {"traits": traits}});
    fs::write(&file, document.to_string()).unwrap();
    let file = file.display().to_string();
    let mut arguments = vec!["schema", "check", "--against", &*file];
    arguments.extend(further);
    gateway.run(&arguments, "")
}

/// KC-058: a group in which the new schema shows a trait, and which it declares no more.
#[tokio::test]
async fn kc_058_a_group_in_use_that_would_go_is_found() {
    let email = json!({"type": "string", "format": "email", "x-profile": {"group": "reach"},
        "ory.sh/kratos": {"credentials": {"password": {"identifier": true}}}});
    let mut traits = json!({"type": "object", "properties": {"email": email},
        "x-profile": {"groups": [{"name": "reach"}]}});
    let own = json!({"type": "object", "properties": {"traits": traits}});
    let table = format!(
        "[identity]\ndefault_schema = \"own\"\n[[identity.schemas]]\nid = \"own\"\n\
         inline = '''{own}'''"
    );
    let gateway = TestGateway::builder()
        .table(&table)
        .route(&Route::signed_in("/", "echo:"))
        .start()
        .await;
    let json = ["--output", "json"];
    let same = check(&gateway, &traits, &json);
    assert_eq!((same.code, &same.json()["groups"]), (0, &json!([])));
    traits["x-profile"] = json!({});
    let found = check(&gateway, &traits, &json);
    assert_eq!(found.code, 1, "{found:?}");
    let groups = json!([{"name": "reach", "attributes": ["email"]}]);
    let told = found.json();
    assert_eq!((&told["groups"], &told["failing"]), (&groups, &json!(0)));
    let reason = "the group \"reach\" would go, in which these are shown: email";
    let found = check(&gateway, &traits, &[]);
    assert!(found.stderr.contains(reason), "{found:?}");
}

/// KC-019: also what people sign in with and a new schema drops.
#[tokio::test]
async fn a_new_schema_is_checked_against_everybody_stored() {
    let gateway = TestGateway::builder()
        .registration()
        .route(&Route::signed_in("/", "echo:"))
        .start()
        .await;
    ALICE.sign_up(&gateway).await;
    BOB.sign_up(&gateway).await;
    let email = json!({"type": "string", "format": "email",
        "ory.sh/kratos": {"credentials": {"password": {"identifier": true}}}});
    let fine = json!({"type": "object", "properties": {"email": email}});
    let json = ["--output", "json"];
    let answer = check(&gateway, &fine, &json);
    assert_eq!(answer.code, 0, "{answer:?}");
    assert_eq!(answer.json()["checked"], 2);
    assert_eq!(answer.json()["dropped_identifier"], 0);

    let mut other = email;
    other["const"] = json!(ALICE.email);
    let moved =
        json!({"type": "object", "properties": {"email": {"type": "string"}, "alias": other}});
    let answer = check(&gateway, &moved, &json);
    assert_eq!(answer.code, 1, "{answer:?}");
    let told = answer.json();
    assert_eq!(told["dropped_identifier"], 2, "KC-019: they are in use");

    let strict = json!({"type": "object", "required": ["phone"], "properties": {
        "phone": {"type": "string"},
        "email": {"type": "string", "const": ALICE.email},
    }});
    let answer = check(&gateway, &strict, &json);
    assert_eq!(answer.code, 1, "{answer:?}");
    let told = answer.json();
    let traits = json!([
        {"trait": "email", "identities": 1, "missing": 0},
        {"trait": "phone", "identities": 2, "missing": 2},
    ]);
    assert_eq!(told["failing"], 2);
    assert_eq!(told["without_identifier"], 2, "nobody could sign in");
    assert_eq!(told["traits"], traits);
    assert!(!answer.stdout.contains(BOB.email), "nobody is named");

    let table = check(&gateway, &strict, &[]);
    assert_eq!(table.code, 1);
    assert!(table.stdout.contains("phone"), "{table:?}");
    let unknown = check(&gateway, &fine, &["--id", "no-such-schema"]);
    assert_eq!(unknown.code, 2, "{unknown:?}");
    let broken = check(&gateway, &json!({"type": "object"}), &[]);
    assert_eq!(broken.code, 1, "{broken:?}");
}
