//! Links that wait for a proof.

use std::time::Duration;

use serde_json::json;

use super::house::{
    House, PASSWORD, PUBLIC, action, credentials, csrf, messages, node,
    provider_visit::{arrive, asked, come_back, press, refused},
};

#[tokio::test]
async fn a_password_proves_who_somebody_is_and_links_the_account() {
    let house = House::new();
    house.resident("ada@example.com").await;
    let mut browser = house.browser();
    let flow = asked(&mut browser, "google", "ada").await;
    assert_eq!(messages(&flow), [1_010_016]);
    let context = &flow["ui"]["messages"][0]["context"];
    assert_eq!(
        context,
        &json!({
            "duplicateIdentifier": "ada@example.com", "provider": "Google",
            "available_credential_types": ["password"], "available_providers": [],
        })
    );
    let identifier = &node(&flow, "identifier")["attributes"];
    assert_eq!(identifier["value"], "ada@example.com");
    assert_eq!(identifier["disabled"], true);
    assert_eq!(node(&flow, "method")["meta"]["label"]["id"], 1_010_017);
    let stored = format!("{:?}", house.store);
    assert!(!stored.contains("id-token-of-ada"), "tokens are sealed");

    // Whatever the field says: the flow is about one identity.
    let fields = credentials(&flow, "somebody@example.com", PASSWORD);
    let reply = browser.post(action(&flow), &fields).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let methods = reply.json()["session"]["authentication_methods"].clone();
    assert_eq!(methods[0]["provider"], "google");
    assert_eq!(methods[1]["method"], "password");
    let expected = ["linked: proved", "signed in by oidc"];
    assert_eq!(house.heard.all(), expected);

    let mut later = house.browser();
    let home = arrive(&mut later, "google", "ada").await;
    assert_eq!(home.location(), format!("{PUBLIC}/"));
}

#[tokio::test]
async fn the_page_says_why_and_offers_another_way() {
    let house = House::new();
    house.resident("ada@example.com").await;
    let mut browser = house.browser();
    let reply = arrive(&mut browser, "google", "ada").await;
    let page = browser.go(reply.location()).await.text();
    for text in ["Is this you?", "ada@example.com", "Google", "Not you?"] {
        assert!(page.contains(text), "{text}: {page}");
    }
}

#[tokio::test]
async fn a_wrong_password_links_nothing_and_a_form_is_used_once() {
    let house = House::new();
    house.resident("ada@example.com").await;
    let mut browser = house.browser();
    let flow = asked(&mut browser, "google", "ada").await;
    let wrong = credentials(&flow, "ada@example.com", "wrong");
    assert_eq!(browser.post(action(&flow), &wrong).await.status, 400);
    let mut stranger = house.browser();
    stranger.begin("login").await;
    let right = credentials(&flow, "ada@example.com", PASSWORD);
    assert_eq!(stranger.post(action(&flow), &right).await.status, 403);
    assert!(
        house
            .heard
            .all()
            .iter()
            .all(|event| !event.contains("linked"))
    );
    assert_eq!(browser.post(action(&flow), &right).await.status, 200);
    assert_eq!(browser.post(action(&flow), &right).await.status, 404);
}

#[tokio::test]
async fn a_proof_that_comes_after_ten_minutes_links_nothing() {
    let house = House::new();
    house.resident("ada@example.com").await;
    let mut browser = house.browser();
    let flow = asked(&mut browser, "google", "ada").await;
    house.clock.advance(Duration::from_secs(601));
    let fields = credentials(&flow, "ada@example.com", PASSWORD);
    let reply = browser.post(action(&flow), &fields).await;
    assert_eq!(reply.error().0, 410);
    let id = reply.json()["use_flow_id"].as_str().unwrap().to_owned();
    let fetch = format!("/self-service/login/flows?id={id}");
    let new = browser.ask(&fetch).await.json();
    assert_eq!(messages(&new), [4_010_001]);
    let fields = credentials(&new, "ada@example.com", PASSWORD);
    assert_eq!(browser.post(action(&new), &fields).await.status, 200);
    assert_eq!(house.heard.all(), ["signed in by password"]);
}

