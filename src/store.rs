//! Where state lives: SQL is the record, Redis a cache all nodes share, and each process keeps the
//! principals of its live sessions. Nothing outside this module knows any of the three by name.

mod api_credentials;
mod audit;
mod cached;
mod cell;
mod counters;
mod credentials;
mod database;
mod flows;
mod following;
mod identities;
mod keys;
mod mails;
mod owners;
mod pauses;
mod principals;
mod providers;
mod purge;
mod recent;
mod record;
mod records;
mod redis;
mod schema_copies;
mod schemas;
mod search;
mod sessions;
mod stamp;
mod statement;
mod table;
mod tokens;
mod touches;
mod upstream_sessions;
mod walks;

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use portcullis_core::{
    action::Actions,
    api_credential::ApiCredentialStore,
    audit::AuditLog,
    clock::Clock,
    credential::{Credential, CredentialStore},
    entropy::Entropy,
    flow::FlowStore,
    identity::{Identity, IdentityStore},
    mail::MailStore,
    schema::{Schemas, runtime::SchemaStore},
    search::IdentitySearch,
    session::SessionStore,
    sessions::SessionLifetimes,
    store::StoreError,
    throttle::{Counters, Throttles},
    vault::{TokenStore, UpstreamSessionStore},
};

pub(crate) use self::recent::Recent;
use self::{
    api_credentials::SqlApiCredentials,
    audit::SqlAudit,
    cached::{CachedCredentials, CachedIdentities, CachedSessions, Caches},
    counters::SqlCounters,
    credentials::SqlCredentials,
    database::Database,
    flows::SqlFlows,
    identities::SqlIdentities,
    keys::Purpose,
    mails::SqlMails,
    pauses::SqlPauses,
    records::Records,
    redis::SharedCounters,
    schemas::SqlSchemas,
    search::{SqlSearch, index::SearchIndex},
    sessions::SqlSessions,
    tokens::SqlTokens,
    upstream_sessions::SqlUpstreamSessions,
};
pub use self::{
    following::{Followed, Following, FollowingParts},
    principals::Principals,
    providers::{StoredProvider, StoredProviders},
    redis::{SharedSessions, Tracking},
    schema_copies::{SchemaCopies, SchemaCopy},
    search::{Counting, Indexing, Way},
    touches::Touches,
    walks::Walk,
};
use crate::observe::metrics::SessionCacheMetrics;

/// The record: SQLite or PostgreSQL.
#[derive(Debug, Clone)]
pub struct Store {
    database: Database,
    clock: Arc<dyn Clock>,
}

/// The stores as a gateway uses them, and the work that must run beside it.
#[derive(Debug)]
pub struct Stores {
    /// Identities; a change is seen by their sessions before its caller hears of it.
    pub identities: Arc<dyn IdentityStore>,
    /// Credentials.
    pub credentials: Arc<dyn CredentialStore>,
    /// Finding identities.
    pub search: Arc<dyn IdentitySearch>,
    /// Sessions; an end is obeyed before its caller hears of it.
    pub sessions: Arc<dyn SessionStore>,
    /// Flows.
    pub flows: Arc<dyn FlowStore>,
    /// What may happen only so often, counted in Redis where there is one.
    pub throttles: Throttles,
    /// Upstream tokens, sealed.
    pub tokens: Arc<dyn TokenStore>,
    /// Where sessions came from; whoever writes ID tokens seals them.
    pub upstream_sessions: Arc<dyn UpstreamSessionStore>,
    /// What programs prove themselves with, and their tokens.
    pub api_credentials: Arc<dyn ApiCredentialStore>,
    /// Who did what.
    pub audit: Arc<dyn AuditLog>,
    /// The principals behind session tokens.
    pub principals: Arc<Principals>,
    /// Writes down when sessions are used; to be run beside the gateway.
    pub touches: Option<Touches>,
    /// Has everybody found as the schemas say; to be run beside the gateway.
    pub indexing: Option<Indexing>,
    /// Counts identities, so that pages far back are found soon; to be run beside the gateway.
    pub counting: Option<Counting>,
    /// Hears what other nodes change; to be run beside the gateway, where there is a Redis.
    pub tracking: Option<Tracking>,
}

impl Store {
    /// Opens `sqlite://path` or `postgres://…` and brings it up to date.
    pub async fn open(url: &str, clock: Arc<dyn Clock>) -> Result<Self, StoreError> {
        let database = Database::open(url).await?;
        Ok(Self { database, clock })
    }

