//! The contract of every store, held by memory, SQLite and PostgreSQL alike.

use std::sync::Arc;

use portcullis_core::{
    api_credential::ApiCredentialStore,
    audit::AuditLog,
    clock::Clock,
    credential::CredentialStore,
    flow::FlowStore,
    identity::IdentityStore,
    mail::MailStore,
    schema::runtime::SchemaStore,
    search::IdentitySearch,
    session::SessionStore,
    testing::{
        FrozenClock, MemoryStore,
        contract::{
            api_credential_store_contract, audit_log_contract, counter_contract,
            credential_store_contract, flow_store_contract, flows_go_with_their_identity,
            identity_search_contract, identity_store_contract, mail_store_contract,
            mails_go_with_their_identity, pause_store_contract, schema_store_contract,
            searched_schemas, session_store_contract, token_store_contract,
            upstream_session_store_contract,
        },
    },
    throttle::{Counters, PauseStore},
    vault::{TokenStore, UpstreamSessionStore},
};

use super::node::{Node, Record, clock, entropy};
use crate::support::redis::Redis;

struct Held<'a> {
    identities: &'a dyn IdentityStore,
    search: &'a dyn IdentitySearch,
    credentials: &'a dyn CredentialStore,
    sessions: &'a dyn SessionStore,
    flows: &'a dyn FlowStore,
    tokens: &'a dyn TokenStore,
    upstreams: &'a dyn UpstreamSessionStore,
    mails: &'a dyn MailStore,
    api_credentials: &'a dyn ApiCredentialStore,
    audit: &'a dyn AuditLog,
    schemas: &'a dyn SchemaStore,
    counters: &'a dyn Counters,
    pauses: &'a dyn PauseStore,
    /// Redis goes by its own clock.
    counts_by_clock: bool,
}

impl Held<'_> {
    async fn to_the_contract(&self, clock: &FrozenClock) {
        let entropy = entropy();
        let (identities, credentials, sessions) =
            (self.identities, self.credentials, self.sessions);
        identity_store_contract(identities, credentials, sessions, &entropy).await;
        credential_store_contract(identities, credentials, &entropy).await;
        identity_search_contract((identities, credentials), self.search, &entropy).await;
        session_store_contract(identities, sessions, &entropy).await;
        flow_store_contract(self.flows, clock, Some(clock), &entropy).await;
        flows_go_with_their_identity(identities, self.flows, clock, &entropy).await;
        token_store_contract(identities, credentials, self.tokens, clock, &entropy).await;
        upstream_session_store_contract(identities, sessions, self.upstreams, &entropy).await;
        mail_store_contract(self.mails, &entropy).await;
        mails_go_with_their_identity(identities, self.mails, &entropy).await;
        api_credential_store_contract(self.api_credentials, &entropy).await;
        audit_log_contract(self.audit, &entropy).await;
        schema_store_contract(self.schemas).await;
        let frozen = self.counts_by_clock.then_some(clock);
        counter_contract(self.counters, clock, frozen, &entropy).await;
        pause_store_contract(self.pauses, clock, &entropy).await;
    }
}

async fn hold(record: &Record, redis: Option<&Redis>) {
    let clock = clock();
    let node = Node::start(record, redis, &clock).await;
    let held = Held {
        identities: &*node.stores.identities,
        search: &*node.stores.search,
        credentials: &*node.stores.credentials,
        sessions: &*node.stores.sessions,
        flows: &*node.stores.flows,
        tokens: &*node.stores.tokens,
        upstreams: &*node.stores.upstream_sessions,
        mails: &*node.store.mails(),
        api_credentials: &*node.stores.api_credentials,
        audit: &*node.stores.audit,
        schemas: &*node.store.schemas(),
        counters: node.stores.throttles.counters(),
        pauses: node.stores.throttles.pauses(),
        counts_by_clock: redis.is_none(),
    };
    held.to_the_contract(&clock).await;
}

#[tokio::test]
async fn memory_holds_to_the_contract() {
    let clock = clock();
    let store = MemoryStore::new(Arc::clone(&clock) as Arc<dyn Clock>);
    let store = store.searching(searched_schemas());
    let held = Held {
        identities: &store,
        search: &store,
        credentials: &store,
        sessions: &store,
        flows: &store,
        tokens: &store,
        upstreams: &store,
        mails: &store,
        counters: &store,
        pauses: &store,
        api_credentials: &store,
        audit: &store,
        schemas: &store,
        counts_by_clock: true,
    };
    held.to_the_contract(&clock).await;
}

#[tokio::test]
async fn sqlite_holds_to_the_contract() {
    hold(&Record::sqlite(), None).await;
}

#[tokio::test]
async fn postgresql_holds_to_the_contract() {
    hold(&Record::postgres().await, None).await;
}

#[tokio::test]
async fn redis_before_them_changes_nothing_of_it() {
    let redis = Redis::start().await;
    hold(&Record::sqlite(), Some(&redis)).await;
    hold(&Record::postgres().await, Some(&redis)).await;
}
