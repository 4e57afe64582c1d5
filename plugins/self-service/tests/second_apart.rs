//! What a second factor guards besides signing in, and what stands in for one: nobody is locked out by
//! what is switched off, and nobody gets around what is asked.

use portcullis_core::{
    action::Action,
    assurance::Assurance,
    credential::{Credential, CredentialKind, CredentialStore, Kinds},
    id::CredentialId,
    identity::Identity,
};
use serde_json::json;

use super::house::{
    Browser, House, action, csrf,
    factor::{CODE, STEP_UP, WHOAMI, enforced, house, house_without, prove},
    node,
};

const ADA: &str = "ada@example.com";
const SETTINGS: &str = "/self-service/settings/browser";

async fn keep(house: &House, identity: &Identity, kind: CredentialKind) {
    let equipped = house.equip(identity).await;
    let store: &dyn CredentialStore = &*house.store;
    store.delete(equipped.id).await.unwrap();
    let other = Credential {
        id: CredentialId::generate(&*house.services.entropy),
        kind,
        ..equipped
    };
    store.put(&other).await.unwrap();
}

async fn step_up(browser: &mut Browser<'_>) {
    let flow = browser.ask(STEP_UP).await.json();
    assert_eq!(prove(browser, &flow, CODE).await.status, 200);
}

fn refused(reply: &super::house::Reply) {
    assert_eq!(reply.error(), (403, "session_aal2_required".to_owned()));
}

/// CU-25: what is switched off is neither offered nor asked for, nor does it close the settings.
#[tokio::test]
async fn a_factor_that_is_switched_off_keeps_nobody_out() {
    let off = Assurance {
        highest_available: true,
        factors: Kinds::of([CredentialKind::Webauthn]),
        ..Assurance::default()
    };
    let house = house(off);
    let ada = house.resident(ADA).await;
    house.equip(&ada).await;
    let mut browser = house.browser();
    browser.sign_in(ADA).await;
    assert_eq!(browser.ask(WHOAMI).await.status, 200);
    assert_eq!(browser.ask(SETTINGS).await.status, 200);
}

/// A key that nothing here can ask for: no redirect leads back to where it came from.
#[tokio::test]
async fn a_factor_that_cannot_be_asked_for_is_no_endless_way() {
    let house = house(Assurance::default());
    let ada = house.resident(ADA).await;
    keep(&house, &ada, CredentialKind::Webauthn).await;
    let mut browser = house.browser();
    browser.sign_in(ADA).await;
    let sent = browser.go(SETTINGS).await;
    let told = browser.go(sent.location()).await;
    assert_eq!(told.status, 403);
    assert!(told.text().contains("administrator"), "{}", told.text());
}

/// CU-25: codes on a list stand in for another factor, and are none by themselves.
#[tokio::test]
async fn codes_on_a_list_alone_raise_nobody() {
    let house = house(enforced());
    let ada = house.resident(ADA).await;
    keep(&house, &ada, CredentialKind::LookupSecret).await;
    let mut browser = house.browser();
    browser.sign_in(ADA).await;
    assert_eq!(browser.ask(STEP_UP).await.status, 400);
    let session = browser.ask(WHOAMI).await.json();
    assert_eq!(session["required_actions"], json!(["CONFIGURE_TOTP"]));
    // Beside another factor they are asked for.
    house.equip(&ada).await;
    let flow = browser.ask(STEP_UP).await.json();
    node(&flow, "lookup_secret");
    let fields =
        json!({"method": "lookup_secret", "lookup_secret": CODE, "csrf_token": csrf(&flow)});
    let done = browser.post(action(&flow), &fields).await;
    assert_eq!(done.status, 200, "{}", done.text());
}

#[tokio::test]
async fn where_nobody_can_set_a_factor_up_enforcement_lets_nobody_through() {
    let off = [Action::ConfigureTotp, Action::WebauthnRegister];
    let house = house_without(enforced(), &off);
    house.resident(ADA).await;
    let mut browser = house.browser();
    browser.sign_in(ADA).await;
    refused(&browser.ask(WHOAMI).await);
    let house = house_without(enforced(), &[Action::ConfigureTotp]);
    house.resident(ADA).await;
    let mut browser = house.browser();
    browser.sign_in(ADA).await;
    let session = browser.ask(WHOAMI).await.json();
    assert_eq!(session["required_actions"], json!(["webauthn-register"]));
    let sent = browser.go(STEP_UP).await;
    let to = sent.location();
    assert!(to.contains("kc_action=webauthn-register"), "{to}");
}

#[tokio::test]
async fn a_password_alone_neither_shows_nor_ends_the_other_sessions() {
    let house = house(Assurance {
        highest_available: true,
        ..Assurance::default()
    });
    let ada = house.resident(ADA).await;
    house.equip(&ada).await;
    let mut owner = house.browser();
    owner.sign_in(ADA).await;
    step_up(&mut owner).await;
    let mut thief = house.browser();
    thief.sign_in(ADA).await;
    refused(&thief.ask("/sessions").await);
    refused(&thief.delete("/sessions", &[]).await);
    let sent = thief.go("/profile").await;
    assert!(sent.location().contains("aal=aal2"), "{}", sent.location());
    let ended = thief
        .submit("/profile/sessions", &[("session", "others")])
        .await;
    assert_eq!(ended.status, 403);
    refused(&thief.ask("/self-service/browser/flows/profile").await);
    assert_eq!(owner.ask(WHOAMI).await.status, 200);
    assert_eq!(owner.ask("/sessions").await.status, 200);
    assert_eq!(owner.go("/profile").await.status, 200);
}

/// Another node may believe for a while that there is no second factor.
#[tokio::test]
async fn a_factor_of_a_moment_ago_guards_what_a_node_has_read_before() {
    let house = house(Assurance::default());
    let ada = house.proved_resident(ADA).await;
    let mut browser = house.browser();
    browser.sign_in(ADA).await;
    browser.stay_cached().await;
    let flow = browser.begin("settings").await;
    node(&flow, "totp_code");
    house.equip(&ada).await;
    for fields in [
        json!({"totp_unlink": "true"}),
        json!({"method": "password", "password": "another horse"}),
    ] {
        let mut fields = fields;
        fields["csrf_token"] = csrf(&flow).into();
        refused(&browser.post(action(&flow), &fields).await);
    }
}
