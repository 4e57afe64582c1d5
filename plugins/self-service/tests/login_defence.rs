//! Signing in against those who would misuse it.

use std::time::Duration;

use http::Method;
use portcullis_core::identity::{IdentityState, IdentityStore};
use serde_json::json;

use super::house::{House, PASSWORD, PUBLIC, action, credentials, csrf, messages};

const FORGED: &str =
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

#[tokio::test]
async fn browsers_are_kept_out_of_native_flows() {
    let house = House::new();
    let mut client = house.browser();
    let flow = client.ask("/self-service/login/api").await.json();
    for header in [("origin", "https://gate.test"), ("cookie", "a=1; cf_x=2")] {
        let target = "/self-service/login/api";
        let reply = client.send(Method::GET, target, &[header], vec![]).await;
        assert_eq!(reply.error(), (400, "bad_request".to_owned()));
        let headers = [("content-type", "application/json"), header];
        let body = credentials(&flow, "a", "b").to_string().into_bytes();
        let reply = client
            .send(Method::POST, action(&flow), &headers, body)
            .await;
        assert_eq!(reply.status, 400);
    }
    let cdn = [("cookie", "__cf_bm=1; _cfuvid=2; cf_clearance=3")];
    let reply = client
        .send(Method::GET, "/self-service/login/api", &cdn, vec![])
        .await;
    assert_eq!(reply.status, 200);
}

#[tokio::test]
async fn a_form_without_its_cookie_or_token_is_refused() {
    let house = House::new();
    house.resident("ada@example.com").await;
    let mut browser = house.browser();
    let flow = browser.begin("login").await;
    let good = credentials(&flow, "ada@example.com", PASSWORD);
    let refused = (403, "security_csrf_violation".to_owned());

    for token in [None, Some(""), Some("x"), Some(FORGED)] {
        let mut body = good.clone();
        body["csrf_token"] = json!(token);
        assert_eq!(browser.post(action(&flow), &body).await.error(), refused);
    }
    let mut stranger = house.browser();
    assert_eq!(stranger.post(action(&flow), &good).await.error(), refused);
    stranger.begin("login").await;
    assert_eq!(stranger.post(action(&flow), &good).await.error(), refused);
    let id = flow["id"].as_str().unwrap();
    let fetch = format!("/self-service/login/flows?id={id}");
    assert_eq!(stranger.ask(&fetch).await.error(), refused);

    let mut header = browser.clone();
    header
        .headers
        .push(("x-csrf-token", csrf(&flow).to_owned()));
    let mut body = good.clone();
    body["csrf_token"] = json!(null);
    assert_eq!(header.post(action(&flow), &body).await.status, 200);
}

#[tokio::test]
async fn tabs_share_one_cookie() {
    let house = House::new();
    house.resident("ada@example.com").await;
    let mut browser = house.browser();
    let first = browser.begin("login").await;
    let cookie = browser.cookie("csrf_token_").cloned();
    let second = browser.begin("login").await;
    assert_eq!(browser.cookie("csrf_token_").cloned(), cookie);
    for flow in [second, first] {
        browser.jar.remove("__Host-portcullis");
        let body = credentials(&flow, "ada@example.com", PASSWORD);
        assert_eq!(browser.post(action(&flow), &body).await.status, 200);
    }
}

#[tokio::test]
async fn a_flow_completes_once() {
    let house = House::new();
    house.resident("ada@example.com").await;
    let mut browser = house.browser();
    let flow = browser.begin("login").await;
    let body = credentials(&flow, "ada@example.com", PASSWORD);
    let (mut one, mut two) = (browser.clone(), browser);
    assert_eq!(one.post(action(&flow), &body).await.status, 200);
    assert_eq!(two.post(action(&flow), &body).await.status, 404);
}

#[tokio::test]
async fn a_planted_session_ends_with_the_next_sign_in() {
    let house = House::new();
    house.resident("eve@example.com").await;
    house.resident("ada@example.com").await;
    let mut eve = house.browser();
    eve.sign_in("eve@example.com").await;
    let mut ada = house.browser();
    let flow = ada.begin("login").await;
    ada.jar.extend(
        eve.jar
            .clone()
            .into_iter()
            .filter(|(name, _)| name == "__Host-portcullis"),
    );
    let refresh = ada
        .ask("/self-service/login/browser?refresh=true")
        .await
        .json();
    let own = credentials(&refresh, "eve@example.com", PASSWORD);
    assert_eq!(ada.post(action(&refresh), &own).await.status, 200);
    assert_eq!(eve.ask("/sessions/whoami").await.status, 401);
    assert!(flow.is_object());
}

