//! The first proof of an identity that anybody may have registered: who gives it, and what stays.

use portcullis_core::{
    action::Action,
    credential::{Credential, CredentialStore},
    identity::{Identity, IdentityStore},
};
use serde_json::{Value, json};

use super::{
    house::{
        Browser, House, PASSWORD, PUBLIC, Reply, action,
        busy::house_where,
        csrf,
        mailed::{ask, mailed, type_in},
        messages, node,
    },
    mailed_link,
    strangers::{VICTIM, add, recover, squatter},
};

async fn register(browser: &mut Browser<'_>) -> Value {
    let flow = browser.begin("registration").await;
    let fields = json!({
        "method": "password", "password": PASSWORD, "csrf_token": csrf(&flow),
        "traits": {"email": VICTIM},
    });
    let reply = browser.post(action(&flow), &fields).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let body = reply.json();
    let id = body["continue_with"][0]["flow"]["id"].as_str().unwrap();
    let fetch = format!("/self-service/verification/flows?id={id}");
    browser.ask(&fetch).await.json()
}

async fn credentials(house: &House, identity: &Identity) -> Vec<Credential> {
    CredentialStore::list(&*house.store, identity.id)
        .await
        .unwrap()
}

async fn is_proved(house: &House, identity: &Identity, address: &str) -> bool {
    let stored = house.stored(identity).await;
    let mut addresses = stored.addresses.iter();
    addresses.any(|one| one.value == address && one.verified_at.is_some())
}

/// They are asked for six digits, and have them sent by the button of the form.
#[tokio::test]
async fn whoever_registers_where_a_stranger_was_first_and_proves_it_leaves_nothing_to_the_stranger()
{
    for defaults in [vec![], vec![Action::VerifyEmail]] {
        let house = house_where(&defaults);
        let ada = squatter(&house).await;
        let mut mallory = house.browser();
        mallory.sign_in(VICTIM).await;
        let mut victim = house.browser();
        let flow = register(&mut victim).await;
        let again = node(&flow, "email")["attributes"]["value"].as_str();
        assert_eq!(again, Some(VICTIM));
        ask(&mut victim, &flow, VICTIM).await;
        let done = type_in(&mut victim, &flow, &mailed(&house)).await.json();
        assert_eq!(messages(&done), [1_080_002], "{done}");
        assert!(is_proved(&house, &ada, VICTIM).await);
        assert_eq!(credentials(&house, &ada).await, []);
        assert_eq!(mallory.ask("/sessions/whoami").await.status, 401);

        let onward = victim.press(&done, &[("method", "code")]).await;
        let page = format!("{PUBLIC}/.portcullis/self-service/recovery/browser");
        assert_eq!(onward.location(), page);
        assert_eq!(recover(&mut victim, VICTIM).await.status, 422);
        let whoami = victim.ask("/sessions/whoami").await.json();
        assert_eq!(whoami["required_actions"], json!(["UPDATE_PASSWORD"]));
    }
}

#[tokio::test]
async fn whoever_has_registered_proves_it_there_and_keeps_what_they_chose() {
    for defaults in [vec![], vec![Action::VerifyEmail]] {
        let house = house_where(&defaults);
        let mut ada = house.browser();
        let flow = register(&mut ada).await;
        let session = ada.jar.remove("__Host-portcullis");
        assert_eq!(session.is_some(), defaults.is_empty());
        ask(&mut ada, &flow, VICTIM).await;
        let done = type_in(&mut ada, &flow, &mailed(&house)).await.json();
        assert_eq!(messages(&done), [1_080_002], "{done}");
        ada.sign_in(VICTIM).await;
    }
}

#[tokio::test]
async fn whoever_has_asked_signed_in_may_be_signed_out_when_they_prove_it() {
    let house = House::new();
    let ada = house.resident(VICTIM).await;
    let mut browser = house.browser();
    browser.sign_in(VICTIM).await;
    let flow = browser.begin("verification").await;
    ask(&mut browser, &flow, VICTIM).await;
    browser.jar.remove("__Host-portcullis");
    let done = type_in(&mut browser, &flow, &mailed(&house)).await;
    assert_eq!(messages(&done.json()), [1_080_002]);
    assert_eq!(credentials(&house, &ada).await.len(), 1);
}

