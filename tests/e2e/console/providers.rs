//! Providers in the console: added, signed in through, switched off and removed, in a browser.

use reqwest::Method;
use serde_json::{Value, json};

use super::{house, make_administrator};
use crate::support::{
    ALICE, BOB, Browser, OidcProvider, TestGateway,
    person::{session_cookie, sign_in_through},
    wait_until,
};

async fn chooses(browser: &Browser, name: &str, value: &str) {
    let choose = format!("document.querySelector('[name={name}][value={value}]').click()");
    browser.run(&choose, vec![]).await;
}

async fn added(browser: &Browser, gateway: &TestGateway, provider: &OidcProvider) {
    browser
        .goto(&format!("{}/ui/providers", gateway.admin_url()))
        .await;
    browser.see("Sign in").await;
    ALICE.sign_in_in(browser).await;
    browser.see("There is no provider yet.").await;
    browser.press("Add a provider").await;
    browser.press("OpenID provider").await;
    browser.fill("Name in addresses", "acme").await;
    browser.press("Use this name").await;
    browser
        .see("/self-service/methods/oidc/callback/acme")
        .await;
    filled_in(browser, provider).await;
    let page = browser.text().await;
    assert!(!page.contains("expects one"), "it has its secret: {page}");
    browser.press("Ask it now").await;
    browser.see("Answers").await;
}

/// With a mistake first.
async fn filled_in(browser: &Browser, provider: &OidcProvider) {
    for (field, value) in [
        ("label", "Acme"),
        ("client_id", "gate"),
        ("issuer_url", "https://nowhere.test/?x"),
        ("client_secret", "hush-acme"),
    ] {
        browser.fill(field, value).await;
    }
    browser.press("Add").await;
    browser.see("an issuer has no query").await;
    browser.fill("issuer_url", provider.issuer()).await;
    browser.fill("client_secret", "hush-acme").await;
    let is_there = "document.querySelector('[name=allow_private_network]').checked = true";
    browser.run(is_there, vec![]).await;
    browser.press("Add").await;
    browser.see("The provider was added.").await;
}

/// Signs in through it in the window that testing opens, where nobody is signed in yet.
async fn tests(browser: &Browser, gateway: &TestGateway) {
    let link = "return [...document.querySelectorAll('.actions a')]
        .find(link => link.target === '_blank').href";
    let link = browser.run(link, vec![]).await;
    browser.press("Test signing in").await;
    let windows = wait_until("another window", async || {
        let all = browser.command(Method::GET, "window/handles", None).await;
        all.as_array().filter(|all| all.len() == 2).cloned()
    })
    .await;
    let turn_to = async |window: &Value| {
        let window = Some(json!({ "handle": window }));
        browser.command(Method::POST, "window", window).await;
    };
    turn_to(&windows[1]).await;
    browser.arrive_at(&gateway.url()).await;
    browser.forget_cookies().await;
    browser.goto(link.as_str().unwrap()).await;
    browser.press("acme").await;
    browser.fill("login", "bob").await;
    browser.fill("password", "anything").await;
    browser.submit().await;
    browser.arrive_at(&gateway.url()).await;
    browser.see(BOB.email).await;
    browser.command(Method::DELETE, "window", None).await;
    turn_to(&windows[0]).await;
}

/// Nobody is linked yet, and nobody signed in there: nothing is asked about either.
async fn leaves_nothing(browser: &Browser) {
    browser.press("Switch off").await;
    browser.see("Switch the provider off?").await;
    let asked = "return document.querySelectorAll('main [type=radio]').length";
    assert_eq!(browser.run(asked, vec![]).await, 0);
    browser.press("Back").await;
    browser.see("Test signing in").await;
}

/// XP-10, XP-13, XP-14, XP-15.
#[tokio::test]
async fn a_provider_is_added_tried_and_removed_in_a_browser() {
    let builder = house("echo:");
    let redirect = builder.redirect_uri("acme");
    let settings = OidcProvider::with_client("gate", "hush-acme", &redirect);
    let provider = settings.start().await;
    let gateway = builder.start().await;
    ALICE.sign_up(&gateway).await;
    make_administrator(&gateway, "provider-manager");
    let browser = Browser::open().await;
    added(&browser, &gateway, &provider).await;
    leaves_nothing(&browser).await;
    tests(&browser, &gateway).await;
    let bob = gateway.anonymous();
    let answer = sign_in_through(&bob, "acme", "bob").await;
    assert!(session_cookie(&answer).is_some(), "{}", answer.status());

    browser.press("Try with claims").await;
    browser.press("Try").await;
    browser.see("What would happen").await;
    browser.see("Ada").await;
    browser.press("Acme").await;
    browser.press("Switch off").await;
    browser.see("Its button goes").await;
    browser.press("Switch off").await;
    browser.see("The provider is switched off.").await;
    browser.press("Switch on").await;
    browser.see("The provider is switched on.").await;
    browser.press("Remove").await;
    chooses(&browser, "links", "unlink").await;
    chooses(&browser, "sessions", "revoke").await;
    browser.press("Remove").await;
    browser.see("The provider was removed.").await;
    assert_eq!(bob.get_json("/").await.status(), 401);
    assert!(!gateway.log().contains("hush"), "no secret in the log");
}