/// HA-06.
#[tokio::test]
async fn somebody_switched_off_learns_so_only_with_the_right_password() {
    let house = House::new();
    let mut identity = house.resident("ada@example.com").await;
    identity.state = IdentityState::Inactive;
    let identities: &dyn IdentityStore = &*house.store;
    identities.update(&identity).await.unwrap();
    let mut browser = house.browser();
    for (password, id) in [("wrong", 4_000_006), (PASSWORD, 4_010_011)] {
        let flow = browser.begin("login").await;
        let body = credentials(&flow, "ada@example.com", password);
        let reply = browser.post(action(&flow), &body).await;
        assert_eq!((reply.status, messages(&reply.json())), (400, vec![id]));
    }
    assert_eq!(browser.session(), None);
}

#[tokio::test]
async fn every_open_redirect_lands_on_the_root() {
    let house = House::new();
    house.resident("ada@example.com").await;
    for bad in [
        "//evil.test",
        "/\\evil.test",
        "\\\\evil.test",
        "/\t/evil.test",
        "https:evil.test",
        "https:///evil.test",
        "javascript:alert(1)",
        "https://gate.test@evil.test/",
        "https://evilexample.org/",
        "http://gate.test/",
        "https://gate.test:444/",
        "/./\\evil.test",
        "/.//evil.test",
        " https://gate.test",
        "https://evil.test/%2e",
    ] {
        let query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("return_to", bad)
            .finish();
        let mut browser = house.browser();
        let init = format!("/self-service/login/browser?{query}");
        let expected = (400, "self_service_flow_return_to_forbidden".to_owned());
        assert_eq!(browser.ask(&init).await.error(), expected, "{bad}");
        let native = format!("/self-service/login/api?{query}");
        assert_eq!(browser.ask(&native).await.error(), expected, "{bad}");
        let id = browser.go(&init).await.query("flow");
        let fetch = format!("/self-service/login/flows?id={id}");
        let flow = browser.ask(&fetch).await.json();
        let fields = [
            ("csrf_token", csrf(&flow)),
            ("identifier", "ada@example.com"),
            ("password", PASSWORD),
            ("method", "password"),
        ];
        let reply = browser.submit(action(&flow), &fields).await;
        assert_eq!(reply.location(), format!("{PUBLIC}/"), "{bad}");
    }
}

#[tokio::test]
async fn duplicate_keys_and_bad_bodies_are_handled() {
    let house = House::new();
    house.resident("ada@example.com").await;
    let mut browser = house.browser();
    let flow = browser.begin("login").await;
    let json = [
        ("content-type", "application/json"),
        ("accept", "application/json"),
    ];
    for body in ["{", "[]", "\"x\""] {
        let reply = browser
            .send(Method::POST, action(&flow), &json, body.into())
            .await;
        assert_eq!(reply.error(), (400, "bad_request".to_owned()));
    }
    let body = format!(
        r#"{{"method":"oidc","csrf_token":"{}","identifier":"ada@example.com","password":"{PASSWORD}","method":"password"}}"#,
        csrf(&flow)
    );
    let reply = browser
        .send(Method::POST, action(&flow), &json, body.into_bytes())
        .await;
    assert_eq!(reply.status, 200, "{}", reply.text());
}

#[tokio::test]
async fn a_sign_in_that_loops_is_explained() {
    let house = House::new();
    house.resident("ada@example.com").await;
    let mut browser = house.browser();
    for _ in 0..3 {
        assert_eq!(browser.go("/self-service/login/browser").await.status, 303);
        browser.sign_in("ada@example.com").await;
        browser.jar.remove("__Host-portcullis");
    }
    let reply = browser.go("/self-service/login/browser").await;
    assert_eq!(reply.status, 400);
    assert!(reply.text().contains("sign_in_loop"));
    assert!(reply.text().contains("Try again"));
    assert_eq!(browser.go("/self-service/login/browser").await.status, 303);
}

#[tokio::test]
async fn an_application_that_never_sees_the_session_is_explained() {
    let house = House::new();
    house.resident("ada@example.com").await;
    let mut browser = house.browser();
    browser.sign_in("ada@example.com").await;
    let target = "/self-service/login/browser?return_to=https://app.test/";
    for _ in 0..4 {
        assert_eq!(browser.go(target).await.location(), "https://app.test/");
    }
    let reply = browser.go(target).await;
    assert_eq!(reply.status, 400);
    assert!(reply.text().contains("cookie_domain"));
    house.clock.advance(Duration::from_secs(61));
    assert_eq!(browser.go(target).await.status, 303);
}
