//! Settings where not everybody may change everything, where two change the same, and without a
//! browser.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use portcullis_core::{
    action::{Action, ActionSettings, Actions},
    credential::Credential,
    id::{CredentialId, IdentityId},
    identity::{Identity, IdentityStore, Removal, Replaced, Whole},
    schema::{Schema, Schemas},
    store::StoreError,
    testing::MemoryStore,
};
use serde_json::{Value, json};

use super::house::{Browser, House, PASSWORD, action, credentials, csrf, messages, node};
use crate::Limits;

const ADA: &str = "ada@example.com";

/// A store in which somebody else is faster, once.
#[derive(Debug)]
struct Meddled {
    inner: Arc<MemoryStore>,
    is_over: AtomicBool,
}

#[async_trait]
impl IdentityStore for Meddled {
    async fn insert(&self, identity: &Identity, own: &[Credential]) -> Result<(), StoreError> {
        self.inner.insert(identity, own).await
    }

    async fn list(
        &self,
        after: Option<IdentityId>,
        limit: u32,
    ) -> Result<Vec<Identity>, StoreError> {
        IdentityStore::list(&*self.inner, after, limit).await
    }

    async fn find(&self, id: IdentityId) -> Result<Option<Identity>, StoreError> {
        IdentityStore::find(&*self.inner, id).await
    }

    async fn find_by_identifier(&self, identifier: &str) -> Result<Option<Identity>, StoreError> {
        IdentityStore::find_by_identifier(&*self.inner, identifier).await
    }

    async fn find_by_address(&self, address: &str) -> Result<Vec<Identity>, StoreError> {
        self.inner.find_by_address(address).await
    }

    async fn update(&self, identity: &Identity) -> Result<(), StoreError> {
        if !self.is_over.swap(true, Ordering::Relaxed) {
            let mut faster = self.find(identity.id).await?.unwrap();
            faster.traits["name"]["first"] = "Augusta".into();
            self.inner.update(&faster).await?;
        }
        self.inner.update(identity).await
    }

    async fn update_without(
        &self,
        identity: &Identity,
        removed: CredentialId,
        others: &[CredentialId],
    ) -> Result<bool, StoreError> {
        self.inner.update_without(identity, removed, others).await
    }

    async fn replace_whole(&self, whole: &Whole<'_>, role: &str) -> Result<Replaced, StoreError> {
        self.inner.replace_whole(whole, role).await
    }

    async fn remove_beside(
        &self,
        which: (IdentityId, CredentialId),
        others: &[CredentialId],
        role: &str,
    ) -> Result<Removal, StoreError> {
        self.inner.remove_beside(which, others, role).await
    }

    async fn delete(&self, id: IdentityId) -> Result<bool, StoreError> {
        IdentityStore::delete(&*self.inner, id).await
    }

    async fn delete_unused(&self, identity: &Identity) -> Result<bool, StoreError> {
        self.inner.delete_unused(identity).await
    }
}

fn profile(flow: &Value, traits: &Value) -> Value {
    json!({"method": "profile", "traits": traits, "csrf_token": csrf(flow)})
}

async fn settings(browser: &mut Browser<'_>) -> Value {
    browser.ask("/self-service/settings/browser").await.json()
}

async fn stored(house: &House, identity: &Identity) -> Value {
    let found = IdentityStore::find(&*house.store, identity.id).await;
    found.unwrap().unwrap().traits
}

#[tokio::test]
async fn whoever_is_overtaken_sees_what_is_there_now_and_changes_it_again() {
    let house = House::altered(Limits::default(), |services, store| {
        services.identities = Arc::new(Meddled {
            inner: store.clone(),
            is_over: AtomicBool::default(),
        });
    });
    let ada = house.resident(ADA).await;
    let mut browser = house.browser();
    browser.sign_in(ADA).await;
    let flow = settings(&mut browser).await;
    let traits = json!({"email": ADA, "name": {"first": "Countess"}});
    let reply = browser.post(action(&flow), &profile(&flow, &traits)).await;
    let shown = reply.json();
    assert_eq!((reply.status, messages(&shown)), (400, vec![4_990_010]));
    let first = &node(&shown, "traits.name.first")["attributes"]["value"];
    assert_eq!(first, "Augusta");
    assert_eq!(stored(&house, &ada).await["name"]["first"], "Augusta");
    let reply = browser.post(action(&flow), &profile(&flow, &traits)).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert_eq!(stored(&house, &ada).await["name"]["first"], "Countess");
}