/// Nobody would get back in.
#[tokio::test]
async fn without_recovery_nobody_but_whoever_is_signed_in_proves_it() {
    let mut config = super::house::open_registration();
    config.recovery.enabled = false;
    let house = House::with(config, crate::Limits::default());
    let ada = house.resident(VICTIM).await;
    let mut browser = house.browser();
    let flow = browser.begin("verification").await;
    ask(&mut browser, &flow, VICTIM).await;
    let reply = type_in(&mut browser, &flow, &mailed(&house)).await;
    assert_eq!(reply.status, 401, "{}", reply.text());
    assert!(!is_proved(&house, &ada, VICTIM).await);
    assert_eq!(credentials(&house, &ada).await.len(), 1);
}

async fn open(browser: &mut Browser<'_>, link: &str) -> Reply {
    let page = browser.go(link).await;
    mailed_link::press(browser, link, &page).await
}

/// A stranger has registered with somebody's address, and the gateway writes to them.
#[tokio::test]
async fn nobody_proves_a_strangers_first_address_in_passing() {
    let house = mailed_link::house();
    let mallory = house.resident(VICTIM).await;
    let mut strange = house.browser();
    let flow = strange.begin("verification").await;
    ask(&mut strange, &flow, VICTIM).await;
    let link = mailed(&house);
    let mut ada = house.browser();
    let reply = open(&mut ada, &link).await;
    assert_eq!(reply.status, 401);
    assert!(reply.text().contains("sign in in this browser first"));
    assert!(!is_proved(&house, &mallory, VICTIM).await);
    ada.sign_in(VICTIM).await;
    let reply = open(&mut ada, &link).await;
    assert_eq!(reply.status, 303, "it was not used up");
    assert!(is_proved(&house, &mallory, VICTIM).await);
    assert_eq!(credentials(&house, &mallory).await.len(), 1);
}

#[tokio::test]
async fn nobody_proves_a_strangers_further_address_in_passing() {
    let house = mailed_link::house();
    let mallory = house.proved_resident("mallory@example.com").await;
    add(&house, &mallory, VICTIM).await;
    let mut strange = house.browser();
    strange.sign_in("mallory@example.com").await;
    let flow = strange.begin("verification").await;
    ask(&mut strange, &flow, VICTIM).await;
    let link = mailed(&house);
    let reply = open(&mut house.browser(), &link).await;
    assert_eq!(reply.status, 401);
    assert!(!is_proved(&house, &mallory, VICTIM).await);
}

#[tokio::test]
async fn a_link_that_was_asked_for_here_proves_it_and_leaves_nothing_to_a_stranger() {
    let house = mailed_link::house();
    let mallory = house.resident(VICTIM).await;
    let mut victim = house.browser();
    let flow = victim.begin("verification").await;
    ask(&mut victim, &flow, VICTIM).await;
    let reply = open(&mut victim, &mailed(&house)).await;
    assert_eq!(reply.status, 303, "{}", reply.text());
    assert!(is_proved(&house, &mallory, VICTIM).await);
    assert_eq!(credentials(&house, &mallory).await, []);
}

/// One proof may come in between.
#[tokio::test]
async fn a_code_proves_no_further_address_for_whoever_has_proved_another_meanwhile() {
    let house = House::new();
    let mallory = house.resident("mallory@example.com").await;
    add(&house, &mallory, VICTIM).await;
    let mut victim = house.browser();
    let flow = victim.begin("verification").await;
    ask(&mut victim, &flow, VICTIM).await;
    let code = mailed(&house);
    let mut proved = house.stored(&mallory).await;
    proved.addresses[0].verified_at = Some(house.services.clock.now());
    IdentityStore::update(&*house.store, &proved).await.unwrap();
    let reply = type_in(&mut victim, &flow, &code).await;
    assert_eq!(reply.status, 401, "{}", reply.text());
    assert!(!is_proved(&house, &mallory, VICTIM).await);
}
