//! Who loses what when a provider goes, and when the store does not do what it is asked.

use std::sync::Mutex;

use async_trait::async_trait;
use portcullis_core::{
    entrances::Entrances,
    id::{CredentialId, SessionId},
    link::{LinkKey, PreparedLink},
    mapping::Sync,
    provenance::Origin,
    provider::{TokenSet, Upstream},
    registry::Registry,
    schema::Schema,
    secret::{Secret, Token},
    session::{Device, Session},
    stage::Observer,
    testing::{FrozenClock, Meddled, Meddler, Meddling, MemoryStore, SeededEntropy},
};

use super::*;

#[derive(Debug, Default)]
struct Heard(Mutex<Vec<String>>);

impl Observer for Heard {
    fn observe(&self, event: &Event<'_>) {
        let told = match event {
            Event::Unlinked { provider, .. } => provider.to_string(),
            Event::PreparedLinkRemoved { provider, .. } => format!("{provider}, prepared"),
            _ => return,
        };
        self.0.lock().unwrap().push(told);
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
    /// By what those come in who may do everything: nobody signs in with a password here.
    pub(in crate::providers) fn entrances(&self, registry: Arc<Registry>) -> Entrances {
        Entrances {
            identities: self.store.clone(),
            credentials: self.store.clone(),
            registry,
            local: Vec::new(),
        }
    }

    /// Somebody with an account at the provider, and a session that began there.
    pub(in crate::providers) async fn guest(&self, provider: &str) -> IdentityId {
        let now = self.clock.now();
        let (schemas, traits) = (&self.departures.schemas, serde_json::json!({}));
        let schema = schemas.default_schema();
        let made = schemas.identity(&schema, traits, &self.clock, &self.entropy);
        let mut made = made.unwrap();
        made.roles = vec!["editor".to_owned()];
        let origin = Origin {
            source: provider.parse().unwrap(),
            synced_at: now,
            sync: Sync::Force,
            account: None,
        };
        made.provenance.insert("roles:".to_owned(), origin);
        self.departures.identities.insert(&made, &[]).await.unwrap();
        let identity = made.id;
        let link = LinkKey {
            provider: provider.parse().unwrap(),
            issuer: "https://id.example".to_owned(),
            subject: identity.to_string(),
        };
        let id = CredentialId::generate(&self.entropy);
        let credential = link.credential(identity, id, now);
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
            acting: None,
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

    /// Prepares a link of somebody to an account of the provider.
    async fn prepare(&self, identity: IdentityId, provider: &str) {
        let stub = PreparedLink::new(provider.parse().unwrap(), "ada@example.com");
        let id = CredentialId::generate(&self.entropy);
        let credential = stub.credential(identity, id, self.clock.now());
        self.departures.credentials.put(&credential).await.unwrap();
    }

    /// Whether tokens of somebody's only link are kept.
    async fn keeps_tokens(&self, identity: IdentityId) -> bool {
        let links = CredentialStore::list(&*self.store, identity).await.unwrap();
        let kept = self.departures.vault.kept(links[0].id).await;
        kept.unwrap().is_some()
    }

    async fn roles_of(&self, identity: IdentityId) -> Vec<String> {
        let found = self.departures.identities.find(identity).await;
        found.unwrap().unwrap().roles
    }
}

/// Changes each identity just before its first update, and lets nobody change one of them at all.
#[derive(Debug)]
pub(in crate::providers) struct Contest {
    met: Mutex<Vec<IdentityId>>,
    pub(in crate::providers) closed: Mutex<Option<IdentityId>>,
}

#[async_trait]
impl Meddler for Contest {
    async fn before(&self, store: &MemoryStore, what: Meddling<'_>) -> Result<(), StoreError> {
        let Meddling::Update(identity) = what else {
            return Ok(());
        };
        if *self.closed.lock().unwrap() == Some(identity.id) {
            return Err(StoreError::unavailable("away"));
        }
        let is_first = !self.met.lock().unwrap().contains(&identity.id);
        if is_first {
            self.met.lock().unwrap().push(identity.id);
            let stored = IdentityStore::find(store, identity.id).await?.unwrap();
            store.update(&stored).await?;
        }
        Ok(())
    }
}

const ALL: Fates = Fates {
    links: LinkFate::Unlink,
    sessions: SessionFate::Revoke,
};

pub(in crate::providers) fn contested(
    house: &mut House,
    closed: Option<IdentityId>,
) -> Arc<Meddled<Contest>> {
    let contest = Contest {
        met: Mutex::default(),
        closed: Mutex::new(closed),
    };
    let contested = Arc::new(Meddled(house.store.clone(), contest));
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
    let links = CredentialStore::list(&*house.store, ada).await.unwrap();
    let (tokens, vault) = (TokenSet::default(), &house.departures.vault);
    vault.keep(links[0].id, &acme, &tokens).await.unwrap();
    let failed = house.departures.settle(&acme, ALL).await;
    assert!(matches!(failed, Err(StoreError::Unavailable { .. })));
    assert_eq!(house.left_of(ada).await, (1, 0), "nobody is signed in");
    assert!(house.keeps_tokens(ada).await, "a link that stays goes on");
    assert_eq!(house.left_of(eve).await, (0, 0));
    *store.1.closed.lock().unwrap() = None;
    let settled = house.departures.settle(&acme, ALL).await.unwrap();
    assert_eq!((settled.links_removed, settled.sessions_ended), (1, 0));
    assert_eq!(house.left_of(ada).await, (0, 0));
    assert_eq!(house.roles_of(ada).await, [""; 0]);
    assert_eq!(
        house.departures.vault.kept(links[0].id).await.unwrap(),
        None
    );
}

/// Whoever later takes the provider's name must let nobody in by what was prepared for another.
#[tokio::test]
async fn what_was_prepared_for_accounts_of_a_provider_goes_with_it() {
    let house = house();
    let ada = house.guest("other").await;
    for provider in ["acme", "other", "prepared"] {
        house.prepare(ada, provider).await;
    }
    let acme = "acme".parse().unwrap();
    assert_eq!(house.departures.links(&acme).await.unwrap(), 1);
    let gone = house.departures.settle(&acme, ALL).await.unwrap();
    assert_eq!((gone.links_removed, gone.sessions_ended), (1, 0));
    assert_eq!(*house.heard.0.lock().unwrap(), ["acme, prepared"]);
    assert_eq!(house.left_of(ada).await, (3, 1));
    assert_eq!(house.departures.links(&acme).await.unwrap(), 0);
    let prepared = "prepared".parse().unwrap();
    assert_eq!(house.departures.links(&prepared).await.unwrap(), 1);
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
    assert_eq!(house.roles_of(other).await, ["editor"]);
    assert_eq!(*house.heard.0.lock().unwrap(), ["acme", "acme"]);
    assert_eq!(house.departures.links(&acme).await.unwrap(), 0);
}

#[tokio::test]
async fn of_the_administrators_that_a_provider_made_the_last_one_stays() {
    let house = house();
    let all = [house.guest("acme").await, house.guest("acme").await];
    for id in all {
        let mut one = house.departures.identities.find(id).await.unwrap().unwrap();
        one.roles.push("admin".to_owned());
        house.departures.identities.update(&one).await.unwrap();
    }
    let acme = "acme".parse().unwrap();
    let gone = house.departures.settle(&acme, ALL).await.unwrap();
    assert_eq!((gone.links_removed, gone.sessions_ended), (2, 2));
    let mut left = [house.roles_of(all[0]).await, house.roles_of(all[1]).await];
    left.sort();
    assert_eq!(left, [vec![], vec!["admin".to_owned()]]);
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
