//! What somebody signs in with: put in order, named and taken away down to the last; ways back in that
//! are handed out; and where they are signed in, ended.

use serde_json::Value;

use super::{ENGLISH, GERMAN, Reader, Task, place, providers_leaving::linked};
use crate::{
    e2e::second_factor::{make_codes, set_app_up},
    support::{BOB, Form, SignedIn, person::session_cookie, wait_until},
};

/// CU-20, CU-22, KC-070 to KC-073.
async fn looks_after_ways_in(reader: Reader) {
    let (gateway, _provider) = linked().await;
    let client = gateway.anonymous();
    let bob = SignedIn::proved(&client, "one", "bob").await;
    set_app_up(&client).await;
    make_codes(&client).await;
    let set = ["reset-password", "--email", BOB.email, "--password-stdin"];
    assert_eq!(gateway.run(&set, BOB.password).code, 0);
    let sign_in = format!("{}/sign-in", place(&bob));
    let task = Task::begin(("ways-in", reader), gateway, &sign_in).await;
    ordered(&task).await;
    named(&task).await;
    taken_away(&task, &bob).await;
    back_in(&task).await;
    signed_out(&task, &bob).await;
}

/// What Bob has, in the order in which it is offered.
fn kinds(task: &Task) -> Vec<String> {
    let asked = ["list-credentials", "--email", BOB.email, "--output", "json"];
    let list: Value = task.gateway.run(&asked, "").json();
    let all = list.as_array().unwrap().iter();
    all.map(|one| one["type"].as_str().unwrap().to_owned())
        .collect()
}

/// What stands last is put before the one above it.
async fn ordered(task: &Task) {
    let before = kinds(task);
    assert_eq!(before.len(), 4, "{before:?}");
    let last = "return document.querySelector('.rows > li:last-child form').getAttribute('action')";
    let last = task.browser.run(last, vec![]).await;
    task.press(last.as_str().unwrap(), "moved-up").await;
    task.is_done().await;
    let after = kinds(task);
    let moved = [&*before[0], &before[1], &before[3], &before[2]];
    assert_eq!(after, moved, "offered earlier");
}

async fn named(task: &Task) {
    task.press_on(".rows > li:first-child a", "one").await;
    task.fill("label", "On_the_phone").await;
    task.enter("named").await;
    task.is_done().await;
    let shown = task.texts(".rows > li:first-child").await.join(" ");
    assert!(shown.contains("On_the_phone"), "{shown}");
}

/// It is said of each what is lost with it. The link stays as long as nothing else lets him in, and of the
/// password it is said that it is the last.
async fn taken_away(task: &Task, bob: &SignedIn) {
    while let Some(last) = kinds(task).iter().rposition(|kind| kind != "oidc") {
        goes(task, last).await;
    }
    task.press_on(".rows a.secondary", "link").await;
    assert!(!task.has("main .final").await, "it stays");
    give_password(task);
    task.open(&format!("{}/sign-in", place(bob)), "with-password")
        .await;
    let link = kinds(task).iter().position(|kind| kind == "oidc");
    goes(task, link.unwrap()).await;
    goes(task, 0).await;
    assert!(!task.has(".rows").await, "there is nothing any more");
}

/// Takes away what stands there.
async fn goes(task: &Task, place: usize) {
    let before = kinds(task);
    let name = format!("{}-of-{}", before[place], before.len());
    let way = format!(".rows > li:nth-child({}) a.secondary", place + 1);
    task.press_on(&way, &format!("asks-{name}")).await;
    let losses = task.texts(".losses li").await;
    assert_eq!(losses.len() > 2, before == ["password"], "{losses:?}");
    task.press_on("main .final", &format!("without-{name}"))
        .await;
    task.is_done().await;
    assert_eq!(kinds(task).len(), before.len() - 1);
}

fn give_password(task: &Task) {
    let set = ["reset-password", "--email", BOB.email, "--password-stdin"];
    assert_eq!(task.gateway.run(&set, BOB.password).code, 0);
}

/// By a code that he types, and by a link that he opens; the page shows either once.
async fn back_in(task: &Task) {
    const HAND_OUT: &str = "form[action$='/recovery'] button";
    task.press_on(HAND_OUT, "code").await;
    let shown = task.texts(".handed code").await;
    let client = task.gateway.anonymous();
    let (page, _) = client.follow(&shown[1]).await;
    let form = Form::at(&client, &page).await;
    let typed = serde_json::json!({ "method": "code", "code": shown[0] });
    let entered = form.submit_json(typed).await;
    assert!(session_cookie(&entered).is_some(), "{}", entered.status());
    task.choose("by", "link").await;
    task.choose("lifespan", "1h").await;
    task.press_on(HAND_OUT, "link").await;
    let link = task.texts(".handed code").await.remove(0);
    let (_, page) = task.gateway.anonymous().follow(&link).await;
    assert_eq!(page.status(), 200);
    task.open(&task.path().await.replace("/recovery", "/sign-in"), "gone")
        .await;
    assert!(!task.browser.text().await.contains(&link));
    assert!(!task.gateway.log().contains(&shown[0]));
}

/// One session ends, and then all of them, which is asked first.
async fn signed_out(task: &Task, bob: &SignedIn) {
    give_password(task);
    let (one, other) = (
        BOB.sign_in(&task.gateway).await,
        BOB.sign_in(&task.gateway).await,
    );
    let sessions = format!("{}/sessions", place(bob));
    task.press(&sessions, "sessions").await;
    one_ends(task, &sessions, &one).await;
    assert_eq!(other.status("/").await, 200, "the other one goes on");
    task.press(&format!("{sessions}/end"), "asks-to-end").await;
    task.press_on("main .final", "all-ended").await;
    task.is_done().await;
    assert!(!task.has("main table").await, "he is signed in nowhere");
    is_out(&other).await;
}

async fn one_ends(task: &Task, sessions: &str, one: &SignedIn) {
    let end = format!("{sessions}/{}/end", one.session_id());
    task.press(&end, "asks-to-end-one").await;
    assert!(task.has(".losses li").await, "it says what is lost");
    task.press_on("main .row a", "not-now").await;
    assert_eq!(one.status("/").await, 200, "he is in still");
    task.press(&end, "asks-to-end-one-again").await;
    task.press_on("main .final", "one-ended").await;
    task.is_done().await;
    is_out(one).await;
}

async fn is_out(who: &SignedIn) {
    wait_until("the session to end", async || {
        (who.status("/").await == 401).then_some(())
    })
    .await;
}

#[tokio::test]
async fn what_somebody_signs_in_with_is_ordered_named_and_taken_away() {
    looks_after_ways_in(ENGLISH).await;
}

#[tokio::test]
async fn ways_in_are_looked_after_in_german_on_a_phone() {
    looks_after_ways_in(GERMAN).await;
}
