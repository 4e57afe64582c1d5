//! Throttles, mail and the audit log in the console: a wait is lifted, a letter that cannot be sent is
//! looked at, and the log tells of both, in a browser.

use serde_json::json;

use super::make_administrator;
use crate::{
    e2e::abuse::guess,
    support::{ALICE, Anonymous, BOB, Browser, Form, Route, SignedIn, TestGateway, wait_until},
};

/// A gateway whose mail goes nowhere.
pub(super) async fn running() -> TestGateway {
    TestGateway::builder()
        .registration()
        .listen("trusted_proxies = [\"127.0.0.0/8\"]")
        .table("[mail]\nurl = \"smtp://127.0.0.1:1\"\nfrom = \"gate@example.org\"")
        .table("[required_actions.VERIFY_EMAIL]\ndefault = false")
        .table("[plugins.admin]")
        .route(&Route::signed_in("/", "echo:"))
        .start()
        .await
}

/// Bob is guessed at until he has to wait, and asks for a letter.
pub(super) async fn troubled(gateway: &TestGateway) -> SignedIn {
    let bob = BOB.sign_up(gateway).await;
    let client = Anonymous::without_cookies(&gateway.url());
    for index in 0..10 {
        guess(&client, &format!("203.0.113.{index}"), BOB.email).await;
    }
    let form = Form::begin(&gateway.anonymous(), "recovery", "").await;
    let asked = json!({"method": "code", "email": BOB.email});
    let answer = form.submit_json(asked).await;
    assert!(answer.status().as_u16() < 500, "{}", answer.status());
    bob
}

/// Narrows the log down to what is looked for.
async fn audit(browser: &Browser, log: &str) {
    browser.goto(log).await;
    browser.see("Came in to the console").await;
    let narrow = "document.querySelector('.filters').open = true;
        document.querySelector('[name=verb]').value = 'throttle.lift'";
    browser.run(narrow, vec![]).await;
    browser.fill("actor", "nobody@example.org").await;
    browser.press("Show").await;
    browser.see("No entry fits.").await;
    browser.fill("actor", ALICE.email).await;
    browser.press("Show").await;
    // The filter names the verb too, so the row itself is waited for.
    let rows = "return document.querySelectorAll('.list tbody tr').length";
    wait_until("the only entry that fits", async || {
        (browser.run(rows, vec![]).await == 1).then_some(())
    })
    .await;
    let export = "return document.querySelector('a[download]').href";
    let export = browser.run(export, vec![]).await;
    let export = export.as_str().unwrap();
    assert!(export.contains("verb=throttle.lift"), "{export}");
}

#[tokio::test]
async fn somebody_is_let_go_on_a_letter_is_looked_at_and_the_log_has_it() {
    let gateway = running().await;
    let alice = ALICE.sign_up(&gateway).await;
    troubled(&gateway).await;
    make_administrator(&gateway, "admin");
    let browser = Browser::open().await;
    let area = |name: &str| format!("{}/ui/{name}", gateway.admin_url());
    browser.goto(&area("throttles")).await;
    browser.see("Sign in").await;
    ALICE.sign_in_in(&browser).await;
    browser.arrive_at("/ui/throttles").await;
    browser.see("Signing in").await;
    browser.see(BOB.email).await;
    browser.press("Lift").await;
    browser.see("The wait is over").await;
    browser.see("Nobody has to wait.").await;

    browser
        .goto(&area("mail?recipient=bob%40example.org"))
        .await;
    browser.see(BOB.email).await;
    browser.press("A code to get back in with").await;
    browser
        .see("Not shown: it may hold a code or a link.")
        .await;
    browser.see("Next try").await;

    audit(&browser, &area("audit")).await;
    browser.press("Lifted a throttle").await;
    browser.see("Before and after").await;
    browser.see(ALICE.email).await;
    browser.press("Back to the audit log").await;
    let (_, file) = alice
        .client
        .follow(&area("audit/export?verb=throttle.lift"))
        .await;
    let lines = file.text().await.unwrap();
    let newest = lines.lines().find(|line| line.contains("throttle.lift"));
    let entry: serde_json::Value = serde_json::from_str(newest.unwrap()).unwrap();
    assert_eq!(entry["actor_label"], ALICE.email, "{lines}");
    browser.narrow(390).await;
    let wide = "return document.documentElement.scrollWidth > window.innerWidth";
    assert_eq!(browser.run(wide, vec![]).await, false, "nothing is cut off");
}
