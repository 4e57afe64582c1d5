//! What one proof does not do: take a second factor away, outlive the password, or get around what a
//! form asks for.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use portcullis_core::{
    captcha::{Captcha, CaptchaAnswer, CaptchaError, CaptchaKind},
    credential::{CredentialKind, CredentialStore},
    flow::FlowKind,
    identity::Identity,
};
use serde_json::{Value, json};

use super::{
    house::{
        House, action, credentials, csrf,
        factor::{CODE, STEP_UP, available, house, prove},
        mailed::{ask, mailed, type_in},
        messages, open_registration,
    },
    strangers::recover,
};
use crate::{CaptchaGuard, Limits};

const ADA: &str = "ada@example.com";
const LEGACY: &str = "/self-service/browser/flows/profile";

async fn kinds(house: &House, identity: &Identity) -> Vec<CredentialKind> {
    let all = CredentialStore::list(&*house.store, identity.id).await;
    all.unwrap().into_iter().map(|one| one.kind).collect()
}

/// CU-23: whoever holds an address that was never proved is told what a wrong code is told, and an
/// administrator finds out whose the identity is.
#[tokio::test]
async fn a_second_factor_is_not_taken_away_by_a_first_proof() {
    let house = house(available());
    let ada = house.resident(ADA).await;
    house.equip(&ada).await;
    let both = [CredentialKind::Password, CredentialKind::Totp];
    let mut stranger = house.browser();
    let reply = recover(&mut stranger, ADA).await;
    assert_eq!(
        (reply.status, messages(&reply.json())),
        (400, vec![4_060_006])
    );
    let flow = stranger.begin("verification").await;
    ask(&mut stranger, &flow, ADA).await;
    let reply = type_in(&mut stranger, &flow, &mailed(&house)).await;
    assert_eq!(
        (reply.status, messages(&reply.json())),
        (400, vec![4_070_006])
    );
    assert_eq!(kinds(&house, &ada).await, both);
    let stored = house.stored(&ada).await;
    assert!(stored.addresses.iter().all(|one| one.verified_at.is_none()));

    // Who signs in with both proves it like anybody else, and has a way back in from then on.
    let mut own = house.browser();
    own.sign_in(ADA).await;
    let step = own.ask(STEP_UP).await.json();
    assert_eq!(prove(&mut own, &step, CODE).await.status, 200);
    let flow = own.begin("verification").await;
    ask(&mut own, &flow, ADA).await;
    let done = type_in(&mut own, &flow, &mailed(&house)).await;
    assert_eq!(messages(&done.json()), [1_080_002]);
    house.clock.advance(Duration::from_secs(60 * 60));
    assert_eq!(recover(&mut house.browser(), ADA).await.status, 422);
    assert_eq!(kinds(&house, &ada).await, both);
}

/// KC-079: a letter of before lets nobody in once somebody has chosen another password.
#[tokio::test]
async fn another_password_closes_the_older_ways_back_in() {
    let house = House::new();
    house.proved_resident(ADA).await;
    let mut finder = house.browser();
    let flow = finder.begin("recovery").await;
    ask(&mut finder, &flow, ADA).await;
    let code = mailed(&house);
    house.clock.advance(Duration::from_secs(1));
    let mut own = house.browser();
    own.sign_in(ADA).await;
    let settings = own.ask("/self-service/settings/browser").await.json();
    let fields =
        json!({"method": "password", "password": "staple battery", "csrf_token": csrf(&settings)});
    assert_eq!(own.post(action(&settings), &fields).await.status, 200);
    let reply = type_in(&mut finder, &flow, &code).await;
    assert_eq!(
        (reply.status, messages(&reply.json())),
        (400, vec![4_060_006])
    );
    assert_eq!(finder.session(), None);
    assert_eq!(
        recover(&mut house.browser(), ADA).await.status,
        422,
        "a new one"
    );
}

/// CU-22: a node may take somebody for a while for whom they were.
#[tokio::test]
async fn the_first_profile_api_asks_for_a_second_step_that_is_new() {
    let house = house(available());
    let ada = house.proved_resident(ADA).await;
    let mut browser = house.browser();
    browser.sign_in(ADA).await;
    let begun = browser.go(LEGACY).await;
    let id = begun.query("request");
    let fetch = format!("/self-service/browser/flows/requests/profile?request={id}");
    let flow = browser.ask(&fetch).await.json();
    let token = flow["form"]["fields"]["csrf_token"]["value"].as_str();
    browser.stay_cached().await;
    house.equip(&ada).await;
    let body = json!({"csrf_token": token, "traits": {"email": ADA}});
    let submit = format!("{LEGACY}/update?request={id}");
    let reply = browser.post(&submit, &body).await;
    assert_eq!(reply.error(), (403, "session_aal2_required".to_owned()));
    for read in [LEGACY, &*fetch] {
        let reply = browser.ask(read).await;
        assert_eq!(reply.error(), (403, "session_aal2_required".to_owned()));
    }
}

/// Somebody who is a person whenever they say so.
#[derive(Debug)]
struct Sphinx;

#[async_trait]
impl Captcha for Sphinx {
    fn kind(&self) -> CaptchaKind {
        CaptchaKind::Turnstile
    }

    fn site_key(&self) -> &str {
        "site"
    }

    async fn judge(&self, answer: &CaptchaAnswer<'_>) -> Result<bool, CaptchaError> {
        Ok(answer.response.starts_with("person"))
    }
}

/// KC-140: one person's answer is good for one letter, and not for guesses at a password after it.
#[tokio::test]
async fn a_form_that_waits_for_a_code_takes_no_password() {
    let mut config = open_registration();
    config.passwordless_code = true;
    let guard = CaptchaGuard {
        captcha: Arc::new(Sphinx),
        flows: vec![FlowKind::Login],
    };
    let house = House::guarded((config, Limits::default()), guard);
    house.proved_resident(ADA).await;
    let mut browser = house.browser();
    let flow = browser.begin("login").await;
    let fields = json!({
        "method": "code", "identifier": ADA, "csrf_token": csrf(&flow),
        "transient_payload": {"captcha_turnstile_response": "person 1"},
    });
    let sent = browser.post(action(&flow), &fields).await.json();
    assert_eq!(messages(&sent), [1_010_014]);
    let mut right = credentials(&sent, ADA, super::house::PASSWORD);
    let reply = browser.post(action(&sent), &right).await;
    let no_person = (400, vec![4_000_038, 1_010_014]);
    assert_eq!((reply.status, messages(&reply.json())), no_person);
    right["transient_payload"] = json!({"captcha_turnstile_response": "person 2"});
    let reply = browser.post(action(&sent), &right).await;
    let no_such_way = (400, vec![4_010_002, 1_010_014]);
    assert_eq!((reply.status, messages(&reply.json())), no_such_way);
    let flow: Value = reply.json();
    let done = type_in(&mut browser, &flow, &mailed(&house)).await;
    assert_eq!(done.status, 200, "the code is good all the same");
}
