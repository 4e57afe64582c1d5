//! Attributes that no schema describes: read, changed and taken away, as far as the schema allows.

use serde_json::{Value, json};

use super::{ENGLISH, GERMAN, Reader, Task, place};
use crate::support::{ALICE, Anonymous, BOB, Person, admin_token};

/// People keep attributes of their own here.
const SCHEMA: &str = r#"[[identity.schemas]]
id = "default"
inline = '''{"type": "object", "properties": {"traits": {"type": "object",
  "x-profile": {"unmanaged": "ENABLED"}, "additionalProperties": false, "properties": {
  "email": {"type": "string", "format": "email", "title": "Email address", "maxLength": 320,
    "ory.sh/kratos": {"credentials": {"password": {"identifier": true}}}},
  "team_name": {"type": "string", "maxLength": 40}
}}}}'''"#;

const VALUE: &str = "[name='attributes.0.value']";

/// KC-024 to KC-026.
async fn looks_after_attributes(reader: Reader) {
    let house = super::super::house("echo:").table(SCHEMA);
    let gateway = house.start().await;
    let traits = |person: Person| json!({"email": person.email});
    ALICE.sign_up_with(&gateway, traits(ALICE)).await;
    let bob = BOB.sign_up_with(&gateway, traits(BOB)).await;
    let place = place(&bob);
    let task = Task::begin(("attributes", reader), gateway, &place).await;
    let kept = || task.identity(bob.identity())["unmanaged"].take();
    changed(&task, &kept).await;
    keeps_to(&task, ("ENABLED", "ADMIN_VIEW")).await;
    only_read(&task, &place).await;
    assert_eq!(kept(), json!({"shoe_size": ["10"]}));
    keeps_to(&task, ("ADMIN_VIEW", "DISABLED")).await;
    task.open(&place, "none").await;
    assert!(!task.has("[name^='attributes.']").await, "nothing of them");
    are_not_there(&task, bob.identity()).await;
    keeps_to(&task, ("DISABLED", "ADMIN_EDIT")).await;
    task.open(&place, "back").await;
    assert_eq!(task.texts(VALUE).await, ["10"], "they were kept");
}

/// What is only looked at is left alone by what is saved beside it.
async fn only_read(task: &Task, place: &str) {
    task.open(place, "only-read").await;
    assert!(task.has(&format!("{VALUE}[disabled]")).await);
    assert!(!task.has("[name='attributes.1.name']").await);
    task.fill("traits.team_name", "red").await;
    task.enter("only-read-saved").await;
    task.is_done().await;
}

/// Programs find none either.
async fn are_not_there(task: &Task, id: &str) {
    let program = admin_token(&task.gateway).await;
    let own = format!("/admin/identities/{id}/unmanaged");
    let asked = Anonymous::without_cookies(&task.gateway.admin_url());
    let asked = asked.request(reqwest::Method::GET, &own);
    let answer = asked.bearer_auth(&program.bearer).send().await.unwrap();
    assert_eq!(answer.status(), 404);
}

/// Adds two, takes one away, and sees what a name may not be.
async fn changed(task: &Task, kept: &impl Fn() -> Value) {
    added(task, kept).await;
    task.fill("attributes.0.value", "").await;
    task.enter("one-left").await;
    task.is_done().await;
    assert_eq!(kept(), json!({"shoe_size": ["10"]}));
}

async fn added(task: &Task, kept: &impl Fn() -> Value) {
    task.fill("attributes.0.name", "shoe_size").await;
    task.fill("attributes.0.value", "9").await;
    task.enter("added").await;
    task.is_done().await;
    assert_eq!(kept(), json!({"shoe_size": ["9"]}));
    task.fill("attributes.0.value", "10").await;
    task.fill("attributes.1.name", "team_name").await;
    task.fill("attributes.1.value", "blue").await;
    task.enter("name-is-a-field").await;
    task.is_refused().await;
    assert_eq!(task.texts(VALUE).await, ["10"], "what was typed is there");
    task.fill("attributes.1.name", "hat_kind").await;
    task.enter("two").await;
    task.is_done().await;
    let both = json!({"hat_kind": ["blue"], "shoe_size": ["10"]});
    assert_eq!(kept(), both);
}

/// Writes another policy into the schema, in the JSON editor.
async fn keeps_to(task: &Task, (before, after): (&str, &str)) {
    const EDITOR: &str = "/ui/schemas/default/json";
    task.browser.goto(&task.address(EDITOR)).await;
    let document = task.texts("#document").await.remove(0);
    assert!(document.contains(before), "{document}");
    task.paste("document", &document.replace(before, after))
        .await;
    task.press(EDITOR, &format!("policy-{after}")).await;
    task.is_done().await;
}

#[tokio::test]
async fn attributes_of_no_schema_are_looked_after_as_far_as_it_allows() {
    looks_after_attributes(ENGLISH).await;
}

#[tokio::test]
async fn attributes_of_no_schema_are_looked_after_in_german_on_a_phone() {
    looks_after_attributes(GERMAN).await;
}