/// A house whose schema has a trait for administrators, one to look at, and one no form asks for.
fn guarded() -> House {
    let document = json!({"type": "object", "properties": {
        "email": {
            "type": "string", "format": "email",
            "ory.sh/kratos": {"credentials": {"password": {"identifier": true}}},
        },
        "name": {"type": "object", "properties": {"first": {"type": "string"}}},
        "note": {"type": "string", "x-profile": {"view": ["admin"], "edit": ["admin"]}},
        "badge": {"type": "string", "x-profile": {"view": ["user", "admin"], "edit": ["admin"]}},
        "rooms": {"type": "array", "items": {"type": "object"}},
    }, "required": ["email"], "additionalProperties": false});
    House::altered(Limits::default(), |services, _| {
        let schema = Arc::new(Schema::parse("default", document).unwrap());
        let schemas = Arc::new(Schemas::new(vec![schema], "default").unwrap());
        services.schemas = schemas.clone();
        services.broker.schemas = schemas;
    })
}

/// HA-04.
#[tokio::test]
async fn ha_04_a_form_changes_what_its_person_may_and_erases_nothing_else() {
    let house = guarded();
    let mut ada = house.resident(ADA).await;
    let whole = json!({
        "email": ADA, "name": {"first": "Ada"}, "note": "owes us", "badge": "7",
        "rooms": [{"number": 5}],
    });
    ada.traits = whole.clone();
    IdentityStore::update(&*house.store, &ada).await.unwrap();
    let mut browser = house.browser();
    browser.sign_in(ADA).await;
    let flow = settings(&mut browser).await;
    assert!(!flow.to_string().contains("owes us"));
    assert_eq!(node(&flow, "traits.badge")["attributes"]["disabled"], true);
    let fields = [
        ("csrf_token", csrf(&flow)),
        ("method", "profile"),
        ("traits.email", ADA),
        ("traits.name.first", "Augusta"),
    ];
    let saved = browser.submit(action(&flow), &fields).await;
    assert!(saved.location().contains("/settings?flow="));
    let page = browser.go(saved.location()).await.text();
    assert!(page.contains("Your changes have been saved"), "{page}");
    let mut expected = whole;
    expected["name"]["first"] = "Augusta".into();
    assert_eq!(stored(&house, &ada).await, expected);
    for (name, value) in [("badge", "8"), ("note", "paid")] {
        let traits = json!({"email": ADA, name: value});
        let reply = browser.post(action(&flow), &profile(&flow, &traits)).await;
        assert_eq!(reply.status, 400, "{name}");
        assert_eq!(stored(&house, &ada).await, expected);
    }
}

/// KP-01.
#[tokio::test]
async fn kp_01_a_native_client_changes_a_profile_and_proves_itself_for_a_password() {
    let house = House::new();
    house.resident(ADA).await;
    let mut client = house.browser();
    let login = client.ask("/self-service/login/api").await.json();
    let body = credentials(&login, ADA, PASSWORD);
    let session = client.post(action(&login), &body).await.json();
    let token = session["session_token"].as_str().unwrap().to_owned();
    client.headers.push(("x-session-token", token));
    let flow = client.ask("/self-service/settings/api").await.json();
    let traits = json!({"email": ADA, "name": {"first": "Augusta"}});
    let body = json!({"method": "profile", "traits": traits});
    let saved = client.post(action(&flow), &body).await;
    assert_eq!(saved.json()["state"], "success", "{}", saved.text());
    house.clock.advance(Duration::from_secs(301));
    let body = json!({"method": "password", "password": "battery staple"});
    let refused = client.post(action(&flow), &body).await;
    assert_eq!(
        refused.error(),
        (403, "session_refresh_required".to_owned())
    );
    assert!(!house.heard.all().contains(&"password changed".to_owned()));
}

/// KC-105: a password may ask for a younger proof than everything else.
#[tokio::test]
async fn a_password_is_changed_only_within_its_own_age() {
    let house = House::altered(Limits::default(), |services, _| {
        let settings = ActionSettings {
            enabled: true,
            default: false,
            priority: 0,
            max_auth_age: Duration::from_secs(60),
        };
        let settings = [(Action::UpdatePassword, settings)].into();
        services.actions = Arc::new(Actions::new(services.schemas.clone(), settings, None));
    });
    house.resident(ADA).await;
    let mut browser = house.browser();
    browser.sign_in(ADA).await;
    let flow = settings(&mut browser).await;
    let body = |password: &str| json!({"method": "password", "password": password, "csrf_token": csrf(&flow)});
    house.clock.advance(Duration::from_secs(59));
    let changed = browser.post(action(&flow), &body("battery staple")).await;
    assert_eq!(changed.status, 200, "{}", changed.text());
    house.clock.advance(Duration::from_secs(2));
    let refused = browser.post(action(&flow), &body("another staple")).await;
    assert_eq!(
        refused.error(),
        (403, "session_refresh_required".to_owned())
    );
    let traits = json!({"email": "countess@example.com", "name": {"first": "Ada"}});
    let moved = browser.post(action(&flow), &profile(&flow, &traits)).await;
    assert_eq!(
        moved.status,
        200,
        "an address has five minutes: {}",
        moved.text()
    );
}
