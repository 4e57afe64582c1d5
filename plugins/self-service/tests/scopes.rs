//! KC-012, KC-021, KC-032: what is asked for where people are going decides what their profile has to
//! hold, from the first form to the last step before the gate.

use portcullis_core::action::Action;
use serde_json::{Value, json};

use super::house::{
    House, PASSWORD, action,
    busy::Busy,
    csrf, node,
    provider_visit::{come_back, press},
};

const ADA: &str = "ada@example.com";

/// A house whose people have a telephone number where the scope `phone` is asked for.
fn house() -> House {
    let mut schema: Value = serde_json::from_str(include_str!("schema.json")).unwrap();
    let properties = &mut schema["properties"]["traits"]["properties"];
    properties["phone"] = json!({
        "type": "string", "title": "Phone number", "x-profile": {
            "required_for": {"roles": ["user"], "scopes": ["phone"]}, "enabled_scopes": ["phone"],
        },
    });
    let busy = Busy {
        schema: Some(schema),
        off: vec![Action::TermsAndConditions],
        ..Busy::default()
    };
    busy.house()
}

fn asks(flow: &Value) -> Option<bool> {
    let mut nodes = flow["ui"]["nodes"].as_array().unwrap().iter();
    let phone = nodes.find(|node| node["attributes"]["name"] == "traits.phone")?;
    Some(phone["attributes"]["required"] == true)
}

#[tokio::test]
async fn registration_asks_for_what_a_scope_requires_and_only_there() {
    let house = house();
    let mut browser = house.browser();
    let begin = "/self-service/registration/browser";
    let flow = |scope: &'static str| format!("{begin}?scope={scope}");
    assert_eq!(asks(&browser.ask(begin).await.json()), None);
    assert_eq!(asks(&browser.ask(&flow("profile")).await.json()), None);
    let flow = browser.ask(&flow("openid%20phone")).await.json();
    assert_eq!(asks(&flow), Some(true));
    let form = |traits: Value| {
        json!({
            "method": "password", "password": PASSWORD, "traits": traits,
            "csrf_token": csrf(&flow),
        })
    };
    let without = browser
        .post(action(&flow), &form(json!({"email": ADA})))
        .await;
    assert_eq!(without.status, 400);
    let without = without.json();
    let messages = &node(&without, "traits.phone")["messages"];
    assert_eq!(messages[0]["id"], 4_000_002);
    let traits = json!({"email": ADA, "phone": "+49 30 12345"});
    let done = browser.post(action(&flow), &form(traits)).await;
    assert_eq!(done.status, 200, "{}", done.text());
    assert_eq!(done.json()["identity"]["traits"]["phone"], "+49 30 12345");
}

/// KC-014, KC-063.
#[tokio::test]
async fn whoever_signs_in_for_a_scope_completes_their_profile_first() {
    let house = house();
    let ada = house.resident(ADA).await;
    let mut browser = house.browser();
    let login = "/self-service/login/browser?return_to=https%3A%2F%2Fapp.test%2Fcall";
    let elsewhere = browser.clone().sign_in_by_form(login, ADA).await;
    assert_eq!(elsewhere.location(), "https://app.test/call");
    let reply = browser
        .sign_in_by_form(&format!("{login}&scope=phone"), ADA)
        .await;
    assert_eq!(reply.query("kc_action"), "VERIFY_PROFILE");
    assert_eq!(reply.query("scope"), "phone");
    let flow = browser.errand(&reply).await;
    assert_eq!(asks(&flow), Some(true));
    let form = [("method", "profile"), ("traits.email", ADA)];
    let refused = browser.press(&flow, &form).await;
    assert!(refused.location().contains("/settings?flow="));
    let form = [form[0], form[1], ("traits.phone", "+49 30 12345")];
    let done = browser.press(&flow, &form).await;
    assert_eq!(done.location(), "https://app.test/call");
    assert_eq!(house.stored(&ada).await.traits["phone"], "+49 30 12345");
}

#[tokio::test]
async fn a_program_is_told_the_flow_that_a_scope_asks_for() {
    let house = house();
    house.resident(ADA).await;
    let mut app = house.browser();
    let flow = app.ask("/self-service/login/api?scope=phone").await.json();
    let fields = json!({"method": "password", "identifier": ADA, "password": PASSWORD});
    let body = app.post(action(&flow), &fields).await.json();
    let next = &body["continue_with"][0];
    assert_eq!(next["action"], "show_settings_ui", "{body}");
    let token = body["session_token"].as_str().unwrap().to_owned();
    app.headers.push(("x-session-token", token));
    let id = next["flow"]["id"].as_str().unwrap();
    let flow = app
        .ask(&format!("/self-service/settings/flows?id={id}"))
        .await
        .json();
    assert_eq!(asks(&flow), Some(true));
}

/// KC-021: the same where somebody comes from a provider for the first time.
#[tokio::test]
async fn a_scope_asks_whoever_comes_from_a_provider_too() {
    let house = house();
    let mut browser = house.browser();
    let flow = browser
        .ask("/self-service/login/browser?scope=phone")
        .await
        .json();
    let state = press(&mut browser, &flow, "provider", "google").await;
    let reply = come_back(&mut browser, "google", &format!("state={state}&code=bea")).await;
    assert!(
        reply.location().contains("/registration?flow="),
        "{}",
        reply.location()
    );
    let fetch = format!(
        "/self-service/registration/flows?id={}",
        reply.query("flow")
    );
    let flow = browser.ask(&fetch).await.json();
    assert_eq!(asks(&flow), Some(true));
    let form = |traits: Value| {
        json!({
            "provider": "google", "method": "oidc", "traits": traits, "csrf_token": csrf(&flow),
        })
    };
    let lacking = browser.post(action(&flow), &form(json!({}))).await;
    assert_eq!(lacking.status, 400);
    let done = browser
        .post(action(&flow), &form(json!({"phone": "+49 30 12345"})))
        .await;
    assert_eq!(done.status, 200, "{}", done.text());
    let traits = &done.json()["session"]["identity"]["traits"];
    assert_eq!(traits["phone"], "+49 30 12345");
}

#[tokio::test]
async fn a_scope_goes_along_from_signing_in_to_signing_up_and_stays_in_a_new_form() {
    let house = house();
    let mut browser = house.browser();
    let begun = browser.go("/self-service/login/browser?scope=phone").await;
    let page = browser.go(begun.location()).await.text();
    assert!(
        page.contains("/self-service/registration/browser?scope=phone"),
        "{page}"
    );
    let begun = browser
        .go("/self-service/registration/browser?scope=phone")
        .await;
    let fetch = |id: &str| format!("/self-service/registration/flows?id={id}");
    let flow = browser.ask(&fetch(&begun.query("flow"))).await.json();
    house
        .clock
        .advance(std::time::Duration::from_secs(2 * 60 * 60));
    let fields = [("csrf_token", csrf(&flow)), ("method", "password")];
    let anew = browser.submit(action(&flow), &fields).await;
    let flow = browser.ask(&fetch(&anew.query("flow"))).await.json();
    assert_eq!(asks(&flow), Some(true));
}

/// The settings show what a scope enables, and do not require it (C.2).
#[tokio::test]
async fn the_settings_know_no_scopes() {
    let house = house();
    house.resident(ADA).await;
    let mut browser = house.browser();
    browser.sign_in(ADA).await;
    let flow = browser
        .ask("/self-service/settings/browser?scope=phone")
        .await
        .json();
    assert_eq!(asks(&flow), Some(false));
}
