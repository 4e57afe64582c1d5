//! Registering.

use serde_json::{Value, json};

use super::house::{House, PASSWORD, PUBLIC, action, csrf, messages, node};
use crate::{Config, Limits};

fn form(flow: &Value, email: &str, password: &str) -> Value {
    json!({
        "method": "password",
        "csrf_token": csrf(flow),
        "password": password,
        "traits.email": email,
        "traits": {"name": {"first": "Ada"}},
    })
}

#[tokio::test]
async fn a_script_registers_and_is_signed_in() {
    let house = House::new();
    let mut browser = house.browser();
    let flow = browser.begin("registration").await;
    let reply = browser
        .post(action(&flow), &form(&flow, "Ada@Example.com", PASSWORD))
        .await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let body = reply.json();
    assert_eq!(body["identity"]["traits"]["name"]["first"], "Ada");
    assert_eq!(
        body["identity"]["verifiable_addresses"][0]["status"],
        "pending"
    );
    assert_eq!(
        body["identity"]["schema_url"],
        format!("{PUBLIC}/.portcullis/schemas/ZGVmYXVsdA")
    );
    assert_eq!(body["identity"].get("credentials"), None);
    assert_eq!(body["identity"].get("metadata_admin"), None);
    assert_eq!(body["session"]["identity"]["id"], body["identity"]["id"]);
    assert!(browser.session().is_some());
    assert_eq!(house.heard.all(), ["created", "signed in by password"]);
    let mut other = house.browser();
    other.sign_in("ada@example.com").await;
}

#[tokio::test]
async fn a_person_registers_by_form() {
    let house = House::new();
    let mut browser = house.browser();
    let begun = browser
        .go("/self-service/registration/browser?return_to=/deep")
        .await;
    let id = begun.query("flow");
    let fetch = format!("/self-service/registration/flows?id={id}");
    let flow = browser.ask(&fetch).await.json();
    let fields = [
        ("csrf_token", csrf(&flow)),
        ("traits.email", "ada@example.com"),
        ("traits.name.first", "Ada"),
        ("traits.name.last", ""),
        ("password", PASSWORD),
        ("method", "password"),
    ];
    let reply = browser.submit(action(&flow), &fields).await;
    assert_eq!(reply.location(), format!("{PUBLIC}/deep"));
    let whoami = browser.ask("/sessions/whoami").await.json();
    assert_eq!(
        whoami["identity"]["traits"],
        json!({"email": "ada@example.com", "name": {"first": "Ada"}})
    );
}

#[tokio::test]
async fn a_native_client_registers_and_gets_a_token() {
    let house = House::new();
    let mut client = house.browser();
    let flow = client.ask("/self-service/registration/api").await.json();
    let reply = client
        .post(action(&flow), &form(&flow, "ada@example.com", PASSWORD))
        .await;
    let body = reply.json();
    assert!(
        body["session_token"]
            .as_str()
            .unwrap()
            .starts_with("ory_st_")
    );
    assert!(body["identity"]["id"].is_string());
    assert!(reply.set_cookies().is_empty());
}

#[tokio::test]
async fn every_mistake_is_told_at_once_and_what_was_entered_stays() {
    let house = House::new();
    let mut browser = house.browser();
    let flow = browser.begin("registration").await;
    let long = "x".repeat(21);
    let body = json!({
        "method": "password", "csrf_token": csrf(&flow), "password": "tiny-7x",
        "traits": {"email": "nonsense", "name": {"first": long}},
    });
    let reply = browser.post(action(&flow), &body).await;
    assert_eq!(reply.status, 400);
    assert!(!reply.text().contains("tiny-7x"));
    let again = reply.json();
    assert_eq!(node(&again, "traits.email")["messages"][0]["id"], 4_000_040);
    assert_eq!(
        node(&again, "traits.email")["attributes"]["value"],
        "nonsense"
    );
    assert_eq!(
        node(&again, "traits.name.first")["messages"][0]["id"],
        4_000_017
    );
    assert_eq!(node(&again, "password")["messages"][0]["id"], 4_000_032);
    assert_eq!(house.heard.all(), Vec::<String>::new());
}

#[tokio::test]
async fn a_taken_identifier_is_told_and_the_flow_goes_on() {
    let house = House::new();
    house.letters.close();
    house.resident("ada@example.com").await;
    let mut browser = house.browser();
    let flow = browser.begin("registration").await;
    let reply = browser
        .post(action(&flow), &form(&flow, "ADA@example.com", PASSWORD))
        .await;
    assert_eq!(
        (reply.status, messages(&reply.json())),
        (400, vec![4_000_007])
    );
    let reply = browser
        .post(action(&flow), &form(&flow, "bob@example.com", PASSWORD))
        .await;
    assert_eq!(reply.status, 200);
}

#[tokio::test]
async fn registration_is_off_unless_switched_on() {
    let house = House::with(Config::default(), Limits::default());
    let mut browser = house.browser();
    let expected = (400, "self_service_flow_disabled".to_owned());
    for target in [
        "/self-service/registration/browser",
        "/self-service/registration/api",
    ] {
        assert_eq!(browser.ask(target).await.error(), expected);
    }
    let login = browser.go("/self-service/login/browser").await;
    let page = browser.go(login.location()).await.text();
    assert!(!page.contains("registration"), "{page}");
}

#[tokio::test]
async fn a_registration_flow_has_the_shape_of_the_dialect() {
    let house = House::new();
    let mut flow = house.browser().begin("registration").await;
    flow["ui"]["nodes"][0]["attributes"]["value"] = json!("masked");
    insta::assert_json_snapshot!(flow);
}

#[tokio::test]
async fn a_form_without_its_token_is_refused() {
    let house = House::new();
    let mut browser = house.browser();
    let flow = browser.begin("registration").await;
    let mut body = form(&flow, "ada@example.com", PASSWORD);
    body["csrf_token"] = json!("");
    let reply = browser.post(action(&flow), &body).await;
    assert_eq!(reply.error(), (403, "security_csrf_violation".to_owned()));
}
