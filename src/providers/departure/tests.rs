//! Who loses what when a provider goes, and when the store does not do what it is asked.

use std::sync::Mutex;

use async_trait::async_trait;
use portcullis_core::{
    credential::CredentialKind,
    id::{CredentialId, SessionId},
    identity::Identity,
    link::LinkKey,
    mapping::Sync,
    provenance::Origin,
    provider::Upstream,
    schema::Schema,
    secret::{Secret, Token},
    session::{Device, Session},
    stage::Observer,
    testing::{FrozenClock, MemoryStore, SeededEntropy},
};

use super::*;

#[derive(Debug, Default)]
struct Heard(Mutex<Vec<String>>);

impl Observer for Heard {
    fn observe(&self, event: &Event<'_>) {
        if let Event::Unlinked { provider, .. } = event {
            self.0.lock().unwrap().push(provider.to_string());
        }
    }
}

pub(in crate::providers) struct House {
    store: Arc<MemoryStore>,
    clock: FrozenClock,
    entropy: SeededEntropy,
    heard: Arc<Heard>,
    pub(in crate::providers) departures: Departures,
}

fn schemas() -> Schemas {
    let document = serde_json::json!({"properties": {"name": {"type": "string"}}});
    let schema = Arc::new(Schema::parse("default", document).unwrap());
    Schemas::new(vec![schema], "default").unwrap()
}

pub(in crate::providers) fn house() -> House {
    let now = "2026-07-01T12:00:00Z".parse().unwrap();
    let store = Arc::new(MemoryStore::new(Arc::new(FrozenClock::new(now))));
    let heard = Arc::new(Heard::default());
    House {
        departures: Departures {
            credentials: store.clone(),
            vault: store.clone(),
            origins: store.clone(),
            sessions: store.clone(),
            identities: store.clone(),
            schemas: Arc::new(schemas()),
            clock: Arc::new(FrozenClock::new(now)),
            entropy: Arc::new(SeededEntropy::new(6)),
            announcer: Announcer::new(vec![heard.clone()]),
        },
        clock: FrozenClock::new(now),
        entropy: SeededEntropy::new(5),
        store,
        heard,
    }
}

impl House {
    /// Somebody with an account at the provider, and a session that began there.
    pub(in crate::providers) async fn guest(&self, provider: &str) -> IdentityId {
        let now = self.clock.now();
        let (schemas, traits) = (&self.departures.schemas, serde_json::json!({}));
        let schema = schemas.default_schema();
        let made = schemas.identity(schema, traits, &self.clock, &self.entropy);
        let mut made = made.unwrap();
        made.roles = vec!["admin".to_owned()];
        let origin = Origin {
            source: provider.parse().unwrap(),
            synced_at: now,
            sync: Sync::Force,
        };
        made.provenance.insert("roles:".to_owned(), origin);
        self.departures.identities.insert(&made, &[]).await.unwrap();
        let identity = made.id;
        let link = LinkKey {
            provider: provider.parse().unwrap(),
            issuer: "https://id.example".to_owned(),
            subject: identity.to_string(),
        };
        let credential = Credential {
            id: CredentialId::generate(&self.entropy),
            identity_id: identity,
            kind: CredentialKind::Oidc,
            identifier: Some(link.identifier()),
            config: link.config(),
            created_at: now,
            updated_at: now,
        };
        self.departures.credentials.put(&credential).await.unwrap();
        let session = Session {
            id: SessionId::generate(&self.entropy),
            token_hash: Token::generate(&self.entropy).hash(),
            identity_id: identity,
            issued_at: now,
            authenticated_at: now,
            expires_at: now,
            last_seen_at: now,
            methods: Vec::new(),
            device: Device::default(),
        };
        self.departures.sessions.insert(&session).await.unwrap();
        let upstream = Upstream {
            link,
            session_id: None,
            id_token: Secret::default(),
        };
        let origins = &self.departures.origins;
        origins.put(session.id, &upstream).await.unwrap();
        identity
    }

    pub(in crate::providers) async fn left_of(&self, identity: IdentityId) -> (usize, usize) {
        let links = CredentialStore::list(&*self.store, identity).await.unwrap();
        let sessions = SessionStore::list(&*self.store, identity).await.unwrap();
        (links.len(), sessions.len())
    }

    async fn roles_of(&self, identity: IdentityId) -> Vec<String> {
        let found = self.departures.identities.find(identity).await;
        found.unwrap().unwrap().roles
    }
}

/// A store in which somebody else changes each identity just before its first update, and in which
/// one identity cannot be changed at all.
#[derive(Debug)]
pub(in crate::providers) struct Contested {
    store: Arc<MemoryStore>,
    met: Mutex<Vec<IdentityId>>,
    pub(in crate::providers) closed: Mutex<Option<IdentityId>>,
}

#[async_trait]
impl IdentityStore for Contested {
    async fn insert(&self, identity: &Identity, own: &[Credential]) -> Result<(), StoreError> {
        IdentityStore::insert(&*self.store, identity, own).await
    }

    async fn find(&self, id: IdentityId) -> Result<Option<Identity>, StoreError> {
        IdentityStore::find(&*self.store, id).await
    }

