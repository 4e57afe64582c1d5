//! Settings: the profile and the password, and what has to be proved before they change.

use std::time::Duration;

use portcullis_core::{
    identity::{Identity, IdentityStore},
    mapping::Sync,
    provenance::Origin,
};
use serde_json::{Value, json};

use super::house::{
    Browser, House, PASSWORD, Reply, action, credentials, csrf, messages, node,
    provider_visit::arrive,
};

const ADA: &str = "ada@example.com";

async fn settings(browser: &mut Browser<'_>) -> Value {
    let reply = browser.ask("/self-service/settings/browser").await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    reply.json()
}

/// The flow as it is now.
async fn again(browser: &mut Browser<'_>, flow: &Value) -> Value {
    let id = flow["id"].as_str().unwrap();
    let fetch = format!("/self-service/settings/flows?id={id}");
    browser.ask(&fetch).await.json()
}

fn profile(flow: &Value, traits: &Value) -> Value {
    json!({"method": "profile", "traits": traits, "csrf_token": csrf(flow)})
}

fn password(flow: &Value, password: &str) -> Value {
    json!({"method": "password", "password": password, "csrf_token": csrf(flow)})
}

async fn stored(house: &House, identity: &Identity) -> Identity {
    let found = IdentityStore::find(&*house.store, identity.id).await;
    found.unwrap().unwrap()
}

/// Proves again who one is, at the page that a refusal names, and goes where that leads.
async fn prove(browser: &mut Browser<'_>, page: &str) -> Reply {
    browser.house().clock.advance(Duration::from_secs(1));
    let begun = browser.go(page).await;
    let id = begun.query("flow");
    let fetch = format!("/self-service/login/flows?id={id}");
    let login = browser.ask(&fetch).await.json();
    let fields = [
        ("csrf_token", csrf(&login)),
        ("identifier", ADA),
        ("password", PASSWORD),
        ("method", "password"),
    ];
    let back = browser.submit(action(&login), &fields).await;
    browser.go(back.location()).await
}

/// HA-10.
#[tokio::test]
async fn ha_10_somebody_changes_their_profile_and_is_told_so() {
    let house = House::new();
    let ada = house.resident(ADA).await;
    let mut browser = house.browser();
    browser.sign_in(ADA).await;
    let flow = settings(&mut browser).await;
    let first = node(&flow, "traits.name.first");
    assert_eq!(first["group"], "profile");
    assert_eq!(first["attributes"]["value"], "Ada");
    let traits = json!({"email": ADA, "name": {"first": "Augusta"}});
    let reply = browser.post(action(&flow), &profile(&flow, &traits)).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let saved = reply.json();
    assert_eq!(saved["state"], "success");
    assert_eq!(messages(&saved), [1_050_001]);
    assert_eq!(saved["identity"]["traits"]["name"]["first"], "Augusta");
    assert_eq!(
        node(&saved, "traits.name.first")["attributes"]["value"],
        "Augusta"
    );
    assert_eq!(
        stored(&house, &ada).await.traits["name"]["first"],
        "Augusta"
    );
    let whoami = browser.ask("/sessions/whoami").await.json();
    assert_eq!(whoami["identity"]["traits"]["name"]["first"], "Augusta");
    assert_eq!(house.heard.all().last().unwrap(), "profile changed");
}

/// KP-03.
#[tokio::test]
async fn kp_03_one_wrong_field_stores_nothing_and_every_mistake_is_told() {
    let house = House::new();
    let ada = house.resident(ADA).await;
    let mut browser = house.browser();
    browser.sign_in(ADA).await;
    let flow = settings(&mut browser).await;
    let long = "x".repeat(30);
    let traits = json!({"email": "nowhere", "name": {"first": long}});
    let reply = browser.post(action(&flow), &profile(&flow, &traits)).await;
    assert_eq!(reply.status, 400);
    let refused = reply.json();
    for (name, id, entered) in [
        ("traits.email", 4_000_040, "nowhere"),
        ("traits.name.first", 4_000_017, long.as_str()),
    ] {
        let field = node(&refused, name);
        assert_eq!(field["messages"][0]["id"], id, "{field}");
        assert_eq!(field["attributes"]["value"], entered);
    }
    assert_eq!(stored(&house, &ada).await, ada);
}

#[tokio::test]
async fn somebody_elses_address_is_not_taken() {
    let house = House::new();
    house.resident("bob@example.com").await;
    let ada = house.resident(ADA).await;
    let mut browser = house.browser();
    browser.sign_in(ADA).await;
    let flow = settings(&mut browser).await;
    let traits = json!({"email": "bob@example.com", "name": {"first": "Ada"}});
    let reply = browser.post(action(&flow), &profile(&flow, &traits)).await;
    assert_eq!(
        (reply.status, messages(&reply.json())),
        (400, vec![4_000_007])
    );
    assert_eq!(stored(&house, &ada).await, ada);
}

