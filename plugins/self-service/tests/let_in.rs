//! Newcomers whom an administrator lets in before anything of them is proved: who stays unproved, and who
//! is known from then on.

use std::time::Duration;

use portcullis_core::{
    action::Action,
    credential::{CredentialKind, CredentialStore},
    id::CredentialId,
    identity::Identity,
    link::LinkKey,
};
use serde_json::json;

use super::{
    handed_out::recoveries,
    house::{
        Browser, House, Reply, action, csrf,
        mailed::type_in,
        provider_visit::{come_back, press, refused},
    },
    names::{TERM, nova, wanted},
    newcomer::{NEW, change, house, registered, stored, try_in},
    registration_alike::house_of_names,
};
use crate::MailedProof;

/// No proof is asked of them any more, though nothing of them is proved.
fn let_in(identity: &mut Identity) {
    let actions = &mut identity.required_actions;
    actions.retain(|alias| alias == Identity::FIRST_PROOF);
}

async fn choose(browser: &mut Browser<'_>, password: &str) -> Reply {
    let flow = browser.ask("/self-service/settings/browser").await.json();
    let fields = json!({"method": "password", "password": password, "csrf_token": csrf(&flow)});
    browser.post(action(&flow), &fields).await
}

pub(super) async fn link(house: &House, identity: &Identity) {
    let key = LinkKey {
        provider: "acme".parse().unwrap(),
        issuer: "https://acme.example".to_owned(),
        subject: "4711".to_owned(),
    };
    let id = CredentialId::generate(&*house.services.entropy);
    let link = key.credential(identity.id, id, identity.created_at);
    CredentialStore::put(&*house.store, &link).await.unwrap();
}

async fn kinds(house: &House, identity: &Identity) -> Vec<CredentialKind> {
    let own = CredentialStore::list(&*house.store, identity.id).await;
    own.unwrap().into_iter().map(|one| one.kind).collect()
}

/// KC-093: a stranger who is let in does not make themselves known by another password.
#[tokio::test]
async fn kc_093_who_comes_in_with_what_they_registered_stays_unproved() {
    let house = house();
    registered(&mut house.browser(), NEW).await;
    change(&house, NEW, let_in).await;
    let mut stranger = house.browser();
    stranger.sign_in(NEW).await;
    assert_eq!(choose(&mut stranger, "staple battery").await.status, 200);
    assert!(stored(&house, NEW).await.awaits_first_proof());
    let again = try_in(&mut house.browser(), NEW, "staple battery").await;
    assert_eq!(again.status, 200, "{}", again.text());
}

/// KC-093: everything else goes, and every session, but not the way in of whoever holds the address.
#[tokio::test]
async fn kc_093_an_account_that_proves_the_address_in_the_settings_is_what_is_left() {
    let house = house();
    registered(&mut house.browser(), NEW).await;
    change(&house, NEW, let_in).await;
    let mut browser = house.browser();
    browser.sign_in(NEW).await;
    let flow = browser.ask("/self-service/settings/browser").await.json();
    let state = press(&mut browser, &flow, "link", "google").await;
    let visit = format!("state={state}&code=new");
    let reply = come_back(&mut browser, "google", &visit).await;
    refused(&reply, 401, "session_inactive");
    let newcomer = stored(&house, NEW).await;
    assert!(!newcomer.awaits_first_proof());
    assert_eq!(kinds(&house, &newcomer).await, [CredentialKind::Oidc]);
}

/// KC-078: whoever is handed a way in is vouched for, and who registered is perhaps somebody else.
#[tokio::test]
async fn kc_078_a_way_in_that_is_handed_out_leaves_nothing_of_a_registration() {
    let house = house();
    registered(&mut house.browser(), NEW).await;
    let newcomer = stored(&house, NEW).await;
    link(&house, &newcomer).await;
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
    let done = type_in(&mut browser, &flow, code.expose()).await;
    assert_eq!(done.status, 422, "{}", done.text());
    assert_eq!(kinds(&house, &newcomer).await, []);
    assert!(!stored(&house, NEW).await.awaits_first_proof());
    assert_eq!(choose(&mut browser, "staple battery").await.status, 200);
    let again = try_in(&mut house.browser(), NEW, "staple battery").await;
    assert_eq!(again.status, 200, "{}", again.text());
}

/// An administrator has said something of them, though not that they are who they say.
#[tokio::test]
async fn who_is_let_in_unproved_keeps_their_name() {
    let house = house_of_names(vec![Action::VerifyEmail]);
    let nova = nova(&house).await;
    change(&house, "nova", let_in).await;
    house.clock.advance(TERM);
    assert_eq!(wanted(&house).await, (400, vec![4_000_007]));
    assert_eq!(stored(&house, "nova").await.id, nova.id);
}
