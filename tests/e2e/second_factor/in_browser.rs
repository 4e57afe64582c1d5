//! As people see it, on a telephone.

use std::path::PathBuf;

use serde_json::json;

use super::gateway;
use crate::support::{ALICE, Authenticator, Browser, TestGateway};

/// Whether a browser runs scripts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scripts {
    On,
    Off,
}

/// Types the secret that the page shows into an app.
pub(super) async fn app_on_page(browser: &Browser) -> Authenticator {
    browser.see("Or type this into the app").await;
    let text = "return document.querySelector('#totp_secret_key .exhibit-text').textContent";
    let secret = browser.run(text, vec![]).await;
    Authenticator::with_secret(secret.as_str().unwrap())
}

/// Nothing on the page is wider than a telephone. Where somebody wants to look, it is kept as a picture.
pub(super) async fn fits(browser: &Browser, name: &str) {
    let width = "return document.documentElement.scrollWidth";
    assert_eq!(browser.run(width, vec![]).await, json!(390), "{name}");
    if let Some(folder) = std::env::var_os("SCREENSHOTS") {
        let path = PathBuf::from(folder).join(format!("{name}.png"));
        browser.screenshot_of_all(&path).await;
    }
}

fn settings(gateway: &TestGateway) -> String {
    format!("{}/.portcullis/settings", gateway.url())
}

async fn sign_in_anew(browser: &Browser, gateway: &TestGateway) {
    browser.forget_cookies().await;
    browser.goto(&format!("{}/vault", gateway.url())).await;
    ALICE.sign_in_in(browser).await;
    browser.see("Code of the authenticator app").await;
}

async fn first_code(browser: &Browser) -> String {
    let text = "return document.querySelector('.secrets li').textContent";
    let code = browser.run(text, vec![]).await;
    code.as_str().unwrap().to_owned()
}

async fn set_app_up(browser: &Browser) -> Authenticator {
    let mut app = app_on_page(browser).await;
    fits(browser, "settings-without").await;
    browser.fill("totp_code", "000000").await;
    browser.submit().await;
    browser.see("This code is not right").await;
    fits(browser, "settings-wrong").await;
    browser.fill("totp_code", &app.code().await).await;
    browser.submit().await;
    browser.see("Your changes have been saved").await;
    browser.see("An authenticator app is set up").await;
    app
}

async fn make_codes(browser: &Browser, scripts: Scripts) -> String {
    browser.press("Make new backup codes").await;
    browser.see("Write them down now").await;
    browser.arrive_at("#lookup_secret_codes").await;
    let code = first_code(browser).await;
    fits(browser, "settings-codes").await;
    if scripts == Scripts::On {
        browser.press("Copy").await;
        browser.see("Copied").await;
    }
    browser.press("I have written them down").await;
    browser.see("12 of 12 backup codes are left").await;
    fits(browser, "settings-with").await;
    code
}

async fn use_app(browser: &Browser, app: &mut Authenticator) {
    fits(browser, "second-step").await;
    browser.fill("totp_code", &app.code().await).await;
    browser.submit().await;
    browser.see("You are through the gate").await;
}

async fn use_code(browser: &Browser, code: &str) {
    browser.fill("lookup_secret", "0000-0000-0000").await;
    browser.submit().await;
    browser.see("This backup code is not right").await;
    fits(browser, "second-step-wrong").await;
    browser.fill("lookup_secret", code).await;
    browser.submit().await;
    browser.see("You are through the gate").await;
}

/// Has an administrator put the codes before the app.
fn codes_first(gateway: &TestGateway) {
    let about = ["--email", ALICE.email, "--output", "json"];
    let own = gateway.run(&[&["list-credentials"], &about[..]].concat(), "");
    let own = own.json();
    let mut own = own.as_array().unwrap().iter();
    let codes = own.find(|one| one["type"] == "lookup_secret").unwrap();
    let codes = [
        "--credential-id",
        codes["id"].as_str().unwrap(),
        "--to-first",
    ];
    gateway.run(&[&["move-credential"], &about[..], &codes].concat(), "");
}

/// KC-071, KC-072.
async fn name_and_put_first(browser: &Browser, gateway: &TestGateway) {
    browser.goto(&settings(gateway)).await;
    browser.picture("settings-factors").await;
    browser.press("Ask for this first").await;
    browser.see("Your changes have been saved").await;
    browser.press("totp_rename").await;
    browser.see("New name").await;
    browser.fill("New name", "Old phone").await;
    browser.submit().await;
    browser.see("Your changes have been saved").await;
    browser.see("Old phone").await;
    browser.picture("settings-named").await;
}

async fn whole_story(browser: Browser, scripts: Scripts) {
    let gateway = gateway().await;
    ALICE.sign_up(&gateway).await;
    browser.narrow(390).await;
    browser.goto(&settings(&gateway)).await;
    ALICE.sign_in_in(&browser).await;
    let mut app = set_app_up(&browser).await;
    let code = make_codes(&browser, scripts).await;
    sign_in_anew(&browser, &gateway).await;
    use_app(&browser, &mut app).await;
    sign_in_anew(&browser, &gateway).await;
    use_code(&browser, &code).await;
    browser.goto(&settings(&gateway)).await;
    browser.see("11 of 12 backup codes are left").await;
    codes_first(&gateway);
    name_and_put_first(&browser, &gateway).await;
    browser.press("Remove the authenticator app").await;
    browser.see("Or type this into the app").await;
}

/// CU-23, CU-24, HA-11.
#[tokio::test]
async fn cu_23_cu_24_somebody_sets_an_app_up_signs_in_with_it_and_with_a_code_on_paper() {
    whole_story(Browser::open().await, Scripts::On).await;
}

#[tokio::test]
async fn it_works_with_scripts_off() {
    whole_story(Browser::open_without_scripts().await, Scripts::Off).await;
}
