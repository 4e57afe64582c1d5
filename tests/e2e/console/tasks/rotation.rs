//! A credential is renamed and gets a new secret, beside which the old one is good for as long as is
//! chosen.

use super::{ENGLISH, GERMAN, Reader, Task, programs::token};
use crate::support::ALICE;

/// HA-13, HA-17.
async fn renews_a_secret(reader: Reader) {
    let gateway = super::super::house("echo:").start().await;
    ALICE.sign_up(&gateway).await;
    let task = Task::begin(("rotation", reader), gateway, "/ui/api-credentials/new").await;
    task.fill("name", "nightly_report").await;
    task.tick("roles.viewer").await;
    task.choose("auth_method", "client_secret_post").await;
    task.enter("made").await;
    let client = task.texts("#fact-1").await.remove(0);
    let first = task.texts("input[readonly]").await.remove(0);
    task.press_on("main .button.primary", "one").await;
    renamed(&task).await;
    overlap(&task, (&client, first)).await;
}

async fn overlap(task: &Task, (client, first): (&str, String)) {
    let second = renewed(task, "1h").await;
    for secret in [&first, &second] {
        assert_eq!(token(task, (client, secret)).await, 200, "both are good");
    }
    assert_eq!(task.texts("tbody tr").await.len(), 2, "both are told");
    let third = renewed(task, "0s").await;
    for secret in [&first, &second] {
        assert_eq!(token(task, (client, secret)).await, 401, "at once");
    }
    assert_eq!(token(task, (client, &third)).await, 200);
    for secret in [first, second, third] {
        assert!(!task.gateway.log().contains(&secret));
    }
}

async fn renamed(task: &Task) {
    task.fill("name", "weekly_report").await;
    task.enter("renamed").await;
    task.is_done().await;
    assert_eq!(task.texts("h1").await, ["weekly_report"]);
}

/// Makes a new secret beside which the others are good for so long; it is shown once.
async fn renewed(task: &Task, overlap: &str) -> String {
    task.choose("overlap", overlap).await;
    const MAKE: &str = "form[action$='/rotate'] button";
    match overlap {
        "0s" => {
            task.press_on(MAKE, "asks").await;
            assert!(task.has(".losses li").await, "it says what is lost");
            task.press_on("main .final", "new-0s").await;
        }
        _ => task.press_on(MAKE, &format!("new-{overlap}")).await,
    }
    let secret = task.texts("input[readonly]").await.remove(0);
    task.copy().await;
    task.press_on("main .button.primary", &format!("after-{overlap}"))
        .await;
    assert!(!task.browser.text().await.contains(&secret));
    secret
}

#[tokio::test]
async fn a_program_gets_a_new_secret_beside_the_old_one() {
    renews_a_secret(ENGLISH).await;
}

#[tokio::test]
async fn a_program_gets_a_new_secret_in_german_on_a_phone() {
    renews_a_secret(GERMAN).await;
}
