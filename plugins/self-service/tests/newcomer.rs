//! Newcomers: where addresses are proved before anything else, neither a registration nor what can be
//! tried after it tells who is known here.

use std::time::Duration;

use portcullis_core::{
    action::Action,
    identity::{Identity, IdentityState, IdentityStore},
};
use serde_json::{Value, json};

use super::{
    handed_out::recoveries,
    house::{
        Browser, House, PASSWORD, Reply, action,
        busy::{Busy, house_where},
        credentials, csrf,
        mailed::{ask, mailed, type_in},
        messages, open_registration,
    },
};
use crate::{Config, MailedProof};

pub(super) const KNOWN: &str = "ada@example.com";
pub(super) const NEW: &str = "new@example.com";
/// What whoever fails to sign in reads.
const NEUTRAL: [u64; 2] = [4_000_006, 1_990_015];

pub(super) fn house() -> House {
    house_where(&[Action::VerifyEmail])
}

pub(super) fn house_of(config: Config) -> House {
    Busy {
        defaults: vec![Action::VerifyEmail],
        config,
        ..Busy::default()
    }
    .house()
}

pub(super) async fn register(browser: &mut Browser<'_>, traits: Value) -> Reply {
    let flow = browser.begin("registration").await;
    let fields = json!({
        "method": "password", "password": PASSWORD, "csrf_token": csrf(&flow), "traits": traits,
    });
    browser.post(action(&flow), &fields).await
}

/// Registers, and returns the verification that the answer names.
pub(super) async fn registered(browser: &mut Browser<'_>, email: &str) -> Value {
    let reply = register(browser, json!({"email": email})).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let body = reply.json();
    let id = body["continue_with"][0]["flow"]["id"].as_str().unwrap();
    let fetch = format!("/self-service/verification/flows?id={id}");
    browser.ask(&fetch).await.json()
}

pub(super) async fn try_in(browser: &mut Browser<'_>, identifier: &str, password: &str) -> Reply {
    let flow = browser.begin("login").await;
    let fields = credentials(&flow, identifier, password);
    browser.post(action(&flow), &fields).await
}

pub(super) async fn stored(house: &House, identifier: &str) -> Identity {
    let identities: &dyn IdentityStore = &*house.store;
    let found = identities.find_by_identifier(identifier).await;
    found.unwrap().unwrap()
}

pub(super) async fn change(house: &House, identifier: &str, change: impl FnOnce(&mut Identity)) {
    let mut identity = stored(house, identifier).await;
    change(&mut identity);
    let identities: &dyn IdentityStore = &*house.store;
    identities.update(&identity).await.unwrap();
}

fn told(reply: &Reply) -> (u16, Vec<u64>) {
    (reply.status, messages(&reply.json()))
}

fn names(reply: &Reply) -> Vec<String> {
    let mut names: Vec<_> = reply.headers.keys().map(ToString::to_string).collect();
    names.sort();
    names
}

/// KC-093, HA-08, KP-23: the password is hashed for both, nothing is stored and no letter is written
/// before the answer, and the stores are asked for the same in the same order.
#[tokio::test]
async fn kc_093_a_registration_takes_the_same_work_before_its_answer_for_known_and_new() {
    let house = house();
    house.proved_resident(KNOWN).await;
    let known = register(&mut house.browser(), json!({"email": KNOWN})).await;
    assert_eq!((known.status, known.written), (200, 0));
    let new = register(&mut house.browser(), json!({"email": NEW})).await;
    assert_eq!((new.status, new.written), (200, 1), "that of the known one");
    assert!(known.work.len() > 5);
    assert_eq!(known.work, new.work);
    assert_eq!(
        known.body.len(),
        new.body.len() + KNOWN.len() * 2 - NEW.len() * 2
    );
    assert_eq!(names(&known), names(&new));
    assert_eq!(house.letters.mails().len(), 2);
    stored(&house, NEW).await;
}

/// KC-093: login only after success.
#[tokio::test]
async fn kc_093_before_the_first_proof_the_right_password_is_answered_like_a_wrong_one() {
    let house = house();
    house.proved_resident(KNOWN).await;
    for email in [KNOWN, NEW] {
        register(&mut house.browser(), json!({"email": email})).await;
    }
    let mut stranger = house.browser();
    let known = try_in(&mut stranger, KNOWN, "another one").await;
    let new = try_in(&mut stranger, NEW, PASSWORD).await;
    let nobody = try_in(&mut stranger, "nobody@example.com", PASSWORD).await;
    for reply in [&known, &new, &nobody] {
        assert_eq!(told(reply), (400, NEUTRAL.to_vec()));
        assert_eq!(names(reply), names(&known));
    }
    assert_eq!(known.work, new.work);
    assert!(stranger.session().is_none());
    let heard = house.heard.all();
    assert_eq!(heard[1..], ["refused: invalid_credentials"; 3]);
}

