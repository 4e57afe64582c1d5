//! The console: an administrator creates somebody and makes a credential for a program, in a browser.

use reqwest::Method;

use crate::support::{ALICE, Anonymous, Browser, Route, TestGateway};

async fn signed_in() -> (TestGateway, Browser) {
    let gateway = TestGateway::builder()
        .registration()
        .table("[plugins.admin]")
        .route(&Route::signed_in("/", "echo:"))
        .start()
        .await;
    ALICE.sign_up(&gateway).await;
    let command = ["set-roles", "--email", ALICE.email, "--add", "admin"];
    assert_eq!(gateway.run(&command, "").code, 0);
    let browser = Browser::open().await;
    browser.goto(&format!("{}/ui", gateway.admin_url())).await;
    ALICE.sign_in_in(&browser).await;
    browser.arrive_at("/ui/overview").await;
    (gateway, browser)
}

/// What the first field says that cannot be changed.
async fn shown(browser: &Browser) -> String {
    let script = "return document.querySelector('input[readonly]').value";
    let value = browser.run(script, vec![]).await;
    value.as_str().unwrap().to_owned()
}

/// Whether the page stands within the window, and everything on it looks as the stylesheet says.
async fn fits(browser: &Browser) -> bool {
    let script = "return document.documentElement.scrollWidth <= window.innerWidth
        && !document.querySelector('[style]')";
    browser.run(script, vec![]).await == true
}

/// CU-07.
#[tokio::test]
async fn an_administrator_creates_somebody_who_comes_in_with_a_code() {
    let (gateway, browser) = signed_in().await;
    browser.see("Sign-ins by hour").await;
    browser.see("Signed in: ").await;
    browser.narrow(390).await;
    assert!(fits(&browser).await, "the overview on a phone");
    let new = format!("{}/ui/identities/new", gateway.admin_url());
    browser.goto(&new).await;
    assert!(fits(&browser).await, "the form on a phone");
    browser.fill("traits.email", "carol@example.org").await;
    browser.press("Create").await;
    browser.see("This is shown only now").await;
    assert!(fits(&browser).await, "the code on a phone");
    let code = shown(&browser).await;
    let links = "return [...document.querySelectorAll('input[readonly]')].map(one => one.value)";
    let links = browser.run(links, vec![]).await;
    let way_in = links[1].as_str().unwrap();
    let carol = Browser::open().await;
    carol.goto(way_in).await;
    carol.fill("code", &code).await;
    carol.submit().await;
    carol.arrive_at("/settings").await;
    browser.goto(&new).await;
    browser.fill("traits.email", "carol@example.org").await;
    browser.press("Create").await;
    browser
        .see("Somebody signs in with the same already.")
        .await;
}

#[tokio::test]
async fn an_administrator_makes_a_credential_whose_secret_is_shown_once() {
    let (gateway, browser) = signed_in().await;
    browser.press("API credentials").await;
    browser.see("No program has a credential yet.").await;
    browser.press("Make an API credential").await;
    browser.fill("name", "Nightly report").await;
    let viewer = "document.querySelector('[name=\"roles.viewer\"]').click()";
    browser.run(viewer, vec![]).await;
    browser.press("Make it").await;
    browser.see("This is shown only now").await;
    let secret = shown(&browser).await;
    let facts = "return document.querySelector('#fact-1').textContent";
    let client = browser.run(facts, vec![]).await;
    let program = Anonymous::without_cookies(&gateway.admin_url());
    let token = program
        .request(Method::POST, "/oauth2/token")
        .basic_auth(client.as_str().unwrap(), Some(&secret))
        .form(&[("grant_type", "client_credentials")]);
    assert_eq!(token.send().await.unwrap().status(), 200);
    browser.press("To this credential").await;
    browser.see("Nightly report").await;
    assert!(!browser.text().await.contains(&secret));
    browser.press("Remove").await;
    browser.see("there is no way back").await;
    browser.narrow(390).await;
    assert!(fits(&browser).await, "the question on a phone");
    browser.press("Remove it for good").await;
    browser.see("It is removed, with its tokens.").await;
    assert!(!gateway.log().contains(&secret));
}
