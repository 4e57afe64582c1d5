//! The commands on somebody's credentials, and letters that say what to do.

use reqwest::Response;
use serde_json::{Value, json};

use crate::support::{
    ALICE, Anonymous, Form, LET_IN_AT_ONCE, Route, SmtpServer, TestGateway, gateway::Output,
    person::whoami, wait_until,
};

async fn gateway() -> TestGateway {
    TestGateway::builder()
        .registration()
        .route(&Route::signed_in("/", "echo:"))
        .start()
        .await
}

fn about_alice(gateway: &TestGateway, command: &str, further: &[&str]) -> Output {
    let own = [command, "--email", ALICE.email, "--output", "json"];
    gateway.run(&[&own[..], further].concat(), "")
}

fn list(gateway: &TestGateway, further: &[&str]) -> Vec<Value> {
    let listed = about_alice(gateway, "list-credentials", further);
    assert_eq!(listed.code, 0, "{listed:?}");
    listed.json().as_array().unwrap().clone()
}

/// KC-070, KC-073, KC-152.
#[tokio::test]
async fn a_list_of_credentials_shows_algorithms_when_asked_and_hashes_never() {
    let gateway = gateway().await;
    ALICE.sign_up(&gateway).await;
    let listed = list(&gateway, &[]);
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0]["type"], "password");
    assert!(listed[0]["created_at"].is_string() && listed[0]["priority"].is_number());
    assert_eq!(listed[0].get("data"), None);
    let listed = list(&gateway, &["--data"]);
    assert_eq!(
        listed[0]["data"],
        json!({"algorithm": "argon2id", "parameters":
            {"version": 19, "memory": 19456, "iterations": 2, "parallelism": 1}})
    );
    let table = gateway.run(&["list-credentials", "--email", ALICE.email, "--data"], "");
    assert!(table.stdout.contains("password"), "{table:?}");
    assert!(table.stdout.contains("argon2id") && !table.stdout.contains("$argon2id"));
}

/// KC-071, KC-072, KC-074, KC-075.
#[tokio::test]
async fn credentials_are_labelled_moved_and_deleted_by_their_ids() {
    let gateway = gateway().await;
    let alice = ALICE.sign_up(&gateway).await;
    let id = list(&gateway, &[])[0]["id"].as_str().unwrap().to_owned();
    let one = ["--credential-id", &id];
    let with = |further: &[&'static str]| -> Vec<String> {
        let all = one.iter().copied().chain(further.iter().copied());
        all.map(str::to_owned).collect()
    };
    let run = |command: &str, further: &[&'static str]| {
        let arguments = with(further);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        about_alice(&gateway, command, &arguments)
    };
    let labelled = run("label-credential", &["--label", "From the old house"]);
    assert_eq!(
        labelled.json()["label"],
        "From the old house",
        "{labelled:?}"
    );
    assert_eq!(list(&gateway, &[])[0]["label"], "From the old house");
    let moved = run("move-credential", &["--to-first"]);
    assert_eq!(moved.json()[0]["id"], id.as_str(), "{moved:?}");
    let nowhere = "0198c0de-0000-7000-8000-000000000000";
    assert_eq!(run("move-credential", &["--after", nowhere]).code, 1);
    assert_eq!(run("move-credential", &[]).code, 2);
    let none = about_alice(&gateway, "delete-credential", &["--type", "totp", "--yes"]);
    assert_eq!(none.code, 1, "{none:?}");
    let unknown = about_alice(&gateway, "delete-credential", &["--type", "card", "--yes"]);
    assert_eq!(unknown.code, 2, "{unknown:?}");
    let deleted = run("delete-credential", &["--yes"]);
    assert_eq!(deleted.json()["deleted"], json!([id]), "{deleted:?}");
    assert!(list(&gateway, &[]).is_empty());
    let gone = ALICE.try_to_sign_in(&gateway.anonymous()).await;
    assert_eq!(gone.status(), 400, "the password is no way in any more");
    assert_eq!(deleted.json()["sessions_ended"], 1, "{deleted:?}");
    wait_until("whoever was signed in by it to be signed out", async || {
        (alice.status("/").await == 401).then_some(())
    })
    .await;
    let told = deleted.stderr + &labelled.stderr;
    assert!(
        told.contains("credential_removed") && told.contains("credential_labelled"),
        "{told}"
    );
}

