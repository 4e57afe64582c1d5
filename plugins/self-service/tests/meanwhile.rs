//! What changes while somebody is on the way: at a provider, or between a proof and a session.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use portcullis_core::{
    credential::{CredentialKind, CredentialStore},
    id::{IdentityId, ProviderId, SessionId},
    identity::Identity,
    provider::{Answer, Attempt, Provider, ProviderError, ProviderStatus, Upstream, Vouched},
    schema::{Schema, Schemas},
    session::SessionStore,
    store::StoreError,
    testing::MemoryStore,
    vault::UpstreamSessionStore,
};
use serde_json::{Value, json};
use url::Url;

use super::house::{
    Browser, House, PASSWORD, action, credentials, csrf, open_registration,
    provider_visit::{come_back, leave, press, refused},
    stand_ins::FakeProvider,
};
use crate::{Limits, Rate};

/// A provider that takes so long that all sessions of an identity end in the meantime.
#[derive(Debug)]
struct Slow {
    inner: FakeProvider,
    store: Arc<MemoryStore>,
    identity: IdentityId,
}

#[async_trait]
impl Provider for Slow {
    async fn begin(&self, attempt: &Attempt, redirect_uri: &Url) -> Result<Url, ProviderError> {
        self.inner.begin(attempt, redirect_uri).await
    }

    async fn finish(
        &self,
        attempt: &Attempt,
        answer: &Answer,
        redirect_uri: &Url,
    ) -> Result<Vouched, ProviderError> {
        let ended = self.store.revoke_all(self.identity, None).await;
        assert_eq!(ended.unwrap(), 1);
        self.inner.finish(attempt, answer, redirect_uri).await
    }

    async fn reach(&self) -> Result<(), ProviderError> {
        Ok(())
    }

    fn status(&self) -> ProviderStatus {
        ProviderStatus::default()
    }
}

#[tokio::test]
async fn whose_session_has_ended_on_the_way_links_nothing() {
    let house = House::new();
    let ada = house.resident("ada@example.com").await;
    let provider = Arc::new(Slow {
        inner: FakeProvider("google".to_owned()),
        store: house.store.clone(),
        identity: ada.id,
    });
    house.configure("google", |configured| {
        configured.provider = provider.clone();
    });
    let mut browser = house.browser();
    browser.sign_in("ada@example.com").await;
    let flow = browser.ask("/self-service/settings/browser").await.json();
    let state = press(&mut browser, &flow, "link", "google").await;
    let reply = come_back(&mut browser, "google", &format!("state={state}&code=x")).await;
    refused(&reply, 401, "session_inactive");
    let links = house.services.broker.links(ada.id).await.unwrap();
    assert_eq!(links, []);
    let told = "link refused: session_inactive".to_owned();
    assert_eq!(house.heard.all().last(), Some(&told));
}

async fn attempt(browser: &mut Browser<'_>) -> u16 {
    let flow = browser.begin("login").await;
    let sent = credentials(&flow, "ada@example.com", PASSWORD);
    browser.post(action(&flow), &sent).await.status
}

async fn sessions(house: &House, identity: &Identity) -> usize {
    let store = house.services.sessions.store();
    store.list(identity.id).await.unwrap().len()
}

#[tokio::test]
async fn no_session_begins_with_a_password_that_is_gone() {
    let house = House::new();
    let ada = house.resident("ada@example.com").await;
    assert_eq!(attempt(&mut house.browser()).await, 200);
    assert_eq!(sessions(&house, &ada).await, 1);
    // The method still finds its secret, but it is no password any more.
    let store = &house.services.credentials;
    let mut credential = store.list(ada.id).await.unwrap().remove(0);
    credential.kind = CredentialKind::Oidc;
    store.put(&credential).await.unwrap();
    let mut browser = house.browser();
    assert_eq!(attempt(&mut browser).await, 400);
    assert_eq!(browser.session(), None);
    assert_eq!(sessions(&house, &ada).await, 1);
    let told = "refused: invalid_credentials".to_owned();
    assert_eq!(house.heard.all().last(), Some(&told));
}

