//! How somebody comes in: what they sign in with, ways back in that are handed out, and where they are
//! signed in, looked after in a browser.

use serde_json::Value;

use super::{house, looking_at, make_administrator};
use crate::support::{
    ALICE, BOB, Browser, Form, OidcProvider, SignedIn, TestGateway,
    person::{session_cookie, sign_in_through},
    wait_until,
};

/// CU-20, CU-22, KC-070 to KC-073.
#[tokio::test]
async fn what_somebody_signs_in_with_is_looked_after_in_a_browser() {
    let builder = house("echo:");
    let redirect = builder.redirect_uri("acme");
    let provider = OidcProvider::with_client("gate", "hush", &redirect);
    let provider = provider.start().await;
    let gateway = builder
        .provider("acme", provider.issuer(), ("gate", "hush"))
        .start()
        .await;
    ALICE.sign_up(&gateway).await;
    make_administrator(&gateway, "admin");
    let answer = sign_in_through(&gateway.anonymous(), "acme", "bob").await;
    assert!(session_cookie(&answer).is_some(), "{}", answer.status());
    let set = ["reset-password", "--email", BOB.email, "--password-stdin"];
    let set = gateway.run(&set, BOB.password);
    assert_eq!(set.code, 0, "{set:?}");
    let browser = looking_at(&gateway, BOB.email).await;
    moves(&browser).await;
    unlinks(&browser).await;
    way_back(&browser, &gateway).await;
    sessions(&browser, &gateway).await;
}

/// What each credential is, in the order in which they are offered.
async fn order(browser: &Browser) -> Vec<String> {
    let kinds =
        "return [...document.querySelectorAll('.rows > li > div:first-child > p:first-child')]
        .map(kind => kind.innerText)";
    let kinds = browser.run(kinds, vec![]).await;
    let kinds = kinds.as_array().unwrap().iter();
    kinds
        .map(|kind| kind.as_str().unwrap().to_owned())
        .collect()
}

/// Moves what stands behind before the rest.
async fn moves(browser: &Browser) {
    browser.press("Signing in").await;
    browser.see("What they sign in with").await;
    let before = order(browser).await;
    assert_eq!(before.len(), 2, "{before:?}");
    browser.press("↑").await;
    browser.see("The order has changed.").await;
    let after = order(browser).await;
    assert_eq!(after, [&*before[1], &before[0]]);
}

/// Names the account of the provider, and unlinks it.
async fn unlinks(browser: &Browser) {
    let link = "[...document.querySelectorAll('.rows > li')]
        .find(row => row.innerText.includes('Linked account'))
        .querySelector('a.secondary').click()";
    browser.run(link, vec![]).await;
    browser
        .see("They do not sign in with this account any more")
        .await;
    browser.fill("label", "At work").await;
    browser.press("Save the name").await;
    browser.see("Saved.").await;
    browser.see("Linked account · At work").await;
    browser.run(link, vec![]).await;
    browser.see("Unlink").await;
    browser.press("Unlink").await;
    browser.see("It is gone.").await;
    assert_eq!(order(browser).await, ["Password"]);
}

/// A code that he types, and a link that he opens.
async fn way_back(browser: &Browser, gateway: &TestGateway) {
    browser.press("Hand out").await;
    browser.see("A way back in, shown only now").await;
    let shown = "return [...document.querySelectorAll('.handed code')].map(one => one.innerText)";
    let shown = browser.run(shown, vec![]).await;
    let (code, page) = (shown[0].as_str().unwrap(), shown[1].as_str().unwrap());
    let client = gateway.anonymous();
    let (page, _) = client.follow(page).await;
    let form = Form::at(&client, &page).await;
    let typed = serde_json::json!({ "method": "code", "code": code });
    let entered = form.submit_json(typed).await;
    assert!(session_cookie(&entered).is_some(), "{}", entered.status());
    let by_link = "document.querySelector('[name=by][value=link]').click()";
    browser.run(by_link, vec![]).await;
    browser.press("Hand out").await;
    browser.see("A way back in, shown only now").await;
    let link = browser
        .run(
            "return document.querySelector('.handed code').innerText",
            vec![],
        )
        .await;
    let (_, page) = gateway.anonymous().follow(link.as_str().unwrap()).await;
    assert_eq!(page.status(), 200);
    // What is shown once is gone with the page.
    browser.press("Signing in").await;
    browser.see("What they sign in with").await;
    let text = browser.text().await;
    assert!(!text.contains(code) && !text.contains("shown only now"));
    assert!(!gateway.log().contains(code));
}

/// Ends one session of two.
async fn sessions(browser: &Browser, gateway: &TestGateway) {
    let (one, other) = (BOB.sign_in(gateway).await, BOB.sign_in(gateway).await);
    browser.press("Sessions").await;
    browser.see("Last seen").await;
    let end = format!(
        "document.querySelector(`main a[href*='{}']`).click()",
        one.session_id()
    );
    browser.run(&end, vec![]).await;
    browser.see("They are signed out there").await;
    browser.press("End the session").await;
    browser.see("The session has ended.").await;
    let is_in = async |who: &SignedIn| who.status("/.portcullis/sessions/whoami").await == 200;
    wait_until("the session to end", async || {
        (!is_in(&one).await).then_some(())
    })
    .await;
    assert!(is_in(&other).await, "the other one goes on");
    browser.press("End all sessions").await;
    browser.see("Sessions that end:").await;
    browser.press("End all sessions").await;
    browser.see("They are signed in nowhere.").await;
    wait_until("every session to end", async || {
        (!is_in(&other).await).then_some(())
    })
    .await;
    let left: Value = gateway
        .run(
            &["list-credentials", "--email", BOB.email, "--output", "json"],
            "",
        )
        .json();
    assert_eq!(left.as_array().unwrap().len(), 1, "{left}");
}
