//! Somebody looks after themselves: their profile, their password, where they are signed in.

use std::time::Duration;

use serde_json::json;

use crate::support::{
    ALICE, Browser, Form, Postgres, Route, SELF_SERVICE, SmtpServer, TestGateway, person::whoami,
};

const NEW_PASSWORD: &str = "a-new-password-of-hers";

/// A gateway whose records can be changed behind its back.
async fn gateway() -> (TestGateway, Postgres) {
    let database = Postgres::start().await;
    let gateway = TestGateway::builder()
        .registration()
        .postgres(&database)
        .route(&Route::signed_in("/", "echo:"))
        .start()
        .await;
    (gateway, database)
}

/// Lets the last proof of everybody who is signed in be years ago, and waits until the browser's
/// session is known to be that old.
pub(super) async fn age(browser: &Browser, gateway: &TestGateway, database: &Postgres) {
    let page = browser.url().await;
    // A password proves its person when it is given.
    database.query(
        "UPDATE sessions SET authenticated_at = 1, methods = regexp_replace(methods, \
         '\"completed_at\":\"[^\"]*\"', '\"completed_at\":\"1970-01-01T00:00:00Z\"', 'g')",
    );
    crate::support::wait_within(Duration::from_secs(15), "the session to age", async || {
        browser.goto(&own(gateway, "sessions/whoami")).await;
        let shown = browser.text().await;
        shown.contains("\"authenticated_at\":\"1970").then_some(())
    })
    .await;
    browser.goto(&page).await;
}

fn own(gateway: &TestGateway, page: &str) -> String {
    format!("{}/.portcullis/{page}", gateway.url().trim_end_matches('/'))
}

/// From the profile page to a new name, and to a new address after a proof.
async fn whole_story(browser: Browser) {
    let (gateway, database) = gateway().await;
    ALICE.sign_up(&gateway).await;
    browser.goto(&own(&gateway, "profile")).await;
    ALICE.sign_in_in(&browser).await;
    see_profile(&browser).await;
    browser.follow_link("settings").await;
    browser.fill("traits.name.first", "Alicia").await;
    browser.press("Save").await;
    browser.see("Your changes have been saved").await;
    assert_eq!(whoami_first(&browser).await, "Alicia");

    age(&browser, &gateway, &database).await;
    change_address(&browser, "alicia@example.org").await;
    browser.goto(&own(&gateway, "profile")).await;
    browser.see("alicia@example.org").await;
}

async fn change_address(browser: &Browser, address: &str) {
    browser.fill("traits.email", address).await;
    browser.press("Save").await;
    browser.see("Confirm that it is you").await;
    browser.fill("password", ALICE.password).await;
    browser.submit().await;
    browser.see("Your changes have been saved").await;
}

async fn see_profile(browser: &Browser) {
    for shown in [
        "Account & Security",
        "Account settings",
        "This device",
        ALICE.email,
    ] {
        browser.see(shown).await;
    }
}

async fn whoami_first(browser: &Browser) -> String {
    let kept = "return document.getElementsByName('traits.name.first')[0].value";
    let value = browser.run(kept, vec![]).await;
    value.as_str().unwrap_or_default().to_owned()
}

/// HA-09, HA-10, KP-02.
#[tokio::test]
async fn somebody_changes_their_name_and_after_a_proof_their_address() {
    whole_story(Browser::open().await).await;
}

#[tokio::test]
async fn the_settings_work_with_scripts_off() {
    whole_story(Browser::open_without_scripts().await).await;
}

/// KC-105.
#[tokio::test]
async fn a_new_password_is_asked_for_a_proof_and_ends_other_sessions_at_the_gate() {
    let (gateway, database) = gateway().await;
    let elsewhere = ALICE.sign_up(&gateway).await;
    assert_eq!(elsewhere.status("/").await, 200);
    let browser = Browser::open().await;
    browser.goto(&own(&gateway, "settings")).await;
    ALICE.sign_in_in(&browser).await;
    browser.see("New password").await;
    age(&browser, &gateway, &database).await;
    browser.fill("password", NEW_PASSWORD).await;
    browser.submit().await;
    browser.see("Confirm that it is you").await;
    browser.fill("password", ALICE.password).await;
    browser.submit().await;
    browser.see("Your changes have been saved").await;
    assert_eq!(elsewhere.get("/").await.status(), 401);
    let client = gateway.anonymous();
    assert_eq!(ALICE.try_to_sign_in(&client).await.status(), 400);
    let form = Form::begin(&client, "login", "").await;
    let mut body = ALICE.credentials();
    body["password"] = json!(NEW_PASSWORD);
    assert_eq!(form.submit_json(body).await.status(), 200);
    gateway.wait_for_log("password_changed").await;
    for secret in [NEW_PASSWORD, ALICE.password, ALICE.email] {
        assert!(!gateway.log().contains(secret));
    }
}

#[tokio::test]
async fn a_session_elsewhere_ends_with_one_button_and_the_gate_knows_at_once() {
    let (gateway, _database) = gateway().await;
    let elsewhere = ALICE.sign_up(&gateway).await;
    let further = ALICE.sign_in(&gateway).await;
    let browser = Browser::open().await;
    browser.narrow(390).await;
    browser.goto(&own(&gateway, "profile")).await;
    ALICE.sign_in_in(&browser).await;
    browser.see("Where you are signed in").await;
    let width = "return document.documentElement.scrollWidth";
    assert_eq!(browser.run(width, vec![]).await, json!(390));
    assert_eq!(
        (elsewhere.status("/").await, further.status("/").await),
        (200, 200)
    );
    browser.press("Sign out everywhere else").await;
    crate::support::wait_until("the other sessions to end", async || {
        (elsewhere.status("/").await == 401).then_some(())
    })
    .await;
    assert_eq!(further.status("/").await, 401);
    browser.see("This device").await;
    assert!(!browser.text().await.contains("Sign out everywhere else"));
}

/// KP-06 to KP-11, over curl's kind of client.
#[tokio::test]
async fn the_first_profile_api_changes_a_name() {
    let mail = SmtpServer::start().await;
    let gateway = TestGateway::builder()
        .registration()
        .table(&mail.table())
        .start()
        .await;
    let alice = ALICE.sign_up_by_mail(&gateway, &mail).await;
    let flows = format!("{SELF_SERVICE}/browser/flows");
    let begun = alice.client.navigate(&format!("{flows}/profile")).await;
    let location = crate::support::actor::location(&begun).unwrap();
    let (_, id) = location.split_once("?request=").unwrap();
    let fetch = format!("{flows}/requests/profile?request={id}");
    let request: serde_json::Value = alice.client.get_json(&fetch).await.json().await.unwrap();
    let fields = &request["form"]["fields"];
    let token = fields["csrf_token"]["value"].as_str().unwrap();
    let sent = [
        ("csrf_token", token),
        ("traits.email", ALICE.email),
        ("traits.name.first", "Alicia"),
        ("traits.name.last", ALICE.last),
    ];
    let action = request["form"]["action"].as_str().unwrap();
    assert_eq!(alice.client.submit(action, &sent).await.status(), 303);
    let now = whoami(&alice.client).await;
    assert_eq!(now["identity"]["traits"]["name"]["first"], "Alicia");
}
