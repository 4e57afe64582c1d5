//! What is seldom changed of somebody: their id elsewhere, metadata, and the schema that they obey,
//! with what is lost on the way told first.

use serde_json::{Value, json};

use super::{ENGLISH, GERMAN, Reader, Task, place};
use crate::support::{ALICE, BOB, SignedIn};

/// A schema with no place for a name, where a number has to be there.
const STAFF: &str = "[[identity.schemas]]\nid = \"of_staff\"\ninline = '''{\"type\": \"object\", \
    \"properties\": {\"email\": {\"type\": \"string\", \"format\": \"email\", \"title\": \"Email address\", \
    \"ory.sh/kratos\": {\"credentials\": {\"password\": {\"identifier\": true}}}}, \
    \"staff_number\": {\"type\": \"string\", \"pattern\": \"^[0-9]+$\"}}, \
    \"required\": [\"email\", \"staff_number\"], \"additionalProperties\": false}'''";

const PUBLIC: &str = "metadata_public";
const ADMIN: &str = "metadata_admin";

async fn edits_what_is_seldom_changed(reader: Reader) {
    let gateway = super::super::house("echo:").table(STAFF).start().await;
    let alice = ALICE.sign_up(&gateway).await;
    let bob = BOB.sign_up(&gateway).await;
    let task = Task::begin(("details", reader), gateway, &place(&alice)).await;
    task.fill("external_id", "hr_1").await;
    task.enter("alice-named").await;
    task.is_done().await;
    task.open(&place(&bob), "bob").await;
    named(&task, &bob).await;
    overtaken(&task, &bob).await;
    moved(&task, &bob).await;
}

/// Nobody is called like somebody else, and what is no JSON is not kept.
async fn named(task: &Task, bob: &SignedIn) {
    let save = format!("{}/advanced#advanced", place(bob));
    task.fill("external_id", "hr_1").await;
    task.fill(PUBLIC, r#"{"size": "m"}"#).await;
    task.fill(ADMIN, r#"{"since": 2019"#).await;
    task.press(&save, "no-json").await;
    task.is_refused().await;
    assert!(
        task.has("#metadata_admin-trouble").await,
        "beside the field"
    );
    task.fill(ADMIN, r#"{"since": 2019}"#).await;
    task.press(&save, "name-taken").await;
    task.is_refused().await;
    assert!(task.has("#external-id-trouble").await, "beside the field");
    called_otherwise(task).await;
}

async fn called_otherwise(task: &Task) {
    task.fill("external_id", "hr_2").await;
    task.enter("named").await;
    task.is_done().await;
    assert_eq!(task.texts("[name=external_id]").await, ["hr_2"]);
    assert_eq!(metadata(task, PUBLIC).await, json!({"size": "m"}));
    assert_eq!(metadata(task, ADMIN).await, json!({"since": 2019}));
}

/// A document as the page shows it.
async fn metadata(task: &Task, name: &str) -> Value {
    let text = task.texts(&format!("#{name}")).await.remove(0);
    serde_json::from_str(&text).unwrap()
}

/// Somebody else saves meanwhile, which shows beside what was typed.
async fn overtaken(task: &Task, bob: &SignedIn) {
    let save = format!("{}/advanced#advanced", place(bob));
    task.overtake(&save, (PUBLIC, r#"{"size": "l"}"#)).await;
    task.fill(PUBLIC, "").await;
    task.press(&save, "overtaken").await;
    task.is_refused().await;
    let shown = task.texts(".advanced pre").await.join(" ");
    assert!(shown.contains("\"l\""), "{shown}");
    task.press(&save, "over-theirs").await;
    task.is_done().await;
    assert_eq!(task.texts("#metadata_public").await, [""]);
}

/// What has no place there is named, and what is missing is given on the way.
async fn moved(task: &Task, bob: &SignedIn) {
    task.choose("schema_id", "of_staff").await;
    let schema = format!("{}/schema", place(bob));
    task.press(&schema, "move").await;
    let lost = task.texts(".moving .facts dd").await;
    assert_eq!(lost, [BOB.first, BOB.last], "it says what is lost");
    task.press_on(".moving .row a", "back").await;
    task.choose("schema_id", "of_staff").await;
    task.press(&schema, "move-again").await;
    task.fill("traits.staff_number", "7").await;
    task.enter("moved").await;
    task.is_done().await;
    let known = task.identity(bob.identity());
    assert_eq!(known["schema_id"], "of_staff");
    let traits = json!({"email": BOB.email, "staff_number": "7"});
    assert_eq!(known["traits"], traits);
    assert_eq!(BOB.sign_in(&task.gateway).await.status("/").await, 200);
}

#[tokio::test]
async fn somebody_gets_an_id_metadata_and_another_schema() {
    edits_what_is_seldom_changed(ENGLISH).await;
}

#[tokio::test]
async fn somebody_is_moved_in_german_on_a_phone() {
    edits_what_is_seldom_changed(GERMAN).await;
}
