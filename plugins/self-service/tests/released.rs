//! What releases a change that waits: a proof made for it, and nothing that merely comes later.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use portcullis_core::{
    credential::{Credential, CredentialStore},
    flow::FlowKind,
    identity::Identity,
    method::{Method, MethodError},
    testing::FrozenClock,
    ui::Node,
};
use serde_json::{Value, json};

use super::house::{
    Browser, House, PASSWORD, Reply, action, credentials, csrf, messages,
    provider_visit::{arrive, come_back, press},
    stand_ins::FakeMethod,
};
use crate::Limits;

const ADA: &str = "ada@example.com";
const NEW: &str = "battery staple";
const CHANGED: &str = "password changed";

/// Wants a new password in a session that is too old for that; returns where it would go on.
async fn park(browser: &mut Browser<'_>) -> (String, Reply) {
    browser.house().clock.advance(Duration::from_secs(301));
    let flow = browser.ask("/self-service/settings/browser").await.json();
    let body = json!({"method": "password", "password": NEW, "csrf_token": csrf(&flow)});
    let refused = browser.post(action(&flow), &body).await;
    assert_eq!(
        refused.error(),
        (403, "session_refresh_required".to_owned())
    );
    let id = flow["id"].as_str().unwrap();
    let page = format!("/self-service/settings/continue?flow={id}");
    (page, refused)
}

/// Loses the session here, as whoever sits before the browser can.
fn drop_session(browser: &mut Browser<'_>) {
    browser.jar.remove("__Host-portcullis").unwrap();
    browser.house().clock.advance(Duration::from_secs(1));
}

fn is_changed(house: &House) -> bool {
    house.heard.all().iter().any(|event| event == CHANGED)
}

#[tokio::test]
async fn an_ordinary_sign_in_releases_nothing() {
    let house = House::new();
    house.resident(ADA).await;
    let mut browser = house.browser();
    browser.sign_in(ADA).await;
    let (page, _) = park(&mut browser).await;
    drop_session(&mut browser);
    let sent = browser.go(&page).await;
    assert!(!sent.query("return_to").contains("continue"));
    // Its person comes back, and signs in as always.
    browser.sign_in(ADA).await;
    let reply = browser.go(&page).await;
    assert!(
        reply.location().contains("/settings?flow="),
        "the form, not a question"
    );
    assert!(!is_changed(&house));
    let shown = reply.query("flow");
    let fetch = format!("/self-service/settings/flows?id={shown}");
    let flow = browser.ask(&fetch).await.json();
    assert_eq!(messages(&flow), [1_990_012], "nothing was changed");
}

#[tokio::test]
async fn a_provider_that_remembers_the_browser_releases_nothing() {
    let house = House::new();
    house.letters.close();
    let mut browser = house.browser();
    arrive(&mut browser, "google", "eve").await;
    let (page, _) = park(&mut browser).await;
    drop_session(&mut browser);
    arrive(&mut browser, "google", "eve").await;
    browser.go(&page).await;
    browser.go(&page).await;
    assert!(!is_changed(&house));
}

#[tokio::test]
async fn a_proof_for_something_else_releases_nothing() {
    let house = House::new();
    house.resident(ADA).await;
    let mut browser = house.browser();
    browser.sign_in(ADA).await;
    let (page, _) = park(&mut browser).await;
    house.clock.advance(Duration::from_secs(1));
    let other = "/self-service/login/browser?refresh=true";
    let login = browser.ask(other).await.json();
    let reply = browser
        .post(action(&login), &credentials(&login, ADA, PASSWORD))
        .await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    browser.go(&page).await;
    assert!(!is_changed(&house));
}

#[tokio::test]
async fn a_proof_at_a_provider_made_for_it_releases_it() {
    let house = House::new();
    house.letters.close();
    let mut browser = house.browser();
    arrive(&mut browser, "google", "eve").await;
    let (page, refused) = park(&mut browser).await;
    let refresh = refused.json()["redirect_browser_to"].clone();
    house.clock.advance(Duration::from_secs(1));
    let login = browser.ask(refresh.as_str().unwrap()).await.json();
    let state = press(&mut browser, &login, "provider", "google").await;
    come_back(&mut browser, "google", &format!("state={state}&code=eve")).await;
    browser.go(&page).await;
    assert!(is_changed(&house));
}

/// A password that is changed while it is checked.
#[derive(Debug)]
struct Overtaken {
    inner: FakeMethod,
    clock: Arc<FrozenClock>,
}

#[async_trait]
impl Method for Overtaken {
    fn name(&self) -> &'static str {
        self.inner.name()
    }

    fn nodes(&self, kind: FlowKind) -> Vec<Node> {
        self.inner.nodes(kind)
    }

    async fn verify(&self, submission: &Value) -> Result<Identity, MethodError> {
        let identity = self.inner.verify(submission).await?;
        self.clock.advance(Duration::from_secs(1));
        let store = &self.inner.store;
        let credentials = CredentialStore::list(&**store, identity.id).await.unwrap();
        let mut changed = credentials[0].clone();
        changed.config = json!({"secret": NEW});
        changed.updated_at = self.inner.clock.now();
        CredentialStore::put(&**store, &changed).await.unwrap();
        Ok(identity)
    }

    async fn enroll(&self, submission: &Value, to: &Identity) -> Result<Credential, MethodError> {
        self.inner.enroll(submission, to).await
    }
}

#[tokio::test]
async fn a_sign_in_with_a_password_that_is_changed_beside_it_opens_no_session() {
    let clock = Arc::new(FrozenClock::new("2026-11-21T12:00:00Z".parse().unwrap()));
    let house = House::altered(Limits::default(), |services, store| {
        let inner = FakeMethod {
            store: store.clone(),
            clock: clock.clone(),
        };
        services.clock = clock.clone();
        services.methods = vec![Arc::new(Overtaken { inner, clock })];
    });
    house.resident(ADA).await;
    let mut browser = house.browser();
    let flow = browser.begin("login").await;
    let sent = credentials(&flow, ADA, PASSWORD);
    let reply = browser.post(action(&flow), &sent).await;
    assert_eq!(reply.error(), (400, "invalid_credentials".to_owned()));
    assert_eq!(browser.session(), None);
}