#[tokio::test]
async fn another_linked_provider_proves_it_too_but_nobody_elses_account() {
    let house = House::new();
    house.configure("acme", |provider| {
        provider.policy.logout = Default::default()
    });
    let mut browser = house.browser();
    arrive(&mut browser, "acme", "ada").await;
    let mut other = house.browser();
    let flow = asked(&mut other, "google", "ada").await;
    let button = node(&flow, "provider");
    assert_eq!(button["attributes"]["value"], "acme");
    assert_eq!(button["meta"]["label"]["id"], 1_010_018);

    let mut eve = other.clone();
    let state = press(&mut eve, &flow, "provider", "acme").await;
    let reply = come_back(&mut eve, "acme", &format!("state={state}&code=eve")).await;
    refused(&reply, 403, "security_identity_mismatch");
    assert_eq!(eve.session(), None);
    let heard = house.heard.all();
    let told = "link refused: security_identity_mismatch".to_owned();
    assert!(heard.contains(&told), "{heard:?}");

    let state = press(&mut other, &flow, "provider", "acme").await;
    let reply = come_back(&mut other, "acme", &format!("state={state}&code=ada")).await;
    assert_eq!(reply.location(), format!("{PUBLIC}/"));
    let session = other.ask("/sessions/whoami").await.json();
    let through = |index: usize| session["authentication_methods"][index]["provider"].clone();
    assert_eq!((through(0), through(1)), (json!("google"), json!("acme")));
}

#[tokio::test]
async fn refusals_to_link_are_explained_and_told() {
    for (link, code) in [
        (portcullis_core::provider::Linking::Deny, "link_denied"),
        (portcullis_core::provider::Linking::Confirm, ""),
    ] {
        let house = House::new();
        house.resident("ada@example.com").await;
        house.configure("google", |provider| provider.policy.link = link);
        let mut browser = house.browser();
        let reply = arrive(&mut browser, "google", "ada").await;
        if code.is_empty() {
            assert_eq!(reply.status, 303);
            continue;
        }
        refused(&reply, 409, code);
        assert!(
            reply.text().contains("Sign in another way"),
            "{}",
            reply.text()
        );
        assert_eq!(
            house.heard.all(),
            [format!("refused: {code}"), format!("link refused: {code}")]
        );
    }
}

#[tokio::test]
async fn a_script_is_told_where_the_proof_is_asked_for() {
    let house = House::new();
    house.resident("ada@example.com").await;
    let mut browser = house.browser();
    let flow = browser.begin("login").await;
    let state = press(&mut browser, &flow, "provider", "google").await;
    let target = format!("/self-service/methods/oidc/callback/google?state={state}&code=ada");
    let reply = browser.ask(&target).await;
    let expected = (422, "browser_location_change_required".to_owned());
    assert_eq!(reply.error(), expected);
    let target = reply.json()["redirect_browser_to"].clone();
    assert!(
        target.as_str().unwrap().contains("/login?flow="),
        "{target}"
    );
    assert!(!csrf(&flow).is_empty());
}

/// A submission that was read before and is rejected afterwards puts the form back.
#[tokio::test]
async fn a_form_that_comes_back_to_life_links_nothing_again() {
    let house = House::new();
    let ada = house.resident("ada@example.com").await;
    let mut browser = house.browser();
    let flow = asked(&mut browser, "google", "ada").await;
    let id = flow["id"].as_str().unwrap().parse().unwrap();
    let flows = &house.services.flows;
    let kept = flows.find(id).await.unwrap().unwrap();
    let mut again = browser.clone();
    let fields = credentials(&flow, "ada@example.com", PASSWORD);
    assert_eq!(browser.post(action(&flow), &fields).await.status, 200);
    let broker = &house.services.broker;
    let [link] = &broker.links(ada.id).await.unwrap()[..] else {
        panic!("one link")
    };
    broker.unlink(&ada, link.id).await.unwrap();
    flows.put(&kept).await.unwrap();
    let reply = again.post(action(&flow), &fields).await;
    assert_eq!(reply.error(), (404, "flow_not_found".to_owned()));
    assert_eq!(broker.links(ada.id).await.unwrap(), []);
    let told = "link refused: flow_not_found".to_owned();
    assert_eq!(house.heard.all().last(), Some(&told));
}
