//! What was written over the configuration is checked, saved and taken back; a schema that a program
//! added goes once nobody obeys it.

use reqwest::Method;
use serde_json::{Value, json};

use super::{ENGLISH, GERMAN, Reader, Task};
use crate::support::{ALICE, Anonymous, TestGateway, admin_token, wait_until};

const JSON: &str = "/ui/schemas/default/json";
const CHECK: &str = "main [formaction]";
const GUESTS: &str = "/ui/schemas/of_guests";

/// KC-017.
async fn takes_back(reader: Reader) {
    let gateway = super::super::house("echo:").start().await;
    ALICE.sign_up(&gateway).await;
    add_guests(&gateway).await;
    let task = Task::begin(("taken-back", reader), gateway, JSON).await;
    let before = document(&task).await;
    checked(&task, &before).await;
    restored(&task, &before).await;
    goes(&task).await;
}

/// The document as the JSON editor shows it.
async fn document(task: &Task) -> Value {
    let text = task.texts("#document").await.remove(0);
    serde_json::from_str(&text).unwrap()
}

/// Nothing of what is checked is saved.
async fn checked(task: &Task, before: &Value) {
    task.paste("document", "{ \"type\": ").await;
    task.press_on(CHECK, "no-json").await;
    task.is_refused().await;
    let mut wanted = before.clone();
    wanted["properties"]["traits"]["properties"]["team_name"] = json!({"type": "string"});
    wanted["properties"]["traits"]["required"] = json!(["email", "team_name"]);
    task.paste("document", &wanted.to_string()).await;
    task.press_on(CHECK, "unfit").await;
    assert_eq!(
        task.texts(".panel[role=status] .facts dd").await,
        ["1", "1"]
    );
    wanted["properties"]["traits"]["required"] = json!(["email"]);
    task.paste("document", &wanted.to_string()).await;
    task.press_on(CHECK, "fits").await;
    assert_eq!(
        task.texts(".panel[role=status] .facts dd").await,
        ["1", "0"]
    );
    task.open(JSON, "as-before").await;
    assert_eq!(&document(task).await, before, "it was only checked");
    task.paste("document", &wanted.to_string()).await;
    task.press(JSON, "saved").await;
    task.is_done().await;
}

/// What the configuration says counts again, once it is read what is lost.
async fn restored(task: &Task, before: &Value) {
    task.press("/restore", "asks").await;
    task.press_on("main .row a", "not-now").await;
    task.press("/restore", "asks-again").await;
    task.press_on("main .final", "restored").await;
    task.is_done().await;
    task.open(JSON, "restored-json").await;
    assert_eq!(&document(task).await, before);
    assert!(
        !task.has("a[href$='/restore']").await,
        "nothing to take back"
    );
}

/// Adds a schema with somebody who obeys it, as a program does.
async fn add_guests(gateway: &TestGateway) {
    let program = admin_token(gateway).await;
    let admin = Anonymous::without_cookies(&gateway.admin_url());
    let schema = json!({"type": "object", "properties": {"traits": {"type": "object",
        "properties": {"email": {"type": "string", "title": "Email address", "format": "email",
            "ory.sh/kratos": {"credentials": {"password": {"identifier": true}}}}}}}});
    let put = admin.request(Method::PUT, "/admin/x/schemas/of_guests");
    let put = put
        .bearer_auth(&program.bearer)
        .json(&json!({"schema": schema}))
        .send()
        .await;
    assert!(put.unwrap().status().is_success());
    let guest = json!({"schema_id": "of_guests", "traits": {"email": "gina@example.org"}});
    let made = wait_until("the schema to be known", async || {
        let made = admin.request(Method::POST, "/admin/identities");
        let made = made.bearer_auth(&program.bearer).json(&guest).send().await;
        made.ok().filter(|made| made.status() == 201)
    });
    made.await;
}

/// It stays while somebody obeys it.
async fn goes(task: &Task) {
    task.open("/ui/schemas", "schemas").await;
    task.press(GUESTS, "guests").await;
    task.press(&format!("{GUESTS}/json"), "guests-json").await;
    task.press("/restore", "guests-asks").await;
    task.press_on("main .final", "guests-stay").await;
    task.is_refused().await;
    let delete = ["delete-identity", "--email", "gina@example.org", "--yes"];
    let deleted = task.gateway.run(&delete, "");
    assert_eq!(deleted.code, 0, "{deleted:?}");
    task.press_on("main .final", "guests-gone").await;
    task.is_done().await;
    assert!(!task.has(&format!("a[href^='{GUESTS}']")).await);
}

#[tokio::test]
async fn a_schema_is_checked_saved_and_taken_back() {
    takes_back(ENGLISH).await;
}

#[tokio::test]
async fn a_schema_is_taken_back_in_german_on_a_phone() {
    takes_back(GERMAN).await;
}
