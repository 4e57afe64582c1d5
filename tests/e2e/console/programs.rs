//! API credentials: one is made, renamed, given a new secret while the old one ends, and removed, in a
//! browser; its program feels each of it.

use reqwest::Method;
use serde_json::Value;

use super::{has, house, make_administrator, tick};
use crate::support::{ALICE, Anonymous, Browser, TestGateway};

/// HA-13 to HA-19.
#[tokio::test]
async fn a_credential_is_made_renamed_given_a_new_secret_and_removed_in_a_browser() {
    let gateway = house("echo:").start().await;
    ALICE.sign_up(&gateway).await;
    make_administrator(&gateway, "admin");
    let browser = Browser::open().await;
    let area = format!("{}/ui/api-credentials", gateway.admin_url());
    browser.goto(&area).await;
    ALICE.sign_in_in(&browser).await;
    browser.see("No program has a credential yet.").await;
    let (client, first) = made(&browser).await;
    assert_eq!(token(&gateway, &client, &first).await, 200);
    browser.press("To this credential").await;
    browser.fill("name", "Weekly report").await;
    browser.press("Rename").await;
    browser.see("It is renamed.").await;
    browser.see("Weekly report").await;

    let at_once = "document.querySelector('[name=overlap]').value = '0s'";
    browser.run(at_once, vec![]).await;
    browser.press("Make a new secret").await;
    browser.see("Secrets that end now: 1").await;
    assert_eq!(token(&gateway, &client, &first).await, 200, "not yet");
    browser.press("Make a new secret").await;
    browser.see("This is shown only now").await;
    let second = shown(&browser).await;
    assert_ne!(first, second);
    assert_eq!(token(&gateway, &client, &first).await, 401);
    assert_eq!(token(&gateway, &client, &second).await, 200);
    browser.press("To this credential").await;
    browser.see("Last used").await;
    assert!(!browser.text().await.contains(&second));

    browser.press("Remove").await;
    browser.see("there is no way back").await;
    browser.press("Cancel").await;
    browser.press("Remove").await;
    browser.press("Remove it for good").await;
    browser.see("It is removed, with its tokens.").await;
    browser.see("No program has a credential yet.").await;
    assert_eq!(token(&gateway, &client, &second).await, 401);
    let log = gateway.log();
    assert!(!log.contains(&first) && !log.contains(&second));
}

/// Makes one, with a mistake first; its client id and secret.
async fn made(browser: &Browser) -> (String, String) {
    browser.press("Make an API credential").await;
    browser.fill("name", "Nightly report").await;
    browser.press("Make it").await;
    browser.see("Choose at least one role.").await;
    assert!(has(browser, "#roles-errors").await, "beside the field");
    assert!(has(browser, "[name=name][value='Nightly report']").await);
    tick(browser, "[name='roles.viewer']").await;
    browser.press("Make it").await;
    browser.see("This is shown only now").await;
    let client = "return document.querySelector('#fact-1').textContent";
    let client = browser.run(client, vec![]).await;
    (client.as_str().unwrap().to_owned(), shown(browser).await)
}

async fn shown(browser: &Browser) -> String {
    let secret = "return document.querySelector('input[readonly]').value";
    let secret = browser.run(secret, vec![]).await;
    Value::as_str(&secret).unwrap().to_owned()
}

/// The status that a program gets which asks for a token.
async fn token(gateway: &TestGateway, client: &str, secret: &str) -> u16 {
    let program = Anonymous::without_cookies(&gateway.admin_url());
    let asked = program
        .request(Method::POST, "/oauth2/token")
        .basic_auth(client, Some(secret))
        .form(&[("grant_type", "client_credentials")]);
    asked.send().await.unwrap().status().as_u16()
}
