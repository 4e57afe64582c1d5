//! As scripts and native applications see it, and as commands do.

use std::fs;

use reqwest::Method;
use serde_json::{Value, json};

use super::{gateway, make_codes, methods, set_app_up, shown, status, step_up};
use crate::support::{ALICE, BOB, Form, SELF_SERVICE, TestGateway, person::whoami, wait_until};

fn reset(gateway: &TestGateway, mfa_type: &str) -> crate::support::gateway::Output {
    let arguments = [
        "reset-identity-mfa",
        "--email",
        ALICE.email,
        "--mfa-type",
        mfa_type,
        "--yes",
    ];
    gateway.run(&[&arguments[..], &["--output", "json"]].concat(), "")
}

/// CU-23, CU-24: every code is good once, a wrong one is told of, and the session is as strong as what
/// proved it.
#[tokio::test]
async fn a_script_sets_an_app_up_and_signs_in_with_it_and_with_a_backup_code() {
    let gateway = gateway().await;
    let alice = ALICE.sign_up(&gateway).await;
    let mut app = set_app_up(&alice.client).await;
    let session = whoami(&alice.client).await;
    assert_eq!(session["authenticator_assurance_level"], "aal2");
    assert_eq!(methods(&session), ["password", "totp"]);
    let codes = make_codes(&alice.client).await;
    assert_eq!(codes.len(), 12);

    let again = ALICE.sign_in(&gateway).await;
    assert_eq!(again.session["authenticator_assurance_level"], "aal1");
    assert_eq!(status(&again, "/vault").await, 403);
    let wrong = json!({ "method": "totp", "totp_code": "000000" });
    let refused = step_up(&again.client, wrong).await;
    assert_eq!(refused.status(), 400);
    let refused: Value = refused.json().await.unwrap();
    let field = &refused["ui"]["nodes"].as_array().unwrap()[1];
    assert_eq!(field["attributes"]["name"], "totp_code", "{refused}");
    assert_eq!(field["messages"][0]["id"], 4_000_008);

    let code = app.code().await;
    let body = json!({ "method": "totp", "totp_code": code });
    let done = step_up(&again.client, body.clone()).await;
    assert_eq!(done.status(), 200);
    assert_eq!(status(&again, "/vault").await, 200);
    let third = ALICE.sign_in(&gateway).await;
    let replayed = step_up(&third.client, body).await;
    assert_eq!(replayed.status(), 400, "a code is good once");
    let form = Form::begin(&third.client, "login", "?aal=aal2").await;
    let body = json!({ "method": "lookup_secret", "lookup_secret": codes[0].to_uppercase() });
    assert_eq!(form.submit_json(body.clone()).await.status(), 200);
    assert_eq!(status(&third, "/vault").await, 200);
    assert_eq!(
        methods(&whoami(&third.client).await),
        ["password", "lookup_secret"]
    );

    let fourth = ALICE.sign_in(&gateway).await;
    let used = step_up(&fourth.client, body).await;
    assert_eq!(used.status(), 400);
    assert!(used.text().await.unwrap().contains("4000012"));
    for secret in codes.iter().chain([&code]) {
        assert!(!gateway.log().contains(secret.as_str()));
    }
}

/// A code that somebody sends twice at the same time lets one of the two in.
#[tokio::test]
async fn of_many_who_send_the_same_backup_code_at_once_one_gets_in() {
    let gateway = gateway().await;
    let alice = ALICE.sign_up(&gateway).await;
    set_app_up(&alice.client).await;
    let codes = make_codes(&alice.client).await;
    let mut waiting = Vec::new();
    for _ in 0..4 {
        let one = ALICE.sign_in(&gateway).await;
        waiting.push(Form::begin(&one.client, "login", "?aal=aal2").await);
    }
    let body = json!({ "method": "lookup_secret", "lookup_secret": codes[0] });
    let sent = waiting.iter().map(|form| form.submit_json(body.clone()));
    let answers = futures_util::future::join_all(sent).await;
    let entered = answers.iter().filter(|one| one.status() == 200).count();
    assert_eq!(entered, 1, "{answers:?}");
}

