//! The user profile editor: an attribute is added, changed although people do not fit, moved and
//! removed, with its form and its document in step.

use serde_json::Value;

use super::{ENGLISH, GERMAN, Reader, Task, place};
use crate::support::{ALICE, BOB, SignedIn, wait_until};

const EDITOR: &str = "/ui/schemas/default";
const JSON: &str = "/ui/schemas/default/json";
const CHANGE: &str = "/ui/schemas/default/attribute";
const REMOVE: &str = "/ui/schemas/default/remove-attribute";

/// KC-017, KC-019.
async fn edits_the_profile(reader: Reader) {
    let gateway = super::super::house("echo:").start().await;
    ALICE.sign_up(&gateway).await;
    let bob = BOB.sign_up(&gateway).await;
    let task = Task::begin(("profile", reader), gateway, "/ui/schemas").await;
    task.press(EDITOR, "attributes").await;
    added(&task).await;
    in_step(&task).await;
    required(&task, &bob).await;
    moved(&task).await;
    overtaken(&task).await;
    removed(&task).await;
}

async fn added(task: &Task) {
    task.press("/add-attribute", "add").await;
    task.fill("name", "email").await;
    task.enter("name-taken").await;
    task.is_refused().await;
    task.fill("name", "team_name").await;
    task.fill("title", "Your_team").await;
    task.enter("added").await;
    task.is_done().await;
}

/// The document as the JSON editor shows it.
async fn document(task: &Task) -> Value {
    let text = task.texts("#document").await.remove(0);
    serde_json::from_str(&text).unwrap()
}

fn team(document: &Value) -> &Value {
    &document["properties"]["traits"]["properties"]["team_name"]
}

/// What the form wrote stands in the document, and what is written there stands in the form.
async fn in_step(task: &Task) {
    task.press(JSON, "json").await;
    let mut written = document(task).await;
    assert_eq!(team(&written)["title"], "Your_team", "{written}");
    let traits = &mut written["properties"]["traits"];
    traits["properties"]["team_name"]["title"] = "Their_team".into();
    task.paste("document", &written.to_string()).await;
    task.press(JSON, "json-saved").await;
    task.is_done().await;
    task.press(EDITOR, "attributes-in-step").await;
    let rows = task.texts(".attributes tbody th").await.join(" ");
    assert!(rows.contains("Their_team"), "{rows}");
    task.press("/attribute?path=team_name", "change").await;
    assert_eq!(task.texts("[name=title]").await, ["Their_team"]);
}

/// Nobody has a team yet, which is told before it is required all the same.
async fn required(task: &Task, bob: &SignedIn) {
    task.fill("pattern", "[").await;
    task.enter("no-pattern").await;
    task.is_refused().await;
    assert!(task.has("#field-pattern-error").await, "beside the field");
    task.tick("required").await;
    task.fill("pattern", "^[a-z]+$").await;
    task.enter("unfit").await;
    task.is_refused().await;
    let told = task.texts(".panel[role=alert] dd").await;
    assert_eq!(told, ["2", "2"], "of two people both do not fit");
    assert!(task.has("[name=required]:checked").await, "it is kept");
    task.press("force=true", "saved-anyway").await;
    filled_in(task).await;
    task.open(&place(bob), "bob").await;
    task.fill("traits.team_name", "red").await;
    task.enter("bob-fits").await;
    task.is_done().await;
}

/// It counts for Alice, too, who goes on once she has filled it in, and for newcomers.
async fn filled_in(task: &Task) {
    task.fill("traits.team_name", "blue").await;
    task.enter("saved-for-her").await;
    task.browser.arrive_at("/ui/schemas").await;
    let client = task.gateway.anonymous();
    let form = format!("{}/.portcullis/registration", task.gateway.url());
    wait_until("newcomers to be asked", async || {
        let (_, page) = client.follow(&form).await;
        let page = page.text().await.unwrap();
        page.contains("Their_team").then_some(())
    })
    .await;
}

/// The names of the attributes in their order.
async fn order(task: &Task) -> Vec<String> {
    task.texts(".moves [name=path]").await
}

async fn moved(task: &Task) {
    task.open(EDITOR, "before").await;
    let before = order(task).await;
    task.press("path=team_name", "moved-up").await;
    task.is_done().await;
    let after = order(task).await;
    assert_ne!(before, after);
    // Behind the arrow up stands the one down.
    task.browser.tab_to("path=team_name").await;
    task.browser.tab_on().await;
    task.enter("moved-down").await;
    assert_eq!(order(task).await, before);
}

/// Somebody else saves meanwhile: nothing of either is lost unseen.
async fn overtaken(task: &Task) {
    task.open("/ui/schemas/default/attribute?path=team_name", "form")
        .await;
    task.overtake(CHANGE, ("title", "Somebody_elses")).await;
    task.fill("title", "Mine_now").await;
    task.enter("overtaken").await;
    task.is_refused().await;
    assert_eq!(task.texts("[name=title]").await, ["Mine_now"]);
    task.press("title", "over-theirs").await;
    task.is_done().await;
    overtaken_in_json(task).await;
}

async fn overtaken_in_json(task: &Task) {
    task.open(JSON, "json-again").await;
    assert_eq!(team(&document(task).await)["title"], "Mine_now");
    let mut theirs = document(task).await;
    theirs["title"] = "Theirs".into();
    task.overtake(JSON, ("document", &theirs.to_string())).await;
    task.browser.tab_to("document").await;
    task.press(JSON, "json-overtaken").await;
    task.is_refused().await;
    assert_eq!(document(task).await["title"], "Person", "what was typed");
    assert!(task.texts("main pre").await.join("").contains("Theirs"));
}

/// It is told how many have a value, and that they would not fit.
async fn removed(task: &Task) {
    task.open(EDITOR, "with-it").await;
    task.press("/remove-attribute?path=team_name", "remove")
        .await;
    assert_eq!(task.texts(".facts dd").await, ["2"], "both have a value");
    task.press(REMOVE, "remove-unfit").await;
    task.is_refused().await;
    task.press("force=true", "removed").await;
    task.is_done().await;
    assert!(!order(task).await.contains(&"team_name".to_owned()));
    task.press(JSON, "json-without").await;
    assert!(team(&document(task).await).is_null());
}

#[tokio::test]
async fn the_profile_is_edited_and_what_people_lack_is_told_first() {
    edits_the_profile(ENGLISH).await;
}

#[tokio::test]
async fn the_profile_is_edited_in_german_on_a_phone() {
    edits_the_profile(GERMAN).await;
}
