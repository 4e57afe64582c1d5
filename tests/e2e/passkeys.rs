//! Security keys and passkeys in a real browser, with an authenticator that the browser pretends to have.

mod filled_in;

use std::path::PathBuf;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use sha2::{Digest, Sha384};

use crate::support::{ALICE, Browser, Form, Route, SecurityKey, TestGateway, person::whoami};

/// A gateway of which one route asks for two factors.
async fn gate() -> TestGateway {
    let vault = Route::signed_in("/vault", "echo:");
    TestGateway::builder()
        .registration()
        .route(&Route::signed_in("/", "echo:"))
        .route(&vault.with("allow = 'session.aal == \"aal2\"'"))
        .start()
        .await
}

fn settings(gateway: &TestGateway) -> String {
    format!("{}/.portcullis/settings", gateway.url())
}

/// Nothing on the page is wider than a telephone. Where somebody wants to look, it is kept as a picture.
async fn fits(browser: &Browser, name: &str) {
    let width = "return document.documentElement.scrollWidth";
    assert_eq!(browser.run(width, vec![]).await, json!(390), "{name}");
    if let Some(folder) = std::env::var_os("SCREENSHOTS") {
        let path = PathBuf::from(folder).join(format!("{name}.png"));
        browser.screenshot_of_all(&path).await;
    }
}

/// Presses a button as soon as it is to be seen: it waits for the page's script.
async fn press(browser: &Browser, button: &str) {
    browser.see(button).await;
    browser.press(button).await;
}

/// The level and the methods of the browser's session.
async fn session(browser: &Browser, gateway: &TestGateway) -> (String, Vec<String>) {
    let whoami = format!("{}/.portcullis/sessions/whoami", gateway.url());
    browser.goto(&whoami).await;
    let shown = browser.text().await;
    let session: Value = serde_json::from_str(&shown).unwrap_or_else(|_| panic!("{shown}"));
    let methods = session["authentication_methods"].as_array().unwrap().iter();
    (
        session["authenticator_assurance_level"]
            .as_str()
            .unwrap()
            .to_owned(),
        methods
            .map(|one| one["method"].as_str().unwrap().to_owned())
            .collect(),
    )
}

async fn arrive_anew(browser: &Browser, gateway: &TestGateway, path: &str) {
    browser.forget_cookies().await;
    browser.goto(&format!("{}{path}", gateway.url())).await;
}

/// CU-25, HA-11, KC-092: on a telephone's page.
#[tokio::test]
async fn somebody_adds_a_passkey_and_a_key_uses_both_loses_them_and_gets_back_in() {
    let gateway = gate().await;
    ALICE.sign_up(&gateway).await;
    let browser = Browser::open().await;
    browser.narrow(390).await;
    let key = SecurityKey::plug_into(&browser).await;
    browser.goto(&settings(&gateway)).await;
    ALICE.sign_in_in(&browser).await;
    press(&browser, "Add a passkey").await;
    browser.see("Your changes have been saved").await;
    browser.see("Passkey 1").await;
    assert_eq!(key.keeps(&browser).await, [true]);

    arrive_anew(&browser, &gateway, "/").await;
    press(&browser, "Sign in with a passkey").await;
    browser.see("You are through the gate").await;
    let expected = ("aal1".to_owned(), vec!["passkey".to_owned()]);
    assert_eq!(session(&browser, &gateway).await, expected);

    browser.goto(&settings(&gateway)).await;
    browser
        .fill("webauthn_register_displayname", "On my ring")
        .await;
    press(&browser, "Add a security key").await;
    browser.see("Your changes have been saved").await;
    browser.see("On my ring").await;
    fits(&browser, "settings-keys").await;
    assert_eq!(
        key.keeps(&browser).await.len(),
        2,
        "neither displaces the other"
    );

    step_up(&browser, &gateway).await;
    rename(&browser, &gateway).await;
    let code = first_backup_code(&browser).await;
    key.lose(&browser).await;
    get_back_in(&browser, &gateway, &code).await;
}

/// From a password to the route that asks for more.
async fn step_up(browser: &Browser, gateway: &TestGateway) {
    arrive_anew(browser, gateway, "/vault").await;
    browser.see("Sign in with a passkey").await;
    fits(browser, "sign-in-passkey").await;
    ALICE.sign_in_in(browser).await;
    browser.see("Use a security key").await;
    fits(browser, "second-step-key").await;
    browser.press("Use a security key").await;
    browser.see("You are through the gate").await;
    let (level, methods) = session(browser, gateway).await;
    assert_eq!(
        (&*level, &*methods.join(" ")),
        ("aal2", "password webauthn")
    );
}

/// HA-11.
async fn rename(browser: &Browser, gateway: &TestGateway) {
    browser.goto(&settings(gateway)).await;
    browser.see("On my ring").await;
    browser.press("webauthn_rename").await;
    browser.see("New name").await;
    browser.fill("New name", "In the drawer").await;
    fits(browser, "settings-rename").await;
    browser.submit().await;
    browser.see("Your changes have been saved").await;
    browser.see("In the drawer").await;
}

