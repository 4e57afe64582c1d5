//! An account is moved from one identity of a person to another (D.8).

use super::linking::{assert_links, gate, link};
use crate::support::{
    ALICE, Browser,
    person::{SignedIn, session_cookie, sign_in_through, whoami},
};

/// Kratos#3439.
#[tokio::test]
async fn a_person_moves_an_account_from_an_older_identity() {
    let gate = gate().await;
    let first = gate.gateway.anonymous();
    let bob = SignedIn::proved(&first, "one", "bob").await;
    link(&bob, "two", "bob-at-work").await;
    gate.mail.letter_to("bob@example.org", 0).await;

    let browser = Browser::open().await;
    let own = format!("{}/.portcullis", gate.gateway.url());
    browser
        .goto(&format!("{own}/self-service/registration/browser"))
        .await;
    ALICE.register_in(&browser).await;
    browser.see("You are through the gate").await;
    browser.goto(&format!("{own}/settings")).await;
    browser.press("Link one").await;
    browser.arrive_at("/interaction/").await;
    browser.fill("login", "bob").await;
    browser.fill("password", "anything").await;
    browser.submit().await;
    browser
        .see("belongs to somebody who is known here already")
        .await;
    assert_links(&bob, &["one", "two"]).await;
    browser.press("Move one here").await;
    browser.see("Your changes have been saved").await;
    browser.see("Unlink one").await;

    let gone = first.get_json("/.portcullis/sessions/whoami").await;
    assert_eq!(gone.status(), 401, "what came through it has ended");
    let later = gate.gateway.anonymous();
    let entered = sign_in_through(&later, "one", "bob").await;
    assert!(session_cookie(&entered).is_some());
    let who = whoami(&later).await;
    assert_eq!(who["identity"]["traits"]["email"], ALICE.email);
    let removed = gate.mail.letter_to("bob@example.org", 1).await;
    assert!(
        removed.message.contains("was unlinked"),
        "{}",
        removed.message
    );
    let added = gate.mail.letter_to(ALICE.email, 0).await;
    assert!(added.message.contains("was linked"), "{}", added.message);
}
