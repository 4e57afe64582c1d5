//! What the second step withstands: patient guessers, strangers' addresses, stolen sessions and flows
//! that come back to life.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use portcullis_core::{
    captcha::{Captcha, CaptchaAnswer, CaptchaError, CaptchaKind},
    credential::{Credential, CredentialKind, CredentialStore},
    flow::{Flow, FlowKind, FlowStore},
    identity::{Identity, IdentityStore},
    secret::TokenHash,
};
use serde_json::{Value, json};

use super::house::{
    Browser, House, PASSWORD, action, credentials, csrf,
    factor::{CODE, STEP_UP, WHOAMI, available, enforced, house, house_over, prove},
    hasty::Hasty,
    mailed::ask,
    messages, open_registration,
};
use crate::{CaptchaGuard, Limits};

const ADA: &str = "ada@example.com";
const WINDOW: Duration = Duration::from_secs(5 * 60 + 1);

async fn step_up(browser: &mut Browser<'_>) -> Value {
    browser.ask(STEP_UP).await.json()
}

async fn strong<'a>(house: &'a House) -> Browser<'a> {
    let mut browser = house.browser();
    browser.sign_in(ADA).await;
    let flow = step_up(&mut browser).await;
    assert_eq!(prove(&mut browser, &flow, CODE).await.status, 200);
    browser
}

async fn stored(house: &House, flow: &Value) -> Flow {
    let id = flow["id"].as_str().unwrap().parse().unwrap();
    let flows: &dyn FlowStore = &*house.store;
    flows.find(id).await.unwrap().unwrap()
}

async fn own(house: &House, ada: &Identity) -> Vec<Credential> {
    let credentials: &dyn CredentialStore = &*house.store;
    credentials.list(ada.id).await.unwrap()
}

fn told(house: &House) -> usize {
    let mails = house.letters.mails();
    let about = mails
        .iter()
        .filter(|one| one.subject == "second_step_guessed");
    about.count()
}

/// CU-25: whoever waits between guesses gains nothing by it, and the owner hears of it.
#[tokio::test]
async fn patient_guesses_lead_to_a_pause_and_a_letter() {
    let house = house(available());
    let ada = house.proved_resident(ADA).await;
    house.equip(&ada).await;
    let mut browser = house.browser();
    browser.sign_in(ADA).await;
    for nth in 1..=10 {
        assert_eq!(told(&house), 0);
        house.clock.advance(WINDOW / 2);
        let flow = step_up(&mut browser).await;
        let reply = prove(&mut browser, &flow, "000000").await;
        assert_eq!(reply.status, 400, "{nth}");
    }
    let flow = step_up(&mut browser).await;
    assert_eq!(prove(&mut browser, &flow, CODE).await.status, 429);
    assert_eq!(told(&house), 1);
    let running = house.services.throttles.pauses().list().await.unwrap();
    assert!(running.iter().any(|one| one.kind == "second-factor"));
}

/// CU-25: a right code tells that the wrong ones before it were mistakes.
#[tokio::test]
async fn a_right_code_forgives_the_wrong_ones() {
    let house = house(available());
    let ada = house.proved_resident(ADA).await;
    house.equip(&ada).await;
    for _ in 0..3 {
        house.clock.advance(WINDOW / 30);
        let mut browser = house.browser();
        browser.sign_in(ADA).await;
        let flow = step_up(&mut browser).await;
        for _ in 0..6 {
            assert_eq!(prove(&mut browser, &flow, "000000").await.status, 400);
        }
        assert_eq!(prove(&mut browser, &flow, CODE).await.status, 200);
    }
    assert_eq!(told(&house), 0);
}

/// CU-25: guesses that come all at once find no pause, and are held up all the same.
#[tokio::test]
async fn only_so_many_codes_are_compared_at_once() {
    let house = house(available());
    let ada = house.resident(ADA).await;
    house.equip(&ada).await;
    let mut browser = house.browser();
    browser.sign_in(ADA).await;
    let flow = step_up(&mut browser).await;
    let name = json!(["second-factor", ada.id, null]);
    let failures = TokenHash::of(&format!("failures:{name}"));
    for _ in 0..10 {
        assert_eq!(prove(&mut browser, &flow, "000000").await.status, 400);
        // As if none had been counted yet, so that no pause begins.
        let counters = house.services.throttles.counters();
        counters.reset(&failures).await.unwrap();
    }
    assert_eq!(prove(&mut browser, &flow, CODE).await.status, 429);
    house.clock.advance(WINDOW / 30);
    assert_eq!(prove(&mut browser, &flow, CODE).await.status, 200);
}

