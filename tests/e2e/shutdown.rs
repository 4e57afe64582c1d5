//! SIGTERM ends the gateway quickly, but not before it has answered.

use std::time::Duration;

use crate::support::{Reply, Route, TestGateway, Upstream};

#[tokio::test]
async fn an_idle_gateway_ends_at_once() {
    let upstream = Upstream::start().await;
    let mut gateway = TestGateway::builder()
        .route(&Route::public("/", &upstream.url()))
        .start()
        .await;
    // A kept-alive connection is no request.
    let client = gateway.anonymous();
    assert_eq!(client.get_json("/").await.status(), 200);
    let (status, took) = gateway.stop().await;
    assert!(status.success(), "{status}");
    assert!(took < Duration::from_secs(2), "it took {took:?}");
}

#[tokio::test]
async fn a_request_in_flight_is_finished_first() {
    let upstream = Upstream::start().await;
    let late = Duration::from_millis(1500);
    upstream.answer(move |_| Reply::Late(late, Box::new(Reply::text("at last"))));
    let mut gateway = TestGateway::builder()
        .route(&Route::public("/", &upstream.url()))
        .start()
        .await;
    let client = gateway.anonymous();
    let request = tokio::spawn(async move { client.get_json("/slow").await.text().await });
    upstream.wait_for_requests(1).await;
    let (status, took) = gateway.stop().await;
    assert_eq!(request.await.unwrap().unwrap(), "at last");
    assert!(status.success(), "{status}");
    assert!(took < late + Duration::from_secs(2), "it took {took:?}");
}

#[tokio::test]
async fn a_stream_without_an_end_does_not_keep_it_for_ever() {
    let upstream = Upstream::start().await;
    upstream.answer(|_| Reply::Silence);
    let mut gateway = TestGateway::builder()
        .route(&Route::public("/", &upstream.url()))
        .start()
        .await;
    let client = gateway.anonymous();
    let request =
        tokio::spawn(async move { client.request(reqwest::Method::GET, "/").send().await });
    upstream.wait_for_requests(1).await;
    let (_, took) = gateway.stop().await;
    assert!(took < Duration::from_secs(25), "it took {took:?}");
    request.abort();
}
