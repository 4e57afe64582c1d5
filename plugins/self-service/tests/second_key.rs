//! Where a security key follows a sign-in through a provider (CU-30).

use portcullis_core::{action::Action, assurance::Assurance, credential::CredentialKind};
use serde_json::{Value, json};

use super::house::{
    Browser, House, action, csrf,
    factor::{CODE, STEP_UP, WHOAMI, aal, house, house_without, prove, prove_key},
    messages, node,
    provider_visit::arrive,
    stand_ins::TWICE,
};

const ADA: &str = "ada@example.com";

fn keyed() -> Assurance {
    Assurance {
        key_after_provider: true,
        ..Assurance::default()
    }
}

async fn actions_of(browser: &mut Browser<'_>) -> Value {
    browser.ask(WHOAMI).await.json()["required_actions"].clone()
}

/// The flow of the second step, which asks for a key or a code in its place.
async fn second_step(browser: &mut Browser<'_>) -> Value {
    let refused = browser.ask(WHOAMI).await;
    assert_eq!(refused.error(), (403, "session_aal2_required".to_owned()));
    let flow = browser.ask(STEP_UP).await.json();
    let nodes = flow["ui"]["nodes"].as_array().unwrap();
    let groups: Vec<_> = nodes.iter().map(|node| &node["group"]).collect();
    assert!(!groups.contains(&&json!("totp")), "{groups:?}");
    node(&flow, "webauthn_code");
    flow
}

/// Signs in through a provider as bob, and adds what he is asked for.
async fn bob(house: &House) -> Browser<'_> {
    let mut browser = house.browser();
    let reply = arrive(&mut browser, "acme", "bob").await;
    let page = reply.location().to_owned();
    assert!(page.contains("kc_action=webauthn-register"), "{page}");
    let flow = browser.errand(&reply).await;
    let done = prove_key(&mut browser, &flow).await;
    assert_eq!(done.status, 200, "{}", done.text());
    browser
}

/// CU-30: who has none adds one, and who has one shows it.
#[tokio::test]
async fn cu_30_whoever_comes_through_a_provider_goes_on_with_a_key() {
    let house = house(keyed());
    let mut browser = bob(&house).await;
    assert_eq!(aal(&mut browser).await, "aal2");
    assert_eq!(actions_of(&mut browser).await, json!([]));

    let mut again = house.browser();
    let reply = arrive(&mut again, "acme", "bob").await;
    assert!(
        reply.location().contains("aal=aal2"),
        "{}",
        reply.location()
    );
    let flow = second_step(&mut again).await;
    let done = prove_key(&mut again, &flow).await;
    assert_eq!(done.status, 200, "{}", done.text());
    assert_eq!(aal(&mut again).await, "aal2");
    let taken = again.ask(STEP_UP).await.error();
    assert_eq!(taken, (401, "session_aal_already_fulfilled".to_owned()));
}

/// CU-30: an app is no key, also where it has been shown already.
#[tokio::test]
async fn cu_30_an_app_does_not_stand_in_for_the_key() {
    let house = house(keyed());
    let mut browser = bob(&house).await;
    let session = browser.ask(WHOAMI).await.json();
    let id = session["identity"]["id"].as_str().unwrap().parse().unwrap();
    let identities = &house.services.identities;
    let identity = identities.find(id).await.unwrap().unwrap();
    let credentials = &house.services.credentials;
    for key in credentials.list(id).await.unwrap() {
        if key.kind == CredentialKind::Webauthn {
            credentials.delete(key.id).await.unwrap();
        }
    }
    house.equip(&identity).await;
    let mut again = house.browser();
    arrive(&mut again, "acme", "bob").await;
    assert_eq!(
        actions_of(&mut again).await,
        json!([Action::WebauthnRegister])
    );
    let flow = again.ask(STEP_UP).await.json();
    assert_eq!(prove(&mut again, &flow, CODE).await.status, 200);
    assert_eq!(aal(&mut again).await, "aal2");
    assert_eq!(
        actions_of(&mut again).await,
        json!([Action::WebauthnRegister])
    );
    // From here on there is a key elsewhere, and this session has not shown it.
    house.equip_with(&identity, CredentialKind::Webauthn).await;
    let flow = second_step(&mut again).await;
    assert_eq!(prove_key(&mut again, &flow).await.status, 200);
    assert_eq!(actions_of(&mut again).await, json!([]));
}

/// CU-30: whoever has a password, or two factors at the provider, needs none.
#[tokio::test]
async fn cu_30_nobody_else_needs_one() {
    let house = house(keyed());
    house.resident(ADA).await;
    let mut browser = house.browser();
    browser.sign_in(ADA).await;
    assert_eq!(actions_of(&mut browser).await, json!([]));
    // The account comes with an address that is nobody's here.
    let house = self::house(keyed());
    house.configure("acme", |provider| {
        provider.policy.second_factor.amr_values = vec!["mfa".to_owned()];
    });
    let mut browser = house.browser();
    arrive(&mut browser, "acme", TWICE).await;
    assert_eq!(actions_of(&mut browser).await, json!([]));
}

/// CU-30.
#[tokio::test]
async fn cu_30_the_last_key_of_somebody_with_a_provider_stays() {
    let house = house(keyed());
    let mut browser = bob(&house).await;
    let flow = browser.begin("settings").await;
    let fields = json!({"webauthn_unlink": "true", "csrf_token": csrf(&flow)});
    let reply = browser.post(action(&flow), &fields).await;
    assert_eq!(reply.status, 400, "{}", reply.text());
    assert_eq!(messages(&reply.json()), [4_990_154]);
    // Whoever has no provider is free to remove theirs.
    let ada = house.proved_resident(ADA).await;
    house.equip_with(&ada, CredentialKind::Webauthn).await;
    let mut browser = house.browser();
    browser.sign_in(ADA).await;
    let flow = browser.ask(STEP_UP).await.json();
    assert_eq!(prove_key(&mut browser, &flow).await.status, 200);
    let flow = browser.begin("settings").await;
    let fields = json!({"webauthn_unlink": "true", "csrf_token": csrf(&flow)});
    let reply = browser.post(action(&flow), &fields).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
}

/// CU-30: where nobody can add one, nobody gets in by a provider.
#[tokio::test]
async fn cu_30_where_no_key_can_be_added_a_provider_lets_nobody_through() {
    let house = house_without(keyed(), &[Action::WebauthnRegister]);
    let mut browser = house.browser();
    arrive(&mut browser, "acme", "bob").await;
    let refused = browser.ask(WHOAMI).await.error();
    assert_eq!(refused, (403, "session_aal2_required".to_owned()));
}
