//! What releases a change that waits: a proof made for it, and nothing that merely comes later.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use jiff::Timestamp;
use portcullis_core::{
    credential::{Credential, CredentialStore},
    flow::FlowKind,
    identity::Identity,
    method::{Method, MethodError, Verified},
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
async fn whoever_is_asked_for_a_proof_is_told_what_it_releases() {
    let house = House::new();
    house.resident(ADA).await;
    house.resident("eve@example.com").await;
    let mut browser = house.browser();
    browser.sign_in(ADA).await;
    let (_, refused) = park(&mut browser).await;
    let refresh = refused.json()["redirect_browser_to"].clone();
    let refresh = refresh.as_str().unwrap();
    let login = browser.ask(refresh).await.json();
    assert_eq!(messages(&login), [1_010_003, 1_990_070]);
    let flow = browser.ask("/self-service/settings/browser").await.json();
    let body = json!({"link": "google", "csrf_token": csrf(&flow)});
    let refused = browser.post(action(&flow), &body).await.json();
    let link = refused["redirect_browser_to"].as_str().unwrap();
    let login = browser.ask(link).await.json();
    assert_eq!(messages(&login), [1_010_003, 1_990_071]);
    let mut eve = house.browser();
    eve.sign_in("eve@example.com").await;
    let login = eve.ask(refresh).await.json();
    assert_eq!(messages(&login), [1_010_003], "it is somebody else's");
}

#[tokio::test]
async fn what_a_proof_releases_is_told_after_a_wrong_password_and_in_a_form_made_anew() {
    let house = House::new();
    house.resident(ADA).await;
    let mut browser = house.browser();
    browser.sign_in(ADA).await;
    let (_, refused) = park(&mut browser).await;
    let refresh = refused.json()["redirect_browser_to"].clone();
    let login = browser.ask(refresh.as_str().unwrap()).await.json();
    let wrong = credentials(&login, ADA, "wrong");
    for _ in 0..2 {
        let reply = browser.post(action(&login), &wrong).await;
        assert_eq!(reply.status, 400);
        let told = messages(&reply.json());
        assert_eq!(told, [4_000_006, 1_010_003, 1_990_070]);
    }
    house.clock.advance(Duration::from_secs(60 * 60));
    let reply = browser.post(action(&login), &wrong).await;
    let id = reply.json()["use_flow_id"].as_str().unwrap().to_owned();
    let fetch = format!("/self-service/login/flows?id={id}");
    let anew = browser.ask(&fetch).await.json();
    assert_eq!(messages(&anew), [4_010_001, 1_990_070]);
}

/// Whoever sits before the browser opens the question first, and what is to be released afterwards.
#[tokio::test]
async fn what_came_to_wait_after_its_person_was_asked_is_not_released() {
    for is_replaced in [false, true] {
        let house = House::new();
        house.resident(ADA).await;
        let mut browser = house.browser();
        browser.sign_in(ADA).await;
        house.clock.advance(Duration::from_secs(301));
        let flow = browser.ask("/self-service/settings/browser").await.json();
        let id = flow["id"].as_str().unwrap();
        let wants = async |browser: &mut Browser<'_>, wish: Value| {
            let mut body = json!({"csrf_token": csrf(&flow)});
            for (name, value) in wish.as_object().unwrap() {
                body[name] = value.clone();
            }
            let refused = browser.post(action(&flow), &body).await;
            assert_eq!(refused.status, 403);
        };
        if is_replaced {
            wants(&mut browser, json!({"link": "google"})).await;
        }
        let refresh = format!("/self-service/login/browser?refresh=true&waits={id}");
        let login = browser.ask(&refresh).await.json();
        let told = [&[1_010_003][..], &[1_010_003, 1_990_071]];
        assert_eq!(messages(&login), told[usize::from(is_replaced)]);
        let change = json!({"method": "password", "password": NEW});
        wants(&mut browser, change).await;
        house.clock.advance(Duration::from_secs(1));
        let sent = credentials(&login, ADA, PASSWORD);
        assert_eq!(browser.post(action(&login), &sent).await.status, 200);
        let page = format!("/self-service/settings/continue?flow={id}");
        browser.go(&page).await;
        let fetch = format!("/self-service/settings/flows?id={id}");
        let flow = browser.ask(&fetch).await.json();
        assert_eq!(messages(&flow), [1_990_012], "nothing was changed");
        browser.go(&page).await;
        assert!(!is_changed(&house));
    }
}

#[tokio::test]
async fn who_has_no_way_left_to_prove_who_they_are_is_told_so() {
    let house = House::new();
    house.letters.close();
    let mut browser = house.browser();
    arrive(&mut browser, "google", "eve").await;
    house.configure("google", |provider| provider.policy.enabled = false);
    let reply = browser
        .ask("/self-service/login/browser?refresh=true")
        .await;
    assert_eq!(reply.error(), (400, "bad_request".to_owned()));
    assert!(reply.text().contains("no way left"), "{}", reply.text());
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
    /// By the clock of whichever node changes it.
    changed_at: Timestamp,
}

#[async_trait]
impl Method for Overtaken {
    fn name(&self) -> &'static str {
        self.inner.name()
    }

    fn nodes(&self, kind: FlowKind) -> Vec<Node> {
        self.inner.nodes(kind)
    }

    async fn verify(&self, submission: &Value) -> Result<Verified, MethodError> {
        let verified = self.inner.verify(submission).await?;
        let mut changed = verified.credential.clone();
        changed.config = json!({"secret": NEW});
        changed.updated_at = self.changed_at;
        let store = &self.inner.store;
        CredentialStore::put(&**store, &changed).await.unwrap();
        Ok(verified)
    }

    async fn enroll(&self, submission: &Value, to: &Identity) -> Result<Credential, MethodError> {
        self.inner.enroll(submission, to).await
    }
}

#[tokio::test]
async fn a_sign_in_with_a_password_that_is_changed_beside_it_opens_no_session() {
    for changed_at in ["2026-11-21T11:59:58Z", "2026-11-21T12:00:02Z"] {
        let clock = Arc::new(FrozenClock::new("2026-11-21T12:00:00Z".parse().unwrap()));
        let house = House::altered(Limits::default(), |services, store| {
            let inner = FakeMethod {
                store: store.clone(),
                clock: clock.clone(),
            };
            let changed_at = changed_at.parse().unwrap();
            services.clock = clock.clone();
            services.methods = vec![Arc::new(Overtaken { inner, changed_at })];
        });
        house.resident(ADA).await;
        let mut browser = house.browser();
        let flow = browser.begin("login").await;
        let sent = credentials(&flow, ADA, PASSWORD);
        let reply = browser.post(action(&flow), &sent).await;
        assert_eq!(reply.error(), (400, "invalid_credentials".to_owned()));
        assert_eq!(browser.session(), None, "{changed_at}");
    }
}

#[tokio::test]
async fn a_sign_in_with_a_password_of_a_node_whose_clock_is_ahead_is_let_in() {
    let house = House::new();
    let ada = house.resident(ADA).await;
    let store = &house.services.credentials;
    let mut changed = store.list(ada.id).await.unwrap().remove(0);
    changed.updated_at += Duration::from_secs(2);
    store.put(&changed).await.unwrap();
    let mut browser = house.browser();
    browser.sign_in(ADA).await;
    assert!(browser.session().is_some());
}