/// CU-23, CU-24: the app and the codes are removed by their person.
#[tokio::test]
async fn what_was_set_up_can_be_removed() {
    let gateway = gateway().await;
    let alice = ALICE.sign_up(&gateway).await;
    set_app_up(&alice.client).await;
    make_codes(&alice.client).await;
    for button in ["totp_unlink", "lookup_secret_disable"] {
        let form = Form::begin(&alice.client, "settings", "").await;
        assert!(form.names().iter().any(|name| name == button));
        let removed = form.submit_json(json!({ button: true })).await;
        assert_eq!(removed.status(), 200, "{button}");
    }
    let form = Form::begin(&alice.client, "settings", "").await;
    assert!(shown(&form.flow, "totp_qr").is_some());
    assert!(shown(&form.flow, "lookup_secret_left").is_none());
    gateway.wait_for_log("credential_removed").await;
}

/// KC-071, KC-072: people name their app, and say what they are asked for first.
#[tokio::test]
async fn an_app_is_named_and_asked_for_first() {
    let gateway = gateway().await;
    let alice = ALICE.sign_up(&gateway).await;
    set_app_up(&alice.client).await;
    make_codes(&alice.client).await;
    let form = Form::begin(&alice.client, "settings", "").await;
    assert!(!form.names().contains(&"credential_first".to_owned()));
    let asked = form.submit_json(json!({ "totp_rename": "true" })).await;
    let asked: Value = asked.json().await.unwrap();
    assert!(
        asked.to_string().contains("totp_rename_displayname"),
        "{asked}"
    );
    let name = json!({ "totp_rename": "true", "totp_rename_displayname": "Old phone" });
    assert_eq!(form.submit_json(name).await.status(), 200);

    let about = ["--email", ALICE.email, "--output", "json"];
    let own = || {
        gateway
            .run(&[&["list-credentials"], &about[..]].concat(), "")
            .json()
    };
    let all = own();
    let of = |kind: &str| {
        let mut all = all.as_array().unwrap().iter();
        all.find(|one| one["type"] == kind).unwrap().clone()
    };
    assert_eq!(of("totp")["label"], "Old phone");
    let codes = of("lookup_secret")["id"].as_str().unwrap().to_owned();
    let further = ["--credential-id", &codes, "--to-first"];
    let moved = gateway.run(&[&["move-credential"], &about[..], &further].concat(), "");
    assert_eq!(moved.code, 0, "{moved:?}");
    let form = Form::begin(&alice.client, "settings", "").await;
    let app = form.value("credential_first").unwrap();
    assert_eq!(of("totp")["id"], app.as_str());
    let first = form.submit_json(json!({ "credential_first": codes })).await;
    assert_eq!(first.status(), 200, "it is no secret which comes first");
    let form = Form::begin(&alice.client, "settings", "").await;
    let first = form.submit_json(json!({ "credential_first": app })).await;
    assert_eq!(first.status(), 200);
    assert_eq!(own()[0]["type"], "totp");
    let form = Form::begin(&alice.client, "settings", "").await;
    assert!(!form.names().contains(&"credential_first".to_owned()));
    let nowhere = json!({ "credential_first": "0198c0de-0000-7000-8000-000000000000" });
    assert_eq!(form.submit_json(nowhere).await.status(), 400);
}

