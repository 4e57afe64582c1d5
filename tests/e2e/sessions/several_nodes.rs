//! Two gateways on one PostgreSQL and one Redis are one gate.

use std::time::{Duration, Instant};

use reqwest::Method;

use crate::support::{
    ALICE, BOB, Postgres, Redis, Route, SignedIn, TestGateway, Upstream, wait_until, wait_within,
};

struct Gate {
    one: TestGateway,
    other: TestGateway,
    redis: Redis,
    _postgres: Postgres,
}

async fn gate(upstream: &Upstream) -> Gate {
    let (redis, postgres) = (Redis::start().await, Postgres::start().await);
    let node = || {
        TestGateway::builder()
            .registration()
            .redis(&redis)
            .postgres(&postgres)
            .route(&Route::signed_in("/", &upstream.url()))
    };
    // Both make the tables at the same time.
    let (one, other) = tokio::join!(node().start(), node().start());
    Gate {
        one,
        other,
        redis,
        _postgres: postgres,
    }
}

async fn status(person: &SignedIn, node: &TestGateway) -> u16 {
    person.at(node, "/").send().await.unwrap().status().as_u16()
}

/// How long the other node still lets `person` pass after one node has ended the session.
async fn reaction(person: &SignedIn, node: &TestGateway) -> Duration {
    let answered = Instant::now();
    wait_within(
        Duration::from_secs(5),
        "the other node to refuse",
        async || (status(person, node).await == 401).then_some(()),
    )
    .await;
    answered.elapsed()
}

#[tokio::test]
async fn signed_in_on_one_node_is_signed_in_on_the_other() {
    let upstream = Upstream::start().await;
    let gate = gate(&upstream).await;
    let alice = ALICE.sign_up(&gate.one).await;
    assert_eq!(status(&alice, &gate.other).await, 200);
    let again = ALICE.sign_in(&gate.other).await;
    assert_eq!(status(&again, &gate.one).await, 200);
}

#[tokio::test]
async fn revoked_on_one_node_is_refused_on_the_other_within_a_tenth_of_a_second() {
    let upstream = Upstream::start().await;
    let gate = gate(&upstream).await;
    let keeper = ALICE.sign_up(&gate.one).await;
    let mut reactions = Vec::new();
    for _ in 0..5 {
        let victim = ALICE.sign_in(&gate.one).await;
        assert_eq!(
            (
                status(&victim, &gate.one).await,
                status(&victim, &gate.other).await
            ),
            (200, 200)
        );
        let target = format!("/.portcullis/sessions/{}", victim.session_id());
        let ended = keeper
            .client
            .request(Method::DELETE, &target)
            .send()
            .await
            .unwrap();
        assert_eq!(ended.status(), 204);
        reactions.push(reaction(&victim, &gate.other).await);
        assert_eq!(status(&victim, &gate.one).await, 401);
    }
    reactions.sort_unstable();
    // The machine may be busy with other stories: one round in two must show it.
    assert!(reactions[2] < Duration::from_millis(100), "{reactions:?}");
    assert_eq!(status(&keeper, &gate.other).await, 200);
}

#[tokio::test]
async fn signing_out_on_one_node_counts_on_the_other() {
    let upstream = Upstream::start().await;
    let gate = gate(&upstream).await;
    let bob = BOB.sign_up(&gate.one).await;
    assert_eq!(status(&bob, &gate.other).await, 200);
    bob.sign_out().await;
    assert!(reaction(&bob, &gate.other).await < Duration::from_secs(1));
}

/// CU-26: the command ends sessions on running nodes before long.
#[tokio::test]
async fn a_command_reaches_every_node() {
    let upstream = Upstream::start().await;
    let gate = gate(&upstream).await;
    let alice = ALICE.sign_up(&gate.one).await;
    assert_eq!(
        (
            status(&alice, &gate.one).await,
            status(&alice, &gate.other).await
        ),
        (200, 200)
    );
    let ended = gate.one.run(
        &[
            "invalidate-identity-sessions",
            "--email",
            ALICE.email,
            "--yes",
        ],
        "",
    );
    assert_eq!(ended.code, 0, "{ended:?}");
    assert!(reaction(&alice, &gate.other).await < Duration::from_secs(1));
    assert!(reaction(&alice, &gate.one).await < Duration::from_secs(1));
}

#[tokio::test]
async fn after_redis_was_away_revocations_reach_the_other_node_again() {
    let upstream = Upstream::start().await;
    let mut gate = gate(&upstream).await;
    let keeper = ALICE.sign_up(&gate.one).await;
    let victim = ALICE.sign_in(&gate.one).await;
    assert_eq!(status(&victim, &gate.other).await, 200);
    gate.redis.stop().await;
    let target = format!("/.portcullis/sessions/{}", victim.session_id());
    let ended = keeper
        .client
        .request(Method::DELETE, &target)
        .send()
        .await
        .unwrap();
    assert_eq!(ended.status(), 204, "the record is in SQL");
    let late = reaction(&victim, &gate.other).await;
    assert!(
        late < Duration::from_millis(1500),
        "without tracking, a second at most: {late:?}"
    );

    gate.redis.start_again().await;
    wait_until("both nodes to track again", async || {
        let clients = gate.redis.ask("CLIENT LIST").await;
        let tracking = clients.lines().filter(|line| {
            let flags = line
                .split(' ')
                .find_map(|field| field.strip_prefix("flags="));
            flags.is_some_and(|flags| flags.contains('t') || flags.contains('B'))
        });
        (tracking.count() >= 2).then_some(())
    })
    .await;
    let victim = ALICE.sign_in(&gate.one).await;
    assert_eq!(status(&victim, &gate.other).await, 200);
    let target = format!("/.portcullis/sessions/{}", victim.session_id());
    keeper
        .client
        .request(Method::DELETE, &target)
        .send()
        .await
        .unwrap();
    assert!(reaction(&victim, &gate.other).await < Duration::from_millis(500));
    assert_eq!(
        status(&keeper, &gate.other).await,
        200,
        "nobody else was signed out"
    );
}
