//! A credential for a program that shows its secret in a form and ends on a day.

use reqwest::Method;

use super::{ENGLISH, GERMAN, Reader, Task};
use crate::support::{ALICE, Anonymous};

const NEW: &str = "/ui/api-credentials/new";

/// HA-13 to HA-19.
async fn makes_a_credential(reader: Reader) {
    let gateway = super::super::house("echo:").start().await;
    ALICE.sign_up(&gateway).await;
    let task = Task::begin(("program", reader), gateway, "/ui/api-credentials").await;
    wanted(&task).await;
    let secret = task.texts("input[readonly]").await.remove(0);
    let client = task.texts("#fact-1").await.remove(0);
    task.copy().await;
    assert_eq!(token(&task, (&client, &secret)).await, 200);
    task.press("/ui/api-credentials/", "one").await;
    assert!(!task.browser.text().await.contains(&secret));
    removed(&task).await;
    assert_eq!(token(&task, (&client, &secret)).await, 401);
}

/// A credential that has ended already is none.
async fn wanted(task: &Task) {
    task.press(NEW, "new").await;
    task.fill("name", "nightly_report").await;
    task.tick("roles.viewer").await;
    task.choose("auth_method", "client_secret_post").await;
    task.paste("expires", "2020-01-01").await;
    task.enter("is-over").await;
    task.is_refused().await;
    assert!(task.has("#expires-errors").await, "beside the field");
    task.paste("expires", "2099-12-31").await;
    task.enter("made").await;
}

async fn removed(task: &Task) {
    task.fill("name", " ").await;
    task.enter("no-name").await;
    task.is_refused().await;
    // The focus is on the field that is wrong.
    task.browser.tab_back_to("/remove").await;
    task.enter("remove").await;
    task.press_on("main .final", "removed").await;
    task.is_done().await;
}

/// The status that a program gets which asks for a token in a form.
pub(super) async fn token(task: &Task, (client, secret): (&str, &str)) -> u16 {
    let program = Anonymous::without_cookies(&task.gateway.admin_url());
    let fields = [
        ("grant_type", "client_credentials"),
        ("client_id", client),
        ("client_secret", secret),
    ];
    let asked = program.request(Method::POST, "/oauth2/token").form(&fields);
    asked.send().await.unwrap().status().as_u16()
}

#[tokio::test]
async fn a_program_gets_a_credential_that_ends_on_a_day() {
    makes_a_credential(ENGLISH).await;
}

#[tokio::test]
async fn a_program_gets_a_credential_in_german_on_a_phone() {
    makes_a_credential(GERMAN).await;
}
