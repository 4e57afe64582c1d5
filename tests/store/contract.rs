//! The contract of every store, held by memory, SQLite and PostgreSQL alike.

use std::sync::Arc;

use portcullis_core::{
    clock::Clock,
    credential::CredentialStore,
    flow::FlowStore,
    identity::IdentityStore,
    session::SessionStore,
    testing::{
        FrozenClock, MemoryStore,
        contract::{
            credential_store_contract, flow_store_contract, identity_store_contract,
            session_store_contract,
        },
    },
};

use super::node::{Node, Record, clock, entropy};
use crate::support::redis::Redis;

struct Held<'a> {
    identities: &'a dyn IdentityStore,
    credentials: &'a dyn CredentialStore,
    sessions: &'a dyn SessionStore,
    flows: &'a dyn FlowStore,
}

impl Held<'_> {
    async fn to_the_contract(&self, clock: &FrozenClock) {
        let entropy = entropy();
        identity_store_contract(self.identities, self.credentials, self.sessions, &entropy).await;
        credential_store_contract(self.identities, self.credentials, &entropy).await;
        session_store_contract(self.identities, self.sessions, &entropy).await;
        flow_store_contract(self.flows, clock, Some(clock), &entropy).await;
    }
}

async fn hold(record: &Record, redis: Option<&Redis>) {
    let clock = clock();
    let node = Node::start(record, redis, &clock).await;
    let held = Held {
        identities: &*node.stores.identities,
        credentials: &*node.stores.credentials,
        sessions: &*node.stores.sessions,
        flows: &*node.stores.flows,
    };
    held.to_the_contract(&clock).await;
}

#[tokio::test]
async fn memory_holds_to_the_contract() {
    let clock = clock();
    let store = MemoryStore::new(Arc::clone(&clock) as Arc<dyn Clock>);
    let held = Held {
        identities: &store,
        credentials: &store,
        sessions: &store,
        flows: &store,
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
