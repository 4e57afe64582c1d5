//! Addresses of administrators where a schema lets people share one: nobody comes to them, whichever way they try.

use std::fs;

use serde_json::{Value, json};

use crate::support::{
    ALICE, BOB, Form, Person, Route, TestGateway, gateway::Output, person::SignedIn,
};

const SCHEMA: &str = r#"{ "type": "object", "properties": { "traits": { "type": "object",
    "properties": {
        "username": { "type": "string",
            "ory.sh/kratos": { "credentials": { "password": { "identifier": true } } } },
        "email": { "type": "string", "format": "email",
            "ory.sh/kratos": { "recovery": { "via": "email" } } }
    }, "required": ["username", "email"] } } }"#;
const ROOT: &str = "root@example.org";
const SHARED: &str = "shared@example.org";

fn traits(username: &str, email: &str) -> Value {
    json!({ "username": username, "email": email })
}

async fn running() -> TestGateway {
    let table = format!(
        "[identity]\ndefault_schema = \"named\"\n[[identity.schemas]]\nid = \"named\"\ninline = '''{SCHEMA}'''"
    );
    let builder = TestGateway::builder().registration().table(&table);
    let builder = builder.route(&Route::signed_in("/", "echo:"));
    builder.start().await
}

fn run(gateway: &TestGateway, command: &[&str]) -> Output {
    gateway.run(&[command, &["--output", "json"]].concat(), "")
}

/// Has somebody ask for another address in their settings: the status of the answer.
async fn moves_to(one: &SignedIn, username: &str, email: &str) -> u16 {
    let form = Form::begin(&one.client, "settings", "").await;
    let body = json!({ "method": "profile", "traits": traits(username, email) });
    form.submit_json(body).await.status().as_u16()
}

async fn registers(gateway: &TestGateway, email: &str) -> u16 {
    let form = Form::begin(&gateway.anonymous(), "registration", "").await;
    let traits = traits("new", email);
    let body = json!({ "method": "password", "password": BOB.password, "traits": traits });
    form.submit_json(body).await.status().as_u16()
}

/// CU-04: in the settings, at registration, by `set-roles` and by an import.
#[tokio::test]
async fn nobody_comes_to_the_address_of_an_administrator() {
    let gateway = running().await;
    let create = [
        "create-admin-account",
        "--email",
        ROOT,
        "--username",
        "root",
    ];
    let made = run(&gateway, &create);
    assert_eq!(made.code, 0, "{made:?}");
    let person = |person: Person, name| {
        let gateway = &gateway;
        async move { person.sign_up_with(gateway, traits(name, SHARED)).await }
    };
    let (alice, bob) = (person(ALICE, "alice").await, person(BOB, "bob").await);

    assert_eq!(moves_to(&alice, "alice", ROOT).await, 400);
    assert_eq!(registers(&gateway, ROOT).await, 400);
    let give = [
        "set-roles",
        "--identity-id",
        bob.identity(),
        "--add",
        "viewer",
    ];
    let refused = run(&gateway, &give);
    assert_eq!(refused.code, 1, "{refused:?}");
    assert!(
        refused.stderr.contains("address of an administrator"),
        "{refused:?}"
    );
    let entry =
        |name: &str, email: &str| json!({"schema_id": "named", "traits": traits(name, email)});
    let file = gateway.folder().join("people.json");
    let people = json!([entry("one", ROOT), entry("two", SHARED)]);
    fs::write(&file, people.to_string()).unwrap();
    let import = ["import", "kratos-identities", &file.display().to_string()];
    let told = run(&gateway, &import).json();
    assert_eq!(
        (&told["imported"], &told["refused"]),
        (&json!(1), &json!(1)),
        "{told}"
    );

    assert_eq!(moves_to(&bob, "bob", "bob@example.org").await, 200);
    let given = run(&gateway, &give);
    assert_eq!(given.code, 0, "they share it no more: {given:?}");
    assert_eq!(moves_to(&alice, "alice", "bob@example.org").await, 400);
}