#[tokio::test]
async fn what_a_provider_keeps_up_to_date_is_read_only() {
    let house = House::new();
    let mut ada = house.resident(ADA).await;
    let origin = Origin {
        source: "google".parse().unwrap(),
        synced_at: ada.created_at,
        sync: Sync::Force,
        account: None,
    };
    ada.provenance.insert("name.first".to_owned(), origin);
    IdentityStore::update(&*house.store, &ada).await.unwrap();
    let mut browser = house.browser();
    browser.sign_in(ADA).await;
    let flow = settings(&mut browser).await;
    let first = node(&flow, "traits.name.first");
    assert_eq!(first["attributes"]["disabled"], true);
    let traits = json!({"email": ADA, "name": {"first": "Eve"}});
    let reply = browser.post(action(&flow), &profile(&flow, &traits)).await;
    assert_eq!(reply.status, 400);
    let refused = reply.json();
    let first = &node(&refused, "traits.name.first")["messages"][0];
    assert_eq!(first["id"], 4_990_011);
    // A form does not send what it cannot change.
    let reply = browser
        .post(action(&flow), &profile(&flow, &json!({"email": ADA})))
        .await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert_eq!(stored(&house, &ada).await.traits["name"]["first"], "Ada");
}

/// KP-02, KC-103.
#[tokio::test]
async fn kp_02_and_kc_103_an_address_waits_until_its_person_has_proved_who_they_are() {
    let house = House::new();
    let ada = house.resident(ADA).await;
    let mut browser = house.browser();
    browser.sign_in(ADA).await;
    let flow = settings(&mut browser).await;
    house.clock.advance(Duration::from_secs(301));
    let fields = [
        ("csrf_token", csrf(&flow)),
        ("method", "profile"),
        ("traits.email", "countess@example.com"),
        ("traits.name.first", "Ada"),
    ];
    let sent = browser.submit(action(&flow), &fields).await;
    assert_eq!(sent.query("refresh"), "true");
    assert_eq!(stored(&house, &ada).await.traits["email"], ADA);
    let done = prove(&mut browser, sent.location()).await;
    assert!(
        done.location().contains("/settings?flow="),
        "{}",
        done.location()
    );
    let changed = stored(&house, &ada).await;
    assert_eq!(changed.traits["email"], "countess@example.com");
    assert_eq!(changed.identifiers, ["countess@example.com"]);
    let now = again(&mut browser, &flow).await;
    assert_eq!(
        (messages(&now), &now["state"]),
        (vec![1_050_001], &json!("success"))
    );
}

#[tokio::test]
async fn a_name_may_change_without_a_proof() {
    let house = House::new();
    house.resident(ADA).await;
    let mut browser = house.browser();
    browser.sign_in(ADA).await;
    let flow = settings(&mut browser).await;
    house.clock.advance(Duration::from_secs(301));
    let traits = json!({"email": ADA, "name": {"first": "Augusta"}});
    let reply = browser.post(action(&flow), &profile(&flow, &traits)).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
}

#[tokio::test]
async fn a_new_password_signs_in_and_ends_every_other_session() {
    let house = House::new();
    house.resident(ADA).await;
    let mut phone = house.browser();
    phone.sign_in(ADA).await;
    let mut browser = house.browser();
    browser.sign_in(ADA).await;
    let flow = settings(&mut browser).await;
    assert_eq!(node(&flow, "password")["group"], "password");
    let reply = browser
        .post(action(&flow), &password(&flow, "battery staple"))
        .await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert_eq!(messages(&reply.json()), [1_050_001]);
    assert_eq!(phone.ask("/sessions/whoami").await.status, 401);
    assert_eq!(browser.ask("/sessions/whoami").await.status, 200);
    assert_eq!(house.heard.all().last().unwrap(), "password changed");
    let login = phone.begin("login").await;
    let old = phone
        .post(action(&login), &credentials(&login, ADA, PASSWORD))
        .await;
    assert_eq!(old.status, 400);
    let new = credentials(&login, ADA, "battery staple");
    assert_eq!(phone.post(action(&login), &new).await.status, 200);
}

#[tokio::test]
async fn a_password_that_is_too_short_or_the_same_changes_nothing() {
    let house = House::new();
    house.resident(ADA).await;
    let mut browser = house.browser();
    browser.sign_in(ADA).await;
    let flow = settings(&mut browser).await;
    for (secret, id) in [("short", 4_000_032), (PASSWORD, 4_000_039)] {
        let reply = browser.post(action(&flow), &password(&flow, secret)).await;
        assert_eq!(reply.status, 400);
        assert_eq!(node(&reply.json(), "password")["messages"][0]["id"], id);
        assert!(!reply.text().contains(secret));
    }
}

