//! Getting back in and proving an address, by what a real mail server delivers.

use std::fs;

use reqwest::Response;
use serde_json::json;
use tempfile::TempDir;

use crate::support::{
    ALICE, BOB, Browser, Form, LET_IN_AT_ONCE, Person, Route, SmtpServer, TestGateway,
    person::{session_cookie, whoami},
};

/// A gateway that sends mail and lets whoever registers in at once, with further lines.
async fn gate(lines: &str) -> (TestGateway, SmtpServer) {
    gate_with(&format!("{lines}\n{LET_IN_AT_ONCE}")).await
}

/// A gateway that sends mail, with further lines.
async fn gate_with(lines: &str) -> (TestGateway, SmtpServer) {
    let mail = SmtpServer::start().await;
    let gateway = TestGateway::builder()
        .registration()
        .table(&format!("{}\n{lines}", mail.table()))
        .route(&Route::signed_in("/", "echo:"))
        .start()
        .await;
    (gateway, mail)
}

/// Has a code mailed to this address, whoever has it.
async fn ask(form: &Form, email: &str) {
    let asked = form
        .submit_json(json!({ "method": "code", "email": email }))
        .await;
    assert_eq!(asked.status(), 200);
}

/// Types a code.
async fn enter(form: &Form, code: &str) -> Response {
    form.submit_json(json!({ "method": "code", "code": code }))
        .await
}

/// KC-078, KC-093, CU-28.
#[tokio::test]
async fn somebody_registers_proves_the_address_and_gets_back_in() {
    let (gateway, mail) = gate("").await;
    let alice = ALICE.sign_up(&gateway).await;
    let letter = mail.letter_to(ALICE.email, 0).await;
    let form = Form::begin(&alice.client, "verification", "").await;
    assert_eq!(form.value("email").as_deref(), Some(ALICE.email));
    let crossed = enter(&form, &letter.code()).await;
    assert_eq!(
        crossed.status(),
        400,
        "the code is for the form that registration began"
    );
    ask(&form, ALICE.email).await;
    let code = mail.letter_to(ALICE.email, 1).await.code();
    let proved = enter(&form, &code).await;
    let proved: serde_json::Value = proved.json().await.unwrap();
    assert_eq!(proved["state"], "passed_challenge", "{proved}");
    let session = whoami(&alice.client).await;
    assert_eq!(
        session["identity"]["verifiable_addresses"][0]["verified"],
        true
    );

    let visitor = gateway.anonymous();
    let form = Form::begin(&visitor, "recovery", "?return_to=/deep").await;
    ask(&form, "eve@example.org").await;
    ask(&form, ALICE.email).await;
    let letter = mail.letter_to(ALICE.email, 2).await;
    assert!(
        letter.message.contains("to get back in at localhost"),
        "{}",
        letter.message
    );
    let code = letter.code();
    let entered = enter(&form, &code).await;
    assert_eq!(entered.status(), 422);
    assert!(session_cookie(&entered).is_some());
    let session = whoami(&visitor).await;
    assert_eq!(
        session["authentication_methods"][0]["method"],
        "code_recovery"
    );
    assert_ne!(
        alice.status("/").await,
        200,
        "the session of before has ended"
    );
    assert!(
        mail.letters()
            .iter()
            .all(|letter| letter.to == [ALICE.email]),
        "strangers get none"
    );
    let log = gateway.log();
    assert!(!log.contains(&code) && !log.contains(ALICE.email), "{log}");
}

/// Registers where no session begins, and returns the form that takes the proof.
async fn registers(gateway: &TestGateway, person: &Person) -> Form {
    let client = gateway.anonymous();
    let form = Form::begin(&client, "registration", "").await;
    let body = json!({
        "method": "password", "password": person.password,
        "traits": {"email": person.email, "name": {"first": person.first, "last": person.last}},
    });
    let answer = form.submit_json(body).await;
    assert_eq!(answer.status(), 200);
    assert!(session_cookie(&answer).is_none());
    let body: serde_json::Value = answer.json().await.unwrap();
    let page = body["continue_with"][0]["flow"]["url"].as_str().unwrap();
    Form::at(&client, &page.parse().unwrap()).await
}

/// KC-093, KC-094: login only after success, or with what an administrator gives.
#[tokio::test]
async fn kc_093_whoever_registers_where_addresses_are_proved_first_signs_in_after_that() {
    let (gateway, mail) = gate_with("").await;
    let form = registers(&gateway, &ALICE).await;
    let code = mail.letter_to(ALICE.email, 0).await.code();
    let early = ALICE.try_to_sign_in(&gateway.anonymous()).await;
    assert_eq!(early.status(), 400);
    let early = early.text().await.unwrap();
    assert!(
        early.contains("4000006") && early.contains("1990015"),
        "{early}"
    );
    assert_eq!(enter(&form, &code).await.status(), 200);
    ALICE.sign_in(&gateway).await;

    registers(&gateway, &BOB).await;
    mail.letter_to(BOB.email, 0).await;
    let selector = ["--email", BOB.email];
    let shown = gateway.run(&["get-identity", selector[0], selector[1]], "");
    assert!(shown.stdout.contains("FIRST_PROOF"), "{shown:?}");
    let command = [
        "reset-password",
        selector[0],
        selector[1],
        "--password-stdin",
        "--yes",
    ];
    let reset = gateway.run(&command, BOB.password);
    assert_eq!(reset.code, 0, "{reset:?}");
    let shown = gateway.run(&["get-identity", selector[0], selector[1]], "");
    assert!(!shown.stdout.contains("FIRST_PROOF"), "{shown:?}");
    BOB.sign_in(&gateway).await;
}

