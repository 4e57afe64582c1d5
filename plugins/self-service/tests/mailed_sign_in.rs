//! Signing in with a code by mail, alone or as the second step.

use portcullis_core::{assurance::Assurance, credential::Kinds};
use serde_json::{Value, json};

use super::house::{
    Browser, House, Reply, action, csrf,
    factor::house,
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

const BY_MAIL: Assurance = Assurance {
    enforce: false,
    highest_available: true,
    by_mail: true,
    factors: Kinds::SECOND_FACTORS,
};

#[tokio::test]
async fn a_code_by_mail_is_the_second_step_of_whoever_has_proved_an_address() {
    let house = house(BY_MAIL);
    house.proved_resident(ADA).await;
    let mut browser = house.browser();
    browser.sign_in(ADA).await;
    let refused = browser.ask("/sessions/whoami").await;
    assert_eq!(refused.error(), (403, "session_aal2_required".to_owned()));
    let flow = browser
        .ask("/self-service/login/browser?aal=aal2")
        .await
        .json();
    let fields = json!({"method": "code", "csrf_token": csrf(&flow)});
    let sent = browser.post(action(&flow), &fields).await;
    let flow = sent.json();
    assert_eq!(flow["state"], "sent_email", "{flow}");
    let code = mailed(&house);
    let wrong = type_in(&mut browser, &flow, &other_than(&code)).await;
    assert_eq!(messages_of_code(&wrong.json()), [4_010_008]);
    let done = type_in(&mut browser, &flow, &code).await;
    assert_eq!(done.status, 200, "{}", done.text());
    let session = browser.ask("/sessions/whoami").await.json();
    assert_eq!(session["authenticator_assurance_level"], "aal2");
}

/// One mailbox is one factor.
#[tokio::test]
async fn who_got_in_by_mail_is_not_raised_by_mail() {
    let house = house(BY_MAIL);
    house.resident("eve@example.com").await;
    let mut browser = house.browser();
    // Nothing is proved, so that there is no second factor either.
    browser.sign_in("eve@example.com").await;
    assert_eq!(browser.ask("/sessions/whoami").await.status, 200);
    let reply = browser.ask("/self-service/login/browser?aal=aal2").await;
    assert_eq!(reply.status, 400);
}
