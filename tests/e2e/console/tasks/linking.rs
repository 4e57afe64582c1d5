//! Accounts at a provider become somebody's: one by its id there, and one by its address, which is
//! prepared and made when it first comes in.

use super::{ENGLISH, GERMAN, Reader, Task, place, providers_leaving::linked};
use crate::support::{
    SignedIn,
    person::{session_cookie, sign_in_through},
};

const LINK: &str = "form[action$='/links'] button";

/// CU-29, KC-070.
async fn links_accounts(reader: Reader) {
    let (gateway, _provider) = linked().await;
    let bob = SignedIn::proved(&gateway.anonymous(), "one", "bob").await;
    let dora = gateway.anonymous();
    assert!(session_cookie(&sign_in_through(&dora, "one", "dora").await).is_some());
    let sign_in = format!("{}/sign-in", place(&bob));
    let task = Task::begin(("linking", reader), gateway, &sign_in).await;
    refused(&task).await;
    by_id(&task, &bob).await;
    by_address(&task, &bob).await;
}

/// What is somebody else's, or nobody's name, is not linked; what was typed stays.
async fn refused(task: &Task) {
    task.fill("account", "dora").await;
    task.press_on(LINK, "elsewhere").await;
    task.is_refused().await;
    assert!(task.has("#link-trouble").await, "beside the field");
    assert_eq!(task.texts("[name=account]").await, ["dora"]);
    task.choose("known_by", "address").await;
    task.press_on(LINK, "no-address").await;
    task.is_refused().await;
    assert!(task.has("[name=known_by][value=address]:checked").await);
    assert_eq!(task.texts(".rows > li").await.len(), 1, "nothing is linked");
}

async fn by_id(task: &Task, bob: &SignedIn) {
    for (account, name) in [("carol", "linked"), ("bob", "already")] {
        task.choose("known_by", "subject").await;
        task.fill("account", account).await;
        task.press_on(LINK, name).await;
        task.is_done().await;
        assert_eq!(task.texts(".rows > li").await.len(), 2);
    }
    comes_in_as(task, "carol", bob).await;
}

async fn by_address(task: &Task, bob: &SignedIn) {
    for name in ["prepared", "twice"] {
        task.choose("known_by", "address").await;
        task.fill("account", "eve@example.org").await;
        task.press_on(LINK, name).await;
        assert_eq!(task.texts(".rows > li").await.len(), 3);
        match name {
            "prepared" => task.is_done().await,
            _ => task.is_refused().await,
        }
    }
    comes_in_as(task, "eve", bob).await;
}

/// Whoever has that account at the provider is Bob.
async fn comes_in_as(task: &Task, login: &str, bob: &SignedIn) {
    let client = task.gateway.anonymous();
    let answer = sign_in_through(&client, "one", login).await;
    let came = SignedIn::from_cookie(&client, &answer).await;
    assert_eq!(came.identity(), bob.identity(), "{login}");
}

#[tokio::test]
async fn somebody_is_linked_to_accounts_at_a_provider() {
    links_accounts(ENGLISH).await;
}

#[tokio::test]
async fn accounts_are_linked_in_german_on_a_phone() {
    links_accounts(GERMAN).await;
}