    /// The stores of this record behind their caches. A command that runs nothing beside itself
    /// uses them too: what it changes is then heard of by every gateway on the same Redis. `actions`
    /// says what each principal has to do before it is let through.
    pub fn cached(
        &self,
        shared: Option<SharedSessions>,
        lifetimes: SessionLifetimes,
        actions: Arc<Actions>,
        counters: SessionCacheMetrics,
    ) -> Stores {
        let throttles = self.throttles(shared.as_ref());
        let shared = shared.map(Arc::new);
        let sessions = SqlSessions::new(self.database.clone());
        let index = SearchIndex::new(self.database.clone(), Arc::clone(actions.schemas()));
        let identities = SqlIdentities::new(self.database.clone(), index.clone());
        let search = SqlSearch::new(self.database.clone(), identities.clone());
        let (sender, touches) = Touches::new(sessions.clone());
        let records = Records {
            sessions: sessions.clone(),
            identities: identities.clone(),
            shared: shared.clone(),
            lifetimes,
        };
        let principals = Arc::new(Principals::new(
            (records, actions),
            Arc::clone(&self.clock),
            sender,
            counters,
        ));
        let tracking = shared
            .clone()
            .map(|shared| Tracking::new(shared, Arc::clone(&principals)));
        let caches = Caches {
            shared,
            principals: Arc::clone(&principals),
        };
        let identities = Arc::new(CachedIdentities {
            record: identities,
            sessions: sessions.clone(),
            caches: caches.clone(),
        });
        Stores {
            identities: Arc::clone(&identities) as Arc<dyn IdentityStore>,
            credentials: Arc::new(CachedCredentials {
                record: SqlCredentials::new(self.database.clone(), index.clone()),
                identities: Arc::clone(&identities),
            }),
            sessions: Arc::new(CachedSessions {
                record: sessions,
                caches,
            }),
            flows: self.flows(),
            throttles,
            tokens: self.tokens(),
            upstream_sessions: Arc::new(SqlUpstreamSessions::new(self.database.clone())),
            api_credentials: Arc::new(SqlApiCredentials::new(
                self.database.clone(),
                Arc::clone(&self.clock),
            )),
            audit: Arc::new(SqlAudit::new(self.database.clone())),
            principals,
            search: Arc::new(search),
            indexing: Some(Indexing::new(index)),
            counting: Some(Counting::new(self.database.clone())),
            touches: Some(touches),
            tracking,
        }
    }

    /// Adds many identities with their credentials at once, all or none; nobody hears of it.
    pub async fn load(
        &self,
        schemas: &Arc<Schemas>,
        identities: &[(Identity, Vec<Credential>)],
    ) -> Result<(), StoreError> {
        let index = SearchIndex::new(self.database.clone(), Arc::clone(schemas));
        let record = SqlIdentities::new(self.database.clone(), index);
        record.insert_all(identities).await
    }

    /// The key that seals cookies and flows, made at first use; every node gets the same.
    pub async fn sealing_key(&self, entropy: &dyn Entropy) -> Result<Vec<u8>, StoreError> {
        keys::find_or_make(&self.database, Purpose::Sealing, entropy).await
    }

    /// The key that seals upstream tokens, made at first use; every node gets the same.
    pub async fn token_key(&self, entropy: &dyn Entropy) -> Result<Vec<u8>, StoreError> {
        keys::find_or_make(&self.database, Purpose::Tokens, entropy).await
    }

    /// The key that seals upstream tokens, if it was ever made.
    pub async fn token_key_if_any(&self) -> Result<Option<Vec<u8>>, StoreError> {
        keys::find(&self.database, Purpose::Tokens).await
    }

    /// The credentials of this record without any cache before it.
    pub fn credentials(&self, schemas: &Arc<Schemas>) -> Arc<dyn CredentialStore> {
        let index = SearchIndex::new(self.database.clone(), Arc::clone(schemas));
        Arc::new(SqlCredentials::new(self.database.clone(), index))
    }

    /// For tests: finds identities one way, whatever it takes, so that ways can be compared.
    #[doc(hidden)]
    pub fn search_by(&self, schemas: &Arc<Schemas>, way: Way) -> Arc<dyn IdentitySearch> {
        let index = SearchIndex::new(self.database.clone(), Arc::clone(schemas));
        let identities = SqlIdentities::new(self.database.clone(), index);
        Arc::new(SqlSearch::new(self.database.clone(), identities).by(way))
    }

    /// The providers that were added at run time.
    pub fn providers(&self) -> StoredProviders {
        StoredProviders::new(self.database.clone())
    }

    /// The schemas that were written at run time.
    pub fn schemas(&self) -> Arc<dyn SchemaStore> {
        Arc::new(SqlSchemas::new(self.database.clone()))
    }

    /// What schemas that stand in other places said when they were last taken over.
    pub fn schema_copies(&self) -> SchemaCopies {
        SchemaCopies::new(self.database.clone())
    }

    /// Everybody, without any cache before the record; only to read.
    pub fn everybody(&self, schemas: &Arc<Schemas>) -> Arc<dyn IdentityStore> {
        let index = SearchIndex::new(self.database.clone(), Arc::clone(schemas));
        Arc::new(SqlIdentities::new(self.database.clone(), index))
    }

    /// The walk over everybody on which they follow their schemas.
    pub fn following(&self) -> Walk {
        Walk::new(self.database.clone(), "following")
    }

    /// The mail that is to be sent.
    pub fn mails(&self) -> Arc<dyn MailStore> {
        Arc::new(SqlMails::new(self.database.clone()))
    }

    /// Removes what nobody can need after `now`; sessions that have expired are `kept` so long, and a
    /// day at most.
    pub async fn purge(&self, now: Timestamp, kept: Duration) -> Result<(), StoreError> {
        purge::purge(&self.database, now, kept).await
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.database.ping().await
    }

    /// Closes every connection; whoever asks later is told that the store is unavailable.
    pub async fn close(&self) {
        self.database.close().await;
    }

    fn flows(&self) -> Arc<dyn FlowStore> {
        let clock = Arc::clone(&self.clock);
        Arc::new(SqlFlows::new(self.database.clone(), clock))
    }

    fn throttles(&self, shared: Option<&SharedSessions>) -> Throttles {
        let clock = Arc::clone(&self.clock);
        let record = SqlCounters::new(self.database.clone(), Arc::clone(&clock));
        let counters: Arc<dyn Counters> = match shared {
            Some(shared) => Arc::new(SharedCounters::beside(shared, (Arc::new(record), clock))),
            None => Arc::new(record),
        };
        Throttles::new(counters, Arc::new(SqlPauses::new(self.database.clone())))
    }

    fn tokens(&self) -> Arc<dyn TokenStore> {
        let clock = Arc::clone(&self.clock);
        Arc::new(SqlTokens::new(self.database.clone(), clock))
    }
}