/// HA-08, KP-22: for programs as well.
#[tokio::test]
async fn a_native_client_signs_in_only_after_the_first_proof() {
    let house = house();
    let mut client = house.browser();
    let flow = client.ask("/self-service/registration/api").await.json();
    let fields = json!({"method": "password", "password": PASSWORD, "traits": {"email": NEW}});
    let body = client.post(action(&flow), &fields).await.json();
    assert_eq!(
        body["identity"]["required_actions"],
        json!(["VERIFY_EMAIL"])
    );
    let page = body["continue_with"][0]["flow"]["id"].as_str().unwrap();
    let fields = json!({"method": "password", "identifier": NEW, "password": PASSWORD});
    let flow = client.ask("/self-service/login/api").await.json();
    let refused = client.post(action(&flow), &fields).await;
    assert_eq!(told(&refused), (400, NEUTRAL.to_vec()));
    let fetch = format!("/self-service/verification/flows?id={page}");
    let proof = client.ask(&fetch).await.json();
    let code = json!({"method": "code", "code": mailed(&house)});
    assert_eq!(client.post(action(&proof), &code).await.status, 200);
    let signed_in = client.post(action(&flow), &fields).await;
    assert_eq!(signed_in.status, 200, "{}", signed_in.text());
    assert!(signed_in.json()["session_token"].is_string());
}

/// KC-093
#[tokio::test]
async fn kc_093_after_the_first_proof_they_sign_in_as_ever() {
    let house = house();
    let mut ada = house.browser();
    let flow = registered(&mut ada, NEW).await;
    let done = type_in(&mut ada, &flow, &mailed(&house)).await.json();
    assert_eq!(messages(&done), [1_080_002], "{done}");
    let proved = stored(&house, NEW).await;
    assert_eq!(proved.required_actions, ["VERIFY_EMAIL"]);
    ada.sign_in(NEW).await;
    // An address that comes later is asked about once they are in, as before.
    change(&house, NEW, |one| one.addresses[0].verified_at = None).await;
    house.browser().sign_in(NEW).await;
}

/// Guesses before a registration are those of the address, and stay so.
#[tokio::test]
async fn a_registration_lifts_no_pause() {
    let house = house();
    house.proved_resident(KNOWN).await;
    for email in [KNOWN, NEW] {
        let mut mallory = house.browser();
        for _ in 0..10 {
            assert_eq!(try_in(&mut mallory, email, "another one").await.status, 400);
        }
        assert_eq!(try_in(&mut mallory, email, PASSWORD).await.status, 429);
        assert_eq!(
            register(&mut mallory, json!({"email": email})).await.status,
            200
        );
        assert_eq!(
            try_in(&mut mallory, email, PASSWORD).await.status,
            429,
            "{email}"
        );
    }
}

#[tokio::test]
async fn guesses_after_a_registration_count_alike() {
    let house = house();
    house.proved_resident(KNOWN).await;
    let mut statuses = Vec::new();
    for (email, password) in [(KNOWN, "another one"), (NEW, PASSWORD)] {
        let mut mallory = house.browser();
        registered(&mut mallory, email).await;
        let mut own = Vec::new();
        for _ in 0..12 {
            own.push(try_in(&mut mallory, email, password).await.status);
        }
        statuses.push(own);
    }
    assert_eq!(statuses[0], statuses[1]);
    assert_eq!(statuses[0][9..], [400, 429, 429]);
}

/// KC-093: a password that somebody chooses after an administrator let them in counts.
#[tokio::test]
async fn whom_an_administrator_lets_in_signs_in_with_the_password_they_choose_then() {
    let house = house();
    registered(&mut house.browser(), NEW).await;
    let newcomer = stored(&house, NEW).await;
    let hour = Duration::from_secs(3600);
    let recovery = recoveries(&house)
        .create_for(newcomer.id, MailedProof::Code, hour)
        .await
        .unwrap();
    let mut browser = house.browser();
    browser.go(recovery.link.expose()).await;
    let id = recovery.link.expose().split("flow=").nth(1).unwrap();
    let fetch = format!("/self-service/recovery/flows?id={id}");
    let flow = browser.ask(&fetch).await.json();
    let code = recovery.code.unwrap();
    assert_eq!(
        type_in(&mut browser, &flow, code.expose()).await.status,
        422
    );
    let settings = browser.ask("/self-service/settings/browser").await.json();
    let fields =
        json!({"method": "password", "password": "staple battery", "csrf_token": csrf(&settings)});
    assert_eq!(browser.post(action(&settings), &fields).await.status, 200);
    let signed_in = try_in(&mut house.browser(), NEW, "staple battery").await;
    assert_eq!(signed_in.status, 200, "{}", signed_in.text());
}

