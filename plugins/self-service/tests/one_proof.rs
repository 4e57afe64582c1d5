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

/// CU-23: nobody locks somebody else's address by setting a second factor up beside it; and what they
/// have set up is gone with everything else that is theirs.
#[tokio::test]
async fn a_first_proof_frees_an_address_from_whoever_has_set_a_second_factor_up() {
    let house = house(available());
    let squatted = house.resident(ADA).await;
    house.equip(&squatted).await;
    let mut owner = house.browser();
    let reply = recover(&mut owner, ADA).await;
    assert_eq!(reply.status, 422, "{}", reply.text());
    assert_eq!(kinds(&house, &squatted).await, []);
    assert!(owner.session().is_some());
}

/// CU-23: once an address is proved, no proof by mail takes a second factor away.
#[tokio::test]
async fn a_second_factor_outlives_every_recovery_after_the_first_proof() {
    let house = house(available());
    let ada = house.resident(ADA).await;
    house.equip(&ada).await;
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
    let both = [CredentialKind::Password, CredentialKind::Totp];
    assert_eq!(kinds(&house, &ada).await, both);
}

/// KC-064: whoever has taken an identity over chooses passwords as often as they like, and keeps nobody
/// out who reads its mail.
#[tokio::test]
async fn another_password_closes_no_recovery_that_is_under_way() {
    let house = House::new();
    house.proved_resident(ADA).await;
    let mut owner = house.browser();
    let flow = owner.begin("recovery").await;
    ask(&mut owner, &flow, ADA).await;
    let code = mailed(&house);
    house.clock.advance(Duration::from_secs(1));
    let mut thief = house.browser();
    thief.sign_in(ADA).await;
    let settings = thief.ask("/self-service/settings/browser").await.json();
    let fields =
        json!({"method": "password", "password": "staple battery", "csrf_token": csrf(&settings)});
    assert_eq!(thief.post(action(&settings), &fields).await.status, 200);
    assert_eq!(type_in(&mut owner, &flow, &code).await.status, 422);
    assert!(owner.session().is_some());
    assert_eq!(thief.ask("/sessions/whoami").await.status, 401);
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
