//! Moving an account from another identity of the same person.

use std::{
    sync::{Arc, atomic::AtomicBool},
    time::Duration,
};

use portcullis_core::{
    credential::CredentialStore,
    expression::{Expression, Scope},
    identity::{Identity, IdentityState, IdentityStore},
    mapping::{Mapping, MappingEntry, Sync},
    testing::{Meddled, Shut},
};
use serde_json::{Value, json};

use super::{
    house::{
        Browser, House, PASSWORD, PUBLIC, action, csrf, messages,
        provider_visit::{arrive, come_back, press},
    },
    meanwhile::Shaky,
};

use crate::Limits;

const SETTINGS: &str = "/self-service/settings/browser";

/// Links the account called `code` in the settings, and says what the form is then.
async fn link(browser: &mut Browser<'_>, code: &str) -> Value {
    let flow = browser.ask(SETTINGS).await.json();
    let state = press(browser, &flow, "link", "google").await;
    let reply = come_back(browser, "google", &format!("state={state}&code={code}")).await;
    assert_eq!(reply.query("flow"), flow["id"].as_str().unwrap());
    let fetch = format!("/self-service/settings/flows?id={}", reply.query("flow"));
    browser.ask(&fetch).await.json()
}

fn values(flow: &Value, name: &str) -> Vec<String> {
    let nodes = flow["ui"]["nodes"].as_array().unwrap().iter();
    nodes
        .filter(|node| node["attributes"]["name"] == name)
        .map(|node| node["attributes"]["value"].as_str().unwrap().to_owned())
        .collect()
}

/// Bob with a password and an account, and ada who is signed in.
async fn two(house: &House) -> (Identity, Identity, Browser<'_>) {
    let bob = house.resident("bob@example.com").await;
    let mut browser = house.browser();
    browser.sign_in("bob@example.com").await;
    link(&mut browser, "shared").await;
    let ada = house.resident("ada@example.com").await;
    let mut browser = house.browser();
    browser.sign_in("ada@example.com").await;
    (bob, ada, browser)
}

async fn links(house: &House, identity: &Identity) -> usize {
    let links = house.services.broker.links(identity.id).await;
    links.unwrap().len()
}

fn said(flow: &Value, button: &str) -> Value {
    json!({button: "google", "csrf_token": csrf(flow)})
}

/// D.8; Kratos#3439.
#[tokio::test]
async fn an_account_is_moved_from_ones_other_identity() {
    let house = House::new();
    let (bob, ada, mut browser) = two(&house).await;
    let mut phone = house.browser();
    arrive(&mut phone, "google", "shared").await;
    assert_eq!(phone.ask("/sessions/whoami").await.status, 200);

    let flow = link(&mut browser, "shared").await;
    assert_eq!(messages(&flow), [4_000_027, 1_990_023]);
    assert_eq!(values(&flow, "move"), ["google"]);
    assert_eq!(values(&flow, "keep"), ["google"]);
    let page = format!("/settings?flow={}", flow["id"].as_str().unwrap());
    let page = browser.go(&page).await.text();
    for text in ["Move this account?", "Move Google here", "Leave it where"] {
        assert!(page.contains(text), "{text}: {page}");
    }
    assert!(!format!("{:?}", house.store).contains("id-token-of-shared"));
    assert_eq!(
        (links(&house, &bob).await, links(&house, &ada).await),
        (1, 0)
    );

    let reply = browser.post(action(&flow), &said(&flow, "move")).await;
    assert_eq!(reply.json()["state"], "success", "{}", reply.text());
    assert_eq!(values(&reply.json(), "unlink"), ["google"]);
    assert_eq!(
        (links(&house, &bob).await, links(&house, &ada).await),
        (0, 1)
    );
    assert_eq!(phone.ask("/sessions/whoami").await.status, 401);
    assert_eq!(browser.ask("/sessions/whoami").await.status, 200);
    let heard = house.heard.all();
    assert_eq!(
        heard[heard.len() - 2..],
        ["unlinked: moved", "linked: settings"]
    );

    let again = browser.post(action(&flow), &said(&flow, "move")).await;
    assert_eq!(messages(&again.json()), [4_010_004], "it counts once");
    let mut later = house.browser();
    let home = arrive(&mut later, "google", "shared").await;
    assert_eq!(home.location(), format!("{PUBLIC}/"));
    let whoami = later.ask("/sessions/whoami").await.json();
    assert_eq!(whoami["identity"]["id"], ada.id.to_string());
}

#[tokio::test]
async fn an_account_that_is_left_where_it_is_stays_there() {
    let house = House::new();
    let (bob, _, mut browser) = two(&house).await;
    let flow = link(&mut browser, "shared").await;
    let reply = browser.post(action(&flow), &said(&flow, "keep")).await;
    assert_eq!(reply.json()["state"], "show_form", "{}", reply.text());
    assert_eq!(values(&reply.json(), "link"), ["google", "acme"]);
    assert!(reply.text().contains("Link another Google account"));
    let late = browser.post(action(&flow), &said(&flow, "move")).await;
    assert_eq!(late.status, 400, "{}", late.text());
    assert_eq!(links(&house, &bob).await, 1);
}

