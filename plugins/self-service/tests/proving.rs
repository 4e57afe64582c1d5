//! Proving once more who one is through a provider, which may remember the browser.

use std::time::Duration;

use serde_json::{Value, json};

use super::house::{
    Browser, House, PUBLIC, Reply, action, csrf, messages,
    provider_visit::{arrive, come_back, press, refused, values},
};

const REFRESH: &str = "/self-service/login/browser?refresh=true";
const SETTINGS: &str = "/self-service/settings/browser";
const CODE: &str = "provider_not_asked_again";

/// Leaves for a provider, and says where to.
async fn leave(browser: &mut Browser<'_>, flow: &Value, provider: &str) -> Reply {
    let fields = [("csrf_token", csrf(flow)), ("provider", provider)];
    browser.submit(action(flow), &fields).await
}

/// Wants to link another account.
async fn link(browser: &mut Browser<'_>) -> (u16, String) {
    let flow = browser.ask(SETTINGS).await.json();
    let body = json!({"link": "google", "csrf_token": csrf(&flow)});
    browser.post(action(&flow), &body).await.error()
}

/// What a silent sign-in at the provider would otherwise open: the settings of a browser left open.
#[tokio::test]
async fn a_provider_that_does_not_say_that_it_asked_again_makes_no_session_younger() {
    let house = House::new();
    let mut browser = house.browser();
    arrive(&mut browser, "acme", "ada").await;
    house.clock.advance(Duration::from_secs(6 * 60));
    let too_old = (403, "session_refresh_required".to_owned());
    assert_eq!(link(&mut browser).await, too_old);
    let session = browser.session().cloned();
    let flow = browser.ask(REFRESH).await.json();
    assert_eq!(values(&flow, "provider"), ["acme"]);
    for code in ["stale", "silent"] {
        let gone = leave(&mut browser, &flow, "acme").await;
        assert_eq!(gone.query("prompt"), "login");
        assert_eq!(gone.query("max_age"), "0");
        let query = format!("state={}&code={code}", gone.query("state"));
        let reply = come_back(&mut browser, "acme", &query).await;
        refused(&reply, 403, CODE);
        let page = format!("/login?flow={}", flow["id"].as_str().unwrap());
        assert!(reply.text().contains(&page), "there is a way out");
        assert_eq!(browser.session().cloned(), session);
        assert_eq!(link(&mut browser).await, too_old, "{code}");
        let told = format!("refused: {CODE}");
        assert_eq!(house.heard.all().last(), Some(&told));
    }
    let state = press(&mut browser, &flow, "provider", "acme").await;
    let reply = come_back(&mut browser, "acme", &format!("state={state}&code=ada")).await;
    assert_eq!(reply.location(), format!("{PUBLIC}/"));
    let (status, code) = link(&mut browser).await;
    assert_eq!(
        (status, &*code),
        (422, "browser_location_change_required"),
        "whoever was asked may go on"
    );
}

/// Whoever sits before such a browser can end the session and come back by the button.
#[tokio::test]
async fn a_plain_sign_in_is_as_young_as_the_provider_says_that_somebody_was_asked() {
    let house = House::new();
    house.letters.close();
    let too_old = (403, "session_refresh_required".to_owned());
    let may_go_on = (422, "browser_location_change_required".to_owned());
    for (provider, code, expected) in [
        ("acme", "ada", &may_go_on),
        ("acme", "stale", &too_old),
        ("acme", "silent", &too_old),
        // Whatever it tells, it is not counted on to have asked.
        ("google", "eve", &too_old),
    ] {
        let mut browser = house.browser();
        arrive(&mut browser, provider, code).await;
        assert_eq!(link(&mut browser).await, *expected, "{provider}: {code}");
        let flow = browser.ask(REFRESH).await.json();
        let state = press(&mut browser, &flow, "provider", provider).await;
        let subject = if provider == "acme" { "ada" } else { "eve" };
        let query = format!("state={state}&code={subject}");
        come_back(&mut browser, provider, &query).await;
        assert_eq!(link(&mut browser).await, may_go_on, "{provider}: {code}");
    }
}

