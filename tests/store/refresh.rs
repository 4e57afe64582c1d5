//! Refreshing upstream tokens: once for all nodes, and never at the cost of the refresh token.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use jiff::Timestamp;
use portcullis::vault::Keyring;
use portcullis_core::{
    clock::Clock,
    id::{CredentialId, IdentityId},
    store::StoreError,
    vault::{SealedTokens, TokenStore, TokenVault, VaultError},
};
use tokio::task::JoinSet;

use super::{
    node::{Node, Record},
    upstream::{Linked, Mood},
};
use crate::support::wait::wait_until;

/// XP: parallel refreshes from 100 requests on two nodes make exactly one call.
async fn a_hundred_requests_on_two_nodes_make_one_call(record: Record) {
    let (linked, one) = Linked::on(&record).await;
    let other = Node::start(&record, None, &linked.clock).await;
    let nodes = [&one, &other].map(|node| linked.vault(node));
    linked.sign_in(&nodes[0], 30).await;
    linked.idp.close_gate();
    let linked = Arc::new(linked);
    let mut requests = JoinSet::new();
    for n in 0..100 {
        let (linked, vault) = (Arc::clone(&linked), Arc::clone(&nodes[n % 2]));
        requests.spawn(async move { linked.token(&vault).await.unwrap() });
    }
    wait_until("the provider to be asked", async || {
        (linked.idp.calls() > 0).then_some(())
    })
    .await;
    linked.idp.gate.add_permits(1000);
    let answers = requests.join_all().await;
    assert!(
        answers
            .iter()
            .all(|token| token.as_deref() == Some("access-1"))
    );
    assert_eq!(linked.idp.calls(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn parallel_refreshes_over_one_sqlite_file_make_one_call() {
    a_hundred_requests_on_two_nodes_make_one_call(Record::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn parallel_refreshes_over_one_postgresql_make_one_call() {
    a_hundred_requests_on_two_nodes_make_one_call(Record::postgres().await).await;
}

#[tokio::test]
async fn each_refresh_spends_the_token_that_the_one_before_brought() {
    let record = Record::sqlite();
    let (linked, node) = Linked::on(&record).await;
    let other = Node::start(&record, None, &linked.clock).await;
    let nodes = [&node, &other].map(|node| linked.vault(node));
    linked.sign_in(&nodes[0], 30).await;
    for round in 1..=4 {
        let token = linked.token(&nodes[round % 2]).await.unwrap();
        assert_eq!(token, Some(format!("access-{round}")));
        linked.clock.advance(Duration::from_secs(3541));
    }
}

/// A store that does not save at the first attempt.
#[derive(Debug)]
struct Hesitant {
    store: Arc<dyn TokenStore>,
    hesitated: AtomicBool,
}

#[async_trait]
impl TokenStore for Hesitant {
    async fn find(&self, link: CredentialId) -> Result<Option<SealedTokens>, StoreError> {
        self.store.find(link).await
    }

    async fn of_identity(&self, identity: IdentityId) -> Result<Vec<SealedTokens>, StoreError> {
        self.store.of_identity(identity).await
    }

    async fn put(&self, tokens: &SealedTokens) -> Result<(), StoreError> {
        self.store.put(tokens).await
    }

    async fn replace(&self, before: &str, tokens: &SealedTokens) -> Result<bool, StoreError> {
        match self.hesitated.swap(true, Ordering::SeqCst) {
            true => self.store.replace(before, tokens).await,
            false => Err(StoreError::unavailable("not now")),
        }
    }

    async fn remove(&self, link: CredentialId) -> Result<bool, StoreError> {
        self.store.remove(link).await
    }

    async fn lease(
        &self,
        link: CredentialId,
        holder: &str,
        until: Timestamp,
    ) -> Result<bool, StoreError> {
        self.store.lease(link, holder, until).await
    }

    async fn release(&self, link: CredentialId, holder: &str) -> Result<(), StoreError> {
        self.store.release(link, holder).await
    }
}

#[tokio::test]
async fn rotated_tokens_are_saved_before_they_are_given_out() {
    let record = Record::sqlite();
    let (linked, node) = Linked::on(&record).await;
    let hesitant: Arc<dyn TokenStore> = Arc::new(Hesitant {
        store: Arc::clone(&node.stores.tokens),
        hesitated: AtomicBool::new(false),
    });
    let over = |tokens: &Arc<dyn TokenStore>| {
        linked.vault_over(&node, Arc::clone(tokens), Keyring::new(b"key", []))
    };
    linked.sign_in(&over(&hesitant), 30).await;
    let token = linked.token(&over(&hesitant)).await.unwrap();
    assert_eq!(token.as_deref(), Some("access-1"));
    let another = linked.vault(&node);
    let token = linked.token(&another).await.unwrap();
    assert_eq!(token.as_deref(), Some("access-1"), "it is in the record");
    assert_eq!(linked.idp.calls(), 1);
}

#[tokio::test]
async fn a_request_that_is_dropped_loses_no_tokens() {
    let record = Record::sqlite();
    let (linked, node) = Linked::on(&record).await;
    let vault = linked.vault(&node);
    linked.sign_in(&vault, 30).await;
    linked.idp.close_gate();
    tokio::select! {
        _ = linked.token(&vault) => panic!("the provider does not answer"),
        () = wait_until("the provider to be asked", async || {
            (linked.idp.calls() == 1).then_some(())
        }) => {}
    }
    linked.idp.gate.add_permits(1000);
    let token = linked.token(&vault).await.unwrap();
    assert_eq!(token.as_deref(), Some("access-1"));
    assert_eq!(linked.idp.calls(), 1);
}

#[tokio::test]
async fn tokens_that_the_provider_has_ended_are_not_tried_again() {
    let record = Record::sqlite();
    let (linked, node) = Linked::on(&record).await;
    let vault = linked.vault(&node);
    linked.sign_in(&vault, 30).await;
    linked.idp.is(Mood::Stern);
    for _ in 0..3 {
        let read = linked.token(&vault).await;
        assert!(matches!(read, Err(VaultError::Ended)));
        linked.clock.advance(Duration::from_secs(60));
    }
    assert_eq!(linked.idp.calls(), 1);
    assert_eq!(linked.ear.0.load(Ordering::SeqCst), 1);
    let kept = node.stores.tokens.find(linked.link).await.unwrap().unwrap();
    assert!(kept.ended);
    linked.sign_in(&vault, 3600).await;
    let token = linked.token(&vault).await.unwrap();
    assert_eq!(token.as_deref(), Some("access-0"), "signing in again helps");
}

#[tokio::test]
async fn a_provider_that_is_away_leaves_everything_as_it_is() {
    let record = Record::sqlite();
    let (linked, node) = Linked::on(&record).await;
    let vault = linked.vault(&node);
    linked.sign_in(&vault, 30).await;
    linked.idp.is(Mood::Down);
    for _ in 0..10 {
        let token = linked.token(&vault).await.unwrap();
        assert_eq!(
            token.as_deref(),
            Some("access-0"),
            "the old one is still good"
        );
    }
    assert_eq!(linked.idp.calls(), 1, "it is not asked at every request");
    linked.clock.advance(Duration::from_secs(30));
    let read = linked.token(&vault).await;
    assert!(matches!(read, Err(VaultError::Provider(_))));
    linked.idp.is(Mood::Well);
    linked.clock.advance(Duration::from_secs(5));
    let token = linked.token(&vault).await.unwrap();
    assert_eq!(token.as_deref(), Some("access-3"));
    assert_eq!(linked.ear.0.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_node_that_died_is_taken_over_from() {
    let record = Record::sqlite();
    let (linked, node) = Linked::on(&record).await;
    let vault = linked.vault(&node);
    linked.sign_in(&vault, 50).await;
    let until = linked.clock.now() + Duration::from_secs(15);
    let tokens = &node.stores.tokens;
    assert!(tokens.lease(linked.link, "the dead", until).await.unwrap());
    let linked = Arc::new(linked);
    let waiting = tokio::spawn({
        let (linked, vault) = (Arc::clone(&linked), Arc::clone(&vault));
        async move { linked.token(&vault).await.unwrap() }
    });
    for _ in 0..50 {
        tokio::task::yield_now().await;
    }
    assert!(!waiting.is_finished() && linked.idp.calls() == 0);
    linked.clock.advance(Duration::from_secs(15));
    assert_eq!(waiting.await.unwrap().as_deref(), Some("access-1"));
}

#[tokio::test]
async fn a_sign_in_during_a_refresh_is_not_undone() {
    let record = Record::sqlite();
    let (linked, node) = Linked::on(&record).await;
    let vault = linked.vault(&node);
    linked.sign_in(&vault, 30).await;
    linked.idp.close_gate();
    let meanwhile = async {
        wait_until("the provider to be asked", async || {
            (linked.idp.calls() == 1).then_some(())
        })
        .await;
        linked.sign_in(&vault, 3600).await;
        linked.idp.gate.add_permits(1000);
    };
    let (refreshed, ()) = tokio::join!(linked.token(&vault), meanwhile);
    assert_eq!(refreshed.unwrap().as_deref(), Some("access-0"));
    let another = linked.vault(&node);
    let token = linked.token(&another).await.unwrap();
    assert_eq!(token.as_deref(), Some("access-0"));
}

#[tokio::test]
async fn what_a_refresh_brings_for_a_link_that_is_gone_is_revoked() {
    let record = Record::sqlite();
    let (linked, node) = Linked::on(&record).await;
    let vault = linked.vault(&node);
    linked.sign_in(&vault, 30).await;
    linked.idp.close_gate();
    let meanwhile = async {
        wait_until("the provider to be asked", async || {
            (linked.idp.calls() == 1).then_some(())
        })
        .await;
        vault.forget(linked.link).await.unwrap();
        linked.idp.gate.add_permits(1000);
    };
    let (refreshed, ()) = tokio::join!(linked.token(&vault), meanwhile);
    assert_eq!(refreshed.unwrap(), None);
    assert_eq!(linked.idp.revoked(), ["access-0", "access-1"]);
}
