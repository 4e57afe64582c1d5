//! Signing out.

use http::Method;
use serde_json::json;

use super::house::{House, PASSWORD, PUBLIC, action, credentials};

const BROWSER: &str = "/self-service/logout/browser";

/// B.9.
#[tokio::test]
async fn a_script_gets_an_address_that_signs_out() {
    let house = House::new();
    house.resident("ada@example.com").await;
    let mut browser = house.browser();
    browser.sign_in("ada@example.com").await;
    let begun = browser.ask(BROWSER).await.json();
    assert!(
        begun["logout_token"]
            .as_str()
            .unwrap()
            .starts_with("ory_lo_")
    );
    let reply = browser.go(begun["logout_url"].as_str().unwrap()).await;
    let done = format!("{PUBLIC}/.portcullis/signed-out");
    assert_eq!(reply.location(), done);
    let page = browser.go(reply.location()).await.text();
    assert!(page.contains("You are signed out"), "{page}");
    let deleted = "__Host-portcullis=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Lax";
    assert!(reply.set_cookies().iter().any(|cookie| cookie == deleted));
    assert_eq!(browser.ask("/sessions/whoami").await.status, 401);
    assert_eq!(house.heard.all().last().unwrap(), "signed out");
}

#[tokio::test]
async fn a_script_that_signs_out_gets_no_content() {
    let house = House::new();
    house.resident("ada@example.com").await;
    let mut browser = house.browser();
    browser.sign_in("ada@example.com").await;
    let begun = browser.ask(BROWSER).await.json();
    let token = begun["logout_token"].as_str().unwrap();
    let target = format!("/self-service/logout?token={token}");
    assert_eq!(browser.ask(&target).await.status, 204);
    assert_eq!(browser.session(), None);
}

#[tokio::test]
async fn a_person_is_asked_before_signing_out() {
    let house = House::new();
    house.resident("ada@example.com").await;
    let mut browser = house.browser();
    browser.sign_in("ada@example.com").await;
    let reply = browser.go(BROWSER).await;
    assert_eq!(reply.status, 200);
    assert!(reply.text().contains("token=ory_lo_"));
    assert_eq!(browser.ask("/sessions/whoami").await.status, 200);
}

#[tokio::test]
async fn a_token_ends_its_own_session_only() {
    let house = House::new();
    house.resident("ada@example.com").await;
    let mut ada = house.browser();
    ada.sign_in("ada@example.com").await;
    let mut other = house.browser();
    other.sign_in("ada@example.com").await;
    let foreign = other.ask(BROWSER).await.json()["logout_token"].clone();
    for token in [foreign.as_str().unwrap(), "ory_lo_x", "x"] {
        let target = format!("/self-service/logout?token={token}");
        assert_eq!(ada.ask(&target).await.status, 403);
    }
    assert_eq!(ada.ask("/self-service/logout").await.status, 400);
    assert_eq!(ada.ask("/sessions/whoami").await.status, 200);
    assert_eq!(other.ask("/sessions/whoami").await.status, 200);
}

#[tokio::test]
async fn signed_out_there_is_nothing_to_begin() {
    let house = House::new();
    let mut browser = house.browser();
    let expected = (401, "session_inactive".to_owned());
    assert_eq!(browser.ask(BROWSER).await.error(), expected);
    assert_eq!(browser.go(BROWSER).await.location(), format!("{PUBLIC}/"));
}

#[tokio::test]
async fn a_sign_out_returns_to_allowed_places_only() {
    let house = House::new();
    house.resident("ada@example.com").await;
    for (wanted, lands) in [
        ("https://a.example.org/bye", "https://a.example.org/bye"),
        (
            "https://evil.test/",
            "https://gate.test/.portcullis/signed-out",
        ),
    ] {
        let mut browser = house.browser();
        browser.sign_in("ada@example.com").await;
        let token = browser.ask(BROWSER).await.json()["logout_token"].clone();
        let token = token.as_str().unwrap();
        let target = format!("/self-service/logout?token={token}&return_to={wanted}");
        assert_eq!(browser.go(&target).await.location(), lands);
    }
}

#[tokio::test]
async fn a_native_client_signs_out_with_its_token() {
    let house = House::new();
    house.resident("ada@example.com").await;
    let mut client = house.browser();
    let flow = client.ask("/self-service/login/api").await.json();
    let body = credentials(&flow, "ada@example.com", PASSWORD);
    let token = client.post(action(&flow), &body).await.json()["session_token"].clone();
    let target = "/self-service/logout/api";
    let headers = [("content-type", "application/json")];
    let body = json!({"session_token": token}).to_string().into_bytes();
    let reply = client
        .send(Method::DELETE, target, &headers, body.clone())
        .await;
    assert_eq!(reply.status, 204);
    let reply = client.send(Method::DELETE, target, &headers, body).await;
    assert_eq!(reply.status, 403);
    let reply = client
        .send(Method::DELETE, target, &headers, b"{}".to_vec())
        .await;
    assert_eq!(reply.status, 400);
}
