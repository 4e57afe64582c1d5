//! What a program may do and until when is changed: more at once, less once it was told what goes.

use serde_json::{Value, json};

use super::{ENGLISH, GERMAN, Reader, Task};
use crate::support::ALICE;

/// HA-13.
async fn changes_rights(reader: Reader) {
    let gateway = super::super::house("echo:").start().await;
    ALICE.sign_up(&gateway).await;
    let create = [
        "api-credentials",
        "create",
        "--name",
        "Nightly",
        "--role",
        "viewer",
    ];
    assert_eq!(gateway.run(&create, "").code, 0);
    let task = Task::begin(("rights", reader), gateway, "/ui/api-credentials").await;
    task.press_on("main tbody th a", "one").await;
    task.press("/rights", "rights").await;
    refused(&task).await;
    more(&task).await;
    task.press("/rights", "rights-again").await;
    less(&task).await;
}

/// The only credential, as a command tells it.
fn only(task: &Task) -> Value {
    let list = ["api-credentials", "list", "--output", "json"];
    let list = task.gateway.run(&list, "").json();
    list[0].clone()
}

/// A scope that its roles do not cover is none; what was ticked stays.
async fn refused(task: &Task) {
    task.tick("scopes.admin").await;
    task.enter("beyond-its-roles").await;
    task.is_refused().await;
    assert!(task.has("#scopes-errors").await, "beside the field");
    assert!(task.has("[name='scopes.admin']:checked").await);
    task.tick("scopes.admin").await;
}

async fn more(task: &Task) {
    task.tick("roles.user-manager").await;
    task.tick("scopes.user-manager").await;
    task.enter("more").await;
    task.is_done().await;
    assert_eq!(only(task)["roles"], json!(["viewer", "user-manager"]));
}

async fn less(task: &Task) {
    task.tick("roles.user-manager").await;
    task.paste("expires", "2099-12-31").await;
    task.enter("asks").await;
    let losses = task.texts(".losses li").await;
    assert_eq!(losses.len(), 4, "role, scope, end and acting: {losses:?}");
    assert_eq!(only(task)["expires_at"], Value::Null, "it is asked only");
    task.press_on("main .final", "less").await;
    task.is_done().await;
    let one = only(task);
    assert_eq!(one["roles"], json!(["viewer"]));
    assert_eq!(one["scopes"], json!(["openid", "viewer"]));
    assert_eq!(one["expires_at"], "2100-01-01T00:00:00Z");
}

#[tokio::test]
async fn what_a_program_may_do_is_changed() {
    changes_rights(ENGLISH).await;
}

#[tokio::test]
async fn what_a_program_may_do_is_changed_in_german_on_a_phone() {
    changes_rights(GERMAN).await;
}
