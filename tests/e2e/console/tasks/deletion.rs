//! Somebody is deleted, once it is typed whom, and is nowhere any more.

use super::{ENGLISH, GERMAN, Reader, Task, place};
use crate::support::{ALICE, BOB};

/// CU-27, KC-120.
async fn deletes_somebody(reader: Reader) {
    let gateway = super::super::house("echo:").start().await;
    ALICE.sign_up(&gateway).await;
    let bob = BOB.sign_up(&gateway).await;
    let task = Task::begin(("deletion", reader), gateway, &place(&bob)).await;
    let delete = format!("{}/delete", place(&bob));
    task.press(&delete, "asks").await;
    assert!(task.has(".losses li").await, "it says what is lost");
    task.press_on("main .row a", "not-now").await;
    task.press(&delete, "asks-again").await;
    typed(&task).await;
    assert_eq!(task.texts("#people tbody th a").await, [ALICE.email]);
    task.open(&place(&bob), "nobody").await;
    assert!(task.has("main a").await, "there is a way on");
    let refused = BOB.try_to_sign_in(&task.gateway.anonymous()).await;
    assert_eq!(refused.status(), 400);
}

/// Somebody else first.
async fn typed(task: &Task) {
    task.fill("typed", "somebody_else").await;
    task.enter("another").await;
    task.is_refused().await;
    assert_eq!(task.texts("[name=typed]").await, ["somebody_else"]);
    task.fill("typed", BOB.email).await;
    task.enter("deleted").await;
    task.is_done().await;
}

#[tokio::test]
async fn somebody_is_deleted_once_it_is_typed_whom() {
    deletes_somebody(ENGLISH).await;
}

#[tokio::test]
async fn somebody_is_deleted_in_german_on_a_phone() {
    deletes_somebody(GERMAN).await;
}