/// HA-08, KP-22, KP-23: without a word in the configuration, a known address and a new one are answered
/// alike where mail is sent; what comes of it is in the mailbox.
#[tokio::test]
async fn whoever_registers_learns_by_default_of_nobody_who_is_known() {
    let (gateway, mail) = gate_with("").await;
    ALICE.sign_up_by_mail(&gateway, &mail).await;
    let (known, new) = (
        registers(&gateway, &ALICE).await,
        registers(&gateway, &BOB).await,
    );
    assert_eq!(known.messages(), new.messages());
    let links_back = mail.letter_to(ALICE.email, 1).await;
    assert!(links_back.message.contains("get back in"), "{links_back:?}");
    assert_eq!(mail.letter_to(BOB.email, 0).await.code().len(), 6);
}

/// Who has been answered is not lost with a gateway that is told to stop just then.
#[tokio::test]
async fn a_registration_that_was_answered_outlives_a_stop() {
    let (mut gateway, _mail) = gate_with("").await;
    registers(&gateway, &ALICE).await;
    let (status, _) = gateway.stop().await;
    assert!(status.success(), "{status}");
    let shown = gateway.run(&["get-identity", "--email", ALICE.email], "");
    assert!(shown.stdout.contains("FIRST_PROOF"), "{shown:?}");
}

#[tokio::test]
async fn somebody_gets_back_in_on_the_pages() {
    let (gateway, mail) = gate("").await;
    ALICE.sign_up(&gateway).await;
    let browser = Browser::open_without_scripts().await;
    browser.goto(&format!("{}/deep?x=1", gateway.url())).await;
    browser.see("Forgot your password?").await;
    browser.press("Get back in").await;
    browser.see("Email address").await;
    browser.fill("email", ALICE.email).await;
    browser.submit().await;
    browser.see("Check your mail").await;
    browser.fill("code", "000000").await;
    browser.submit().await;
    browser.see("This code is not right").await;
    browser.press("Send it again").await;
    let code = mail.letter_to(ALICE.email, 2).await.code();
    browser.see("on its way").await;
    browser.fill("code", &code).await;
    browser.submit().await;
    browser.see("You are back in.").await;
    browser.arrive_at("/settings?flow=").await;
}

/// The mail is in the language of the form, whatever the mail program's is.
#[tokio::test]
async fn somebody_who_reads_german_is_written_to_in_german() {
    let (gateway, mail) = gate("").await;
    let client = gateway.anonymous();
    let form = Form::begin(&client, "registration", "?ui_locales=de").await;
    let traits = json!({ "email": ALICE.email, "name": { "first": "Alice", "last": "Archer" } });
    let body = json!({ "method": "password", "password": ALICE.password, "traits": traits });
    assert_eq!(form.submit_json(body).await.status(), 200);
    let letter = mail.letter_to(ALICE.email, 0).await;
    for part in [
        "ist der Code, der localhost zeigt",
        "multipart/alternative",
        "lang=3D\"de\"",
    ] {
        let flat = letter.message.replace("=\r\n", "").replace("=20", " ");
        assert!(flat.contains(part), "{part}: {flat}");
    }
    let visitor = gateway.anonymous();
    let form = Form::begin(&visitor, "recovery", "").await;
    ask(&form, ALICE.email).await;
    let letter = mail.letter_to(ALICE.email, 1).await;
    assert!(
        letter.body().contains("is your code to get back in"),
        "English is asked for here"
    );
}

/// CU-30: what a letter to get back in says, and who it is from.
#[tokio::test]
async fn a_mailed_link_opens_in_another_browser_and_is_worded_by_the_operator() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("recovery_link.html");
    fs::write(
        &path,
        "<p><a href=\"{{ link }}\">Back</a> to {{ gate }}</p>",
    )
    .unwrap();
    let lines = format!(
        "template_dir = \"{}\"\n[plugins.self-service.recovery]\nuse = \"link\"\n\
         [plugins.self-service.verification]\nenabled = false",
        folder.path().display()
    );
    let (gateway, mail) = gate(&lines).await;
    ALICE.sign_up(&gateway).await;
    let form = Form::begin(&gateway.anonymous(), "recovery", "").await;
    let asked = form
        .submit_json(json!({ "method": "link", "email": ALICE.email }))
        .await;
    assert_eq!(asked.status(), 200);
    let letter = mail.letter_to(ALICE.email, 0).await;
    assert!(letter.message.contains("text/html"), "{}", letter.message);
    assert_eq!(letter.from, "gate@example.org");
    let sender = letter
        .message
        .lines()
        .find(|line| line.starts_with("From:"));
    let sender = sender.unwrap_or_else(|| panic!("{}", letter.message));
    assert!(
        sender.contains("The gate") && sender.contains("<gate@example.org>"),
        "{sender}"
    );
    let link = letter.link();
    let seen = gateway.anonymous().navigate(&link).await;
    assert_eq!(
        seen.status(),
        200,
        "whoever looks through mail changes nothing"
    );
    let browser = Browser::open().await;
    browser.goto(&link).await;
    browser.see("choose a new password").await;
    browser.press("Continue").await;
    browser.see("You are back in.").await;
    browser.goto(&link).await;
    browser.see("This form is not known any more").await;
    let log = gateway.log();
    let token = link.split("token=").nth(1).unwrap();
    assert!(!log.contains(token), "{log}");
}
