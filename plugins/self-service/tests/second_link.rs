//! Accounts of providers that come to somebody with a second factor: none is linked before it is
//! shown, and none takes its place.

use portcullis_core::{
    assurance::Assurance,
    credential::{Credential, CredentialKind, CredentialStore},
    id::CredentialId,
    identity::Identity,
    link::PreparedLink,
    provider::Linking,
};
use serde_json::{Value, json};

use super::house::{
    Browser, House, PASSWORD, action, credentials, csrf,
    factor::{CODE, aal, house},
    messages,
    provider_visit::{arrive, asked},
    stand_ins::TWICE,
};

const ADA: &str = "ada@example.com";

/// A house whose providers say when somebody has shown two factors there.
async fn equipped(link: Linking) -> (House, Identity) {
    let house = house(Assurance::default());
    let ada = house.proved_resident(ADA).await;
    house.equip(&ada).await;
    house.configure("google", |provider| {
        provider.policy.link = link;
        provider.policy.second_factor.amr_values = vec!["mfa".to_owned()];
    });
    (house, ada)
}

async fn links(house: &House, identity: &Identity) -> usize {
    let links = house.services.broker.links(identity.id).await;
    links.unwrap().len()
}

/// Proves to be Ada by her password, and returns the flow of the second step.
async fn second_step(browser: &mut Browser<'_>, flow: &Value) -> Value {
    let fields = credentials(flow, ADA, PASSWORD);
    let reply = browser.post(action(flow), &fields).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let told = reply.json()["continue_with"][0].clone();
    assert_eq!(told["action"], "redirect_browser_to");
    let page = told["redirect_browser_to"].as_str().unwrap();
    let (_, id) = page.split_once("flow=").unwrap();
    let fetch = format!("/self-service/login/flows?id={id}");
    browser.ask(&fetch).await.json()
}

#[tokio::test]
async fn an_account_is_linked_after_the_second_step_only() {
    let (house, ada) = equipped(Linking::Confirm).await;
    let mut browser = house.browser();
    let flow = asked(&mut browser, "google", TWICE).await;
    let step = second_step(&mut browser, &flow).await;
    assert_eq!(messages(&step), [1_010_004]);
    // Whoever knows the password has a session, and no more.
    assert_eq!(aal(&mut browser).await, "aal1");
    assert_eq!(links(&house, &ada).await, 0);
    let again = credentials(&flow, ADA, PASSWORD);
    assert_ne!(browser.post(action(&flow), &again).await.status, 200);
    let mut fields = json!({"method": "totp", "totp_code": "000000", "csrf_token": csrf(&step)});
    assert_eq!(browser.post(action(&step), &fields).await.status, 400);
    assert_eq!(links(&house, &ada).await, 0);
    fields["totp_code"] = json!(CODE);
    let done = browser.post(action(&step), &fields).await;
    assert_eq!(done.status, 200, "{}", done.text());
    assert_eq!(links(&house, &ada).await, 1);
    assert_eq!(aal(&mut browser).await, "aal2");
    assert!(house.heard.all().contains(&"linked: proved".to_owned()));
}

#[tokio::test]
async fn a_page_leads_to_the_second_step_before_an_account_is_linked() {
    let (house, ada) = equipped(Linking::Confirm).await;
    let mut browser = house.browser();
    let flow = asked(&mut browser, "google", "ada").await;
    let fields = [
        ("csrf_token", csrf(&flow)),
        ("password", PASSWORD),
        ("method", "password"),
    ];
    let sent = browser.submit(action(&flow), &fields).await;
    let page = browser.go(sent.location()).await.text();
    assert!(page.contains("Confirm that it is you"), "{page}");
    assert_eq!(links(&house, &ada).await, 0);
}

/// What waits has ended with its flow; the second step has not.
#[tokio::test]
async fn a_second_step_that_comes_too_late_links_nothing() {
    let (house, ada) = equipped(Linking::Confirm).await;
    let mut browser = house.browser();
    let flow = asked(&mut browser, "google", "ada").await;
    let step = second_step(&mut browser, &flow).await;
    house.clock.advance(std::time::Duration::from_secs(601));
    let fields = json!({"method": "totp", "totp_code": CODE, "csrf_token": csrf(&step)});
    let late = browser.post(action(&step), &fields).await.json();
    let id = late["use_flow_id"].as_str().unwrap();
    let fetch = format!("/self-service/login/flows?id={id}");
    let anew = browser.ask(&fetch).await.json();
    let fields = json!({"method": "totp", "totp_code": CODE, "csrf_token": csrf(&anew)});
    let done = browser.post(action(&anew), &fields).await;
    assert_eq!(done.status, 200, "{}", done.text());
    assert_eq!(aal(&mut browser).await, "aal2");
    assert_eq!(links(&house, &ada).await, 0);
}

#[tokio::test]
async fn nothing_is_linked_by_itself_to_somebody_with_a_second_factor() {
    let (house, ada) = equipped(Linking::Auto).await;
    let mut browser = house.browser();
    asked(&mut browser, "google", TWICE).await;
    assert_eq!(links(&house, &ada).await, 0);
    assert!(browser.session().is_none());
}

/// Whoever reads Ada's mail may have made the account that an administrator has prepared a link for,
/// and at the next sign-in it would count as two factors.
#[tokio::test]
async fn a_prepared_link_waits_for_the_second_step_too() {
    let (house, ada) = equipped(Linking::Confirm).await;
    let prepared = PreparedLink::new("google".parse().unwrap(), ADA);
    let now = house.services.clock.now();
    let link = Credential {
        id: CredentialId::generate(&*house.services.entropy),
        identity_id: ada.id,
        kind: CredentialKind::Oidc,
        identifier: Some(prepared.identifier()),
        config: json!({}),
        label: None,
        priority: 0,
        last_used_at: None,
        created_at: now,
        updated_at: now,
    };
    let store: &dyn CredentialStore = &*house.store;
    store.put(&link).await.unwrap();
    let mut browser = house.browser();
    let flow = asked(&mut browser, "google", TWICE).await;
    assert_eq!((browser.session(), links(&house, &ada).await), (None, 0));
    let step = second_step(&mut browser, &flow).await;
    assert_eq!(links(&house, &ada).await, 0);
    let fields = json!({"method": "totp", "totp_code": CODE, "csrf_token": csrf(&step)});
    assert_eq!(browser.post(action(&step), &fields).await.status, 200);
    assert_eq!(links(&house, &ada).await, 1);
    let mut later = house.browser();
    arrive(&mut later, "google", TWICE).await;
    assert_eq!(aal(&mut later).await, "aal2");
}
