//! What keeps strangers out of every flow alike: nothing tells known from unknown, and a form is its
//! owner's alone.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use jiff::Timestamp;
use portcullis_core::{
    credential::Credential,
    flow::{Flow, FlowStore},
    id::{CredentialId, FlowId, IdentityId},
    identity::{Identity, IdentityStore, Removal, Replaced, Whole},
    secret::TokenHash,
    store::StoreError,
    testing::MemoryStore,
    throttle::{Counters, Pause, PauseStore, Throttles},
};
use serde_json::json;

use super::house::{
    House, action, credentials, csrf,
    mailed::{ask, mailed, type_in},
    open_registration,
};
use crate::Limits;

const ADA: &str = "ada@example.com";
const NOBODY: &str = "eve@example.com";

/// What stores are asked to do, in order.
#[derive(Debug, Clone, Default)]
struct Work(Arc<Mutex<Vec<&'static str>>>);

impl Work {
    fn note(&self, what: &'static str) {
        self.0.lock().unwrap().push(what);
    }

    fn done(&self) -> Vec<&'static str> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

/// Stores that note what they are asked.
#[derive(Debug)]
struct Counting {
    store: Arc<MemoryStore>,
    work: Work,
}

impl Counting {
    fn flows(&self, what: &'static str) -> &dyn FlowStore {
        self.work.note(what);
        &*self.store
    }

    fn identities(&self, what: &'static str) -> &dyn IdentityStore {
        self.work.note(what);
        &*self.store
    }
}

#[async_trait]
impl FlowStore for Counting {
    async fn put(&self, flow: &Flow) -> Result<(), StoreError> {
        self.flows("put flow").put(flow).await
    }

    async fn replace(&self, flow: &Flow) -> Result<bool, StoreError> {
        self.flows("replace flow").replace(flow).await
    }

    async fn find(&self, id: FlowId) -> Result<Option<Flow>, StoreError> {
        self.flows("find flow").find(id).await
    }

    async fn remove(&self, id: FlowId) -> Result<bool, StoreError> {
        self.flows("remove flow").remove(id).await
    }

    async fn remove_of(&self, owner: IdentityId) -> Result<(), StoreError> {
        self.flows("remove flows").remove_of(owner).await
    }

    async fn claim_once(&self, key: &TokenHash, ends: Timestamp) -> Result<bool, StoreError> {
        self.flows("claim").claim_once(key, ends).await
    }
}

#[async_trait]
impl Counters for Counting {
    async fn count(&self, key: &TokenHash, ends: Timestamp) -> Result<u64, StoreError> {
        self.work.note("count");
        self.store.count(key, ends).await
    }

    async fn reset(&self, key: &TokenHash) -> Result<(), StoreError> {
        self.store.reset(key).await
    }
}

#[async_trait]
impl PauseStore for Counting {
    async fn begin(&self, pause: &Pause) -> Result<(), StoreError> {
        self.work.note("begin pause");
        PauseStore::begin(&*self.store, pause).await
    }

    async fn find(&self, name: &str) -> Result<Option<Pause>, StoreError> {
        self.work.note("find pause");
        PauseStore::find(&*self.store, name).await
    }

    async fn list(&self) -> Result<Vec<Pause>, StoreError> {
        PauseStore::list(&*self.store).await
    }

    async fn end(&self, name: &str) -> Result<bool, StoreError> {
        PauseStore::end(&*self.store, name).await
    }
}

#[async_trait]
impl IdentityStore for Counting {
    async fn insert(&self, one: &Identity, own: &[Credential]) -> Result<(), StoreError> {
        self.identities("insert").insert(one, own).await
    }

    async fn find(&self, id: IdentityId) -> Result<Option<Identity>, StoreError> {
        self.identities("find identity").find(id).await
    }

    async fn find_by_identifier(&self, text: &str) -> Result<Option<Identity>, StoreError> {
        let found = self.identities("find by identifier");
        found.find_by_identifier(text).await
    }

    async fn find_by_address(&self, address: &str) -> Result<Vec<Identity>, StoreError> {
        let found = self.identities("find by address");
        found.find_by_address(address).await
    }

    async fn list(
        &self,
        after: Option<IdentityId>,
        limit: u32,
    ) -> Result<Vec<Identity>, StoreError> {
        self.identities("list").list(after, limit).await
    }

    async fn update(&self, identity: &Identity) -> Result<(), StoreError> {
        self.identities("update").update(identity).await
    }

    async fn update_without(
        &self,
        identity: &Identity,
        removed: CredentialId,
        others: &[CredentialId],
    ) -> Result<bool, StoreError> {
        let identities = self.identities("update without");
        identities.update_without(identity, removed, others).await
    }

    async fn replace_whole(&self, whole: &Whole<'_>, role: &str) -> Result<Replaced, StoreError> {
        self.identities("replace whole")
            .replace_whole(whole, role)
            .await
    }

    async fn remove_beside(
        &self,
        which: (IdentityId, CredentialId),
        others: &[CredentialId],
        role: &str,
    ) -> Result<Removal, StoreError> {
        self.identities("remove beside")
            .remove_beside(which, others, role)
            .await
    }

    async fn delete(&self, id: IdentityId) -> Result<bool, StoreError> {
        self.identities("delete").delete(id).await
    }

    async fn delete_unused(&self, identity: &Identity) -> Result<bool, StoreError> {
        self.identities("delete").delete_unused(identity).await
    }
}

/// A house whose work is counted.
fn counting() -> (House, Work) {
    let work = Work::default();
    let noted = work.clone();
    let house = House::altered(Limits::default(), |services, store| {
        let counting = Arc::new(Counting {
            store: store.clone(),
            work: noted,
        });
        services.flows = counting.clone();
        services.throttles = Throttles::new(counting.clone(), counting.clone());
        services.identities = counting;
    });
    (house, work)
}

/// The same work takes the same time: known or not, an address is looked up, a proof is made, hashed
/// and kept, and a wrong one is counted. The letter alone is different, and taking it in is no work.
#[tokio::test]
async fn a_known_address_costs_the_same_work_as_an_unknown_one() {
    let (house, work) = counting();
    house.resident(ADA).await;
    for kind in ["recovery", "verification"] {
        let mut transcripts = Vec::new();
        for address in [ADA, NOBODY] {
            let mut browser = house.browser();
            let flow = browser.begin(kind).await;
            work.done();
            let sent = ask(&mut browser, &flow, address).await.json();
            let asked = work.done();
            type_in(&mut browser, &sent, "12345x").await;
            transcripts.push((asked, work.done()));
        }
        assert_eq!(transcripts[0], transcripts[1], "{kind}");
        assert!(transcripts[0].0.contains(&"find by address"));
        assert!(
            transcripts[0].1.contains(&"count"),
            "{:?}",
            transcripts[0].1
        );
    }
}

/// What a password costs is told by the tests of passwords: one hash, whoever it is.
#[tokio::test]
async fn a_wrong_password_costs_the_same_work_as_an_unknown_identifier() {
    let (house, work) = counting();
    house.resident(ADA).await;
    let mut transcripts = Vec::new();
    for identifier in [ADA, NOBODY] {
        let mut browser = house.browser();
        let flow = browser.begin("login").await;
        work.done();
        let wrong = credentials(&flow, identifier, "wrong horse");
        let reply = browser.post(action(&flow), &wrong).await;
        let text = reply.json()["ui"]["messages"].to_string();
        transcripts.push((reply.status, text, work.done()));
    }
    assert_eq!(transcripts[0], transcripts[1]);
}

/// Neither another browser nor somebody else's session shows or submits a form.
#[tokio::test]
async fn a_form_of_any_kind_is_its_owners_alone() {
    let house = House::new();
    house.resident(ADA).await;
    house.resident("bob@example.com").await;
    for kind in [
        "login",
        "registration",
        "settings",
        "recovery",
        "verification",
    ] {
        let mut ada = house.browser();
        if kind == "settings" {
            ada.sign_in(ADA).await;
        }
        let flow = ada.begin(kind).await;
        let fetch = format!(
            "/self-service/{kind}/flows?id={}",
            flow["id"].as_str().unwrap()
        );
        let body = json!({"method": "password", "csrf_token": csrf(&flow)});
        let mut stranger = house.browser();
        stranger.begin("login").await;
        let mut bob = house.browser();
        bob.sign_in("bob@example.com").await;
        for other in [&mut stranger, &mut bob] {
            let expected = match (kind, other.session().is_some()) {
                ("settings", false) => (401, "session_inactive"),
                ("settings", true) => (403, "security_identity_mismatch"),
                _ => (403, "security_csrf_violation"),
            };
            let expected = (expected.0, expected.1.to_owned());
            assert_eq!(other.ask(&fetch).await.error(), expected, "{kind}");
            let reply = other.post(action(&flow), &body).await;
            assert_eq!(reply.error(), expected, "{kind}");
        }
        assert_eq!(ada.ask(&fetch).await.status, 200, "{kind}");
    }
}

/// A native application's settings are its session's.
#[tokio::test]
async fn a_token_of_somebody_else_opens_no_native_settings() {
    let house = House::new();
    let mut apps = Vec::new();
    for email in [ADA, "bob@example.com"] {
        house.resident(email).await;
        let mut app = house.browser();
        let flow = app.ask("/self-service/login/api").await.json();
        let body =
            json!({"method": "password", "identifier": email, "password": super::house::PASSWORD});
        let reply = app.post(action(&flow), &body).await.json();
        let token = reply["session_token"].as_str().unwrap().to_owned();
        app.headers.push(("x-session-token", token));
        apps.push(app);
    }
    let flow = apps[0].ask("/self-service/settings/api").await.json();
    let fetch = format!(
        "/self-service/settings/flows?id={}",
        flow["id"].as_str().unwrap()
    );
    let expected = (403, "security_identity_mismatch".to_owned());
    assert_eq!(apps[1].ask(&fetch).await.error(), expected);
    let body = json!({"method": "password", "password": "battery staple"});
    assert_eq!(apps[1].post(action(&flow), &body).await.error(), expected);
    assert_eq!(apps[0].post(action(&flow), &body).await.status, 200);
}

/// `end_other_sessions`: on unless the operator says otherwise.
#[tokio::test]
async fn other_sessions_end_with_a_new_password_and_a_recovery_unless_they_are_to_stay() {
    for (ends, status) in [(true, 401), (false, 200)] {
        let mut config = open_registration();
        if !ends {
            config.settings.end_other_sessions = false;
        }
        let house = House::with(config, Limits::default());
        house.proved_resident(ADA).await;
        let (mut here, mut there) = (house.browser(), house.browser());
        there.sign_in(ADA).await;
        here.sign_in(ADA).await;
        let flow = here.begin("settings").await;
        let body = json!({
            "method": "password", "password": "battery staple", "csrf_token": csrf(&flow),
        });
        assert_eq!(here.post(action(&flow), &body).await.status, 200);
        assert_eq!(there.ask("/sessions/whoami").await.status, status);
        assert_eq!(here.ask("/sessions/whoami").await.status, 200);

        let mut back = house.browser();
        let flow = back.begin("recovery").await;
        ask(&mut back, &flow, ADA).await;
        type_in(&mut back, &flow, &mailed(&house)).await;
        assert_eq!(here.ask("/sessions/whoami").await.status, status);
        assert_eq!(back.ask("/sessions/whoami").await.status, 200);
    }
}
