//! Who may only look: no page offers what would be refused, and what is asked for all the same says why
//! it is not done.

use super::{ENGLISH, GERMAN, Reader, Task, place};
use crate::support::{ALICE, BOB, HostileProvider};

/// What changes something, but for signing out, and for a check that changes nothing.
const DEEDS: &str = "main form[method=POST] :is([type=submit]:not([formaction]))";
/// Where something would be changed.
const CHANGES: &str = "main :is(a[href*='/new'], a[href$='/delete'], a[href$='/change'],
    a[href*='/remove'], a[href*='/add-'], a[href$='/state'], a[href$='/impersonate'])";

/// CU-10, HA-20.
async fn only_looks(reader: Reader) {
    let provider = HostileProvider::start().await;
    let house = super::super::house("echo:");
    let house = house.provider("one", &provider.issuer(), ("one", "secret"));
    let gateway = house.start().await;
    ALICE.sign_up(&gateway).await;
    let bob = BOB.sign_up(&gateway).await;
    let task = Task::at_the_door(("looking", reader), gateway, "viewer").await;
    task.signs_in("/ui/identities").await;
    task.browser.arrive_at("/ui/identities").await;
    for (page, name) in pages(&place(&bob)) {
        task.open(&page, name).await;
        assert_eq!(task.texts("h1").await.len(), 1);
        assert!(!task.has(DEEDS).await, "nothing is changed at {page}");
        assert!(!task.has(CHANGES).await, "no way to change at {page}");
    }
    assert!(!task.has("a[href='/ui/api-credentials']").await);
    refused(&task, &place(&bob)).await;
}

fn pages(bob: &str) -> Vec<(String, &'static str)> {
    let own = [
        "/ui/overview",
        "/ui/identities",
        "/ui/providers",
        "/ui/providers/one",
    ];
    let own = own
        .into_iter()
        .chain(["/ui/schemas", "/ui/schemas/default"]);
    let own = own.chain(["/ui/schemas/default/groups", "/ui/schemas/default/json"]);
    let own = own.chain(["/ui/throttles", "/ui/mail", "/ui/audit"]);
    let names = [
        "overview",
        "people",
        "providers",
        "provider",
        "schemas",
        "attributes",
    ];
    let names = names
        .into_iter()
        .chain(["groups", "json", "throttles", "mail", "audit"]);
    let parts = ["", "/sign-in", "/sessions", "/actions", "/history"];
    let parts = parts.map(|part| format!("{bob}{part}"));
    let called = ["bob", "sign-in", "sessions", "actions", "history"];
    let own = own.map(str::to_owned).zip(names);
    own.chain(parts.into_iter().zip(called)).collect()
}

/// It is said why, and there is a way on.
async fn refused(task: &Task, bob: &str) {
    let delete = format!("{bob}/delete");
    for (page, name) in [
        (delete.as_str(), "may-not"),
        ("/ui/api-credentials", "no-area"),
    ] {
        task.open(page, name).await;
        assert!(!task.has("main form").await, "{page}");
        assert!(task.has("main a[href^='/ui']").await, "a way on");
    }
}

#[tokio::test]
async fn who_may_only_look_is_offered_nothing_else() {
    only_looks(ENGLISH).await;
}

#[tokio::test]
async fn who_may_only_look_does_so_in_german_on_a_phone() {
    only_looks(GERMAN).await;
}
