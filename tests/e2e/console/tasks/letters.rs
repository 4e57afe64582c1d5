//! Who has to wait, which letters are on their way, and who did what: each list is narrowed down, its
//! entries are opened, and the audit log is taken along as a file.

use std::{fs, path::Path};

use reqwest::Method;
use serde_json::{Value, json};

use super::{ENGLISH, ENTER, GERMAN, Reader, Task, place};
use crate::support::{ALICE, BOB, wait_until};

async fn looks_into_the_lists(reader: Reader) {
    let gateway = super::super::upkeep::running().await;
    ALICE.sign_up(&gateway).await;
    let bob = super::super::upkeep::troubled(&gateway).await;
    let task = Task::begin(("lists", reader), gateway, "/ui/throttles").await;
    waits(&task, &place(&bob)).await;
    letter(&task).await;
    log(&task, &place(&bob)).await;
}

async fn waits(task: &Task, bob: &str) {
    task.fill("network", "somewhere").await;
    task.enter("no-network").await;
    task.is_refused().await;
    task.fill("subject", "nobody@example.org").await;
    task.fill("network", "").await;
    task.enter("no-wait-fits").await;
    assert!(!task.has("main table").await);
    task.press_on("main a[href='/ui/throttles']", "all-waits")
        .await;
    task.choose("kind", "sign-in").await;
    task.fill("subject", BOB.email).await;
    task.enter("waits-of-bob").await;
    task.press(bob, "bob").await;
    task.browser.run("history.back()", vec![]).await;
    task.browser.arrive_at("/ui/throttles").await;
    let lift = "return document.querySelector('.deed form').getAttribute('action')";
    let lift = task.browser.run(lift, vec![]).await;
    task.press(lift.as_str().unwrap(), "lifted").await;
    task.is_done().await;
}

/// It cannot be sent, which its page says, and nothing of what it says.
async fn letter(task: &Task) {
    wait_until("the letter to be tried", async || {
        let page = "/ui/mail?status=processing";
        task.browser.goto(&task.address(page)).await;
        task.has(".badge.bad").await.then_some(())
    })
    .await;
    task.look("letters-tried").await;
    task.fill("recipient", "nobody@example.org").await;
    task.enter("no-letter-fits").await;
    task.press_on("main a[href='/ui/mail']", "all-letters")
        .await;
    task.fill("recipient", BOB.email).await;
    task.enter("letters-to-bob").await;
    task.press("/ui/mail/", "letter").await;
    let facts = task.texts(".entry dd").await;
    assert!(facts.contains(&BOB.email.to_owned()), "{facts:?}");
    task.press_on("main a[href='/ui/mail']", "back").await;
}

/// The file has what the page shows, and nothing else.
async fn log(task: &Task, bob: &str) {
    task.open("/ui/audit", "log").await;
    task.choose("verb", "throttle.lift").await;
    task.fill("actor", ALICE.email).await;
    task.enter("log-of-alice").await;
    let shown = task.texts("main tbody tr").await.len();
    let folder = task.gateway.folder().join("taken");
    fs::create_dir(&folder).unwrap();
    downloads_to(task, &folder).await;
    task.browser.tab_to("/ui/audit/export").await;
    task.browser.strike(ENTER).await;
    let entries = taken(&folder).await;
    assert_eq!(entries.len(), shown);
    assert!(entries.iter().all(|one| one["verb"] == "throttle.lift"));
    task.press_on("tbody a", "entry").await;
    task.press_on("main a[href='/ui/audit']", "log-again").await;
    task.fill("actor", "nobody@example.org").await;
    task.enter("no-entry-fits").await;
    way_to_bob(task, bob).await;
}

/// From an entry there is a way to whom it is about.
async fn way_to_bob(task: &Task, bob: &str) {
    task.open(bob, "bob-again").await;
    task.fill("traits.name.first", "Bobby").await;
    task.enter("bob-changed").await;
    task.open("/ui/audit?verb=identity.update", "log-of-changes")
        .await;
    task.press_on("tbody a", "entry-of-bob").await;
    task.press(bob, "bob-by-entry").await;
}

/// Has the browser put files here, without asking.
async fn downloads_to(task: &Task, folder: &Path) {
    let allowed = json!({"cmd": "Browser.setDownloadBehavior", "params": {
        "behavior": "allow", "downloadPath": folder,
    }});
    let devtools = "goog/cdp/execute";
    task.browser
        .command(Method::POST, devtools, Some(allowed))
        .await;
}

/// The entries of the file, once the browser has all of it.
async fn taken(folder: &Path) -> Vec<Value> {
    let file = folder.join("audit-log.ndjson");
    let text = wait_until("the file", async || {
        let text = fs::read_to_string(&file).ok()?;
        text.ends_with('\n').then_some(text)
    })
    .await;
    let lines = text.lines();
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[tokio::test]
async fn waits_letters_and_the_log_are_narrowed_down_opened_and_taken_along() {
    looks_into_the_lists(ENGLISH).await;
}

#[tokio::test]
async fn waits_letters_and_the_log_are_read_in_german_on_a_phone() {
    looks_into_the_lists(GERMAN).await;
}
