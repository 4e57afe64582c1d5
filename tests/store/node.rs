//! One gateway's stores, as its composition root puts them together.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use jiff::Timestamp;
use portcullis::{
    observe::metrics::Metrics,
    store::{SharedSessions, Store, Stores},
};
use portcullis_core::{
    action::Actions,
    id::{AddressId, IdentityId, SessionId},
    identity::{Address, AddressPurpose, Identity, IdentityState},
    secret::TokenHash,
    session::{Aal, AuthenticationMethod, Device, Session},
    sessions::SessionLifetimes,
    testing::{FrozenClock, SeededEntropy, contract::searched_schemas},
};
use serde_json::json;
use tempfile::TempDir;
use tokio::task::JoinSet;

use crate::support::{postgres::Postgres, redis::Redis};

pub(crate) const IDLE: Duration = Duration::from_secs(3600);
pub(crate) const LIFESPAN: Duration = Duration::from_secs(14 * 3600);

/// Each id and token of a test run is another one.
static SEED: AtomicU64 = AtomicU64::new(1);

pub(crate) fn entropy() -> SeededEntropy {
    SeededEntropy::new(SEED.fetch_add(1, Ordering::Relaxed) << 32)
}

pub(crate) fn clock() -> Arc<FrozenClock> {
    Arc::new(FrozenClock::new("2026-07-01T12:00:00Z".parse().unwrap()))
}

/// Actions of which none is switched on, over schemas that have something searched.
fn actions() -> Arc<Actions> {
    Arc::new(Actions::new(searched_schemas(), BTreeMap::new(), None))
}

/// A database of the test's own.
pub(crate) enum Record {
    Sqlite(TempDir),
    Postgres(Postgres),
}

impl Record {
    pub(crate) fn sqlite() -> Self {
        Self::Sqlite(TempDir::new().unwrap())
    }

    pub(crate) async fn postgres() -> Self {
        Self::Postgres(Postgres::start().await)
    }

    pub(crate) fn url(&self) -> String {
        match self {
            Self::Sqlite(folder) => {
                format!("sqlite://{}/a b%.db", folder.path().display()).replace('%', "%25")
            }
            Self::Postgres(database) => database.url(),
        }
    }

    pub(crate) async fn open(&self, clock: &Arc<FrozenClock>) -> Store {
        Store::open(&self.url(), clock.clone()).await.unwrap()
    }
}

/// The stores of one gateway with everything that runs beside it.
pub(crate) struct Node {
    pub(crate) store: Store,
    pub(crate) stores: Stores,
    _background: JoinSet<()>,
}

impl Node {
    pub(crate) async fn start(
        record: &Record,
        redis: Option<&Redis>,
        clock: &Arc<FrozenClock>,
    ) -> Self {
        let store = record.open(clock).await;
        let mut node = Self::command(store, redis);
        let mut background = JoinSet::new();
        if let Some(tracking) = node.stores.tracking.take() {
            background.spawn(tracking.run());
        }
        if let Some(touches) = node.stores.touches.take() {
            background.spawn(touches.run());
        }
        node._background = background;
        node
    }

    /// The stores of a command, beside which nothing runs.
    pub(crate) fn command(store: Store, redis: Option<&Redis>) -> Self {
        Self::with_actions(store, redis, actions())
    }

    pub(crate) fn with_actions(store: Store, redis: Option<&Redis>, actions: Arc<Actions>) -> Self {
        let lifetimes = SessionLifetimes {
            idle_timeout: IDLE,
            lifespan: LIFESPAN,
        };
        let shared =
            redis.map(|redis| SharedSessions::new(&redis.url(), Arc::new(entropy())).unwrap());
        Self {
            stores: store.cached(
                shared,
                lifetimes,
                actions,
                Metrics::new().unwrap().session_cache,
            ),
            store,
            _background: JoinSet::new(),
        }
    }

    /// Adds an identity and a session of it, opened by a new token.
    pub(crate) async fn sign_in(&self, now: Timestamp) -> (Identity, Session) {
        let identity = identity(now);
        self.stores.identities.insert(&identity, &[]).await.unwrap();
        let session = session(&identity, now);
        self.stores.sessions.insert(&session).await.unwrap();
        (identity, session)
    }

    /// Whether the session's token opens anything.
    pub(crate) async fn admits(&self, session: &Session) -> bool {
        let found = self.stores.principals.find(&session.token_hash).await;
        found.unwrap().is_some()
    }
}

pub(crate) fn identity(now: Timestamp) -> Identity {
    let entropy = entropy();
    let id = IdentityId::generate(&entropy);
    let email = format!("{id}@example.org");
    Identity {
        id,
        tenant: "default".to_owned(),
        schema_id: "default".to_owned(),
        state: IdentityState::Active,
        state_changed_at: now,
        traits: json!({ "email": email }),
        metadata_public: None,
        metadata_admin: Some(json!({ "note": "x" })),
        required_actions: Vec::new(),
        accepted_terms: Vec::new(),
        unmanaged: BTreeMap::new(),
        provenance: portcullis_core::provenance::Provenance::new(),
        roles: vec!["admin".to_owned()],
        identifiers: vec![email.clone()],
        addresses: vec![Address {
            id: AddressId::generate(&entropy),
            value: email,
            via: "email".to_owned(),
            purpose: AddressPurpose {
                verification: true,
                recovery: true,
            },
            verified_at: None,
            created_at: now,
            updated_at: now,
        }],
        external_id: None,
        second_factors: Default::default(),
        is_linked: false,
        created_at: now,
        updated_at: now,
        version: 0,
    }
}

pub(crate) fn session(identity: &Identity, now: Timestamp) -> Session {
    let entropy = entropy();
    let id = SessionId::generate(&entropy);
    Session {
        id,
        token_hash: TokenHash::of(&id.to_string()),
        identity_id: identity.id,
        issued_at: now,
        authenticated_at: now,
        expires_at: now + LIFESPAN,
        last_seen_at: now,
        methods: vec![AuthenticationMethod {
            method: "password".to_owned(),
            aal: Aal::Aal1,
            completed_at: now,
            provider: None,
            account: None,
            proved_at: None,
            upstream_acr: None,
            upstream_amr: Vec::new(),
        }],
        device: Device::default(),
        acting: None,
    }
}
