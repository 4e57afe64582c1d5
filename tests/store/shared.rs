//! Several nodes on one Redis: what one ends, the others refuse, whatever happens to Redis.

use std::{sync::Arc, time::Duration};

use portcullis_core::{clock::Clock, session::Session, testing::FrozenClock};
use serde_json::json;
use tokio::time::Instant;

use super::node::{Node, Record, clock};
use crate::support::{
    redis::Redis,
    wait::{wait_until, wait_within},
};

const AT_ONCE: Duration = Duration::from_millis(100);
const A_SECOND: Duration = Duration::from_secs(1);

/// Two nodes that hear of each other.
struct Pair {
    record: Record,
    redis: Redis,
    clock: Arc<FrozenClock>,
    first: Node,
    second: Node,
}

impl Pair {
    async fn start() -> Self {
        let (record, redis, clock) = (Record::sqlite(), Redis::start().await, clock());
        let first = Node::start(&record, Some(&redis), &clock).await;
        let second = Node::start(&record, Some(&redis), &clock).await;
        let pair = Self {
            record,
            redis,
            clock,
            first,
            second,
        };
        pair.hearing().await;
        pair
    }

    /// Waits until both nodes are connected: only then do they put what they read into Redis, and
    /// find it there.
    async fn hearing(&self) {
        for node in [&self.first, &self.second] {
            wait_until("a node to use redis", async || {
                let (_, probe) = node.sign_in(self.clock.now()).await;
                assert!(node.admits(&probe).await);
                self.is_shared(&probe).await.then_some(())
            })
            .await;
        }
    }

    async fn is_shared(&self, session: &Session) -> bool {
        let key = format!("portcullis:session:{}", session.token_hash.to_hex());
        self.redis.ask(&format!("EXISTS {key}")).await == "1"
    }

    /// A session that both nodes have in their caches.
    async fn warm_session(&self) -> Session {
        let (_, session) = self.first.sign_in(self.clock.now()).await;
        assert!(self.first.admits(&session).await);
        assert!(self.second.admits(&session).await);
        session
    }

    async fn refused(&self, within: Duration, node: &Node, session: &Session) {
        wait_within(within, "a revoked session to be refused", async || {
            (!node.admits(session).await).then_some(())
        })
        .await;
    }
}

#[tokio::test]
async fn a_warm_session_needs_no_redis_command() {
    let pair = Pair::start().await;
    let session = pair.warm_session().await;
    pair.redis.forget_commands().await;
    for _ in 0..100 {
        assert!(pair.first.admits(&session).await);
        assert!(pair.second.admits(&session).await);
    }
    assert_eq!(
        pair.redis.commands().await.into_iter().collect::<Vec<_>>(),
        []
    );
}

#[tokio::test]
async fn a_second_node_finds_in_redis_what_the_first_has_read() {
    let pair = Pair::start().await;
    let (_, session) = pair.first.sign_in(pair.clock.now()).await;
    assert!(pair.first.admits(&session).await);
    pair.second.store.close().await;
    assert!(pair.second.admits(&session).await);
}

#[tokio::test]
async fn what_one_node_revokes_the_other_refuses_at_once() {
    let pair = Pair::start().await;
    let mut delays = Vec::new();
    for _ in 0..5 {
        let session = pair.warm_session().await;
        assert!(pair.first.stores.sessions.revoke(session.id).await.unwrap());
        let revoked = Instant::now();
        assert!(!pair.first.admits(&session).await);
        pair.refused(A_SECOND, &pair.second, &session).await;
        delays.push(revoked.elapsed());
    }
    // Half of them, for the machine may be busy with other tests.
    delays.sort();
    assert!(delays[2] < AT_ONCE, "{delays:?}");
}

#[tokio::test]
async fn what_a_command_revokes_every_node_refuses_at_once() {
    let pair = Pair::start().await;
    let session = pair.warm_session().await;
    let command = Node::command(pair.record.open(&pair.clock).await, Some(&pair.redis));
    let sessions = &command.stores.sessions;
    assert_eq!(
        sessions
            .revoke_all(session.identity_id, None)
            .await
            .unwrap(),
        1
    );
    pair.refused(A_SECOND, &pair.first, &session).await;
    pair.refused(A_SECOND, &pair.second, &session).await;
}