/// Codes on paper, for when the key is lost.
async fn first_backup_code(browser: &Browser) -> String {
    browser.press("Make new backup codes").await;
    browser.see("Write them down now").await;
    let text = "return document.querySelector('.secrets li').textContent";
    let code = browser.run(text, vec![]).await;
    press(browser, "I have written them down").await;
    browser.see("12 of 12 backup codes are left").await;
    code.as_str().unwrap().to_owned()
}

/// By a code on paper, and without what is lost from then on.
async fn get_back_in(browser: &Browser, gateway: &TestGateway, code: &str) {
    arrive_anew(browser, gateway, "/vault").await;
    ALICE.sign_in_in(browser).await;
    browser.see("Use a security key").await;
    browser.fill("lookup_secret", code).await;
    browser.submit().await;
    browser.see("You are through the gate").await;
    browser.goto(&settings(gateway)).await;
    for (button, name) in [
        ("webauthn_remove", "In the drawer"),
        ("passkey_remove", "Passkey 1"),
    ] {
        browser.see(name).await;
        browser.press(button).await;
        browser.see("Your changes have been saved").await;
        assert!(!browser.text().await.contains(name));
    }
}

/// KC-092: somebody is asked to add a key, and goes on once they have.
#[tokio::test]
async fn kc_092_somebody_who_has_to_add_a_key_adds_it_and_goes_on() {
    let gateway = gate().await;
    ALICE.sign_up(&gateway).await;
    let browser = Browser::open().await;
    browser.narrow(390).await;
    let _key = SecurityKey::plug_into(&browser).await;
    for (alias, button) in [
        ("webauthn-register-passwordless", "Add a passkey"),
        ("webauthn-register", "Add a security key"),
    ] {
        let command = [
            "set-required-actions",
            "--email",
            ALICE.email,
            "--add",
            alias,
        ];
        assert_eq!(gateway.run(&command, "").code, 0, "{alias}");
        arrive_anew(&browser, &gateway, "/").await;
        ALICE.sign_in_in(&browser).await;
        browser.see(button).await;
        fits(&browser, alias).await;
        browser.press(button).await;
        browser.see("You are through the gate").await;
    }
}

/// A script reads what a browser would be asked, and runs only what it is told to.
#[tokio::test]
async fn flows_name_the_script_and_its_digest() {
    let gateway = gate().await;
    let client = gateway.anonymous();
    let form = Form::begin(&client, "login", "").await;
    let nodes = form.flow["ui"]["nodes"].as_array().unwrap();
    let script = nodes.iter().find(|node| node["type"] == "script").unwrap();
    let script = &script["attributes"];
    let src = script["src"].as_str().unwrap();
    assert!(
        src.contains("/.portcullis/.well-known/ory/webauthn.js"),
        "{src}"
    );
    let answer = client
        .navigate(src.strip_prefix(&gateway.url()).unwrap())
        .await;
    assert_eq!(answer.status(), 200);
    assert_eq!(
        answer.headers()["content-type"],
        "text/javascript; charset=utf-8"
    );
    assert_eq!(answer.headers()["access-control-allow-origin"], "*");
    let digest = STANDARD.encode(Sha384::digest(answer.bytes().await.unwrap()));
    assert_eq!(script["integrity"], format!("sha384-{digest}"));
    let alice = ALICE.sign_up(&gateway).await;
    let form = Form::begin(&alice.client, "settings", "").await;
    let nodes = form.flow["ui"]["nodes"].as_array().unwrap().iter();
    let scripts: Vec<_> = nodes.filter(|node| node["type"] == "script").collect();
    let ids: Vec<_> = scripts.iter().map(|one| &one["attributes"]["id"]).collect();
    assert_eq!(ids, ["webauthn_script"], "one for keys of both kinds");
}

/// Where scripts are off, everything else is as it was.
#[tokio::test]
async fn without_scripts_keys_say_what_they_need_and_passwords_work() {
    let gateway = gate().await;
    ALICE.sign_up(&gateway).await;
    let browser = Browser::open_without_scripts().await;
    browser.goto(&settings(&gateway)).await;
    browser.see("Keys need JavaScript").await;
    assert!(!browser.text().await.contains("Sign in with a passkey"));
    ALICE.sign_in_in(&browser).await;
    browser.see("Security keys").await;
    assert!(!browser.text().await.contains("Add a security key"));
}

/// Browsers make no keys for an address of numbers, so nothing offers any there.
#[tokio::test]
async fn an_address_of_numbers_offers_no_keys() {
    let gateway = TestGateway::builder().registration();
    let port = gateway.url().rsplit(':').next().unwrap().to_owned();
    let gateway = gateway.public_url(&format!("http://127.0.0.1:{port}"));
    let gateway = gateway.route(&Route::signed_in("/", "echo:")).start().await;
    let alice = ALICE.sign_up(&gateway).await;
    whoami(&alice.client).await;
    for kind in ["login", "settings"] {
        let client = if kind == "login" {
            gateway.anonymous()
        } else {
            alice.client.clone()
        };
        let form = Form::begin(&client, kind, "").await;
        let nodes = form.flow["ui"]["nodes"].as_array().unwrap();
        let is_key = |node: &Value| matches!(node["group"].as_str(), Some("passkey" | "webauthn"));
        assert!(!nodes.iter().any(is_key), "{kind}");
    }
}
