//! Recovery and verification where a stranger was there first, with an address that is not theirs.

use portcullis_core::{
    credential::CredentialStore,
    id::AddressId,
    identity::{Address, Identity, IdentityStore},
};
use serde_json::{Value, json};

use super::house::{
    Browser, House, Reply, action,
    busy::house_where,
    credentials, csrf,
    mailed::{ask, mailed, type_in},
    messages,
    provider_visit::{come_back, press},
};

pub(super) const VICTIM: &str = "victim@example.com";

/// Somebody who registered with the victim's address, and linked an account of theirs.
pub(super) async fn squatter(house: &House) -> Identity {
    let squatter = house.resident(VICTIM).await;
    let mut mallory = house.browser();
    mallory.sign_in(VICTIM).await;
    let flow = mallory.ask("/self-service/settings/browser").await.json();
    let state = press(&mut mallory, &flow, "link", "google").await;
    let query = format!("state={state}&code=mallory");
    come_back(&mut mallory, "google", &query).await;
    let links = house.services.broker.links(squatter.id).await.unwrap();
    assert_eq!(links.len(), 1);
    squatter
}

pub(super) async fn recover(browser: &mut Browser<'_>, address: &str) -> Reply {
    let flow = browser.begin("recovery").await;
    ask(browser, &flow, address).await;
    let code = mailed(browser.house());
    type_in(browser, &flow, &code).await
}

async fn required(browser: &mut Browser<'_>) -> Value {
    let whoami = browser.ask("/sessions/whoami").await.json();
    whoami["required_actions"].clone()
}

#[tokio::test]
async fn whoever_proves_an_address_first_takes_everything_back() {
    let house = house_where(&[]);
    let ada = squatter(&house).await;
    let mut victim = house.browser();
    assert_eq!(recover(&mut victim, VICTIM).await.status, 422);
    let left = CredentialStore::list(&*house.store, ada.id).await.unwrap();
    assert_eq!(left, [], "neither password nor link is left");
    let heard = house.heard.all();
    assert!(
        heard.contains(&"unlinked: reclaimed".to_owned()),
        "{heard:?}"
    );
    assert_eq!(required(&mut victim).await, json!(["UPDATE_PASSWORD"]));

    let flow = victim.ask("/self-service/settings/browser").await.json();
    let new =
        json!({"method": "password", "password": "staple battery", "csrf_token": csrf(&flow)});
    assert_eq!(victim.post(action(&flow), &new).await.status, 200);
    assert_eq!(required(&mut victim).await, json!([]));
}

#[tokio::test]
async fn whoever_proved_it_before_keeps_their_links_and_replaces_the_password() {
    let house = house_where(&[]);
    let mut ada = squatter(&house).await;
    ada = house.stored(&ada).await;
    ada.addresses[0].verified_at = Some(house.services.clock.now());
    IdentityStore::update(&*house.store, &ada).await.unwrap();
    let mut browser = house.browser();
    assert_eq!(recover(&mut browser, VICTIM).await.status, 422);
    let left = CredentialStore::list(&*house.store, ada.id).await.unwrap();
    assert_eq!(left.len(), 2);
    assert_eq!(required(&mut browser).await, json!(["UPDATE_PASSWORD"]));
}

/// The address as another one of the identity that nobody has proved.
pub(super) async fn add(house: &House, identity: &Identity, address: &str) {
    let mut identity = house.stored(identity).await;
    let known = identity.addresses[0].clone();
    identity.addresses.push(Address {
        id: AddressId::generate(&*house.services.entropy),
        value: address.to_owned(),
        verified_at: None,
        ..known
    });
    IdentityStore::update(&*house.store, &identity)
        .await
        .unwrap();
}

#[tokio::test]
async fn what_a_stranger_left_or_began_lets_them_in_no_more() {
    let house = House::new();
    let ada = house.resident(VICTIM).await;
    add(&house, &ada, "mallory@example.com").await;
    let mut mallory = house.browser();
    let mut begun = Vec::new();
    for kind in ["recovery", "verification"] {
        let flow = mallory.begin(kind).await;
        ask(&mut mallory, &flow, "mallory@example.com").await;
        begun.push((flow, mailed(&house)));
    }
    assert_eq!(recover(&mut house.browser(), VICTIM).await.status, 422);
    for (flow, code) in &begun {
        assert_eq!(type_in(&mut mallory, flow, code).await.status, 404);
    }
    let before = house.letters.mails().len();
    for kind in ["recovery", "verification"] {
        let flow = mallory.begin(kind).await;
        let reply = ask(&mut mallory, &flow, "mallory@example.com").await;
        assert_eq!(reply.status, 200, "the answer is as ever");
    }
    assert_eq!(house.letters.mails().len(), before);
}

#[tokio::test]
async fn an_address_that_several_merely_claim_is_nobodys() {
    let house = House::new();
    for name in ["mallory", "victim"] {
        let email = format!("{name}@example.com");
        let mut resident = house.resident(&email).await;
        resident.identifiers = vec![name.to_owned()];
        resident.addresses[0].value = VICTIM.to_owned();
        IdentityStore::update(&*house.store, &resident)
            .await
            .unwrap();
    }
    let mut browser = house.browser();
    for kind in ["recovery", "verification"] {
        let flow = browser.begin(kind).await;
        let reply = ask(&mut browser, &flow, VICTIM).await;
        assert_eq!(reply.status, 200, "{}", reply.text());
    }
    assert_eq!(house.letters.mails().len(), 0);
    let login = browser.begin("login").await;
    let fields = credentials(&login, "victim", super::house::PASSWORD);
    assert_eq!(browser.post(action(&login), &fields).await.status, 200);
    let flow = browser.begin("verification").await;
    ask(&mut browser, &flow, VICTIM).await;
    let reply = type_in(&mut browser, &flow, &mailed(&house)).await;
    assert_eq!(
        messages(&reply.json()),
        [1_080_002],
        "signed in it is theirs"
    );
}
