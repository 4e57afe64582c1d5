//! More people than a page holds: part after part, and narrowed down.

use reqwest::Method;
use serde_json::{Value, json};

use super::{ENGLISH, GERMAN, Reader, Task};
use crate::support::{ALICE, Anonymous, TestGateway, admin_token};

/// As many as make a second page.
const CROWD: usize = 55;

/// Creates a crowd of which one is switched off.
async fn crowded() -> TestGateway {
    let gateway = super::super::house("echo:").start().await;
    ALICE.sign_up(&gateway).await;
    let program = admin_token(&gateway).await;
    let create = |number: usize| {
        let traits = json!({"email": format!("p{number:02}@example.org")});
        let state = if number == 7 { "inactive" } else { "active" };
        json!({"create": {"schema_id": "default", "traits": traits, "state": state}})
    };
    let batch = json!({"identities": (0..CROWD).map(create).collect::<Vec<Value>>()});
    let admin = Anonymous::without_cookies(&gateway.admin_url());
    let asked = admin.request(Method::PATCH, "/admin/identities");
    let answer = asked.bearer_auth(&program.bearer).json(&batch).send().await;
    assert_eq!(answer.unwrap().status(), 200);
    gateway
}

/// HA-21.
async fn pages_through(reader: Reader) {
    let gateway = crowded().await;
    let task = Task::begin(("crowd", reader), gateway, "/ui/identities").await;
    parts(&task).await;
    narrowed(&task).await;
    task.open("/ui/audit", "log").await;
    let first = task.texts("main tbody th a").await.len();
    task.press_on("[rel=next]", "log-second").await;
    assert!((1..=first).contains(&task.texts("main tbody th a").await.len()));
    task.press_on(".parts a", "log-first").await;
}

/// Nobody is on two parts, and the way back leads to the same.
async fn parts(task: &Task) {
    let rows = "#people tbody th a";
    let first = task.texts(rows).await;
    assert_eq!(first.len(), 50);
    task.press_on("[rel=next]", "second").await;
    let second = task.texts(rows).await;
    assert_eq!(second.len(), CROWD + 1 - 50);
    assert!(second.iter().all(|one| !first.contains(one)), "{second:?}");
    task.press_on("[rel=prev]", "back").await;
    assert_eq!(task.texts(rows).await, first);
    task.press_on("[rel=next]", "second-again").await;
    assert_eq!(task.texts(rows).await, second);
}

/// The list follows what is chosen, and the other way leads back to all.
async fn narrowed(task: &Task) {
    task.open("/ui/identities", "all").await;
    task.choose("state", "inactive").await;
    let one = async || {
        let shown = task.texts("#people tbody th a").await;
        (shown == ["p07@example.org"]).then_some(())
    };
    crate::support::wait_until("the one who is switched off", one).await;
    task.look("switched-off").await;
    task.open("/ui/identities?state=inactive&verified=true", "nobody")
        .await;
    assert!(!task.has("#people table").await);
    task.open("/ui/identities?from=yesterday", "no-date").await;
    task.is_refused().await;
    task.open("/ui/identities?sort=arrival", "oldest").await;
    assert_eq!(task.texts("#people tbody th a").await[0], ALICE.email);
}

#[tokio::test]
async fn a_crowd_is_paged_through_and_narrowed_down() {
    pages_through(ENGLISH).await;
}

#[tokio::test]
async fn a_crowd_is_paged_through_in_german_on_a_phone() {
    pages_through(GERMAN).await;
}