#[tokio::test]
async fn what_one_node_changes_the_other_sees_at_once() {
    let pair = Pair::start().await;
    let session = pair.warm_session().await;
    let identities = &pair.first.stores.identities;
    let mut identity = identities.find(session.identity_id).await.unwrap().unwrap();
    identity.traits = json!({ "changed": true });
    identities.update(&identity).await.unwrap();
    wait_within(A_SECOND, "the change to be seen", async || {
        let found = pair.second.stores.principals.find(&session.token_hash);
        let found = found.await.unwrap().unwrap();
        (found.identity.traits == identity.traits).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_signed_out_while_redis_goes_and_comes() {
    let mut pair = Pair::start().await;
    let session = pair.warm_session().await;
    pair.redis.stop().await;
    for _ in 0..50 {
        let (_, cold) = pair.first.sign_in(pair.clock.now()).await;
        assert!(pair.first.admits(&session).await);
        assert!(pair.second.admits(&cold).await);
        pair.clock.advance(Duration::from_millis(100));
    }
    pair.redis.start_again().await;
    pair.hearing().await;
    assert!(pair.first.admits(&session).await);
    assert!(pair.second.admits(&session).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deaf_node_obeys_a_revocation_within_a_second() {
    let pair = Pair::start().await;
    let session = pair.warm_session().await;
    pair.redis.freeze();
    // It takes as long to notice that Redis is frozen as an entry may then grow old.
    assert!(pair.first.stores.sessions.revoke(session.id).await.unwrap());
    assert!(!pair.first.admits(&session).await);
    pair.refused(A_SECOND, &pair.second, &session).await;
    pair.redis.thaw();
}

#[tokio::test]
async fn entries_grow_one_second_old_while_redis_is_away() {
    let mut pair = Pair::start().await;
    pair.redis.stop().await;
    let session = pair.warm_session().await;
    let command = Node::command(pair.record.open(&pair.clock).await, None);
    command.stores.sessions.revoke(session.id).await.unwrap();
    pair.clock.advance(A_SECOND);
    assert!(!pair.first.admits(&session).await);
    assert!(!pair.second.admits(&session).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_revoked_while_redis_was_away_stays_revoked() {
    let pair = Pair::start().await;
    for _ in 0..3 {
        let session = pair.warm_session().await;
        assert!(pair.is_shared(&session).await);
        pair.redis.freeze();
        pair.first.stores.sessions.revoke(session.id).await.unwrap();
        pair.refused(A_SECOND, &pair.second, &session).await;
        pair.redis.thaw();
        for _ in 0..50 {
            assert!(!pair.first.admits(&session).await);
            assert!(!pair.second.admits(&session).await);
            tokio::task::yield_now().await;
        }
        pair.hearing().await;
        assert!(!pair.first.admits(&session).await);
        assert!(!pair.second.admits(&session).await);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_was_deaf_believes_nothing_that_redis_kept() {
    let pair = Pair::start().await;
    let session = pair.warm_session().await;
    pair.redis.freeze();
    // Whoever revokes now may never live to tell redis.
    let gone = Node::command(pair.record.open(&pair.clock).await, None);
    gone.stores.sessions.revoke(session.id).await.unwrap();
    let deaf = A_SECOND * 2;
    pair.refused(deaf, &pair.first, &session).await;
    pair.refused(deaf, &pair.second, &session).await;
    pair.redis.thaw();
    pair.hearing().await;
    assert!(pair.is_shared(&session).await, "redis kept its value");
    assert!(!pair.first.admits(&session).await);
    assert!(!pair.second.admits(&session).await);
}

#[tokio::test]
async fn a_value_of_another_epoch_is_worth_nothing() {
    let pair = Pair::start().await;
    let session = pair.warm_session().await;
    let sql_only = Node::command(pair.record.open(&pair.clock).await, None);
    sql_only.stores.sessions.revoke(session.id).await.unwrap();
    assert!(pair.is_shared(&session).await, "nobody told redis");
    pair.redis.ask("SET portcullis:changed:epoch another").await;
    pair.refused(A_SECOND, &pair.first, &session).await;
    pair.refused(A_SECOND, &pair.second, &session).await;
}

#[tokio::test]
async fn an_emptied_redis_is_filled_again() {
    let pair = Pair::start().await;
    let session = pair.warm_session().await;
    pair.redis.ask("FLUSHALL").await;
    assert!(pair.first.admits(&session).await);
    pair.hearing().await;
}