#[tokio::test]
async fn an_answer_counts_only_for_a_living_flow_of_the_same_browser() {
    let mut config = open_registration();
    config.login.flow_lifespan = Duration::from_secs(60);
    let house = House::with(config, Limits::default());
    let mut browser = house.browser();
    let state = leave(&mut browser, "google").await;
    let query = format!("state={state}&code=ada");
    let mut other = browser.clone();
    let name = house.services.cookies.csrf();
    other.jar.remove(name).unwrap();
    let reply = come_back(&mut other, "google", &query).await;
    refused(&reply, 403, "security_csrf_violation");
    assert_eq!(other.session(), None);
    let heard = |code: &str| assert_eq!(house.heard.all().last(), Some(&code.to_owned()));
    heard("refused: security_csrf_violation");

    let state = leave(&mut browser, "google").await;
    house.clock.advance(Duration::from_secs(61));
    let query = format!("state={state}&code=ada");
    let reply = come_back(&mut browser, "google", &query).await;
    refused(&reply, 410, "self_service_flow_expired");
    heard("refused: self_service_flow_expired");
    assert_eq!(browser.session(), None);
    let found = house.services.identities;
    let found = found.find_by_identifier("ada@example.com").await;
    assert_eq!(found.unwrap(), None);
}

/// Fails once when it is asked for sessions.
#[derive(Debug)]
pub(super) struct Shaky(pub(super) Arc<MemoryStore>, pub(super) AtomicBool);

#[async_trait]
impl UpstreamSessionStore for Shaky {
    async fn put(&self, session: SessionId, upstream: &Upstream) -> Result<(), StoreError> {
        UpstreamSessionStore::put(&*self.0, session, upstream).await
    }

    async fn list(&self, session: SessionId) -> Result<Vec<Upstream>, StoreError> {
        UpstreamSessionStore::list(&*self.0, session).await
    }

    async fn sessions(
        &self,
        provider: &ProviderId,
        issuer: &str,
        subject: Option<&str>,
        session_id: Option<&str>,
    ) -> Result<Vec<SessionId>, StoreError> {
        if !self.1.swap(true, Ordering::SeqCst) {
            return Err(StoreError::unavailable("gone"));
        }
        self.0.sessions(provider, issuer, subject, session_id).await
    }

    async fn sessions_of_provider(
        &self,
        provider: &ProviderId,
    ) -> Result<Vec<SessionId>, StoreError> {
        self.0.sessions_of_provider(provider).await
    }
}

/// Unlinks the account of a session at the moment at which the session is noted.
#[derive(Debug)]
struct Unlinking(Arc<MemoryStore>);

#[async_trait]
impl UpstreamSessionStore for Unlinking {
    async fn put(&self, session: SessionId, upstream: &Upstream) -> Result<(), StoreError> {
        let store: &dyn CredentialStore = &*self.0;
        let identifier = upstream.link.identifier();
        let link = store.find_by_identifier(CredentialKind::Oidc, &identifier);
        store.delete(link.await?.unwrap().id).await?;
        UpstreamSessionStore::put(&*self.0, session, upstream).await
    }

    async fn list(&self, session: SessionId) -> Result<Vec<Upstream>, StoreError> {
        UpstreamSessionStore::list(&*self.0, session).await
    }

    async fn sessions(
        &self,
        provider: &ProviderId,
        issuer: &str,
        subject: Option<&str>,
        session_id: Option<&str>,
    ) -> Result<Vec<SessionId>, StoreError> {
        self.0.sessions(provider, issuer, subject, session_id).await
    }

    async fn sessions_of_provider(
        &self,
        provider: &ProviderId,
    ) -> Result<Vec<SessionId>, StoreError> {
        self.0.sessions_of_provider(provider).await
    }
}

#[tokio::test]
async fn no_session_outlives_an_account_that_is_unlinked_as_it_begins() {
    let house = House::altered(Limits::default(), |services, store| {
        services.upstream_sessions = Arc::new(Unlinking(store.clone()));
    });
    let mut ada = house.browser();
    let state = leave(&mut ada, "acme").await;
    let reply = come_back(&mut ada, "acme", &format!("state={state}&code=ada")).await;
    refused(&reply, 400, "invalid_credentials");
    assert_eq!(ada.session(), None);
}

async fn notify(house: &House, token: &str) -> u16 {
    let target = "/self-service/methods/oidc/backchannel-logout/acme";
    let fields = [("logout_token", token)];
    house.browser().submit(target, &fields).await.status
}