/// KC-078, KC-079.
#[tokio::test]
async fn a_letter_leads_to_what_an_administrator_asks_for() {
    let mail = SmtpServer::start().await;
    let gateway = TestGateway::builder()
        .registration()
        .table(&mail.table())
        .table(LET_IN_AT_ONCE)
        .route(&Route::signed_in("/", "echo:"))
        .start()
        .await;
    let alice = ALICE.sign_up(&gateway).await;
    mail.letter_to(ALICE.email, 0).await;
    let send = |further: &[&str]| about_alice(&gateway, "send-actions-email", further);
    let asked = [
        "--actions",
        "UPDATE_PASSWORD,CONFIGURE_TOTP",
        "--lifespan",
        "12h",
    ];
    let deep = format!("{}/deep?x=1", gateway.url());
    let sent = send(&[&asked[..], &["--return-to", &deep]].concat());
    assert_eq!(sent.code, 0, "{sent:?}");
    let told = sent.json();
    assert_eq!(told["sent_to"], ALICE.email);
    assert_eq!(
        told["required_actions"],
        json!(["UPDATE_PASSWORD", "CONFIGURE_TOTP"])
    );
    let letter = mail.letter_to(ALICE.email, 1).await;
    assert!(letter.body().contains("12 hours"), "{}", letter.body());
    assert!(letter.message.contains("text/html"), "{}", letter.message);

    let visitor = gateway.anonymous();
    let pressed = press(&visitor, &letter.link()).await;
    let session = whoami(&visitor).await;
    assert_eq!(session["identity"]["id"], alice.identity());
    let next = pressed.headers()["location"].to_str().unwrap().to_owned();
    assert!(next.contains("kc_action=UPDATE_PASSWORD"), "{next}");
    let (page, _) = visitor.follow(&next).await;
    let form = Form::at(&visitor, &page).await;
    assert!(form.names().contains(&"password".to_owned()), "{page}");
}

/// Opens a link and presses the button of its page.
async fn press(visitor: &Anonymous, link: &str) -> Response {
    let page = visitor.navigate(link).await.text().await.unwrap();
    assert!(page.contains("Something to do"), "{page}");
    let hidden = |name: &str| {
        let field = format!("name=\"{name}\" value=\"");
        let value = page.split(&field).nth(1).unwrap();
        value.split('"').next().unwrap().to_owned()
    };
    let (csrf, token) = (hidden("csrf_token"), hidden("token"));
    let action = link.split("&token=").next().unwrap();
    let fields = [
        ("csrf_token", &*csrf),
        ("token", &*token),
        ("method", "link"),
    ];
    let pressed = visitor.submit(action, &fields).await;
    assert_eq!(pressed.status(), 303);
    pressed
}

/// KC-078.
#[tokio::test]
async fn a_letter_that_would_lead_nowhere_is_not_sent() {
    let gateway = gateway().await;
    ALICE.sign_up(&gateway).await;
    let send = |further: &[&str]| about_alice(&gateway, "send-actions-email", further);
    let unsent = send(&["--actions", "UPDATE_PASSWORD"]);
    assert_eq!(unsent.code, 1, "{unsent:?}");
    assert!(unsent.stderr.contains("no mail server"), "{unsent:?}");
    let bad = [
        (&["--actions", "DANCE"][..], 2),
        (&["--actions", "TERMS_AND_CONDITIONS"], 1),
        (
            &[
                "--actions",
                "UPDATE_PASSWORD",
                "--return-to",
                "https://evil.test/",
            ],
            1,
        ),
        (&["--actions", "UPDATE_PASSWORD", "--lifespan", "1y"], 2),
        (&[], 2),
    ];
    for (further, code) in bad {
        let refused = send(further);
        assert_eq!(refused.code, code, "{further:?}: {refused:?}");
    }
}