/// KC-093: what was guessed in another form before tells nothing in this one, answer or work.
#[tokio::test]
async fn wrong_codes_cost_the_same_work_after_very_many() {
    let house = house();
    house.proved_resident(KNOWN).await;
    let mut work = Vec::new();
    for email in [KNOWN, NEW] {
        let mut mallory = house.browser();
        let recovery = mallory.begin("recovery").await;
        ask(&mut mallory, &recovery, email).await;
        for round in 0..24 {
            if round % 4 == 0 {
                house.clock.advance(Duration::from_secs(600));
            }
            type_in(&mut mallory, &recovery, "000000").await;
        }
        house.clock.advance(Duration::from_secs(600));
        let flow = registered(&mut mallory, email).await;
        let before = house.store.calls().len();
        let reply = type_in(&mut mallory, &flow, "000000").await;
        let calls: Vec<_> = house.store.calls()[before..].to_vec();
        work.push((told(&reply), calls));
    }
    assert_eq!(work[0], work[1]);
}

/// The page says how to go on, whoever reads it.
#[tokio::test]
async fn whoever_fails_to_sign_in_is_told_to_open_the_mail_first_and_led_to_another_one() {
    let house = house();
    registered(&mut house.browser(), NEW).await;
    for email in [NEW, "nobody@example.com"] {
        let mut browser = house.browser();
        let reply = browser
            .sign_in_by_form("/self-service/login/browser", email)
            .await;
        let page = browser.go(reply.location()).await.text();
        assert!(
            page.contains("open the mail that was sent to you first"),
            "{page}"
        );
        assert!(
            page.contains("/self-service/verification/browser"),
            "{page}"
        );
    }
    let usual = House::new();
    let mut browser = usual.browser();
    let reply = browser
        .sign_in_by_form("/self-service/login/browser", NEW)
        .await;
    let page = browser.go(reply.location()).await.text();
    assert!(
        !page.contains("/self-service/verification/browser"),
        "{page}"
    );
}

/// Their own mailbox tells nobody whether the other address was known.
#[tokio::test]
async fn letters_go_only_to_the_address_that_a_newcomer_signs_in_with() {
    let mut email = json!({"type": "string", "format": "email", "ory.sh/kratos": {}});
    for purpose in ["verification", "recovery"] {
        email["ory.sh/kratos"][purpose] = json!({"via": "email"});
    }
    let second = email.clone();
    email["ory.sh/kratos"]["credentials"] = json!({"password": {"identifier": true}});
    let house = Busy {
        defaults: vec![Action::VerifyEmail],
        schema: Some(json!({"properties": {"email": email, "second": second,
            "name": {"properties": {"first": {"type": "string"}}}}})),
        ..Busy::default()
    }
    .house();
    house.proved_resident(KNOWN).await;
    for email in [KNOWN, NEW] {
        let mut mallory = house.browser();
        let own = format!("mallory.of.{email}");
        let traits = json!({"email": email, "second": own});
        assert_eq!(register(&mut mallory, traits).await.status, 200);
        for kind in ["verification", "recovery"] {
            let flow = mallory.begin(kind).await;
            assert_eq!(ask(&mut mallory, &flow, &own).await.status, 200);
        }
        let mails = house.letters.mails();
        assert!(mails.iter().all(|mail| mail.to != own), "{mails:?}");
    }
}

/// Nobody learns who is switched off, or has proved another address, either.
#[tokio::test]
async fn a_known_address_that_no_letter_lets_in_is_answered_alike() {
    let house = house();
    house.resident(KNOWN).await;
    change(&house, KNOWN, |one| one.state = IdentityState::Inactive).await;
    let known = register(&mut house.browser(), json!({"email": KNOWN})).await;
    let new = register(&mut house.browser(), json!({"email": NEW})).await;
    assert_eq!((known.status, known.work), (200, new.work));
    change(&house, NEW, |one| one.state = IdentityState::Inactive).await;
    let reply = try_in(&mut house.browser(), NEW, PASSWORD).await;
    assert_eq!(told(&reply).0, 400);
    assert!(house.letters.mails().iter().all(|mail| mail.to != KNOWN));
}

/// KC-094, KC-095: only those wait who have registered by the form; those who were there before, whom
/// an administrator has created or who came from elsewhere sign in, and prove it then.
#[tokio::test]
async fn kc_095_nobody_else_who_has_to_prove_an_address_is_kept_from_signing_in() {
    let house = house();
    house.resident(KNOWN).await;
    house.browser().sign_in(KNOWN).await;
    registered(&mut house.browser(), NEW).await;
    assert_eq!(
        try_in(&mut house.browser(), NEW, PASSWORD).await.status,
        400
    );
    change(&house, NEW, Identity::lift_first_proof).await;
    house.browser().sign_in(NEW).await;
}

/// Where nothing would let the owner of an address in, nothing is promised, and newcomers sign in.
#[tokio::test]
async fn without_recovery_newcomers_sign_in_as_before() {
    let mut config = open_registration();
    config.recovery.enabled = false;
    let house = house_of(config);
    registered(&mut house.browser(), NEW).await;
    house.browser().sign_in(NEW).await;
}