/// CU-25: networks from which nobody has shown more than a password do not guess apart.
#[tokio::test]
async fn a_password_alone_makes_no_network_familiar_for_the_second_step() {
    let house = house(available());
    let ada = house.resident(ADA).await;
    let clients = [[198, 51, 100, 1], [203, 0, 113, 1]];
    for client in clients {
        let mut browser = house.browser();
        browser.client = client.into();
        browser.sign_in(ADA).await;
    }
    house.equip(&ada).await;
    let mut last = 0;
    for client in clients {
        let mut browser = house.browser();
        browser.client = client.into();
        browser.sign_in(ADA).await;
        let flow = step_up(&mut browser).await;
        for _ in 0..6 {
            last = prove(&mut browser, &flow, "000000").await.status;
        }
    }
    assert_eq!(last, 429);
}

/// CU-22: what nobody has proved to own gets no second factor, which nobody could get around.
#[tokio::test]
async fn a_factor_needs_an_address_that_is_proved() {
    let house = house(available());
    let mut ada = house.proved_resident(ADA).await;
    let mut browser = house.browser();
    browser.sign_in(ADA).await;
    let flow = browser.begin("settings").await;
    ada = house.stored(&ada).await;
    ada.addresses[0].verified_at = None;
    let identities: &dyn IdentityStore = &*house.store;
    identities.update(&ada).await.unwrap();
    let refused = prove(&mut browser, &flow, CODE).await;
    assert_eq!(refused.status, 400, "{}", refused.text());
    let refused = refused.json();
    assert_eq!(messages(&refused), [4_990_082]);
    let anew = browser.begin("settings").await;
    for flow in [refused, anew] {
        let nodes = flow["ui"]["nodes"].to_string();
        assert!(!nodes.contains("totp_code"), "{nodes}");
        assert!(
            nodes.contains("/self-service/verification/browser"),
            "{nodes}"
        );
    }
    let kinds: Vec<_> = own(&house, &ada).await.iter().map(|one| one.kind).collect();
    assert_eq!(kinds, [CredentialKind::Password]);
}

/// CU-22: what was a secret of the form is alive once it is done, and belongs in no store.
#[tokio::test]
async fn a_flow_that_is_done_keeps_nothing_of_what_was_set_up() {
    let house = house(enforced());
    house.proved_resident(ADA).await;
    let mut browser = house.browser();
    let body = browser.sign_in(ADA).await;
    let id = body["continue_with"][0]["flow"]["id"].as_str().unwrap();
    let page = format!("/self-service/settings/flows?id={id}");
    let flow = browser.ask(&page).await.json();
    assert!(stored(&house, &flow).await.context["factors"].is_string());
    let done = prove(&mut browser, &flow, CODE).await;
    assert_eq!(done.status, 200, "{}", done.text());
    let kept = stored(&house, &flow).await;
    assert!(kept.ui.nodes.iter().all(|node| node.group != "totp"));
    assert!(kept.context["factors"].is_null());
    assert!(!done.text().contains("totp_code"), "{}", done.text());
}

/// CU-25: whoever knew the token of before does not become stronger with its owner.
#[tokio::test]
async fn a_factor_that_is_set_up_strengthens_the_session_under_a_new_token() {
    let house = house(available());
    house.proved_resident(ADA).await;
    let mut browser = house.browser();
    browser.sign_in(ADA).await;
    let mut thief = house.browser();
    thief.jar = browser.jar.clone();
    let flow = browser.begin("settings").await;
    let done = prove(&mut browser, &flow, CODE).await;
    assert_eq!(done.status, 200, "{}", done.text());
    let session = browser.ask(WHOAMI).await.json();
    assert_eq!(session["authenticator_assurance_level"], "aal2");
    assert_eq!(thief.ask(WHOAMI).await.status, 401);
}

/// CU-23: whoever has found a factor may be signed in somewhere.
#[tokio::test]
async fn removing_a_factor_ends_the_other_sessions() {
    let house = house(available());
    let ada = house.proved_resident(ADA).await;
    house.equip(&ada).await;
    let mut finder = strong(&house).await;
    let mut browser = strong(&house).await;
    let flow = browser.begin("settings").await;
    let fields = json!({"totp_unlink": "true", "csrf_token": csrf(&flow)});
    let reply = browser.post(action(&flow), &fields).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert_eq!(finder.ask(WHOAMI).await.status, 401);
    assert_eq!(browser.ask(WHOAMI).await.status, 200);
    // What is not there any more is not carried on.
    let flow = browser
        .ask("/self-service/login/browser?refresh=true")
        .await
        .json();
    let fields = credentials(&flow, ADA, PASSWORD);
    assert_eq!(browser.post(action(&flow), &fields).await.status, 200);
    let session = browser.ask(WHOAMI).await.json();
    assert_eq!(session["authenticator_assurance_level"], "aal1");
}

