//! Coming for the first time through a provider that does not tell everything.

use super::{GERMAN, PLAIN, Reader, WIDE, Walk};
use crate::support::{
    ALICE, OidcProvider,
    person::{session_cookie, sign_in_through},
};

const NORA: &str = "nora@example.org";

/// Fills in what the provider did not tell, first with an address that is somebody else's, and proves
/// the right one.
async fn arrives(reader: Reader) {
    let walk = Walk::abroad(reader, "").await;
    let known = sign_in_through(&walk.gateway.anonymous(), "one", "alice").await;
    assert!(session_cookie(&known).is_some());
    let page = format!("{}/deep?x=1", walk.gateway.url());
    walk.browser.goto(&page).await;
    walk.look("50-login").await;
    is_asked(&walk).await;
    proves_the_address(&walk).await;
    assert_eq!(walk.browser.url().await, page);
    assert!(walk.browser.text().await.contains(NORA));
}

async fn is_asked(walk: &Walk<OidcProvider>) {
    walk.go_abroad("provider=one", "nomail", "51-almost-there")
        .await;
    assert!(walk.has("[name='traits.email']:focus").await);
    walk.fill("traits.email", ALICE.email).await;
    walk.enter("52-almost-there-taken").await;
    assert!(walk.has("[name='traits.email']:focus").await);
    walk.fill("traits.email", NORA).await;
    walk.enter("53-code").await;
}

async fn proves_the_address(walk: &Walk<OidcProvider>) {
    let code = walk.mail.letter_to(NORA, 0).await.code();
    walk.fill("code", &code).await;
    walk.enter("54-confirmed").await;
    walk.go_through("method=code", "55-echo").await;
}

#[tokio::test]
async fn people_arrive_by_the_keyboard_alone() {
    arrives(WIDE).await;
}

#[tokio::test]
async fn people_arrive_in_german_in_the_dark_on_a_phone() {
    arrives(GERMAN).await;
}

#[tokio::test]
async fn people_arrive_with_scripts_off() {
    arrives(PLAIN).await;
}