#[tokio::test]
async fn whoever_came_by_a_provider_chooses_a_first_password() {
    let house = House::new();
    let mut browser = house.browser();
    arrive(&mut browser, "acme", "grace").await;
    let flow = settings(&mut browser).await;
    let reply = browser
        .post(action(&flow), &password(&flow, "battery staple"))
        .await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let mut phone = house.browser();
    let login = phone.begin("login").await;
    let new = credentials(&login, "grace@example.com", "battery staple");
    assert_eq!(phone.post(action(&login), &new).await.status, 200);
}

/// KC-105.
#[tokio::test]
async fn kc_105_a_password_waits_sealed_and_is_set_once() {
    let house = House::new();
    house.resident(ADA).await;
    let mut browser = house.browser();
    browser.sign_in(ADA).await;
    let flow = settings(&mut browser).await;
    house.clock.advance(Duration::from_secs(301));
    let reply = browser
        .post(action(&flow), &password(&flow, "battery staple"))
        .await;
    assert_eq!(reply.error(), (403, "session_refresh_required".to_owned()));
    let page = reply.json()["redirect_browser_to"]
        .as_str()
        .unwrap()
        .to_owned();
    let id = flow["id"].as_str().unwrap().parse().unwrap();
    let kept = house.services.flows.find(id).await.unwrap().unwrap();
    assert!(kept.context["waiting-change"].is_string());
    assert!(!serde_json::to_string(&kept).unwrap().contains("staple"));

    // Coming back without a proof only asks for it again.
    let here = format!(
        "/self-service/settings/continue?flow={}",
        flow["id"].as_str().unwrap()
    );
    let early = browser.go(&here).await;
    assert!(
        early.location().contains("refresh=true"),
        "{}",
        early.location()
    );

    let done = prove(&mut browser, &page).await;
    assert!(
        done.location().contains("/settings?flow="),
        "{}",
        done.location()
    );
    assert_eq!(house.heard.all().last().unwrap(), "password changed");
    browser.go(&here).await;
    let changes = house
        .heard
        .all()
        .into_iter()
        .filter(|event| event == "password changed");
    assert_eq!(changes.count(), 1);
    let kept = house.services.flows.find(id).await.unwrap().unwrap();
    assert!(kept.context["waiting-change"].is_null());
}

#[tokio::test]
async fn what_waits_is_forgotten_after_ten_minutes_and_by_another_wish() {
    let house = House::new();
    let ada = house.resident(ADA).await;
    let mut browser = house.browser();
    browser.sign_in(ADA).await;
    let flow = settings(&mut browser).await;
    house.clock.advance(Duration::from_secs(301));
    let reply = browser
        .post(action(&flow), &password(&flow, "battery staple"))
        .await;
    let page = reply.json()["redirect_browser_to"]
        .as_str()
        .unwrap()
        .to_owned();
    house.clock.advance(Duration::from_secs(600));
    prove(&mut browser, &page).await;
    let now = again(&mut browser, &flow).await;
    assert_eq!(messages(&now), [1_990_012]);

    house.clock.advance(Duration::from_secs(301));
    browser
        .post(action(&flow), &password(&flow, "battery staple"))
        .await;
    let traits = json!({"email": ADA, "name": {"first": "Augusta"}});
    browser.post(action(&flow), &profile(&flow, &traits)).await;
    prove(&mut browser, &page).await;
    assert!(!house.heard.all().contains(&"password changed".to_owned()));
    assert_eq!(
        stored(&house, &ada).await.traits["name"]["first"],
        "Augusta"
    );
}

#[tokio::test]
async fn what_waits_is_not_for_another_browser_nor_for_somebody_else() {
    let house = House::new();
    house.resident(ADA).await;
    house.resident("bob@example.com").await;
    let mut browser = house.browser();
    browser.sign_in(ADA).await;
    let flow = settings(&mut browser).await;
    house.clock.advance(Duration::from_secs(301));
    browser
        .post(action(&flow), &password(&flow, "battery staple"))
        .await;
    house.clock.advance(Duration::from_secs(1));
    let here = format!(
        "/self-service/settings/continue?flow={}",
        flow["id"].as_str().unwrap()
    );
    let mut elsewhere = house.browser();
    elsewhere.sign_in(ADA).await;
    let foreign = elsewhere.ask(&here).await.error();
    assert_eq!(foreign, (403, "security_csrf_violation".to_owned()));
    browser.jar.remove("__Host-portcullis");
    browser.sign_in("bob@example.com").await;
    let stranger = browser.ask(&here).await.error();
    assert_eq!(stranger, (403, "security_identity_mismatch".to_owned()));
    assert!(!house.heard.all().contains(&"password changed".to_owned()));
}
