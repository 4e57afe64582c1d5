//! How sessions end: by not being used, by age, by their owner.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::Value;

use crate::support::{ALICE, BOB, Route, TestGateway, Upstream, wait_until};

async fn gate(upstream: &Upstream, session: &str) -> TestGateway {
    TestGateway::builder()
        .registration()
        .route(&Route::signed_in("/", &upstream.url()))
        .table(&format!("[session]\n{session}"))
        .start()
        .await
}

#[tokio::test]
async fn a_session_ends_when_it_is_old_however_much_it_is_used() {
    let upstream = Upstream::start().await;
    let gateway = gate(&upstream, "lifespan = \"3s\"\nidle_timeout = \"3s\"").await;
    let begun = Instant::now();
    let alice = ALICE.sign_up(&gateway).await;
    assert_eq!(alice.status("/").await, 200);
    wait_until("the session to end", async || {
        (alice.at(&gateway, "/").send().await.ok()?.status() == 401).then_some(())
    })
    .await;
    let lived = begun.elapsed();
    assert!(
        lived > Duration::from_millis(2500),
        "it lived for {lived:?} only"
    );
    assert!(lived < Duration::from_secs(6), "it lived for {lived:?}");
}

#[tokio::test]
async fn a_session_ends_when_it_is_not_used_and_lives_while_it_is() {
    let upstream = Upstream::start().await;
    let gateway = gate(&upstream, "lifespan = \"1h\"\nidle_timeout = \"2s\"").await;
    let used = ALICE.sign_up(&gateway).await;
    let idle = BOB.sign_up(&gateway).await;
    let begun = Instant::now();
    wait_until("three idle timeouts to pass", async || {
        assert_eq!(
            used.status("/").await,
            200,
            "in use after {:?}",
            begun.elapsed()
        );
        (begun.elapsed() > Duration::from_secs(6)).then_some(())
    })
    .await;
    assert_eq!(idle.at(&gateway, "/").send().await.unwrap().status(), 401);
}

#[tokio::test]
async fn a_person_sees_their_sessions_and_ends_the_others() {
    let upstream = Upstream::start().await;
    let gateway = gate(&upstream, "").await;
    let phone = ALICE.sign_up(&gateway).await;
    let laptop = ALICE.sign_in(&gateway).await;
    let desktop = ALICE.sign_in(&gateway).await;
    let bob = BOB.sign_up(&gateway).await;

    let others: Value = laptop
        .get("/.portcullis/sessions")
        .await
        .json()
        .await
        .unwrap();
    let mut ids: Vec<_> = others
        .as_array()
        .unwrap()
        .iter()
        .map(|s| s["id"].as_str().unwrap())
        .collect();
    ids.sort_unstable();
    let mut expected = [phone.session_id(), desktop.session_id()];
    expected.sort_unstable();
    assert_eq!(ids, expected, "the current one is not among the others");
    assert!(others[0]["devices"][0]["ip_address"].is_string());

    let one = format!("/.portcullis/sessions/{}", phone.session_id());
    let stranger = bob
        .client
        .request(Method::DELETE, &one)
        .send()
        .await
        .unwrap();
    assert_eq!(
        stranger.status(),
        404,
        "somebody else's session is none of bob's business"
    );
    assert_eq!(phone.status("/").await, 200);
    let ended = laptop
        .client
        .request(Method::DELETE, &one)
        .send()
        .await
        .unwrap();
    assert_eq!(ended.status(), 204);
    assert_eq!(phone.status("/").await, 401);

    let all = laptop
        .client
        .request(Method::DELETE, "/.portcullis/sessions")
        .send()
        .await
        .unwrap();
    assert_eq!(all.status(), 200);
    let all: Value = all.json().await.unwrap();
    assert_eq!(all["count"], 1);
    assert_eq!(
        (desktop.status("/").await, laptop.status("/").await),
        (401, 200)
    );
}

#[tokio::test]
async fn sessions_outlive_a_restart_of_the_gateway() {
    let upstream = Upstream::start().await;
    let mut gateway = gate(&upstream, "").await;
    let alice = ALICE.sign_up(&gateway).await;
    gateway.stop().await;
    gateway.start_again().await;
    assert_eq!(alice.status("/").await, 200);
}

/// Whoever reads a stolen database finds nothing to sign in with.
#[tokio::test]
async fn stores_hold_no_session_id() {
    let upstream = Upstream::start().await;
    let (redis, postgres) = (
        crate::support::Redis::start().await,
        crate::support::Postgres::start().await,
    );
    let gateway = TestGateway::builder()
        .registration()
        .redis(&redis)
        .postgres(&postgres)
        .route(&Route::signed_in("/", &upstream.url()));
    let gateway = gateway.start().await;
    let mut commands = redis.monitor().await;
    let alice = ALICE.sign_up(&gateway).await;
    assert_eq!(alice.status("/").await, 200);
    let secret = alice.cookie.split_once('=').unwrap().1;
    let core = &secret[4..secret.len() - 4];
    let mut seen = 0;
    while let Ok(line) = commands.try_recv() {
        seen += 1;
        assert!(
            !line.contains(core) && !line.contains(ALICE.password),
            "{line}"
        );
    }
    assert!(seen > 0, "the session is shared through Redis");
    let tables = postgres
        .query("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'");
    for table in tables.lines() {
        let rows = postgres.query(&format!("SELECT row_to_json(t) FROM \"{table}\" t"));
        assert!(
            !rows.contains(core) && !rows.contains(ALICE.password),
            "{table}"
        );
    }
}