    async fn find_by_identifier(&self, identifier: &str) -> Result<Option<Identity>, StoreError> {
        IdentityStore::find_by_identifier(&*self.store, identifier).await
    }

    async fn find_by_address(&self, address: &str) -> Result<Vec<Identity>, StoreError> {
        self.store.find_by_address(address).await
    }

    async fn list(
        &self,
        after: Option<IdentityId>,
        limit: u32,
    ) -> Result<Vec<Identity>, StoreError> {
        IdentityStore::list(&*self.store, after, limit).await
    }

    async fn update(&self, identity: &Identity) -> Result<(), StoreError> {
        if *self.closed.lock().unwrap() == Some(identity.id) {
            return Err(StoreError::unavailable("away"));
        }
        let is_first = !self.met.lock().unwrap().contains(&identity.id);
        if is_first {
            self.met.lock().unwrap().push(identity.id);
            let stored = self.find(identity.id).await?.unwrap();
            self.store.update(&stored).await?;
        }
        self.store.update(identity).await
    }

    async fn update_without(
        &self,
        identity: &Identity,
        removed: CredentialId,
        others: &[CredentialId],
    ) -> Result<bool, StoreError> {
        self.store.update_without(identity, removed, others).await
    }

    async fn delete(&self, id: IdentityId) -> Result<bool, StoreError> {
        IdentityStore::delete(&*self.store, id).await
    }
}

const ALL: Fates = Fates {
    links: LinkFate::Unlink,
    sessions: SessionFate::Revoke,
};

pub(in crate::providers) fn contested(
    house: &mut House,
    closed: Option<IdentityId>,
) -> Arc<Contested> {
    let contested = Arc::new(Contested {
        store: house.store.clone(),
        met: Mutex::default(),
        closed: Mutex::new(closed),
    });
    house.departures.identities = contested.clone();
    contested
}

/// XP-15.
#[tokio::test]
async fn a_departure_goes_on_over_what_others_change_meanwhile() {
    let mut house = house();
    let (ada, eve) = (house.guest("acme").await, house.guest("acme").await);
    contested(&mut house, None);
    let gone = house.departures.settle(&"acme".parse().unwrap(), ALL).await;
    assert_eq!(gone.unwrap().links_removed, 2);
    for identity in [ada, eve] {
        assert_eq!(house.left_of(identity).await, (0, 0));
        assert_eq!(house.roles_of(identity).await, [""; 0]);
    }
}

/// XP-15.
#[tokio::test]
async fn what_cannot_be_settled_is_told_keeps_nothing_else_and_is_settled_later() {
    let mut house = house();
    let (ada, eve) = (house.guest("acme").await, house.guest("acme").await);
    let store = contested(&mut house, Some(ada));
    let acme = "acme".parse().unwrap();
    let failed = house.departures.settle(&acme, ALL).await;
    assert!(matches!(failed, Err(StoreError::Unavailable { .. })));
    assert_eq!(house.left_of(ada).await, (1, 0), "nobody is signed in");
    assert_eq!(house.left_of(eve).await, (0, 0));
    *store.closed.lock().unwrap() = None;
    let settled = house.departures.settle(&acme, ALL).await.unwrap();
    assert_eq!((settled.links_removed, settled.sessions_ended), (1, 0));
    assert_eq!(house.left_of(ada).await, (0, 0));
    assert_eq!(house.roles_of(ada).await, [""; 0]);
}

/// XP-15.
#[tokio::test]
async fn only_what_belongs_to_the_provider_goes_with_it() {
    let house = house();
    let (ada, eve) = (house.guest("acme").await, house.guest("acme").await);
    let other = house.guest("other").await;
    let acme = "acme".parse().unwrap();
    assert_eq!(house.departures.links(&acme).await.unwrap(), 2);
    let kept = house.departures.settle(&acme, Fates::default()).await;
    assert_eq!(kept.unwrap(), Departed::default());
    assert_eq!(house.left_of(ada).await, (1, 1));

    let gone = house.departures.settle(&acme, ALL).await.unwrap();
    assert_eq!((gone.links_removed, gone.sessions_ended), (2, 2));
    for identity in [ada, eve] {
        assert_eq!(house.left_of(identity).await, (0, 0));
        assert_eq!(house.roles_of(identity).await, [""; 0]);
    }
    assert_eq!(house.left_of(other).await, (1, 1));
    assert_eq!(house.roles_of(other).await, ["admin"]);
    assert_eq!(*house.heard.0.lock().unwrap(), ["acme", "acme"]);
    assert_eq!(house.departures.links(&acme).await.unwrap(), 0);
}

#[test]
fn what_is_not_asked_for_is_as_the_table_says() {
    let mut table = config::Provider::default();
    table.on_disable.links = LinkFate::Refuse;
    table.on_disable.sessions = SessionFate::Revoke;
    let leave = Leave {
        links: Some(LinkFate::Keep),
        sessions: None,
    };
    let fates = Fates::of(leave, &table);
    assert_eq!(fates.links, LinkFate::Keep);
    assert_eq!(fates.sessions, SessionFate::Revoke);
}
