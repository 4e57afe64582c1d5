//! A warm session costs no store a command.

use crate::support::{ALICE, Postgres, Redis, Route, TestGateway, Upstream};

const REQUESTS: usize = 300;

#[tokio::test]
async fn warm_requests_issue_no_command_to_redis_or_sql() {
    let upstream = Upstream::start().await;
    let (redis, postgres) = (Redis::start().await, Postgres::start_alone().await);
    let route = Route::signed_in("/", &upstream.url());
    let gateway = TestGateway::builder()
        .registration()
        .redis(&redis)
        .postgres(&postgres)
        .route(&route.with("allow = 'identity.traits.email.endsWith(\"example.org\")'"))
        .start()
        .await;
    let alice = ALICE.sign_up(&gateway).await;
    assert_eq!(alice.status("/").await, 200);
    postgres.log_statements();
    redis.forget_commands().await;
    let before = postgres.statements();
    for _ in 0..REQUESTS {
        assert_eq!(alice.status("/").await, 200);
    }
    let asked: u64 = redis.commands().await.values().sum();
    let stated = postgres.statements() - before;
    // What runs by the clock, such as tidying up, may run meanwhile; requests cost nothing.
    assert!(asked <= 3, "{:?}", redis.commands().await);
    assert!(stated <= 10, "{stated} statements for {REQUESTS} requests");
    let shown = ALICE.sign_in(&gateway).await;
    assert_eq!(shown.status("/").await, 200);
    assert!(!redis.commands().await.is_empty(), "the count counts");
    assert!(postgres.statements() > before + stated, "the count counts");
}

#[tokio::test]
async fn public_requests_without_a_cookie_cost_no_store_a_command_either() {
    let upstream = Upstream::start().await;
    let redis = Redis::start().await;
    let gateway = TestGateway::builder()
        .redis(&redis)
        .route(&Route::public("/", &upstream.url()))
        .start()
        .await;
    let client = gateway.anonymous();
    assert_eq!(client.get_json("/").await.status(), 200);
    redis.forget_commands().await;
    for _ in 0..50 {
        assert_eq!(client.get_json("/").await.status(), 200);
    }
    assert!(redis.commands().await.values().sum::<u64>() <= 3);
}