#[tokio::test]
async fn a_move_takes_a_session_that_is_fresh_and_ten_minutes_at_most() {
    let house = House::new();
    let (bob, _, mut browser) = two(&house).await;
    let flow = link(&mut browser, "shared").await;
    house.clock.advance(Duration::from_secs(301));
    let reply = browser.post(action(&flow), &said(&flow, "move")).await;
    assert_eq!(reply.error(), (403, "session_refresh_required".to_owned()));
    house.clock.advance(Duration::from_secs(300));
    let target = reply.json()["redirect_browser_to"].clone();
    let begun = browser.go(target.as_str().unwrap()).await;
    let fetch = format!("/self-service/login/flows?id={}", begun.query("flow"));
    let login = browser.ask(&fetch).await.json();
    let fields = [
        ("csrf_token", csrf(&login)),
        ("identifier", "ada@example.com"),
        ("password", PASSWORD),
        ("method", "password"),
    ];
    browser.submit(action(&login), &fields).await;
    let late = browser.post(action(&flow), &said(&flow, "move")).await;
    assert_eq!(late.error().1, "link_expired");
    assert_eq!(links(&house, &bob).await, 1);
}

/// The other way in can go, and the other identity be switched off, between question and answer.
#[tokio::test]
async fn what_has_changed_since_a_move_was_offered_counts() {
    let house = House::new();
    let (mut bob, ada, mut browser) = two(&house).await;
    let flow = link(&mut browser, "shared").await;
    let store: &dyn CredentialStore = &*house.store;
    let passwords = store.list(bob.id).await.unwrap();
    let password = passwords.into_iter().find(|one| one.identifier.is_none());
    let password = password.unwrap();
    store.delete(password.id).await.unwrap();
    let reply = browser.post(action(&flow), &said(&flow, "move")).await;
    assert_eq!(messages(&reply.json()), [4_990_008]);
    let told = "link refused: last_first_factor".to_owned();
    assert_eq!(house.heard.all().last(), Some(&told));

    store.put(&password).await.unwrap();
    let flow = link(&mut browser, "shared").await;
    bob.state = IdentityState::Inactive;
    IdentityStore::update(&*house.store, &bob).await.unwrap();
    let reply = browser.post(action(&flow), &said(&flow, "move")).await;
    assert_eq!(reply.error().1, "identity_disabled");
    let flow = link(&mut browser, "shared").await;
    assert_eq!(messages(&flow), [4_000_027], "nothing is offered");
    assert_eq!(
        (links(&house, &bob).await, links(&house, &ada).await),
        (1, 0)
    );
}

/// What is gone is told and ends its sessions, although the rest of the move did not come about.
#[tokio::test]
async fn a_move_that_ends_half_way_leaves_no_session_of_before() {
    let house = House::altered(Limits::default(), |services, store| {
        services.broker.identities = Arc::new(Meddled(store.clone(), Shut));
    });
    let (bob, _, mut browser) = two(&house).await;
    let mut phone = house.browser();
    arrive(&mut phone, "google", "shared").await;
    let flow = link(&mut browser, "shared").await;
    house.configure("google", |provider| {
        let email = Expression::compile("claims.email", Scope::Claims).unwrap();
        provider.mapping = Mapping {
            entries: vec![MappingEntry::of_trait("email", email, Sync::Force)].into(),
            allow_privileged: false,
        };
    });
    let reply = browser.post(action(&flow), &said(&flow, "move")).await;
    assert_eq!(reply.error(), (503, "store_unavailable".to_owned()));
    assert_eq!(links(&house, &bob).await, 0);
    assert_eq!(phone.ask("/sessions/whoami").await.status, 401);
    let heard = house.heard.all();
    let told = ["unlinked: moved", "link refused: store_unavailable"];
    assert_eq!(heard[heard.len() - 2..], told);
}

/// What has moved has moved, and is no failure because something after it is.
#[tokio::test]
async fn a_move_that_came_about_is_not_called_refused_because_sessions_cannot_be_ended() {
    let house = House::altered(Limits::default(), |services, store| {
        let shaky = Shaky(store.clone(), AtomicBool::new(false));
        services.upstream_sessions = Arc::new(shaky);
    });
    let (bob, ada, mut browser) = two(&house).await;
    let flow = link(&mut browser, "shared").await;
    let reply = browser.post(action(&flow), &said(&flow, "move")).await;
    assert_eq!(reply.json()["state"], "success", "{}", reply.text());
    assert_eq!(
        (links(&house, &bob).await, links(&house, &ada).await),
        (0, 1)
    );
}
