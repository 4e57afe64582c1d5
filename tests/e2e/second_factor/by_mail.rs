//! Codes by mail, delivered by a real server: alone, and as the second step.

use serde_json::json;

use super::{
    described,
    in_browser::{app_on_page, fits},
};
use crate::support::{
    ALICE, Browser, Form, LET_IN_AT_ONCE, SmtpServer, TestGateway, person::whoami,
};

/// A gateway that mails codes to sign in with, and Alice, who has proved her address.
async fn gate() -> (TestGateway, SmtpServer) {
    let mail = SmtpServer::start().await;
    let codes = "[identity.code]\npasswordless = true\nsecond_factor = true";
    let gateway = described()
        .table(&format!("{}\n{codes}\n{LET_IN_AT_ONCE}", mail.table()))
        .start()
        .await;
    let alice = ALICE.sign_up(&gateway).await;
    mail.letter_to(ALICE.email, 0).await;
    let form = Form::begin(&alice.client, "verification", "").await;
    let body = json!({ "method": "code", "email": ALICE.email });
    assert_eq!(form.submit_json(body).await.status(), 200);
    let code = mail.letter_to(ALICE.email, 1).await.code();
    let body = json!({ "method": "code", "code": code });
    assert_eq!(form.submit_json(body).await.status(), 200);
    (gateway, mail)
}

/// CU-30, KC-071 and the group `code` of the dialect.
#[tokio::test]
async fn a_person_signs_in_with_a_code_and_is_asked_for_more_than_the_mailbox() {
    let (gateway, mail) = gate().await;
    let browser = Browser::open_without_scripts().await;
    browser.goto(&format!("{}/deep", gateway.url())).await;
    browser.see("Send a code to my email address").await;
    browser.fill("identifier", ALICE.email).await;
    browser.press("Send a code to my email address").await;
    browser.see("on its way").await;
    browser.fill("code", "000000").await;
    browser.submit().await;
    browser.see("not right").await;
    let code = mail.letter_to(ALICE.email, 2).await.code();
    browser.fill("code", &code).await;
    browser.submit().await;
    browser.see("You are through the gate").await;
    // One mailbox is one factor.
    browser.goto(&format!("{}/vault", gateway.url())).await;
    browser.see("second").await;
    let page = browser.url().await;
    assert!(!page.contains("/vault"), "{page}");
}

#[tokio::test]
async fn a_password_and_a_code_by_mail_are_two_factors() {
    let (gateway, mail) = gate().await;
    let client = ALICE.sign_in(&gateway).await.client;
    let form = Form::begin(&client, "login", "?aal=aal2").await;
    let asked = form.submit_json(json!({ "method": "code" })).await;
    assert_eq!(asked.status(), 400);
    let code = mail.letter_to(ALICE.email, 2).await.code();
    let body = json!({ "method": "code", "code": code });
    let done = form.submit_json(body).await;
    assert_eq!(done.status(), 200);
    let session = whoami(&client).await;
    assert_eq!(session["authenticator_assurance_level"], "aal2");
    let methods = session["authentication_methods"].as_array().unwrap();
    assert_eq!(methods.len(), 2, "{session}");
}

/// Asks for a code in the second step, and types it where the page waits for it.
async fn step_up_by_mail(browser: &Browser, (mail, before): (&SmtpServer, usize), name: &str) {
    browser.press("Send a code to my email address").await;
    browser.see("on its way").await;
    let focused = "return document.activeElement.name";
    assert_eq!(browser.run(focused, vec![]).await, json!("code"), "{name}");
    assert!(!browser.text().await.contains("Forgot your password?"));
    fits(browser, name).await;
    let code = mail.letter_to(ALICE.email, before).await.code();
    browser.fill("code", &code).await;
    browser.submit().await;
}

/// HA-11: on a telephone; what was just asked for stands above the other ways.
#[tokio::test]
async fn a_person_takes_the_second_step_by_mail_beside_an_app_too() {
    let (gateway, mail) = gate().await;
    let browser = Browser::open().await;
    browser.narrow(390).await;
    let settings = format!("{}/.portcullis/settings", gateway.url());
    browser.goto(&settings).await;
    ALICE.sign_in_in(&browser).await;
    step_up_by_mail(&browser, (&mail, 2), "second-step-mail").await;
    let mut app = app_on_page(&browser).await;
    browser.fill("totp_code", &app.code().await).await;
    browser.submit().await;
    browser.see("An authenticator app is set up").await;
    browser.forget_cookies().await;
    browser.goto(&format!("{}/vault", gateway.url())).await;
    ALICE.sign_in_in(&browser).await;
    browser.see("Code of the authenticator app").await;
    step_up_by_mail(&browser, (&mail, 4), "second-step-mail-app").await;
    browser.see("You are through the gate").await;
}