#[tokio::test]
async fn a_logout_that_could_not_be_done_can_be_sent_again() {
    let house = House::altered(Limits::default(), |services, store| {
        services.upstream_sessions = Arc::new(Shaky(store.clone(), AtomicBool::new(false)));
    });
    let mut ada = house.browser();
    let state = leave(&mut ada, "acme").await;
    come_back(&mut ada, "acme", &format!("state={state}&code=ada")).await;
    let token = r#"{"sub": "ada", "jti": "1"}"#;
    assert_eq!(notify(&house, token).await, 400);
    assert_eq!(ada.ask("/sessions/whoami").await.status, 200);
    assert_eq!(notify(&house, token).await, 200);
    assert_eq!(ada.ask("/sessions/whoami").await.status, 401);
    assert_eq!(
        notify(&house, token).await,
        400,
        "once it is done it is used"
    );
}

#[tokio::test]
async fn many_logouts_at_once_are_all_heard_even_of_a_provider_that_is_switched_off() {
    let limits = Limits {
        flows_per_address: Rate::new(1, 60),
        ..Limits::default()
    };
    let house = House::altered(limits, |_, _| {});
    let mut ada = house.browser();
    let state = leave(&mut ada, "acme").await;
    come_back(&mut ada, "acme", &format!("state={state}&code=ada")).await;
    house.configure("acme", |configured| configured.policy.enabled = false);
    for number in 0..5 {
        let token = format!(r#"{{"sub": "nobody", "jti": "{number}"}}"#);
        assert_eq!(notify(&house, &token).await, 200);
    }
    assert_eq!(ada.ask("/sessions/whoami").await.status, 200);
    assert_eq!(notify(&house, r#"{"sub": "ada", "jti": "9"}"#).await, 200);
    assert_eq!(ada.ask("/sessions/whoami").await.status, 401);
}

#[tokio::test]
async fn nobody_registers_with_what_only_administrators_may_set() {
    let house = House::altered(Limits::default(), |services, _| {
        let mut document: Value = serde_json::from_str(include_str!("schema.json")).unwrap();
        let grade = json!({"type": "string", "x-profile": {"edit": ["admin"]}});
        document["properties"]["traits"]["properties"]["grade"] = grade;
        let schema = Arc::new(Schema::parse("default", document).unwrap());
        services.schemas = Arc::new(Schemas::new(vec![schema], "default").unwrap());
    });
    let mut browser = house.browser();
    let flow = browser.begin("registration").await;
    let mut sent = json!({
        "method": "password", "csrf_token": csrf(&flow), "password": PASSWORD,
        "traits": {"email": "eve@example.com", "grade": "admin"},
    });
    let refused = browser.post(action(&flow), &sent).await;
    assert_eq!(refused.status, 400, "{}", refused.text());
    assert!(house.heard.all().is_empty());
    sent["traits"] = json!({"email": "eve@example.com"});
    let reply = browser.post(action(&flow), &sent).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let traits = &reply.json()["identity"]["traits"];
    assert_eq!(*traits, json!({"email": "eve@example.com"}));
}

#[tokio::test]
async fn every_way_that_leads_nowhere_is_told() {
    let house = House::new();
    house.resident("ada@example.com").await;
    house.resident("bob@example.com").await;
    let mut browser = house.browser();
    browser.sign_in("ada@example.com").await;
    let flow = browser.ask("/self-service/settings/browser").await.json();
    let state = press(&mut browser, &flow, "link", "google").await;
    let mut bob = house.browser();
    bob.sign_in("bob@example.com").await;
    bob.jar.extend(
        browser
            .jar
            .clone()
            .into_iter()
            .filter(|(name, _)| name != house.services.cookies.session()),
    );
    let reply = come_back(&mut bob, "google", &format!("state={state}&code=x")).await;
    refused(&reply, 403, "security_identity_mismatch");
    let heard = |told: &str| assert_eq!(house.heard.all().last(), Some(&told.to_owned()));
    heard("link refused: security_identity_mismatch");

    let mut stranger = house.browser();
    for name in ["nobody", "..", "acme"] {
        house.configure("acme", |configured| configured.policy.enabled = false);
        let flow = stranger.begin("login").await;
        let body = json!({"provider": name, "csrf_token": csrf(&flow)});
        let reply = stranger.post(action(&flow), &body).await;
        assert_eq!(reply.error().1, "provider_unknown");
        heard("refused: provider_unknown");
    }
}
