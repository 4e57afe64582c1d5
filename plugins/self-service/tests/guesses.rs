//! Guesses at mailed proofs: counted by identity, by address and by who guesses, so that strangers
//! slow down themselves and not whom they are after.

use std::time::Duration;

use portcullis_core::identity::{Identity, IdentityStore};
use serde_json::{Value, json};

use super::house::{
    Browser, House, action, csrf,
    mailed::{ask, mailed, other_than, type_in},
    open_registration,
};
use crate::{Limits, Rate};

const ADA: &str = "ada@example.com";

/// Asks for a proof and types this many wrong ones; the right one, and the flow that awaits it.
async fn guess(
    browser: &mut Browser<'_>,
    kind: &str,
    address: &str,
    times: usize,
) -> (String, Value) {
    let flow = browser.begin(kind).await;
    let reply = ask(browser, &flow, address).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let code = mailed(browser.house());
    for _ in 0..times {
        let reply = type_in(browser, &flow, &other_than(&code)).await;
        assert_eq!(reply.status, 400, "{}", reply.text());
    }
    (code, flow)
}

#[tokio::test]
async fn other_addresses_of_one_identity_grant_no_more_guesses() {
    let house = House::new();
    let mut ada = house.resident(ADA).await;
    let mut browser = house.browser();
    browser.sign_in(ADA).await;
    for nth in 0..5 {
        ada = readdressed(&house, &ada, &format!("r{nth}@corp.example")).await;
        guess(&mut browser, "verification", &ada.addresses[0].value, 4).await;
        // No pause has been earned at any of them.
        house.clock.advance(Duration::from_secs(601));
    }
    let ada = readdressed(&house, &ada, "last@corp.example").await;
    let (code, flow) = guess(&mut browser, "verification", "last@corp.example", 0).await;
    let reply = type_in(&mut browser, &flow, &code).await;
    assert_eq!(reply.status, 400, "it is told like a wrong one");
    assert_eq!(house.stored(&ada).await.addresses[0].verified_at, None);
    house.clock.advance(Duration::from_secs(24 * 60 * 60));
    let mut browser = house.browser();
    browser.sign_in(ADA).await;
    let (code, flow) = guess(&mut browser, "verification", "last@corp.example", 0).await;
    assert_eq!(type_in(&mut browser, &flow, &code).await.status, 200);
}

/// The same identity with another address, which nobody has proved.
async fn readdressed(house: &House, identity: &Identity, address: &str) -> Identity {
    let mut identity = house.stored(identity).await;
    identity.addresses[0].value = address.to_owned();
    IdentityStore::update(&*house.store, &identity)
        .await
        .unwrap();
    house.stored(&identity).await
}

#[tokio::test]
async fn a_stranger_keeps_nobody_from_getting_back_in() {
    let house = House::new();
    house.resident(ADA).await;
    let mut stranger = house.browser();
    stranger.client = [203, 0, 113, 9].into();
    guess(&mut stranger, "recovery", ADA, 5).await;
    guess(&mut stranger, "recovery", ADA, 5).await;
    let flow = stranger.begin("recovery").await;
    assert_eq!(ask(&mut stranger, &flow, ADA).await.status, 429);

    let mut victim = house.browser();
    let (code, flow) = guess(&mut victim, "recovery", ADA, 1).await;
    assert_eq!(type_in(&mut victim, &flow, &code).await.status, 422);
}

#[tokio::test]
async fn a_stranger_who_has_many_letters_written_uses_up_nobody_elses() {
    let house = House::new();
    house.resident(ADA).await;
    let mut stranger = house.browser();
    stranger.client = [203, 0, 113, 9].into();
    for visit in 0..8 {
        let flow = stranger.begin("recovery").await;
        let expected = if visit < 5 { 200 } else { 429 };
        assert_eq!(ask(&mut stranger, &flow, ADA).await.status, expected);
    }
    let mut victim = house.browser();
    guess(&mut victim, "recovery", ADA, 0).await;
    let mut signed_in = house.browser();
    signed_in.client = stranger.client;
    signed_in.sign_in(ADA).await;
    guess(&mut signed_in, "verification", ADA, 0).await;
}

#[tokio::test]
async fn many_strangers_at_once_slow_down_themselves() {
    let house = House::new();
    house.resident(ADA).await;
    for nth in 0..20 {
        let mut stranger = house.browser();
        stranger.client = [203, 0, 113, nth].into();
        guess(&mut stranger, "recovery", ADA, 5).await;
        house.clock.advance(Duration::from_secs(240));
    }
    let mut stranger = house.browser();
    stranger.client = [203, 0, 113, 99].into();
    let (code, flow) = guess(&mut stranger, "recovery", ADA, 1).await;
    let reply = type_in(&mut stranger, &flow, &code).await;
    assert_eq!(reply.status, 400, "a second try is too many now");
    let mut victim = house.browser();
    let (code, flow) = guess(&mut victim, "recovery", ADA, 0).await;
    assert_eq!(type_in(&mut victim, &flow, &code).await.status, 422);
}

#[tokio::test]
async fn one_client_guesses_at_many_no_more_often_than_at_one() {
    let house = House::new();
    let mut stranger = house.browser();
    for nth in 0..12 {
        let email = format!("p{nth}@example.com");
        let flow = stranger.begin("recovery").await;
        ask(&mut stranger, &flow, &email).await;
        for _ in 0..5 {
            assert_eq!(type_in(&mut stranger, &flow, "000000").await.status, 400);
        }
    }
    let flow = stranger.begin("recovery").await;
    ask(&mut stranger, &flow, "other@example.com").await;
    assert_eq!(type_in(&mut stranger, &flow, "000000").await.status, 429);
}

#[tokio::test]
async fn an_expired_form_begins_others_no_more_often_than_anybody_may() {
    let limits = Limits {
        flows_per_address: Rate::new(5, 60),
        ..Limits::default()
    };
    let house = House::with(open_registration(), limits);
    let mut browser = house.browser();
    let flow = browser.begin("login").await;
    house.clock.advance(Duration::from_secs(3601));
    let body = json!({"method": "password", "csrf_token": csrf(&flow)});
    for _ in 0..5 {
        assert_eq!(browser.post(action(&flow), &body).await.status, 410);
    }
    assert_eq!(browser.post(action(&flow), &body).await.status, 429);
}