#[tokio::test]
async fn an_account_that_waits_is_not_proved_by_a_provider_that_did_not_ask() {
    let house = House::new();
    arrive(&mut house.browser(), "acme", "ada").await;
    let mut browser = house.browser();
    let reply = arrive(&mut browser, "google", "ada").await;
    let fetch = format!("/self-service/login/flows?id={}", reply.query("flow"));
    let flow = browser.ask(&fetch).await.json();
    let gone = leave(&mut browser, &flow, "acme").await;
    assert_eq!(gone.query("prompt"), "login");
    let query = format!("state={}&code=stale", gone.query("state"));
    let reply = come_back(&mut browser, "acme", &query).await;
    refused(&reply, 403, CODE);
    assert_eq!(browser.session(), None);
    let told = format!("link refused: {CODE}");
    assert!(house.heard.all().contains(&told));
}

/// Google and plain OAuth 2.0 let a browser through that they remember, and do not say so.
#[tokio::test]
async fn a_provider_that_cannot_ask_again_counts_only_where_there_is_no_other_way() {
    let house = House::new();
    house.resident("ada@example.com").await;
    let mut ada = house.browser();
    ada.sign_in("ada@example.com").await;
    let flow = ada.ask(SETTINGS).await.json();
    let state = press(&mut ada, &flow, "link", "google").await;
    come_back(&mut ada, "google", &format!("state={state}&code=home")).await;
    let flow = ada.ask(REFRESH).await.json();
    assert_eq!(values(&flow, "provider"), [""; 0], "she has a password");
    let body = json!({"provider": "google", "csrf_token": csrf(&flow)});
    let reply = ada.post(action(&flow), &body).await;
    assert_eq!(
        (reply.status, messages(&reply.json())),
        (400, vec![4_010_002, 1_010_003])
    );

    house.letters.close();
    let mut eve = house.browser();
    arrive(&mut eve, "google", "eve").await;
    let flow = eve.ask(REFRESH).await.json();
    assert_eq!(values(&flow, "provider"), ["google"]);
    let gone = leave(&mut eve, &flow, "google").await;
    assert_eq!(gone.query("prompt"), "select_account", "the most it heeds");
    assert!(!gone.location().contains("max_age"));
    let query = format!("state={}&code=eve", gone.query("state"));
    let reply = come_back(&mut eve, "google", &query).await;
    assert_eq!(reply.location(), format!("{PUBLIC}/"));
}

#[tokio::test]
async fn no_address_leads_straight_to_a_provider_that_would_not_ask() {
    let house = House::new();
    house.configure("acme", |provider| provider.policy.asks_again = false);
    let mut browser = house.browser();
    for provider in ["spare", "acme"] {
        let choose = format!("provider={provider}&prompt=select_account");
        let target = format!("/self-service/login/browser?{choose}");
        let reply = browser.go(&target).await;
        let page = reply.location();
        assert!(page.contains("/login?flow="), "{provider}: {page}");
    }
    arrive(&mut browser, "google", "ada").await;
    for provider in ["google", "acme"] {
        let target = format!("{REFRESH}&provider={provider}&prompt=select_account");
        let reply = browser.go(&target).await;
        let page = reply.location();
        assert!(page.contains("/login?flow="), "{page}");
    }
}

/// What is left open until it has expired proves nothing for whoever comes by.
#[tokio::test]
async fn an_expired_form_of_somebody_who_has_signed_out_is_an_ordinary_one() {
    let house = House::new();
    house.resident("ada@example.com").await;
    let mut ada = house.browser();
    ada.sign_in("ada@example.com").await;
    let flow = ada.ask(SETTINGS).await.json();
    let state = press(&mut ada, &flow, "link", "google").await;
    come_back(&mut ada, "google", &format!("state={state}&code=home")).await;
    let flow = ada.ask(REFRESH).await.json();
    house.clock.advance(Duration::from_secs(3601));
    ada.jar.remove("__Host-portcullis").unwrap();
    let fields = [("csrf_token", csrf(&flow)), ("method", "password")];
    let reply = ada.submit(action(&flow), &fields).await;
    let fetch = format!("/self-service/login/flows?id={}", reply.query("flow"));
    let flow = ada.ask(&fetch).await.json();
    assert_eq!(flow["refresh"], false);
    let state = press(&mut ada, &flow, "provider", "google").await;
    come_back(&mut ada, "google", &format!("state={state}&code=home")).await;
    let too_old = (403, "session_refresh_required".to_owned());
    assert_eq!(link(&mut ada).await, too_old, "it was never asked");
}
