//! A schema is added as a copy of another one, and is one that somebody can be created with.

use super::{ENGLISH, GERMAN, Reader, Task};
use crate::support::{ALICE, wait_until};

/// CU-17.
async fn adds_a_schema(reader: Reader) {
    let gateway = super::super::house("echo:").start().await;
    ALICE.sign_up(&gateway).await;
    let task = Task::begin(("schema", reader), gateway, "/ui/schemas").await;
    task.press("/ui/add-schema", "add").await;
    for (name, page) in [("no/name", "no-name"), ("default", "taken")] {
        task.fill("name", name).await;
        task.enter(page).await;
        task.is_refused().await;
        assert_eq!(task.texts("[name=name]").await, [name]);
    }
    task.fill("name", "guest_1").await;
    task.enter("added").await;
    task.is_done().await;
    assert_eq!(task.path().await, "/ui/schemas/guest_1");
    task.open("/ui/schemas", "both").await;
    assert_eq!(task.texts("main tbody th a").await.len(), 2);
    is_one_to_choose(&task).await;
}

async fn is_one_to_choose(task: &Task) {
    wait_until("it to be one to choose", async || {
        task.browser.goto(&task.address("/ui/identities/new")).await;
        let names = task.texts("main a, main option").await;
        names
            .iter()
            .any(|name| name.contains("guest_1"))
            .then_some(())
    })
    .await;
    task.look("to-choose").await;
}

#[tokio::test]
async fn a_schema_is_added_as_a_copy_of_another_one() {
    adds_a_schema(ENGLISH).await;
}

#[tokio::test]
async fn a_schema_is_added_in_german_on_a_phone() {
    adds_a_schema(GERMAN).await;
}
