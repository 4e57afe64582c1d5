//! An administrator acts as somebody else: why, for how long, and whether to look only, is said first,
//! and each of them is felt at the gate.

use serde_json::{Value, json};

use super::{ENGLISH, GERMAN, Reader, Task, place};
use crate::support::{ALICE, BOB, SignedIn, Upstream};

/// What was asked for is told to whoever looks at the log.
const REASON: &str = "He_asked_on_the_telephone";

/// KC-130 to KC-132.
async fn acts_as_somebody(reader: Reader) {
    let upstream = Upstream::start().await;
    let gateway = super::super::house(&upstream.url()).start().await;
    ALICE.sign_up(&gateway).await;
    let bob = BOB.sign_up(&gateway).await;
    let page = format!("{}/impersonate", place(&bob));
    let task = Task::begin(("acting", reader), gateway, &page).await;
    asked(&task).await;
    assert_eq!(sent(&task).await, 200, "more than to look");
    assert_eq!(whoami(&task).await["read_only"], json!(false));
    settings_stay(&task).await;
    known(&task, &bob).await;
    stops(&task).await;
    looks_only(&task, &page).await;
    ended(&task, &bob).await;
}

/// Without a reason it does not begin, and keeps what was chosen.
async fn asked(task: &Task) {
    task.fill("reason", " ").await;
    task.choose("minutes", "15").await;
    task.tick("changes").await;
    task.enter("no-reason").await;
    task.is_refused().await;
    assert!(task.has("[name=changes]:checked").await, "it is kept");
    assert_eq!(task.texts("[name=minutes]").await, ["15"]);
    task.fill("reason", REASON).await;
    task.press_on("main button.primary", "asks-once-more").await;
    task.press_on("main [type=submit]", "begun").await;
    assert!(task.has(".banner").await, "every page says so");
}

/// The status of a request that could change something in an application, which one of its pages sends.
async fn sent(task: &Task) -> u64 {
    task.browser.goto(&task.gateway.url()).await;
    let send = "const answer = await fetch('/', { method: 'POST' }); return answer.status";
    task.browser.run(send, vec![]).await.as_u64().unwrap()
}

/// The session that the browser has there.
async fn whoami(task: &Task) -> Value {
    task.browser.goto(&task.gateway.url()).await;
    let ask = "const answer = await fetch('/.portcullis/sessions/whoami',
            { headers: { accept: 'application/json' } });
        return answer.json()";
    task.browser.run(ask, vec![]).await
}

/// They are looked at, and offer nothing that would be refused.
async fn settings_stay(task: &Task) {
    let settings = format!("{}/.portcullis/settings", task.gateway.url());
    task.browser.goto(&settings).await;
    task.look("settings").await;
    assert!(task.has(".banner").await);
    assert_eq!(task.texts("[name='traits.email']").await, [BOB.email]);
    assert!(task.has("[name='traits.name.first'][disabled]").await);
    assert!(!task.has("main button").await, "nothing can be pressed");
    assert!(!task.has("main img").await, "no secret is offered");
    let profile = format!("{}/.portcullis/profile", task.gateway.url());
    task.browser.goto(&profile).await;
    task.look("profile").await;
    assert!(!task.has("main a, main button").await, "nothing to change");
}

/// Whoever looks at Bob meanwhile sees who is there, and for how long.
async fn known(task: &Task, bob: &SignedIn) {
    task.open(&format!("{}/sessions", place(bob)), "sessions")
        .await;
    let told = task.texts(".badge.bad").await.join(" ");
    assert!(told.contains(ALICE.email), "{told}");
}

/// What stands above the page leads back to Alice herself.
async fn stops(task: &Task) {
    let acting = whoami(task).await;
    assert_eq!(acting["identity"]["traits"]["email"], BOB.email);
    let profile = format!("{}/.portcullis/profile", task.gateway.url());
    task.browser.goto(&profile).await;
    task.press_on(".banner a", "herself").await;
    assert!(!task.has(".banner").await);
    let own = whoami(task).await;
    assert_eq!(own["identity"]["traits"]["email"], ALICE.email);
    assert_eq!(own["actor"], Value::Null);
}

/// What nobody ticked is not done: the gate refuses what could change something.
async fn looks_only(task: &Task, page: &str) {
    task.open(page, "once-more").await;
    task.fill("reason", REASON).await;
    task.press_on("main button.primary", "asks-to-look").await;
    task.press_on("main [type=submit]", "looks").await;
    assert_eq!(whoami(task).await["read_only"], json!(true));
    assert_eq!(sent(task).await, 403);
}

/// It ends from the console, too, and the log tells of all.
async fn ended(task: &Task, bob: &SignedIn) {
    let sessions = format!("{}/sessions", place(bob));
    task.open(&sessions, "sessions-again").await;
    task.press(&format!("{sessions}/end"), "asks-to-end").await;
    task.press_on("main .final", "ended").await;
    task.is_done().await;
    task.open(&format!("{}/history", place(bob)), "history")
        .await;
    let told = task.texts("main table").await.join(" ");
    assert!(told.contains(REASON), "{told}");
    assert_eq!(told.matches(REASON).count(), 2, "both times: {told}");
}

#[tokio::test]
async fn an_administrator_changes_something_as_somebody_else_and_then_only_looks() {
    acts_as_somebody(ENGLISH).await;
}

#[tokio::test]
async fn an_administrator_acts_as_somebody_in_german_on_a_phone() {
    acts_as_somebody(GERMAN).await;
}
