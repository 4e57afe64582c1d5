//! What somebody adds to an identity at the moment in which it is taken from them.

use std::sync::Arc;

use portcullis_core::{
    assurance::Assurance,
    credential::{CredentialKind, CredentialStore},
    id::CredentialId,
    identity::Identity,
    link::LinkKey,
};
use serde_json::json;

use super::house::{
    House, PASSWORD, action, credentials, csrf,
    factor::{CODE, house_over},
    hasty::{Hasty, LOST},
    provider_visit::{asked, come_back, press, refused},
};
use crate::Limits;

const ADA: &str = "ada@example.com";

fn house() -> House {
    House::altered(Limits::default(), |services, store| {
        services.credentials = Arc::new(Hasty(store.clone()));
        services.broker.credentials = services.credentials.clone();
    })
}

/// KC-093: neither a first one nor another one.
#[tokio::test]
async fn a_password_that_was_on_its_way_does_not_come_after_everything_is_taken_back() {
    for has_one in [true, false] {
        let house = house();
        let ada = house.proved_resident(ADA).await;
        let mut browser = house.browser();
        browser.sign_in(ADA).await;
        let store: &dyn CredentialStore = &*house.store;
        if !has_one {
            let first = store.list(ada.id).await.unwrap().remove(0);
            assert!(store.delete(first.id).await.unwrap());
        }
        let flow = browser.begin("settings").await;
        let fields = json!({
            "method": "password", "password": "staple battery", "csrf_token": csrf(&flow),
        });
        let refused = browser.post(action(&flow), &fields).await;
        assert_eq!(refused.status, 401, "{}", refused.text());
        assert_eq!(store.list(ada.id).await.unwrap(), [], "{has_one}");
    }
}

async fn left(house: &House, identity: &Identity) -> Vec<CredentialKind> {
    let own = CredentialStore::list(&*house.store, identity.id).await;
    own.unwrap().iter().map(|one| one.kind).collect()
}

fn last_told(house: &House) -> String {
    house.heard.all().pop().unwrap()
}

/// An account of Google that is linked already.
async fn linked(house: &House, identity: &Identity, subject: &str) {
    let key = LinkKey {
        provider: "google".parse().unwrap(),
        issuer: "https://google.test".to_owned(),
        subject: subject.to_owned(),
    };
    let (id, now) = (
        CredentialId::generate(&*house.services.entropy),
        house.services.clock.now(),
    );
    let link = key.credential(identity.id, id, now);
    CredentialStore::put(&*house.store, &link).await.unwrap();
}

/// KC-093: neither one that was not linked before, nor one that was and went with everything else.
#[tokio::test]
async fn an_account_that_was_on_its_way_is_not_linked_after_everything_is_taken_back() {
    for (subject, is_linked) in [("x", false), (LOST, true)] {
        let house = house();
        let ada = house.proved_resident(ADA).await;
        if is_linked {
            linked(&house, &ada, subject).await;
        }
        let mut browser = house.browser();
        browser.sign_in(ADA).await;
        let flow = browser.ask("/self-service/settings/browser").await.json();
        let state = press(&mut browser, &flow, "link", "google").await;
        let answer = format!("state={state}&code={subject}");
        let reply = come_back(&mut browser, "google", &answer).await;
        refused(&reply, 401, "session_inactive");
        assert_eq!(left(&house, &ada).await, [], "{subject}");
        assert_eq!(last_told(&house), "link refused: session_inactive");
    }
}

/// KC-093: the password that was to prove it has gone meanwhile.
#[tokio::test]
async fn an_account_that_waited_for_a_proof_is_not_linked_once_the_proof_is_taken_back() {
    let house = house();
    let ada = house.proved_resident(ADA).await;
    let mut browser = house.browser();
    let flow = asked(&mut browser, "google", "ada").await;
    let fields = credentials(&flow, ADA, PASSWORD);
    let reply = browser.post(action(&flow), &fields).await;
    assert_eq!(reply.error(), (400, "invalid_credentials".to_owned()));
    assert_eq!(left(&house, &ada).await, []);
    assert_eq!(browser.session(), None);
    let told = house.heard.all();
    let last = [
        "refused: invalid_credentials",
        "link refused: invalid_credentials",
    ];
    assert_eq!(told[told.len() - 2..], last);
}

/// KC-093: nor once the session has ended in which the second step was taken.
#[tokio::test]
async fn an_account_that_waited_for_the_second_step_is_not_linked_once_everything_is_taken_back() {
    let house = house_over(Assurance::default(), |store| Arc::new(Hasty(store)));
    let ada = house.proved_resident(ADA).await;
    house.equip(&ada).await;
    let mut browser = house.browser();
    let flow = asked(&mut browser, "google", "ada").await;
    let fields = credentials(&flow, ADA, PASSWORD);
    let sent = browser.post(action(&flow), &fields).await.json();
    let page = sent["continue_with"][0]["redirect_browser_to"].as_str();
    let (_, id) = page.unwrap().split_once("flow=").unwrap();
    let fetch = format!("/self-service/login/flows?id={id}");
    let step = browser.ask(&fetch).await.json();
    let fields = json!({"method": "totp", "totp_code": CODE, "csrf_token": csrf(&step)});
    let reply = browser.post(action(&step), &fields).await;
    assert_eq!(reply.error(), (401, "session_inactive".to_owned()));
    assert_eq!(left(&house, &ada).await, []);
    assert_eq!(last_told(&house), "link refused: session_inactive");
}

/// KC-093: one that signed in somebody else signs in nobody then.
#[tokio::test]
async fn an_account_that_was_being_moved_does_not_come_after_everything_is_taken_back() {
    let house = house();
    let bob = house.proved_resident("bob@example.com").await;
    linked(&house, &bob, "shared").await;
    let ada = house.proved_resident(ADA).await;
    let mut browser = house.browser();
    browser.sign_in(ADA).await;
    let flow = browser.ask("/self-service/settings/browser").await.json();
    let state = press(&mut browser, &flow, "link", "google").await;
    let answer = format!("state={state}&code=shared");
    let reply = come_back(&mut browser, "google", &answer).await;
    let fetch = format!("/self-service/settings/flows?id={}", reply.query("flow"));
    let flow = browser.ask(&fetch).await.json();
    let fields = json!({"move": "google", "csrf_token": csrf(&flow)});
    let reply = browser.post(action(&flow), &fields).await;
    assert_eq!(reply.error(), (401, "session_inactive".to_owned()));
    assert_eq!(left(&house, &ada).await, []);
    let bobs = house.services.broker.links(bob.id).await;
    assert_eq!(bobs.unwrap(), []);
    let told = house.heard.all();
    let last = ["unlinked: moved", "link refused: session_inactive"];
    assert_eq!(told[told.len() - 2..], last);
}
