//! People whom an administrator creates: with a password for once, with one that stays, and with none;
//! in another schema, with something to do and a role.

use serde_json::json;

use super::{ENGLISH, GERMAN, Reader, Task};
use crate::support::{ALICE, Form, Person, SignedIn};

/// A schema beside the usual one.
const STAFF: &str = "[[identity.schemas]]\nid = \"of_staff\"\ninline = '''{\"type\": \"object\", \
    \"properties\": {\"email\": {\"type\": \"string\", \"format\": \"email\", \"title\": \"Email address\", \
    \"ory.sh/kratos\": {\"credentials\": {\"password\": {\"identifier\": true}}}}, \
    \"staff_number\": {\"type\": \"string\", \"pattern\": \"^[0-9]+$\"}}, \
    \"required\": [\"email\", \"staff_number\"]}'''";

const NEW: &str = "/ui/identities/new";

const CAROL: Person = Person {
    email: "carol@example.org",
    password: "carols-first-day-9",
    first: "Carol",
    last: "Cook",
};

const DORA: Person = Person {
    email: "dora@example.org",
    password: "doras-every-day-7",
    first: "Dora",
    last: "Diver",
};

/// CU-07, KC-094.
async fn creates_people(reader: Reader) {
    let gateway = super::super::house("echo:").table(STAFF).start().await;
    ALICE.sign_up(&gateway).await;
    let task = Task::begin(("created", reader), gateway, NEW).await;
    for_once(&task).await;
    to_keep(&task).await;
    with_nothing(&task).await;
}

/// In the other schema, as somebody who looks at the console and has something to do before.
async fn for_once(task: &Task) {
    task.choose("schema_id", "of_staff").await;
    task.press(NEW, "of-staff").await;
    task.fill("traits.email", CAROL.email).await;
    task.fill("traits.staff_number", "7").await;
    task.choose("way", "temporary").await;
    task.fill("password", "short").await;
    task.tick("actions.UPDATE_PROFILE").await;
    task.tick("roles.viewer").await;
    refused_once(task).await;
    task.fill("password", CAROL.password).await;
    task.enter("carol").await;
    task.is_done().await;
    comes_in_for_once(task).await;
}

/// What was chosen stays so.
async fn refused_once(task: &Task) {
    task.enter("short-password").await;
    task.is_refused().await;
    assert!(task.has("[name=way][value=temporary]:checked").await);
    assert!(task.has("[name='roles.viewer']:checked").await);
    assert!(task.has("#password-errors").await, "beside the field");
}

async fn comes_in_for_once(task: &Task) {
    let carol = CAROL.sign_in(&task.gateway).await;
    assert_eq!(carol.status("/").await, 403, "there is something to do");
    let known = task.identity(carol.identity());
    assert_eq!(known["schema_id"], "of_staff");
    assert_eq!(known["roles"], json!(["viewer"]));
    let asked = json!(["UPDATE_PROFILE", "UPDATE_PASSWORD"]);
    assert_eq!(known["required_actions"], asked, "ticked, and implied");
}

async fn to_keep(task: &Task) {
    task.open(NEW, "usual").await;
    task.fill("traits.email", DORA.email).await;
    task.choose("way", "password").await;
    task.fill("password", DORA.password).await;
    task.enter("dora").await;
    task.is_done().await;
    let dora = DORA.sign_in(&task.gateway).await;
    assert_eq!(dora.status("/").await, 200, "she goes on at once");
}

/// Nobody comes in before they are given something, such as the code that is copied.
async fn with_nothing(task: &Task) {
    task.open(NEW, "usual-again").await;
    task.fill("traits.email", "erin@example.org").await;
    task.choose("way", "nothing").await;
    task.enter("erin").await;
    task.is_done().await;
    task.open(NEW, "usual-once-more").await;
    task.fill("traits.email", "finn@example.org").await;
    task.enter("once").await;
    task.is_done().await;
    let shown = task.texts("input[readonly]").await;
    task.copy().await;
    let client = task.gateway.anonymous();
    let (page, _) = client.follow(&shown[1]).await;
    let form = Form::at(&client, &page).await;
    let typed = json!({ "method": "code", "code": shown[0] });
    let answer = form.submit_json(typed).await;
    let finn = SignedIn::from_cookie(&client, &answer).await;
    task.press("/ui/identities/", "finn").await;
    assert!(task.path().await.ends_with(finn.identity()));
}

#[tokio::test]
async fn people_are_created_with_a_password_for_once_for_good_and_with_none() {
    creates_people(ENGLISH).await;
}

#[tokio::test]
async fn people_are_created_in_german_on_a_phone() {
    creates_people(GERMAN).await;
}
