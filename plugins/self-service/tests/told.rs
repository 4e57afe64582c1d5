//! What people are told before they do something in vain, and where they go from there.

use std::time::Duration;

use portcullis_core::action::Action;
use serde_json::{Value, json};

use super::house::{
    Browser, House, PASSWORD, action,
    busy::house_where,
    csrf,
    mailed::{ask, mailed, type_in},
    messages, node,
};

const ADA: &str = "ada@example.com";
const NEW: &str = "new@example.com";

fn has(page: &str, parts: &[&str]) {
    for part in parts {
        assert!(page.contains(part), "{part}: {page}");
    }
}

async fn page(browser: &mut Browser<'_>, flow: &Value, kind: &str) -> String {
    let path = format!("/{kind}?flow={}", flow["id"].as_str().unwrap());
    browser.go(&path).await.text()
}

/// Registers where an address has to be proved first; the flow that awaits the proof.
async fn register(browser: &mut Browser<'_>) -> Value {
    let flow = browser
        .ask("/self-service/registration/browser?return_to=https://app.test/x")
        .await
        .json();
    let body = json!({
        "method": "password", "password": PASSWORD, "csrf_token": csrf(&flow),
        "traits": {"email": NEW},
    });
    let body = browser.post(action(&flow), &body).await.json();
    let id = body["continue_with"][0]["flow"]["id"].as_str().unwrap();
    let fetch = format!("/self-service/verification/flows?id={id}");
    browser.ask(&fetch).await.json()
}

#[tokio::test]
async fn who_waits_for_mail_sees_where_it_goes_and_can_choose_another_address() {
    let house = house_where(&[Action::VerifyEmail]);
    let mut browser = house.browser();
    for kind in ["verification", "recovery"] {
        let flow = browser.begin(kind).await;
        ask(&mut browser, &flow, "mistpyed@example.com").await;
        let begin = format!("/self-service/{kind}/browser");
        let waits = page(&mut browser, &flow, kind).await;
        has(
            &waits,
            &[">mistpyed@example.com<", "Another address?", &begin],
        );
    }
    let flow = register(&mut browser).await;
    let waits = page(&mut browser, &flow, "verification").await;
    has(
        &waits,
        &[
            ">new@example.com<",
            "/self-service/registration/browser?return_to=",
        ],
    );
}

#[tokio::test]
async fn only_who_is_signed_in_is_told_for_certain_that_a_code_is_on_its_way() {
    let house = House::new();
    house.resident(ADA).await;
    let mut browser = house.browser();
    let certain = |flow: &Value| flow["ui"]["messages"][0]["context"]["address"].clone();
    let flow = browser.begin("verification").await;
    let sent = ask(&mut browser, &flow, ADA).await.json();
    assert_eq!(
        (messages(&sent), certain(&sent)),
        (vec![1_080_003], Value::Null)
    );
    browser.sign_in(ADA).await;
    let flow = browser.begin("verification").await;
    let sent = ask(&mut browser, &flow, "bob@example.com").await.json();
    assert_eq!(certain(&sent), Value::Null, "it is somebody else's");
    let flow = browser.begin("verification").await;
    let sent = ask(&mut browser, &flow, ADA).await.json();
    assert_eq!(
        (messages(&sent), certain(&sent)),
        (vec![1_080_003], json!(ADA))
    );
    let waits = page(&mut browser, &flow, "verification").await;
    has(
        &waits,
        &["is on its way to ada@example.com.", "Change your profile"],
    );
    let german = format!(
        "/verification?ui_locales=de&flow={}",
        flow["id"].as_str().unwrap()
    );
    has(
        &browser.go(&german).await.text(),
        &[
            "ist an ada@example.com unterwegs.",
            "Eine andere Adresse?",
            "title=\"Sechs Ziffern\"",
        ],
    );
}

/// KC-093.
#[tokio::test]
async fn who_has_proved_an_address_without_a_session_signs_in_with_it() {
    let house = house_where(&[Action::VerifyEmail]);
    let mut browser = house.browser();
    let flow = register(&mut browser).await;
    let done = type_in(&mut browser, &flow, &mailed(&house)).await.json();
    let proved = page(&mut browser, &flow, "verification").await;
    has(
        &proved,
        &["this address is yours. Now sign in.", ">Sign in<"],
    );
    let fields = [("csrf_token", csrf(&done)), ("method", "code")];
    let onward = browser.submit(action(&done), &fields).await;
    has(onward.location(), &["/login?flow="]);
    let fetch = format!("/self-service/login/flows?id={}", onward.query("flow"));
    let login = browser.ask(&fetch).await.json();
    assert_eq!(node(&login, "identifier")["attributes"]["value"], NEW);
    assert_eq!(login["return_to"], "https://app.test/x");
    let body = json!({
        "method": "password", "identifier": NEW, "password": PASSWORD, "csrf_token": csrf(&login),
    });
    assert_eq!(browser.post(action(&login), &body).await.status, 200);
}

#[tokio::test]
async fn a_password_that_cannot_be_is_refused_before_anything_has_to_be_proved() {
    let house = House::new();
    house.resident(ADA).await;
    let mut browser = house.browser();
    browser.sign_in(ADA).await;
    house.clock.advance(Duration::from_secs(301));
    let flow = browser.ask("/self-service/settings/browser").await.json();
    let body =
        |password| json!({"method": "password", "password": password, "csrf_token": csrf(&flow)});
    let refused = browser.post(action(&flow), &body("short")).await;
    let now = refused.json();
    let told = &node(&now, "password")["messages"][0]["id"];
    assert_eq!((refused.status, told), (400, &json!(4_000_032)));
    let parked = browser.post(action(&flow), &body("battery staple")).await;
    assert_eq!(parked.error(), (403, "session_refresh_required".to_owned()));
}

#[tokio::test]
async fn who_is_back_in_is_told_what_there_is_to_do_and_no_more() {
    let whole = "choose a new password now, or link another way to sign in.";
    for (house, is_whole) in [(House::new(), true), (house_where(&[]), false)] {
        house.resident(ADA).await;
        let mut browser = house.browser();
        let flow = browser.begin("recovery").await;
        ask(&mut browser, &flow, ADA).await;
        let reply = type_in(&mut browser, &flow, &mailed(&house)).await;
        let location = reply.json()["redirect_browser_to"]
            .as_str()
            .unwrap()
            .to_owned();
        let settings = browser.go(&location).await.text();
        has(
            &settings,
            &["You are back in. Please choose a new password now"],
        );
        assert_eq!(settings.contains(whole), is_whole, "{settings}");
    }
}
