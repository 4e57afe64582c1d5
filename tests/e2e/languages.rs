//! Somebody who reads German registers and signs in with the keyboard alone.

use serde_json::json;

use crate::support::{ALICE, Browser, Route, TestGateway};

/// KC-064.
#[tokio::test]
async fn kc_064_a_browser_that_asks_for_german_is_answered_in_german() {
    let gateway = TestGateway::builder()
        .registration()
        .route(&Route::signed_in("/", "echo:"))
        .start()
        .await;
    let browser = Browser::open_in("de").await;
    browser.goto(&gateway.url()).await;
    browser.arrive_at("login").await;
    browser.see("Anmelden").await;
    browser.follow_link("registration").await;
    browser.arrive_at("registration").await;
    browser.fill("E-Mail-Adresse", ALICE.email).await;
    browser.fill("Passwort", "kurz").await;
    browser.submit().await;
    browser
        .see("Das Passwort braucht mindestens 8 Zeichen")
        .await;
    browser.see("Bitte prüfen Sie die markierten Felder.").await;
    let focused = "return document.activeElement.name + document.documentElement.lang";
    assert_eq!(browser.run(focused, vec![]).await, json!("passwordde"));
    browser.fill("Passwort", ALICE.password).await;
    browser.submit().await;
    browser.see("You are through the gate").await;
}

#[tokio::test]
async fn the_language_that_an_application_asks_for_goes_with_the_person() {
    let gateway = TestGateway::builder()
        .registration()
        .route(&Route::signed_in("/", "echo:"))
        .start()
        .await;
    let browser = Browser::open().await;
    let page = format!(
        "{}/.portcullis/login?ui_locales=de",
        gateway.url().trim_end_matches('/')
    );
    browser.goto(&page).await;
    browser.see("Neu hier?").await;
    browser.follow_link("registration").await;
    browser.see("Schon registriert?").await;
    browser.narrow(360).await;
    let width = browser
        .run("return document.documentElement.scrollWidth", vec![])
        .await;
    assert!(
        width.as_u64().unwrap() <= 360,
        "nothing is cut off: {width}"
    );
}
