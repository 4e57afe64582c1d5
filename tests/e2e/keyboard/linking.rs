//! Showing that an account of a provider is one's own, and moving one.

use super::{ENTER, GERMAN, PLAIN, Reader, WIDE, Walk};
use crate::{
    e2e::settings::age,
    support::{ALICE, BOB, LET_IN_AT_ONCE, OidcProvider, SignedIn},
};

/// Links an account by a password, and another one by a mailed code; then moves one between the two
/// identities.
async fn links(reader: Reader) {
    let walk = Walk::abroad(reader, LET_IN_AT_ONCE).await;
    ALICE.sign_up(&walk.gateway).await;
    let bob = SignedIn::proved(&walk.gateway.anonymous(), "one", "bob").await;
    walk.browser.goto(&walk.gateway.url()).await;
    walk.look("60-login").await;
    confirms_by_code(&walk).await;
    confirms_by_password(&walk).await;
    moves(&walk, &bob).await;
    links_after_a_proof(&walk).await;
}

async fn confirms_by_code(walk: &Walk<OidcProvider>) {
    walk.go_abroad("provider=two", "bob", "61-is-this-you")
        .await;
    walk.browser.tab_to("method=code").await;
    walk.enter("62-code").await;
    assert!(walk.has("[name=code]:focus").await);
    walk.fill("code", "000000").await;
    walk.enter("63-code-wrong").await;
    assert!(walk.has("[name=code]:focus").await);
    let code = walk.mail.letter_to(BOB.email, 0).await.code();
    walk.fill("code", &code).await;
    walk.browser.leave_by(ENTER).await;
    walk.look_at("64-echo", "en").await;
    assert!(walk.browser.text().await.contains(BOB.email));
    walk.press("/logout", "65-sign-out").await;
    walk.press("/logout?", "66-signed-out").await;
    walk.press("/login", "67-login").await;
}

async fn confirms_by_password(walk: &Walk<OidcProvider>) {
    walk.go_abroad("provider=one", "alice", "68-is-this-you")
        .await;
    assert!(walk.has("[name=password]:focus").await);
    walk.fill("password", "not-hers-4711").await;
    walk.enter("69-password-wrong").await;
    assert!(walk.has("[name=password]:focus").await);
    walk.fill("password", ALICE.password).await;
    walk.browser.leave_by(ENTER).await;
    walk.look_at("70-echo", "en").await;
    assert!(walk.browser.text().await.contains(ALICE.email));
}

async fn moves(walk: &Walk<OidcProvider>, bob: &SignedIn) {
    walk.browser.goto(&walk.own("settings")).await;
    walk.look("71-settings").await;
    walk.go_abroad("link=two", "bob", "72-move").await;
    walk.press("keep=two", "73-kept").await;
    assert_eq!(bob.status("/").await, 200);
    walk.go_abroad("link=two", "bob", "74-move").await;
    walk.press("move=two", "75-moved").await;
    walk.is_done().await;
    walk.press("unlink=two", "76-unlinked").await;
    walk.is_done().await;
}

/// Whoever has signed in long ago shows who they are before another account signs them in.
async fn links_after_a_proof(walk: &Walk<OidcProvider>) {
    age(&walk.browser, &walk.gateway, &walk.database).await;
    walk.is_forgotten_abroad().await;
    walk.press("link=two", "77-proof").await;
    assert!(walk.has("[name=password]:focus").await);
    walk.fill("password", ALICE.password).await;
    walk.browser.leave_by(ENTER).await;
    walk.sign_in_abroad("carol", "78-linked").await;
    walk.is_done().await;
    assert!(walk.has("[name=unlink][value=two]").await);
}

#[tokio::test]
async fn people_link_by_the_keyboard_alone() {
    links(WIDE).await;
}

#[tokio::test]
async fn people_link_in_german_in_the_dark_on_a_phone() {
    links(GERMAN).await;
}

#[tokio::test]
async fn people_link_with_scripts_off() {
    links(PLAIN).await;
}
