//! Metrics and health, each on its own listener.

use reqwest::Method;

use crate::support::{
    ALICE, Anonymous, Postgres, Route, TestGateway, Upstream, actor::header, wait_until,
};

#[tokio::test]
async fn metrics_count_requests_by_route_and_never_by_person() {
    let upstream = Upstream::start().await;
    let gateway = TestGateway::builder()
        .registration()
        .route(&Route::public("/open", &upstream.url()))
        .route(&Route::signed_in("/", &upstream.url()))
        .start()
        .await;
    let alice = ALICE.sign_up(&gateway).await;
    for _ in 0..3 {
        assert_eq!(alice.status("/secret-path?q=1").await, 200);
    }
    assert_eq!(gateway.anonymous().get_json("/").await.status(), 401);
    let metrics = Anonymous::without_cookies(&gateway.metrics_url());
    let answer = metrics.get_json("/metrics").await;
    assert_eq!(answer.status(), 200);
    assert!(
        header(&answer, "content-type")
            .unwrap()
            .starts_with("text/plain")
    );
    let text = answer.text().await.unwrap();
    let counted = text.lines().find(|line| {
        line.starts_with("portcullis_requests_total{")
            && line.contains("signed-in-root")
            && line.contains("\"200\"")
    });
    assert!(counted.is_some_and(|line| line.ends_with(" 3")), "{text}");
    assert!(
        text.contains("portcullis_request_duration_seconds"),
        "{text}"
    );
    for private in [
        ALICE.email,
        alice.identity(),
        alice.session_id(),
        "secret-path",
        "127.0.0.1",
    ] {
        assert!(!text.contains(private), "{private}: {text}");
    }
    assert_eq!(metrics.get_json("/").await.status(), 404);
    let sent = metrics.request(Method::POST, "/metrics").send().await;
    let sent = sent.unwrap();
    assert_eq!(
        (sent.status().as_u16(), header(&sent, "allow")),
        (405, Some("GET, HEAD"))
    );
}

#[tokio::test]
async fn readiness_follows_the_store_and_life_does_not() {
    let upstream = Upstream::start().await;
    let mut postgres = Postgres::start_alone().await;
    let gateway = TestGateway::builder()
        .postgres(&postgres)
        .route(&Route::public("/", &upstream.url()))
        .start()
        .await;
    let admin = Anonymous::without_cookies(&gateway.admin_url());
    let alive = admin.get_json("/health/alive").await;
    assert_eq!(alive.status(), 200);
    let alive: serde_json::Value = alive.json().await.unwrap();
    assert_eq!(alive["status"], "ok");
    postgres.stop().await;
    wait_until("the gateway to be unready", async || {
        (admin.get_json("/health/ready").await.status() == 503).then_some(())
    })
    .await;
    assert_eq!(admin.get_json("/health/alive").await.status(), 200);
    assert_eq!(
        gateway.anonymous().get_json("/").await.status(),
        200,
        "public routes go on"
    );
    postgres.start_again().await;
    wait_until("the gateway to be ready again", async || {
        (admin.get_json("/health/ready").await.status() == 200).then_some(())
    })
    .await;
}
