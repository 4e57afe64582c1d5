//! Coming in where everybody needs a second factor: the console asks for it as the gateway does, and
//! signing out of it takes the session along.

use super::{ENGLISH, GERMAN, Reader, SPACE, Task};
use crate::{e2e::second_factor::set_app_up, support::ALICE};

/// CU-09, CU-25.
async fn comes_in_by_two_steps(reader: Reader) {
    let enforced = "[identity.mfa]\nenforce = true";
    let gateway = super::super::house("echo:").table(enforced).start().await;
    let alice = ALICE.sign_up(&gateway).await;
    let mut app = set_app_up(&alice.client).await;
    let task = Task::at_the_door(("second-step", reader), gateway, "admin").await;
    task.signs_in("/ui/identities?search=alice").await;
    refused_once(&task).await;
    task.fill("totp_code", &app.code().await).await;
    task.enter("in").await;
    assert_eq!(task.texts("#people tbody th a").await, [ALICE.email]);
    leaves(&task).await;
    task.browser.goto(&task.address("/ui/identities")).await;
    task.look("asked-again").await;
    assert!(!task.path().await.starts_with("/ui"), "she is out");
}

async fn refused_once(task: &Task) {
    task.look("second-step").await;
    assert!(!task.path().await.starts_with("/ui"), "not before");
    task.fill("totp_code", "000000").await;
    task.enter("no-code").await;
    assert!(task.has("[aria-invalid]").await, "beside the field");
}

/// Signs out, where the menu is for this screen.
async fn leaves(task: &Task) {
    let is_small = "return document.querySelector('.open-menu').checkVisibility()";
    if task.browser.run(is_small, vec![]).await == true {
        task.reach(".open-menu").await;
        task.browser.strike(SPACE).await;
    }
    task.press("/ui/sign-out", "out").await;
}

#[tokio::test]
async fn an_administrator_comes_in_by_two_steps_and_leaves() {
    comes_in_by_two_steps(ENGLISH).await;
}

#[tokio::test]
async fn an_administrator_comes_in_by_two_steps_in_german_on_a_phone() {
    comes_in_by_two_steps(GERMAN).await;
}
