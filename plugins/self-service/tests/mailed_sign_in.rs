//! Signing in with a code by mail, alone or as the second step.

use std::time::Duration;

use portcullis_core::{action::Action, assurance::Assurance};
use serde_json::{Value, json};

use super::house::{
    Browser, House, Reply, action,
    busy::Busy,
    csrf,
    factor::{STEP_UP, WHOAMI, aal, house},
    mailed::{mailed, other_than, type_in},
    messages, node, open_registration,
};
use crate::Limits;

const ADA: &str = "ada@example.com";

fn passwordless() -> House {
    let mut config = open_registration();
    config.passwordless_code = true;
    House::with(config, Limits::default())
}

async fn ask(browser: &mut Browser<'_>, flow: &Value, address: &str) -> Reply {
    let fields = json!({"method": "code", "identifier": address, "csrf_token": csrf(flow)});
    browser.post(action(flow), &fields).await
}

#[tokio::test]
async fn a_code_by_mail_signs_in() {
    let house = passwordless();
    house.proved_resident(ADA).await;
    let mut browser = house.browser();
    let flow = browser.begin("login").await;
    let sent = ask(&mut browser, &flow, " ADA@example.com ").await;
    assert_eq!(sent.status, 400, "{}", sent.text());
    let flow = sent.json();
    assert_eq!(flow["state"], "sent_email");
    assert_eq!(messages(&flow), [1_010_014]);
    let code = mailed(&house);
    let wrong = type_in(&mut browser, &flow, &other_than(&code)).await;
    assert_eq!(wrong.status, 400);
    let done = type_in(&mut browser, &flow, &code).await;
    assert_eq!(done.status, 200, "{}", done.text());
    let methods = &done.json()["session"]["authentication_methods"];
    assert_eq!(methods[0]["method"], "code");
    assert_eq!(methods[0]["aal"], "aal1");
    // It is good once.
    let again = type_in(&mut house.browser(), &flow, &code).await;
    assert_ne!(again.status, 200);
}

/// Who is known is not told, and nothing is mailed to addresses that nobody has proved.
#[tokio::test]
async fn known_and_unknown_addresses_are_answered_alike() {
    let house = passwordless();
    house.proved_resident(ADA).await;
    house.resident("unproved@example.com").await;
    let mut answers = Vec::new();
    for address in [ADA, "unproved@example.com", "nobody@example.com"] {
        let mut browser = house.browser();
        let flow = browser.begin("login").await;
        let reply = ask(&mut browser, &flow, address).await;
        let mut body = reply.json();
        for member in ["id", "issued_at", "expires_at", "created_at", "updated_at"] {
            body[member] = Value::Null;
        }
        body["ui"]["action"] = Value::Null;
        for node in body["ui"]["nodes"].as_array_mut().unwrap() {
            if node["attributes"]["name"] == "csrf_token" {
                node["attributes"]["value"] = Value::Null;
            }
        }
        answers.push((reply.status, body));
        let flow = reply.json();
        if address != ADA {
            let refused = type_in(&mut browser, &flow, "123456").await;
            assert_eq!(messages_of_code(&refused.json()), [4_010_008]);
        }
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0], answers[2]);
    let mails = house.letters.mails();
    let receivers: Vec<_> = mails.iter().map(|mail| &*mail.to).collect();
    assert_eq!(receivers, [ADA]);
}

fn messages_of_code(flow: &Value) -> Vec<u64> {
    let messages = node(flow, "code")["messages"].as_array().unwrap().iter();
    messages.map(|one| one["id"].as_u64().unwrap()).collect()
}

#[tokio::test]
async fn codes_are_not_offered_unless_the_operator_wants_them() {
    let house = House::new();
    house.proved_resident(ADA).await;
    let mut browser = house.browser();
    let flow = browser.begin("login").await;
    let reply = ask(&mut browser, &flow, ADA).await;
    assert_eq!(messages(&reply.json()), [4_010_002]);
    assert!(house.letters.mails().is_empty());
}

fn by_mail() -> Assurance {
    Assurance {
        highest_available: true,
        by_mail: true,
        ..Assurance::default()
    }
}

#[tokio::test]
async fn a_code_by_mail_is_the_second_step_of_whoever_has_proved_an_address() {
    let house = house(by_mail());
    house.proved_resident(ADA).await;
    let mut browser = house.browser();
    browser.sign_in(ADA).await;
    let refused = browser.ask(WHOAMI).await;
    assert_eq!(refused.error(), (403, "session_aal2_required".to_owned()));
    let flow = send(&mut browser).await;
    assert_eq!(flow["state"], "sent_email", "{flow}");
    let code = mailed(&house);
    let wrong = type_in(&mut browser, &flow, &other_than(&code)).await;
    assert_eq!(messages_of_code(&wrong.json()), [4_010_008]);
    let done = type_in(&mut browser, &flow, &code).await;
    assert_eq!(done.status, 200, "{}", done.text());
    assert_eq!(aal(&mut browser).await, "aal2");
}

/// One mailbox is one factor.
#[tokio::test]
async fn who_got_in_by_mail_is_not_raised_by_mail() {
    let mut config = open_registration();
    config.passwordless_code = true;
    let house = Busy {
        assurance: by_mail(),
        off: vec![Action::VerifyProfile],
        config,
        ..Busy::default()
    }
    .house();
    house.proved_resident(ADA).await;
    let mut browser = house.browser();
    let flow = browser.begin("login").await;
    let flow = ask(&mut browser, &flow, ADA).await.json();
    let code = mailed(&house);
    let done = type_in(&mut browser, &flow, &code).await;
    assert_eq!(done.status, 200, "{}", done.text());
    assert_eq!(aal(&mut browser).await, "aal1");
    assert_eq!(browser.ask(STEP_UP).await.status, 400);
}

/// Asks for a code in the form of the second step.
async fn send(browser: &mut Browser<'_>) -> Value {
    let flow = browser.ask(STEP_UP).await.json();
    let fields = json!({"method": "code", "csrf_token": csrf(&flow)});
    browser.post(action(&flow), &fields).await.json()
}

/// CU-25: a wrong code at the second step is a guess by whoever knows the password, however it came.
#[tokio::test]
async fn guesses_at_mailed_codes_are_told_and_forgiven_like_any_other() {
    let house = house(by_mail());
    house.proved_resident(ADA).await;
    let told = || {
        let mails = house.letters.mails();
        let about = mails.iter().filter(|one| one.subject == GUESSED);
        about.count()
    };
    for right in [true, false, false] {
        let mut browser = house.browser();
        browser.sign_in(ADA).await;
        let flow = send(&mut browser).await;
        let code = mailed(&house);
        assert_eq!(told(), 0);
        for _ in 0..5 - usize::from(right) {
            house.clock.advance(Duration::from_secs(11));
            let wrong = type_in(&mut browser, &flow, &other_than(&code)).await;
            assert_eq!(wrong.status, 400, "{}", wrong.text());
        }
        if right {
            assert_eq!(type_in(&mut browser, &flow, &code).await.status, 200);
        }
    }
    assert_eq!(told(), 1);
}

/// What the letter is about that tells of guesses.
const GUESSED: &str = "second_step_guessed";
