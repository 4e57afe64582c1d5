//! Principals in one process: what is cached, for how long, and what ends it.

use std::{sync::Arc, time::Duration};

use portcullis_core::{clock::Clock, store::StoreError};
use serde_json::json;
use tokio::task::JoinSet;

use super::node::{IDLE, Node, Record, clock};
use crate::support::wait::wait_until;

const MINUTE: Duration = Duration::from_secs(60);

#[tokio::test]
async fn a_warm_session_needs_no_database() {
    let (record, clock) = (Record::sqlite(), clock());
    let node = Node::start(&record, None, &clock).await;
    let (_, session) = node.sign_in(clock.now()).await;
    assert!(node.admits(&session).await);
    node.store.close().await;
    for _ in 0..100 {
        assert!(node.admits(&session).await);
    }
}

#[tokio::test]
async fn an_outage_of_the_database_is_outlasted_by_who_is_in_use_and_for_five_minutes() {
    let (record, clock) = (Record::sqlite(), clock());
    let node = Node::start(&record, None, &clock).await;
    let (_, idle) = node.sign_in(clock.now()).await;
    let (_, used) = node.sign_in(clock.now()).await;
    assert!(node.admits(&idle).await);
    clock.advance(Duration::from_secs(9));
    assert!(node.admits(&used).await);
    node.store.close().await;
    let find = async |token| node.stores.principals.find(token).await;
    clock.advance(Duration::from_secs(5));
    assert!(
        node.admits(&used).await,
        "older than otherwise, for nobody can be asked"
    );
    let found = find(&idle.token_hash).await;
    assert!(
        matches!(found, Err(StoreError::Unavailable(_))),
        "a command may have ended it unheard before the outage"
    );
    for _ in 0..4 {
        clock.advance(MINUTE);
        assert!(node.admits(&used).await);
    }
    clock.advance(MINUTE);
    let found = find(&used.token_hash).await;
    assert!(
        matches!(found, Err(StoreError::Unavailable(_))),
        "not for ever"
    );
}

#[tokio::test]
async fn a_session_that_was_found_ended_stays_so_through_an_outage() {
    let (record, clock) = (Record::sqlite(), clock());
    let node = Node::start(&record, None, &clock).await;
    let (_, session) = node.sign_in(clock.now()).await;
    assert!(node.admits(&session).await);
    let command = Node::command(record.open(&clock).await, None);
    assert!(command.stores.sessions.revoke(session.id).await.unwrap());
    clock.advance(Duration::from_secs(5));
    assert!(!node.admits(&session).await);
    node.store.close().await;
    for _ in 0..3 {
        clock.advance(Duration::from_secs(1));
        let found = node.stores.principals.find(&session.token_hash).await;
        assert!(matches!(found, Err(StoreError::Unavailable(_))));
    }
}

#[tokio::test]
async fn a_warm_principal_is_the_same_for_every_request() {
    let (record, clock) = (Record::sqlite(), clock());
    let node = Node::start(&record, None, &clock).await;
    let (_, session) = node.sign_in(clock.now()).await;
    let find = async || node.stores.principals.find(&session.token_hash).await;
    let (first, second) = (find().await.unwrap(), find().await.unwrap());
    assert!(Arc::ptr_eq(&first.unwrap(), &second.unwrap()));
}

#[tokio::test]
async fn another_process_is_heard_of_within_five_seconds() {
    let (record, clock) = (Record::sqlite(), clock());
    let node = Node::start(&record, None, &clock).await;
    let (_, session) = node.sign_in(clock.now()).await;
    assert!(node.admits(&session).await);
    let command = Node::command(record.open(&clock).await, None);
    assert!(command.stores.sessions.revoke(session.id).await.unwrap());
    clock.advance(Duration::from_secs(5));
    assert!(!node.admits(&session).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_request_after_a_revocation_is_let_through() {
    let (record, clock) = (Record::sqlite(), clock());
    let node = Arc::new(Node::start(&record, None, &clock).await);
    for _ in 0..60 {
        let (_, session) = node.sign_in(clock.now()).await;
        let mut readers = JoinSet::new();
        for _ in 0..8 {
            let (node, session) = (Arc::clone(&node), session.clone());
            readers.spawn(async move { while node.admits(&session).await {} });
        }
        assert!(node.stores.sessions.revoke(session.id).await.unwrap());
        for _ in 0..20 {
            assert!(!node.admits(&session).await);
            tokio::task::yield_now().await;
        }
        readers.join_all().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_request_after_a_change_sees_it() {
    let (record, clock) = (Record::sqlite(), clock());
    let node = Arc::new(Node::start(&record, None, &clock).await);
    let (mut identity, session) = node.sign_in(clock.now()).await;
    let mut readers = JoinSet::new();
    for _ in 0..4 {
        let (node, session) = (Arc::clone(&node), session.clone());
        readers.spawn(async move {
            while node.admits(&session).await {
                tokio::task::yield_now().await;
            }
        });
    }
    for round in 0..40 {
        identity.traits = json!({ "round": round });
        node.stores.identities.update(&identity).await.unwrap();
        identity.version += 1;
        let found = node.stores.principals.find(&session.token_hash).await;
        let found = found.unwrap().unwrap();
        assert_eq!(found.identity.traits["round"], round);
    }
    assert!(node.stores.identities.delete(identity.id).await.unwrap());
    assert!(!node.admits(&session).await);
    readers.join_all().await;
}

#[tokio::test]
async fn a_busy_session_outlives_its_idle_timeout_and_is_written_down() {
    let (record, clock) = (Record::sqlite(), clock());
    let node = Node::start(&record, None, &clock).await;
    let (_, session) = node.sign_in(clock.now()).await;
    for _ in 0..4 {
        assert!(node.admits(&session).await);
        clock.advance(IDLE - MINUTE);
        assert!(node.admits(&session).await, "busy within its idle timeout");
        let now = clock.now();
        wait_until("the use to be written down", async || {
            let found = node.stores.sessions.find(&session.token_hash).await;
            (found.unwrap()?.last_seen_at == now).then_some(())
        })
        .await;
    }
    clock.advance(IDLE);
    assert!(!node.admits(&session).await, "idle for its whole timeout");
}

#[tokio::test]
async fn the_busiest_session_ends_at_its_lifespan() {
    let (record, clock) = (Record::sqlite(), clock());
    let node = Node::start(&record, None, &clock).await;
    let (_, session) = node.sign_in(clock.now()).await;
    while clock.now() < session.expires_at {
        assert!(node.admits(&session).await);
        clock.advance(IDLE / 2);
        let now = clock.now();
        if now < session.expires_at {
            assert!(node.admits(&session).await);
            wait_until("the use to be written down", async || {
                let found = node.stores.sessions.find(&session.token_hash).await;
                (found.unwrap()?.last_seen_at == now).then_some(())
            })
            .await;
        }
    }
    assert!(!node.admits(&session).await);
}