/// CU-25: a challenge is good once, also where its flow comes back.
#[tokio::test]
async fn a_flow_that_comes_back_takes_no_second_answer() {
    let house = house(available());
    let ada = house.resident(ADA).await;
    house.equip(&ada).await;
    let mut browser = house.browser();
    browser.sign_in(ADA).await;
    let flow = step_up(&mut browser).await;
    let (read, mut jar) = (stored(&house, &flow).await, browser.jar.clone());
    assert_eq!(prove(&mut browser, &flow, CODE).await.status, 200);
    let flows: &dyn FlowStore = &*house.store;
    flows.put(&read).await.unwrap();
    let session = browser.session().unwrap().clone();
    jar.insert("__Host-portcullis".to_owned(), session);
    browser.jar = jar;
    let again = prove(&mut browser, &flow, CODE).await;
    assert_eq!(again.error().0, 404, "{}", again.text());
}

/// CU-22: whose session has ended meanwhile leaves nothing behind.
#[tokio::test]
async fn what_a_session_adds_that_has_just_ended_does_not_stay() {
    let house = house_over(available(), |store| Arc::new(Hasty(store)));
    let ada = house.proved_resident(ADA).await;
    let mut browser = house.browser();
    browser.sign_in(ADA).await;
    let flow = browser.begin("settings").await;
    let refused = prove(&mut browser, &flow, CODE).await;
    assert_eq!(refused.status, 401, "{}", refused.text());
    let kinds: Vec<_> = own(&house, &ada).await.iter().map(|one| one.kind).collect();
    assert_eq!(kinds, [CredentialKind::Password]);
}

/// CU-23: of two removals at the same time, each would leave what the other one takes.
#[tokio::test]
async fn only_one_removes_something_of_the_same_list() {
    let house = house(available());
    let ada = house.proved_resident(ADA).await;
    house.equip(&ada).await;
    let mut browser = strong(&house).await;
    let flow = browser.begin("settings").await;
    let ids: Vec<_> = own(&house, &ada)
        .await
        .iter()
        .map(|one| one.id.to_string())
        .collect();
    let key = TokenHash::of(&format!("removal:{}:{}", ada.id, ids.join(",")));
    let until = house.services.clock.now() + WINDOW;
    let claimed = house.services.flows.claim_once(&key, until).await;
    assert!(claimed.unwrap(), "somebody else is at it");
    let fields = json!({"totp_unlink": "true", "csrf_token": csrf(&flow)});
    let reply = browser.post(action(&flow), &fields).await;
    assert_eq!(messages(&reply.json()), [4_990_010]);
    assert_eq!(own(&house, &ada).await.len(), 2);
}

/// A service that takes whoever says to be a person.
#[derive(Debug)]
struct Credulous;

#[async_trait]
impl Captcha for Credulous {
    fn kind(&self) -> CaptchaKind {
        CaptchaKind::Turnstile
    }

    fn site_key(&self) -> &str {
        "key"
    }

    async fn judge(&self, answer: &CaptchaAnswer<'_>) -> Result<bool, CaptchaError> {
        Ok(answer.response.starts_with("person"))
    }
}

/// KC-140: one captcha is good for letters to one address.
#[tokio::test]
async fn another_address_on_the_same_form_needs_a_person_again() {
    let guard = CaptchaGuard {
        captcha: Arc::new(Credulous),
        flows: vec![FlowKind::Recovery],
    };
    let house = House::guarded((open_registration(), Limits::default()), guard);
    let mut browser = house.browser();
    let flow = browser.begin("recovery").await;
    let mut first = json!({"method": "code", "email": ADA, "csrf_token": csrf(&flow)});
    first["cf-turnstile-response"] = json!("person");
    let sent = browser.post(action(&flow), &first).await;
    assert_eq!(sent.status, 200, "{}", sent.text());
    let again = ask(&mut browser, &flow, " Ada@Example.com").await;
    assert_eq!(again.status, 200, "{}", again.text());
    let other = ask(&mut browser, &flow, "bob@example.com").await;
    assert_eq!(other.status, 400);
    assert_eq!(messages(&other.json()), [4_000_038]);
}
