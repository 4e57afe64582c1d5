//! A provider goes, for a time and for good: who comes in through it, and what becomes of their links
//! and sessions, is told and chosen first.

use serde_json::Value;

use super::{ENGLISH, GERMAN, Reader, Task};
use crate::support::{
    ALICE, Anonymous, BOB, OidcProvider, TestGateway,
    person::{session_cookie, sign_in_through},
    wait_until,
};

/// A gateway with a provider of its store, in which Bob has an identity.
pub(super) async fn linked() -> (TestGateway, OidcProvider) {
    let builder = super::super::house("echo:");
    let redirect = builder.redirect_uri("one");
    let provider = OidcProvider::with_client("gate", "hush-one", &redirect);
    let provider = provider.start().await;
    let gateway = builder.start().await;
    let issuer = format!("issuer_url={}", provider.issuer());
    let add = [
        "providers",
        "add",
        "--kind",
        "oidc",
        "--client-id",
        "gate",
        "--id",
        "one",
    ];
    let with = [
        "--set",
        &issuer,
        "--set",
        "allow_private_network=true",
        "--client-secret-stdin",
    ];
    let added = gateway.run(&[&add[..], &with[..]].concat(), "hush-one");
    assert_eq!(added.code, 0, "{added:?}");
    ALICE.sign_up(&gateway).await;
    let login = format!("{}/.portcullis/login", gateway.url());
    wait_until("its button to be there", async || {
        let (_, page) = gateway.anonymous().follow(&login).await;
        page.text().await.unwrap().contains("\"one\"").then_some(())
    })
    .await;
    let answer = sign_in_through(&gateway.anonymous(), "one", "bob").await;
    assert!(session_cookie(&answer).is_some(), "{}", answer.status());
    (gateway, provider)
}

/// XP-15.
async fn lets_a_provider_go(reader: Reader) {
    let (gateway, _provider) = linked().await;
    let bob = gateway.anonymous();
    assert!(session_cookie(&sign_in_through(&bob, "one", "bob").await).is_some());
    let task = Task::begin(("leaving", reader), gateway, "/ui/providers/one").await;
    switched_off(&task).await;
    is_out(&bob).await;
    assert!(links(&task).await == 1, "it is kept");
    task.press("/ui/providers/one/enable", "enabled").await;
    task.is_done().await;
    comes_in(&task, &bob).await;
    removed(&task).await;
    assert_eq!(bob.get_json("/").await.status(), 200, "sessions went on");
}

/// What goes with it is said, and chosen.
async fn switched_off(task: &Task) {
    task.press("/disable", "disable").await;
    assert_eq!(
        task.texts(".facts dd").await[0],
        "1",
        "one link goes with it"
    );
    task.choose("links", "refuse").await;
    task.enter("refused").await;
    task.is_refused().await;
    assert!(task.has("[name=links][value=refuse]:checked").await);
    task.choose("links", "keep").await;
    task.choose("sessions", "revoke").await;
    task.enter("disabled").await;
    task.is_done().await;
}

async fn removed(task: &Task) {
    task.press("/remove", "remove").await;
    task.choose("links", "unlink").await;
    task.enter("removed").await;
    task.is_done().await;
    assert!(!task.has("main table").await, "there is none any more");
    assert_eq!(links(task).await, 0);
}

async fn is_out(bob: &Anonymous) {
    wait_until("his session to end", async || {
        (bob.get_json("/").await.status() == 401).then_some(())
    })
    .await;
}

async fn comes_in(task: &Task, bob: &Anonymous) {
    let answer = sign_in_through(bob, "one", "bob").await;
    assert!(session_cookie(&answer).is_some(), "{}", answer.status());
    assert_eq!(links(task).await, 1);
}

/// How many linked accounts Bob has.
async fn links(task: &Task) -> usize {
    let asked = ["list-credentials", "--email", BOB.email, "--output", "json"];
    let list: Value = task.gateway.run(&asked, "").json();
    let all = list.as_array().unwrap().iter();
    all.filter(|one| one["type"] == "oidc").count()
}

#[tokio::test]
async fn a_provider_is_switched_off_and_removed_with_what_it_leaves_behind() {
    lets_a_provider_go(ENGLISH).await;
}

#[tokio::test]
async fn a_provider_is_removed_in_german_on_a_phone() {
    lets_a_provider_go(GERMAN).await;
}
