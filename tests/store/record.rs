//! The record: migrations, conflicts, secrets and outages of SQLite and PostgreSQL.

use std::{os::unix::fs::PermissionsExt, time::Duration};

use jiff::Timestamp;
use portcullis::store::Store;
use portcullis_core::{
    clock::Clock,
    credential::{Credential, CredentialKind},
    flow::{Flow, FlowKind},
    id::{CredentialId, FlowId, MailId},
    identity::IdentityState,
    mail::QueuedMail,
    secret::TokenHash,
    store::StoreError,
};
use serde_json::json;

use super::node::{Node, Record, clock, entropy, identity, session};
use crate::support::{postgres::Postgres, wait::wait_until};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

async fn records() -> [Record; 2] {
    [Record::sqlite(), Record::postgres().await]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nodes_that_start_at_once_agree_on_schema_and_key() {
    for record in records().await {
        let clock = clock();
        let mut starts = tokio::task::JoinSet::new();
        for _ in 0..6 {
            let (url, clock) = (record.url(), clock.clone());
            starts.spawn(async move {
                let store = Store::open(&url, clock).await.unwrap();
                store.sealing_key(&entropy()).await.unwrap()
            });
        }
        let keys = starts.join_all().await;
        assert!(keys.iter().all(|key| *key == keys[0] && key.len() == 32));
    }
}

#[tokio::test]
async fn a_new_sqlite_file_is_its_owners_alone() {
    let record = Record::sqlite();
    let store = record.open(&clock()).await;
    let Record::Sqlite(folder) = &record else {
        unreachable!()
    };
    let files: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
    assert!(files.len() >= 2, "the write-ahead log stands beside it");
    for file in files {
        let mode = file.unwrap().metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    store.close().await;
}

#[tokio::test]
async fn what_is_written_is_read_back_unchanged() {
    for record in records().await {
        let clock = clock();
        let node = Node::start(&record, None, &clock).await;
        clock.advance(Duration::from_nanos(123_456_789));
        let (identity, session) = node.sign_in(clock.now()).await;
        let stores = &node.stores;
        let found = stores.identities.find(identity.id).await.unwrap();
        assert_eq!(found.as_ref(), Some(&identity));
        let found = stores.sessions.find(&session.token_hash).await.unwrap();
        assert_eq!(found, Some(session));
        let address = &identity.addresses[0].value;
        let found = stores.identities.find_by_address(address).await.unwrap();
        assert_eq!(found, [identity]);
    }
}

/// HA-05: older versions took the id of zeros in; whoever has it keeps nobody else from being read, and can go.
#[tokio::test]
async fn whoever_has_the_id_of_zeros_of_old_is_read_and_goes() {
    for record in records().await {
        let clock = clock();
        let node = Node::start(&record, None, &clock).await;
        let identities = &node.stores.identities;
        let (mut old, other) = (identity(clock.now()), identity(clock.now()));
        old.id = "00000000-0000-0000-0000-000000000000".parse().unwrap();
        for one in [&old, &other] {
            identities.insert(one, &[]).await.unwrap();
        }
        let all = identities.list(None, 10).await.unwrap();
        assert_eq!(all.len(), 2);
        let found = identities.find(old.id).await.unwrap();
        assert_eq!(found.as_ref(), Some(&old));
        assert!(identities.delete(old.id).await.unwrap());
        assert_eq!(identities.list(None, 10).await.unwrap(), [other]);
    }
}

#[tokio::test]
async fn a_refused_identity_leaves_nothing_behind() {
    for record in records().await {
        let clock = clock();
        let node = Node::start(&record, None, &clock).await;
        let (taken, _) = node.sign_in(clock.now()).await;
        let mut late = identity(clock.now());
        late.identifiers = vec!["free@example.org".to_owned(), taken.identifiers[0].clone()];
        let refused = node.stores.identities.insert(&late, &[]).await;
        assert!(matches!(
            refused,
            Err(StoreError::Conflict { what: "identifier" })
        ));
        let free = node
            .stores
            .identities
            .find_by_identifier("free@example.org");
        assert_eq!(free.await.unwrap(), None);
    }
}

#[tokio::test]
async fn a_link_belongs_to_one_identity() {
    for record in records().await {
        let clock = clock();
        let node = Node::start(&record, None, &clock).await;
        let link = |identity: &portcullis_core::identity::Identity| Credential {
            id: CredentialId::generate(&entropy()),
            identity_id: identity.id,
            kind: CredentialKind::Oidc,
            identifier: Some("google:1".to_owned()),
            config: json!({}),
            label: None,
            priority: 0,
            last_used_at: None,
            created_at: clock.now(),
            updated_at: clock.now(),
        };
        let (first, second) = (identity(clock.now()), identity(clock.now()));
        let identities = &node.stores.identities;
        identities.insert(&first, &[link(&first)]).await.unwrap();
        let refused = identities.insert(&second, &[link(&second)]).await;
        assert!(matches!(
            refused,
            Err(StoreError::Conflict { what: "credential" })
        ));
        assert_eq!(identities.find(second.id).await.unwrap(), None);
        identities.delete(first.id).await.unwrap();
        identities.insert(&second, &[link(&second)]).await.unwrap();
    }
}

#[tokio::test]
async fn of_two_links_removed_at_once_one_stays() {
    for record in records().await {
        let clock = clock();
        let node = Node::start(&record, None, &clock).await;
        let (identity, _) = node.sign_in(clock.now()).await;
        for round in 0..16 {
            let links = [0, 1].map(|number| Credential {
                id: CredentialId::generate(&entropy()),
                identity_id: identity.id,
                kind: CredentialKind::Oidc,
                identifier: Some(format!("google:{round}:{number}")),
                config: json!({}),
                label: None,
                priority: 0,
                last_used_at: None,
                created_at: clock.now(),
                updated_at: clock.now(),
            });
            for link in &links {
                node.stores.credentials.put(link).await.unwrap();
            }
            let [one, two] = links.map(|link| link.id);
            let mut removals = tokio::task::JoinSet::new();
            for (id, other) in [(one, two), (two, one)] {
                let (identities, owner) = (node.stores.identities.clone(), identity.id);
                removals.spawn(async move {
                    let owner = identities.find(owner).await.unwrap().unwrap();
                    let removed = identities.update_without(&owner, id, &[other]).await;
                    // Who read the identity before the other removal has to begin anew.
                    removed.is_ok_and(|is_removed| is_removed)
                });
            }
            let removed = removals.join_all().await;
            assert_eq!(removed.iter().filter(|removed| **removed).count(), 1);
            let left = node.stores.credentials.list(identity.id).await.unwrap();
            assert_eq!(left.len(), 1);
            node.stores.credentials.delete(left[0].id).await.unwrap();
        }
    }
}

#[tokio::test]
async fn only_one_of_many_claims_succeeds_and_no_count_is_lost() {
    for record in records().await {
        let clock = clock();
        let node = Node::start(&record, None, &clock).await;
        let (key, ends) = (TokenHash::of("k"), clock.now() + Duration::from_secs(60));
        let mut tries = tokio::task::JoinSet::new();
        for _ in 0..8 {
            let (flows, throttles) = (node.stores.flows.clone(), node.stores.throttles.clone());
            tries.spawn(async move {
                let claimed = flows.claim_once(&key, ends).await.unwrap();
                throttles.count(&key, ends).await.unwrap();
                claimed
            });
        }
        let claimed = tries.join_all().await;
        assert_eq!(claimed.iter().filter(|claimed| **claimed).count(), 1);
        assert_eq!(node.stores.throttles.count(&key, ends).await.unwrap(), 9);
        clock.advance(Duration::from_secs(60));
        let ends = clock.now() + Duration::from_secs(60);
        assert!(node.stores.flows.claim_once(&key, ends).await.unwrap());
        assert_eq!(node.stores.throttles.count(&key, ends).await.unwrap(), 1);
    }
}

/// A form that was begun then, for an hour.
fn flow(issued_at: Timestamp) -> Flow {
    let expires_at = issued_at + Duration::from_secs(3600);
    let id = FlowId::generate(&entropy());
    Flow::blank(FlowKind::Recovery, id, issued_at, expires_at)
}

#[tokio::test]
async fn what_ended_long_ago_is_removed() {
    for record in records().await {
        let clock = clock();
        let node = Node::start(&record, None, &clock).await;
        let (identity, old) = node.sign_in(clock.now()).await;
        let forgotten = flow(clock.now());
        node.stores.flows.put(&forgotten).await.unwrap();
        clock.advance(Duration::from_secs(48 * 3600));
        let expired = flow(clock.now() - Duration::from_secs(2 * 3600));
        node.stores.flows.put(&expired).await.unwrap();
        let new = session(&identity, clock.now());
        node.stores.sessions.insert(&new).await.unwrap();
        node.store.purge(clock.now(), DAY).await.unwrap();
        let left = node.stores.sessions.list(identity.id).await.unwrap();
        assert_eq!(left, [new]);
        assert_ne!(left, [old]);
        let flows = &node.stores.flows;
        assert_eq!(flows.find(forgotten.id).await.unwrap(), None);
        let kept = flows.find(expired.id).await.unwrap();
        assert_eq!(kept, Some(expired), "people are told that it has expired");
    }
}

/// KC-150: an operator may want expired sessions, and what they tell of devices, gone at once.
#[tokio::test]
async fn expired_sessions_are_kept_no_longer_than_the_operator_says() {
    let clock = clock();
    let record = Record::sqlite();
    let node = Node::start(&record, None, &clock).await;
    let (identity, _) = node.sign_in(clock.now()).await;
    clock.advance(DAY - Duration::from_secs(3600));
    node.store.purge(clock.now(), DAY).await.unwrap();
    let sessions = &node.stores.sessions;
    assert_eq!(sessions.list(identity.id).await.unwrap().len(), 1);
    node.store.purge(clock.now(), Duration::ZERO).await.unwrap();
    assert!(sessions.list(identity.id).await.unwrap().is_empty());
}

#[tokio::test]
async fn mail_that_is_of_no_use_any_more_is_removed() {
    for record in records().await {
        let clock = clock();
        let store = record.open(&clock).await;
        let (mails, now) = (store.mails(), clock.now());
        let mail = |minutes: u64| QueuedMail {
            id: MailId::generate(&entropy()),
            owner: None,
            sealed: "sealed".to_owned(),
            tries: 0,
            created_at: now,
            due_at: now,
            expires_at: now + Duration::from_secs(60 * minutes),
        };
        let (old, new) = (mail(1), mail(3));
        for mail in [&old, &new] {
            mails.put(mail).await.unwrap();
        }
        clock.advance(Duration::from_secs(120));
        store.purge(clock.now(), DAY).await.unwrap();
        assert_eq!(mails.due(clock.now(), 9).await.unwrap(), [new]);
    }
}

/// HA-06.
#[tokio::test]
async fn an_identity_that_is_switched_off_has_no_sessions() {
    for record in records().await {
        let clock = clock();
        let node = Node::start(&record, None, &clock).await;
        let (mut identity, session) = node.sign_in(clock.now()).await;
        assert!(node.admits(&session).await);
        identity.state = IdentityState::Inactive;
        node.stores.identities.update(&identity).await.unwrap();
        assert!(!node.admits(&session).await);
        let left = node.stores.sessions.list(identity.id).await.unwrap();
        assert_eq!(left, []);
    }
}

#[tokio::test]
async fn a_postgresql_that_stops_is_unavailable_and_comes_back() {
    let record = Record::Postgres(Postgres::start_alone().await);
    let clock = clock();
    let node = Node::start(&record, None, &clock).await;
    let (identity, warm) = node.sign_in(clock.now()).await;
    let cold = session(&identity, clock.now());
    node.stores.sessions.insert(&cold).await.unwrap();
    assert!(node.admits(&warm).await);

    let Record::Postgres(mut postgres) = record else {
        unreachable!()
    };
    postgres.stop().await;
    assert!(node.admits(&warm).await, "what is cached goes on");
    let refused = node.stores.principals.find(&cold.token_hash).await;
    assert!(matches!(refused, Err(StoreError::Unavailable(_))));

    postgres.start_again().await;
    wait_until("the node to recover", async || {
        let found = node.stores.principals.find(&cold.token_hash).await;
        found.ok().flatten()
    })
    .await;
}
