//! Counters that several nodes share, while Redis comes and goes.

use std::time::Duration;

use portcullis_core::{
    clock::Clock,
    secret::{Token, TokenHash},
    throttle::Pause,
};

use super::node::{Node, Record, clock, entropy};
use crate::support::redis::Redis;

#[tokio::test]
async fn nodes_count_together_and_a_command_lifts_for_all() {
    let (record, clock) = (Record::sqlite(), clock());
    let redis = Redis::start().await;
    let one = Node::start(&record, Some(&redis), &clock).await;
    let other = Node::start(&record, Some(&redis), &clock).await;
    let command = Node::command(record.open(&clock).await, Some(&redis));
    let key = Token::generate(&entropy()).hash();
    let ends = clock.now() + Duration::from_secs(600);
    assert_eq!(one.stores.throttles.count(&key, ends).await.unwrap(), 1);
    assert_eq!(other.stores.throttles.count(&key, ends).await.unwrap(), 2);
    // Nothing of it is in the record.
    let alone = Node::start(&record, None, &clock).await;
    let kept = alone.stores.throttles.counters();
    assert_eq!(kept.count(&key, ends).await.unwrap(), 1);

    let pause = Pause {
        name: "sign-in".to_owned(),
        kind: "sign-in".to_owned(),
        subject: Some("ada".to_owned()),
        network: None,
        since: clock.now(),
        until: ends,
        counters: vec![key],
    };
    one.stores.throttles.begin(&pause).await.unwrap();
    let seen = command.stores.throttles.running(clock.now()).await.unwrap();
    assert_eq!(seen, std::slice::from_ref(&pause));
    assert!(command.stores.throttles.lift(&pause).await.unwrap());
    let throttles = &other.stores.throttles;
    let stands = throttles.until(&pause.name, clock.now()).await.unwrap();
    assert_eq!(stands, None);
    assert_eq!(throttles.count(&key, ends).await.unwrap(), 1);
}

#[tokio::test]
async fn nothing_goes_uncounted_while_redis_is_away() {
    let (record, clock) = (Record::sqlite(), clock());
    let mut redis = Redis::start().await;
    let node = Node::start(&record, Some(&redis), &clock).await;
    let key: TokenHash = Token::generate(&entropy()).hash();
    let ends = clock.now() + Duration::from_secs(600);
    let throttles = &node.stores.throttles;
    assert_eq!(throttles.count(&key, ends).await.unwrap(), 1);
    redis.stop().await;
    for expected in 1..=3 {
        assert_eq!(throttles.count(&key, ends).await.unwrap(), expected);
    }
    // Once it has been back for a while it counts again, from what it remembers: nothing.
    redis.start_again().await;
    assert_eq!(throttles.count(&key, ends).await.unwrap(), 4);
    clock.advance(Duration::from_secs(6));
    assert_eq!(throttles.count(&key, ends).await.unwrap(), 1);
    // Where neither can count, nothing is let through.
    redis.stop().await;
    node.store.close().await;
    assert!(throttles.count(&key, ends).await.is_err());
}
