//! Proving addresses by codes that are mailed.

use std::time::Duration;

use portcullis_core::identity::{Identity, IdentityStore};
use serde_json::{Value, json};

use super::house::{
    Browser, House, PASSWORD, PUBLIC, action, csrf,
    mailed::{ask, mailed, other_than, type_in},
    messages, node,
};

async fn stored(house: &House, identity: &Identity) -> Identity {
    let identities: &dyn IdentityStore = &*house.store;
    identities.find(identity.id).await.unwrap().unwrap()
}

/// KC-093: by code.
#[tokio::test]
async fn a_mailed_code_proves_an_address_and_leads_on() {
    let house = House::new();
    let mut ada = house.resident("ada@example.com").await;
    ada.required_actions = vec!["VERIFY_EMAIL".to_owned(), "else".to_owned()];
    IdentityStore::update(&*house.store, &ada).await.unwrap();
    let mut browser = house.browser();
    browser.sign_in("ada@example.com").await;
    let begin = "/self-service/verification/browser?return_to=https://app.test/x";
    let flow = browser.ask(begin).await.json();
    let field = node(&flow, "email");
    assert_eq!(
        field["attributes"]["value"], "ada@example.com",
        "it is known"
    );
    assert_eq!(field["meta"]["label"]["id"], 1_070_007);
    let sent = ask(&mut browser, &flow, "ada@example.com").await.json();
    assert_eq!(
        (&sent["state"], messages(&sent)),
        (&json!("sent_email"), vec![1_080_003])
    );
    let code = mailed(&house);
    let wrong = type_in(&mut browser, &sent, &other_than(&code)).await;
    assert_eq!(
        (wrong.status, messages(&wrong.json())),
        (400, vec![4_070_006])
    );
    assert_eq!(stored(&house, &ada).await.addresses[0].verified_at, None);

    let done = type_in(&mut browser, &sent, &code).await;
    assert_eq!(done.status, 200, "{}", done.text());
    let done = done.json();
    assert_eq!(
        (&done["state"], messages(&done)),
        (&json!("passed_challenge"), vec![1_080_002])
    );
    let proved = stored(&house, &ada).await;
    assert!(proved.addresses[0].verified_at.is_some());
    assert_eq!(house.heard.all(), ["signed in by password", "verified"]);
    let fields = [("csrf_token", csrf(&done)), ("method", "code")];
    let onward = browser.submit(action(&done), &fields).await;
    assert_eq!(onward.location(), "https://app.test/x");
    let onward = browser
        .post(action(&done), &json!({"csrf_token": csrf(&done)}))
        .await;
    assert_eq!(onward.json()["redirect_browser_to"], "https://app.test/x");
}

#[tokio::test]
async fn only_the_address_that_the_code_went_to_is_proved() {
    let house = House::new();
    let ada = house.resident("ada@example.com").await;
    let mut app = house.browser();
    let flow = app.ask("/self-service/verification/api").await.json();
    let body = json!({"method": "code", "email": "ada@example.com"});
    app.post(action(&flow), &body).await;
    let services = &house.services;
    let traits = json!({"email": "new@example.com"});
    let (clock, entropy) = (&*services.clock, &*services.entropy);
    let changed = services
        .schemas
        .refreshed(&ada, traits, clock, entropy)
        .unwrap();
    IdentityStore::update(&*house.store, &changed)
        .await
        .unwrap();
    let reply = app
        .post(action(&flow), &json!({"code": mailed(&house)}))
        .await;
    assert_eq!(
        (reply.status, messages(&reply.json())),
        (400, vec![4_070_006])
    );
    let now = stored(&house, &ada).await;
    assert_eq!(
        (&*now.addresses[0].value, now.addresses[0].verified_at),
        ("new@example.com", None)
    );
}

#[tokio::test]
async fn strangers_addresses_are_answered_alike_and_get_nothing() {
    let house = House::new();
    let mut browser = house.browser();
    let flow = browser.begin("verification").await;
    let reply = ask(&mut browser, &flow, "nobody@example.com").await;
    assert_eq!(
        (reply.status, messages(&reply.json())),
        (200, vec![1_080_003])
    );
    assert!(house.letters.mails().is_empty());
    assert_eq!(house.letters.posted(), 1, "a letter for nobody");
    house.clock.advance(Duration::from_secs(3601));
    let gone = type_in(&mut browser, &flow, "123456").await.json();
    let fetch = format!(
        "/self-service/verification/flows?id={}",
        gone["use_flow_id"].as_str().unwrap()
    );
    assert_eq!(messages(&browser.ask(&fetch).await.json()), [4_070_005]);
}

fn form(flow: &Value) -> Value {
    json!({
        "method": "password", "csrf_token": csrf(flow), "password": PASSWORD,
        "traits": {"email": "ada@example.com", "name": {"first": "Ada"}},
    })
}

async fn register(browser: &mut Browser<'_>) -> Value {
    let flow = browser.begin("registration").await;
    let reply = browser.post(action(&flow), &form(&flow)).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    reply.json()
}

#[tokio::test]
async fn whoever_registers_is_mailed_a_code_at_once() {
    let house = House::new();
    let mut browser = house.browser();
    let body = register(&mut browser).await;
    let next = &body["continue_with"];
    assert_eq!(next[0]["action"], "show_verification_ui");
    assert_eq!(next[0]["flow"]["verifiable_address"], "ada@example.com");
    assert_eq!(next[1]["action"], "redirect_browser_to");
    let id = next[0]["flow"]["id"].as_str().unwrap();
    let page = format!("{PUBLIC}/.portcullis/verification?flow={id}");
    assert_eq!(next[0]["flow"]["url"], page);
    let fetch = format!("/self-service/verification/flows?id={id}");
    let flow = browser.ask(&fetch).await.json();
    assert_eq!(
        (&flow["state"], messages(&flow)),
        (&json!("sent_email"), vec![1_080_003])
    );
    let done = type_in(&mut browser, &flow, &mailed(&house)).await;
    assert_eq!(done.json()["state"], "passed_challenge");
    let whoami = browser.ask("/sessions/whoami").await.json();
    assert_eq!(
        whoami["identity"]["verifiable_addresses"][0]["verified"],
        true
    );
}

#[tokio::test]
async fn people_who_need_not_enter_the_code_at_once_go_on() {
    let house = House::new();
    let mut browser = house.browser();
    let flow = browser.begin("registration").await;
    let fields = [
        ("csrf_token", csrf(&flow)),
        ("method", "password"),
        ("password", PASSWORD),
        ("traits.email", "ada@example.com"),
        ("traits.name.first", "Ada"),
    ];
    let reply = browser.submit(action(&flow), &fields).await;
    assert_eq!(reply.location(), format!("{PUBLIC}/"));
    assert_eq!(house.letters.mails().len(), 1, "it is mailed all the same");
}

#[tokio::test]
async fn without_mail_a_registration_begins_no_verification() {
    let house = House::new();
    house.letters.close();
    let body = register(&mut house.browser()).await;
    assert_eq!(body["continue_with"][0]["action"], "redirect_browser_to");
}
