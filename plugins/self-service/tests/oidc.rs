//! Signing in through providers.

use std::time::Duration;

use http::Method;
use serde_json::{Value, json};
use url::Url;

use super::house::{
    House, PUBLIC, action, csrf, node,
    provider_visit::{arrive, come_back, leave, refused},
};
use crate::{Config, Limits};

/// XP-11, XP-16.
#[tokio::test]
async fn providers_stand_on_the_form_in_order_and_hidden_ones_do_not() {
    let house = House::new();
    let mut browser = house.browser();
    let flow = browser.begin("login").await;
    let buttons = |flow: &Value| -> Vec<String> {
        let nodes = flow["ui"]["nodes"].as_array().unwrap().iter();
        nodes
            .filter(|node| node["group"] == "oidc")
            .map(|node| node["attributes"]["value"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(buttons(&flow), ["google", "acme"]);
    assert_eq!(node(&flow, "provider")["meta"]["label"]["id"], 1_010_002);
    let named = browser
        .ask("/self-service/login/browser?provider=spare")
        .await;
    assert_eq!(buttons(&named.json()), ["google", "acme", "spare"]);
}

#[tokio::test]
async fn the_first_sign_in_creates_an_identity_and_the_second_finds_it() {
    let house = House::with(Config::default(), Limits::default());
    for _ in 0..2 {
        let mut browser = house.browser();
        let state = leave(&mut browser, "google").await;
        assert!(browser.cookie("attempts").is_some());
        let reply = come_back(&mut browser, "google", &format!("state={state}&code=ada")).await;
        assert_eq!(reply.location(), format!("{PUBLIC}/"));
        assert_eq!(browser.cookie("attempts"), None);
        let whoami = browser.ask("/sessions/whoami").await.json();
        assert_eq!(whoami["identity"]["traits"]["email"], "ada@example.com");
        assert_eq!(whoami["authentication_methods"][0]["provider"], "google");
    }
    assert_eq!(
        house.heard.all(),
        [
            "created",
            "linked: created",
            "signed in by oidc",
            "signed in by oidc"
        ]
    );
}

#[tokio::test]
async fn a_script_is_told_where_to_navigate() {
    let house = House::new();
    let mut browser = house.browser();
    let flow = browser.begin("login").await;
    let body = json!({"method": "oidc", "provider": "google", "csrf_token": csrf(&flow)});
    let reply = browser.post(action(&flow), &body).await;
    let expected = (422, "browser_location_change_required".to_owned());
    assert_eq!(reply.error(), expected);
    let target = reply.json()["redirect_browser_to"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(Url::parse(&target).unwrap().host_str() == Some("idp.test"));
    assert!(browser.cookie("attempts").is_some());
}

#[tokio::test]
async fn native_clients_and_unknown_providers_are_refused() {
    let house = House::new();
    let mut client = house.browser();
    let flow = client.ask("/self-service/login/api").await.json();
    let body = json!({"method": "oidc", "provider": "google"});
    assert_eq!(client.post(action(&flow), &body).await.error().0, 400);
    let flow = client.begin("login").await;
    for provider in ["nobody", "../x", ""] {
        let body = json!({"provider": provider, "csrf_token": csrf(&flow)});
        let reply = client.post(action(&flow), &body).await;
        assert_eq!(reply.error(), (404, "provider_unknown".to_owned()));
    }
}

#[tokio::test]
async fn five_tabs_arrive_in_any_order_and_the_sixth_pushes_out_the_first() {
    let house = House::new();
    let mut browser = house.browser();
    let mut states = Vec::new();
    for _ in 0..6 {
        states.push(leave(&mut browser, "google").await);
        let (name, value) = browser
            .jar
            .iter()
            .find(|(n, _)| n.contains("attempts"))
            .unwrap();
        assert!(name.len() + value.len() < 4000);
    }
    let first = states.remove(0);
    let reply = come_back(&mut browser, "google", &format!("state={first}&code=ada")).await;
    refused(&reply, 400, "provider_answer_unexpected");
    for state in states.iter().rev() {
        let reply = come_back(&mut browser, "google", &format!("state={state}&code=ada")).await;
        assert_eq!(reply.location(), format!("{PUBLIC}/"));
    }
}

#[tokio::test]
async fn answers_that_nobody_waits_for_are_refused() {
    let house = House::new();
    let mut browser = house.browser();
    let state = leave(&mut browser, "google").await;
    let good = format!("state={state}&code=ada");
    for (provider, query) in [
        ("google", format!("{good}&code=eve")),
        ("google", format!("{good}&state={state}")),
        ("google", format!("{good}&x=1&x=2")),
        ("google", "code=ada".to_owned()),
        ("google", "state=x&code=ada".to_owned()),
        ("acme", good.clone()),
    ] {
        let mut copy = browser.clone();
        let reply = come_back(&mut copy, provider, &query).await;
        refused(&reply, 400, "provider_answer_unexpected");
        assert!(reply.text().contains("Sign in again"));
    }
    let mut stranger = house.browser();
    let reply = come_back(&mut stranger, "google", &good).await;
    refused(&reply, 400, "provider_answer_unexpected");
    let mut late = browser.clone();
    house.clock.advance(Duration::from_secs(601));
    let reply = come_back(&mut late, "google", &good).await;
    refused(&reply, 400, "provider_answer_unexpected");
}

#[tokio::test]
async fn a_replayed_answer_is_refused_even_with_the_old_cookie() {
    let house = House::new();
    let mut browser = house.browser();
    let state = leave(&mut browser, "google").await;
    let mut copy = browser.clone();
    let query = format!("state={state}&code=ada");
    assert_eq!(come_back(&mut browser, "google", &query).await.status, 303);
    let reply = come_back(&mut copy, "google", &query).await;
    refused(&reply, 400, "provider_answer_unexpected");
    assert_eq!(copy.session(), None);
}

#[tokio::test]
async fn a_providers_fault_is_never_ours() {
    let house = House::new();
    for (query, status, code) in [
        ("error=access_denied", 400, "provider_refused"),
        ("code=down", 503, "provider_unavailable"),
        ("code=forged", 502, "provider_invalid"),
        ("code=stranger", 403, "provider_not_admitted"),
    ] {
        let mut browser = house.browser();
        let state = leave(&mut browser, "google").await;
        let reply = come_back(&mut browser, "google", &format!("state={state}&{query}")).await;
        refused(&reply, status, code);
        assert!(reply.text().contains("another way"), "{}", reply.text());
        assert_eq!(browser.cookie("attempts"), None, "the attempt is over");
    }
}

#[tokio::test]
async fn an_answer_by_form_becomes_a_navigation() {
    let house = House::new();
    let mut browser = house.browser();
    let state = leave(&mut browser, "google").await;
    let target = "/self-service/methods/oidc/callback/google";
    let mut bare = house.browser();
    let turned = bare
        .submit(target, &[("state", &state), ("code", "ada")])
        .await;
    let location = turned.location().to_owned();
    assert_eq!(
        location,
        format!("{PUBLIC}/.portcullis{target}?state={state}&code=ada")
    );
    assert_eq!(browser.go(&location).await.location(), format!("{PUBLIC}/"));
    let long = "x".repeat(7000);
    assert_eq!(bare.submit(target, &[("code", &long)]).await.status, 413);
    let json = [("content-type", "application/json")];
    let reply = bare.send(Method::POST, target, &json, b"{}".to_vec()).await;
    assert_eq!(reply.status, 400);
}

#[tokio::test]
async fn signing_in_replaces_the_session_of_a_refresh_only_for_the_same_identity() {
    let house = House::new();
    let mut browser = house.browser();
    arrive(&mut browser, "acme", "ada").await;
    let flow = browser
        .ask("/self-service/login/browser?refresh=true")
        .await
        .json();
    let fields = [("csrf_token", csrf(&flow)), ("provider", "acme")];
    let state = browser.submit(action(&flow), &fields).await.query("state");
    let reply = come_back(&mut browser, "acme", &format!("state={state}&code=bob")).await;
    refused(&reply, 403, "security_identity_mismatch");
}

#[tokio::test]
async fn a_refresh_as_an_unknown_account_creates_nobody() {
    let house = House::new();
    let mut browser = house.browser();
    arrive(&mut browser, "acme", "ada").await;
    let target = "/self-service/login/browser?refresh=true";
    let flow = browser.ask(target).await.json();
    let fields = [("csrf_token", csrf(&flow)), ("provider", "acme")];
    let state = browser.submit(action(&flow), &fields).await.query("state");
    let reply = come_back(&mut browser, "acme", &format!("state={state}&code=new")).await;
    refused(&reply, 403, "security_identity_mismatch");
    let identities = &house.services.identities;
    let found = identities.find_by_identifier("new@example.com").await;
    assert_eq!(found.unwrap(), None);
    let heard = house.heard.all();
    let links = heard.iter().filter(|event| event.contains("linked"));
    assert_eq!(links.count(), 1, "{heard:?}");
}

/// XP-16.
#[tokio::test]
async fn a_provider_that_is_only_linked_has_no_button() {
    let house = House::new();
    house.configure("google", |provider| provider.policy.link_only = true);
    for kind in ["login", "registration"] {
        let flow = house.browser().begin(kind).await;
        let nodes = flow["ui"]["nodes"].to_string();
        assert!(
            !nodes.contains("google") && nodes.contains("acme"),
            "{nodes}"
        );
    }
}

#[tokio::test]
async fn pictures_on_buttons_are_ours_or_come_over_tls_from_origins_the_page_names() {
    let house = House::new();
    for (icon, shown, allowed) in [
        (
            "https://id.acme.test/a.svg",
            true,
            Some("https://id.acme.test"),
        ),
        ("/icons/acme.svg", true, None),
        ("//evil.test/a.svg", false, None),
        ("http://id.acme.test/a.svg", false, None),
        ("javascript:alert(1)", false, None),
    ] {
        house.configure("acme", |provider| provider.icon = Some(icon.to_owned()));
        let mut browser = house.browser();
        let begun = browser.go("/self-service/login/browser").await;
        let page = browser.go(begun.location()).await;
        let policy = page.headers["content-security-policy"].to_str().unwrap();
        let images = match allowed {
            Some(origin) => format!("img-src 'self' data: {origin};"),
            None => "img-src 'self' data:;".to_owned(),
        };
        assert!(policy.contains(&images), "{icon}: {policy}");
        assert!(policy.contains("frame-ancestors 'none'"));
        let tag = format!("<img class=\"icon\" src=\"{icon}\"");
        assert_eq!(page.text().contains(&tag), shown, "{icon}");
    }
}