#[tokio::test]
async fn a_native_application_does_the_same_with_its_token() {
    let gateway = gateway().await;
    let bob = BOB.sign_up_natively(&gateway).await;
    let settings = bob.get(&format!("{SELF_SERVICE}/settings/api")).await;
    let flow: Value = settings.json().await.unwrap();
    let text = &shown(&flow, "totp_secret_key").unwrap()["text"];
    let secret = text["context"]["secret"].as_str().unwrap();
    let mut app = crate::support::Authenticator::with_secret(secret);
    let post = async |token: &str, flow: &Value, body: Value| {
        let action = flow["ui"]["action"].as_str().unwrap();
        let request = bob.client.request(Method::POST, action).json(&body);
        request
            .header("x-session-token", token)
            .send()
            .await
            .unwrap()
    };
    let body = json!({ "method": "totp", "totp_code": app.code().await });
    let saved = post(&bob.token, &flow, body).await;
    assert_eq!(saved.status(), 200);

    let bob = BOB.sign_in_natively(&gateway).await;
    assert_eq!(bob.get("/vault").await.status(), 403);
    let begun = bob.get(&format!("{SELF_SERVICE}/login/api?aal=aal2")).await;
    let flow: Value = begun.json().await.unwrap();
    let body = json!({ "method": "totp", "totp_code": app.code().await });
    let done = post(&bob.token, &flow, body).await;
    let (status, done) = (done.status(), done.json::<Value>().await.unwrap());
    assert_eq!(status, 200, "{done}");
    assert_eq!(done["session"]["authenticator_assurance_level"], "aal2");
    let token = done["session_token"].as_str().unwrap();
    let request = bob.client.request(Method::GET, "/vault");
    let answer = request
        .header("x-session-token", token)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
}

/// CU-23, CU-24.
#[tokio::test]
async fn a_command_removes_what_somebody_has_lost() {
    let gateway = gateway().await;
    assert_eq!(reset(&gateway, "totp").code, 1, "nobody is there");
    let alice = ALICE.sign_up(&gateway).await;
    for mfa_type in ["totp", "lookup_secret", "webauthn", "passkey", "code"] {
        let none = reset(&gateway, mfa_type);
        assert_eq!(none.code, 1, "{mfa_type}: {none:?}");
        assert!(!none.stderr.is_empty());
    }
    assert_eq!(reset(&gateway, "sms").code, 2);
    set_app_up(&alice.client).await;
    make_codes(&alice.client).await;
    let idle = json!(["lookup_secret"]);
    for (mfa_type, ended, without_use) in [("totp", 1, idle), ("lookup_secret", 0, json!([]))] {
        let done = reset(&gateway, mfa_type);
        assert_eq!(done.code, 0, "{done:?}");
        assert!(done.stderr.contains("credential_removed"), "{done:?}");
        let answer = done.json();
        assert_eq!(answer["mfa_type"], mfa_type);
        assert_eq!(answer["removed"].as_array().unwrap().len(), 1);
        assert_eq!(answer["sessions_ended"], ended, "{answer}");
        assert_eq!(answer["without_use"], without_use);
        assert_eq!(reset(&gateway, mfa_type).code, 1, "it is gone");
    }
    wait_until("who has found it to be signed out", async || {
        (alice.status("/").await == 401).then_some(())
    })
    .await;
    let alice = ALICE.sign_in(&gateway).await;
    let form = Form::begin(&alice.client, "settings", "").await;
    assert!(shown(&form.flow, "totp_qr").is_some());
}

/// CU-22: what people have and the configuration switches off is told, by the check and at the start.
#[tokio::test]
async fn what_people_have_is_not_switched_off_unsaid() {
    let mut gateway = gateway().await;
    let alice = ALICE.sign_up(&gateway).await;
    set_app_up(&alice.client).await;
    let ask = |gateway: &TestGateway| {
        let answer = gateway.run(&["check", "--check-connectivity"], "");
        assert_eq!(answer.code, 0, "{answer:?}");
        answer.stderr
    };
    let told = ask(&gateway);
    assert!(!told.contains("store: warning"), "{told}");
    gateway.stop().await;
    let file = gateway.folder().join("portcullis.toml");
    let toml = fs::read_to_string(&file).unwrap();
    fs::write(&file, toml + "\n[identity.mfa]\ntotp = false\n").unwrap();
    let told = ask(&gateway);
    let line =
        "credentials of type totp are switched off by identity.mfa.totp, and 1 identity has one";
    assert!(told.contains(&format!("store: warning: {line}")), "{told}");
    gateway.start_again().await;
    gateway.wait_for_log(line).await;
}
