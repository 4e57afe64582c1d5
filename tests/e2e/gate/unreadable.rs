//! Heads that are refused before they are read: they look from outside like every other refusal.

use serde_json::Value;

use crate::support::{Raw, Route, TestGateway, Upstream, raw::Answer, wait_until};

async fn gate(upstream: &Upstream) -> TestGateway {
    TestGateway::builder()
        .route(&Route::public("/", &upstream.url()))
        .start()
        .await
}

/// The access line of the request that was answered so.
async fn line(gateway: &TestGateway, answer: &Answer) -> Value {
    let id = answer.header("x-request-id").expect("an id").to_owned();
    let line = wait_until("the access line", async || {
        let log = gateway.log();
        let mut lines = log
            .lines()
            .filter(|line| line.contains("portcullis::access"));
        lines.find(|line| line.contains(&id)).map(str::to_owned)
    })
    .await;
    serde_json::from_str(&line).expect("one object per line")
}

fn cases(gateway: &TestGateway) -> Vec<(Raw, u16, &'static str, &'static str)> {
    let get = |target: &str| Raw::get(gateway, target);
    let mut many = get("/many");
    for n in 0..300 {
        many = many.header(&format!("X-{n}"), "y");
    }
    let huge = get("/huge").header("X-Huge", &"y".repeat(2 << 20));
    let connect = Raw::request(gateway, "CONNECT", "localhost:80");
    let ambiguous = [
        (get("/twice").header("Host", "localhost"), "/twice"),
        (get("/colon?token=hidden").line("X-A : 1"), "/colon"),
        (get("/raw space"), "/raw"),
        (get("/fold").line("X-A: 1\r\n b"), "/fold"),
    ];
    let mut cases: Vec<_> = ambiguous
        .map(|(request, path)| (request, 400, "ambiguous_request", path))
        .into();
    cases.extend([
        (Raw::lines("GARBAGE"), 400, "bad_request", ""),
        (connect, 405, "method_not_allowed", ""),
        (many, 431, "headers_too_large", "/many"),
        (huge, 431, "headers_too_large", "/huge"),
    ]);
    cases
}

#[tokio::test]
async fn what_is_refused_unread_is_answered_and_logged_like_everything_else() {
    let upstream = Upstream::start().await;
    let gateway = gate(&upstream).await;
    for (request, status, code, path) in cases(&gateway) {
        let answer = request.send_open(&gateway).await;
        assert_eq!(answer.status, status, "{path}: {answer:?}");
        assert_eq!(answer.header("x-portcullis"), Some("1"), "{path}");
        let kind = answer.header("content-type");
        assert_eq!(kind, Some("application/problem+json"), "{path}");
        assert_eq!(answer.json()["code"], code, "{path}");
        let line = line(&gateway, &answer).await;
        let of = |field: &str| line[field].as_str().unwrap_or_default().to_owned();
        assert_eq!(line["status"], status, "{line}");
        assert_eq!((of("code"), of("path")), (code.into(), path.into()));
        assert_eq!((&*of("decision"), &*of("client")), ("refuse", "127.0.0.1"));
    }
    assert!(upstream.received().is_empty());
    assert!(!gateway.log().contains("hidden"));
}

#[tokio::test]
async fn an_absolute_target_names_its_host_in_any_case() {
    let upstream = Upstream::start().await;
    let gateway = gate(&upstream).await;
    let target = format!("HTTP://LOCALHOST:{}/Some/Path?Q=1", gateway.port());
    assert_eq!(Raw::get(&gateway, &target).send(&gateway).await.status, 200);
    assert_eq!(upstream.last().path(), "/Some/Path");
}
