//! The application: several of them, down, slow, streaming.

use std::sync::Mutex;

use bytes::Bytes;
use futures_util::StreamExt;
use serde_json::Value;

use crate::support::{ALICE, Reply, Route, TestGateway, Upstream, actor::header, wait_until};

#[tokio::test]
async fn an_application_that_is_down_is_a_page_or_a_problem_with_the_request_id() {
    let mut upstream = Upstream::start().await;
    let gateway = TestGateway::builder()
        .route(&Route::public("/", &upstream.url()))
        .start()
        .await;
    upstream.stop().await;
    let client = gateway.anonymous();
    let page = client.navigate("/").await;
    assert_eq!(page.status(), 502);
    assert!(
        header(&page, "content-type")
            .unwrap()
            .starts_with("text/html")
    );
    assert_eq!(header(&page, "x-portcullis"), Some("1"));
    let id = header(&page, "x-request-id").unwrap().to_owned();
    assert!(
        page.text().await.unwrap().contains(&id),
        "the page shows {id}"
    );

    let problem = client
        .request(reqwest::Method::GET, "/")
        .header("accept", "application/json");
    let problem = problem
        .header("x-request-id", "told-by-client")
        .send()
        .await
        .unwrap();
    assert_eq!(problem.status(), 502);
    assert_eq!(
        header(&problem, "content-type"),
        Some("application/problem+json")
    );
    assert!(problem.text().await.unwrap().contains("told-by-client"));

    upstream.start_again().await;
    assert_eq!(client.get_json("/").await.status(), 200);
}

#[tokio::test]
async fn several_addresses_take_turns() {
    let (one, two) = (Upstream::start().await, Upstream::start().await);
    let both = format!("{}\", \"{}", one.url(), two.url());
    let gateway = TestGateway::builder()
        .route(&Route::public("/", &both))
        .start()
        .await;
    let client = gateway.anonymous();
    for _ in 0..10 {
        assert_eq!(client.get_json("/").await.status(), 200);
    }
    assert_eq!((one.received().len(), two.received().len()), (5, 5));
}

#[tokio::test]
async fn one_address_that_is_down_is_passed_over() {
    let (one, two) = (Upstream::start().await, Upstream::start().await);
    let both = format!("{}\", \"{}", one.url(), two.url());
    let gateway = TestGateway::builder()
        .route(&Route::public("/", &both))
        .start()
        .await;
    one.stop().await;
    let client = gateway.anonymous();
    for _ in 0..6 {
        assert_eq!(client.get_json("/").await.status(), 200);
    }
}

#[tokio::test]
async fn an_application_that_takes_too_long_is_given_up() {
    let upstream = Upstream::start().await;
    upstream.answer(|_| Reply::Silence);
    let route = Route::public("/", &upstream.url()).with("[routes.timeouts]\nread = \"300ms\"");
    let gateway = TestGateway::builder().route(&route).start().await;
    let answer = gateway.anonymous().get_json("/").await;
    assert_eq!(answer.status(), 504);
    assert_eq!(
        header(&answer, "content-type"),
        Some("application/problem+json")
    );
}

#[tokio::test]
async fn an_answer_that_is_no_http_is_a_502() {
    let upstream = Upstream::start().await;
    upstream.answer(|_| Reply::Raw("SSH-2.0-OpenSSH_9.2\r\n".into()));
    let gateway = TestGateway::builder()
        .route(&Route::public("/", &upstream.url()))
        .start()
        .await;
    assert_eq!(gateway.anonymous().get_json("/").await.status(), 502);
}

/// oathkeeper#670, oauth2-proxy#1125: events that are buffered or cut.
#[tokio::test]
async fn server_sent_events_arrive_as_they_are_sent() {
    let upstream = Upstream::start().await;
    let (events, reply) = Reply::stream("text/event-stream");
    let reply = Mutex::new(Some(reply));
    upstream.answer(move |_| reply.lock().unwrap().take().unwrap_or(Reply::status(410)));
    let gateway = TestGateway::builder()
        .registration()
        .route(&Route::signed_in("/", &upstream.url()))
        .start()
        .await;
    let alice = ALICE.sign_up(&gateway).await;
    let answer = alice.get("/events").await;
    assert_eq!(header(&answer, "content-type"), Some("text/event-stream"));
    let mut stream = answer.bytes_stream();
    for event in ["data: one\n\n", "data: two\n\n"] {
        events.send(Bytes::from(event)).unwrap();
        assert_eq!(stream.next().await.unwrap().unwrap(), event);
    }
    drop(events);
    assert!(stream.next().await.is_none());
}

#[tokio::test]
async fn a_client_that_leaves_takes_its_request_along() {
    let upstream = Upstream::start().await;
    let (events, reply) = Reply::stream("text/event-stream");
    let reply = Mutex::new(Some(reply));
    upstream.answer(move |_| reply.lock().unwrap().take().unwrap_or(Reply::status(410)));
    let gateway = TestGateway::builder()
        .route(&Route::public("/", &upstream.url()))
        .start()
        .await;
    let answer = gateway.anonymous().get_json("/events").await;
    drop(answer);
    wait_until("the application to notice", async || {
        events.send(Bytes::from_static(b"data: anyone?\n\n")).err()
    })
    .await;
}

#[tokio::test]
async fn connections_to_the_application_are_used_again() {
    let upstream = Upstream::start().await;
    let gateway = TestGateway::builder()
        .route(&Route::public("/", &upstream.url()))
        .start()
        .await;
    let client = gateway.anonymous();
    for body in ["", "a body"] {
        let request = client.request(reqwest::Method::POST, "/").body(body);
        let shown: Value = request.send().await.unwrap().json().await.unwrap();
        assert_eq!(shown["body_length"], body.len());
    }
    for received in upstream.received() {
        let connection = received.header("Connection").unwrap_or_default();
        assert!(
            !connection.eq_ignore_ascii_case("close"),
            "{}",
            received.head
        );
    }
}
