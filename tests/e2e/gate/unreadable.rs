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

/// Heads that the listeners beside the proxy refuse, with what is said of them.
fn cases_beside(gateway: &TestGateway) -> Vec<(&'static str, Raw, u16, &'static str)> {
    let get = |target: &str| Raw::get(gateway, target);
    let search = |what: &str| get(&format!("/admin/identities?search={what}"));
    let ambiguous = [
        ("a quote", search("\"First4\"")),
        ("less", search("<a")),
        ("more", search("a>")),
        ("no ASCII", search("J\u{fc}rgen")),
        ("a raw space", get("/version?a b")),
        ("two hosts", get("/version").header("Host", "localhost")),
        ("another host", get("http://evil.example/version")),
        ("a length", get("/version").header("Content-Length", "x")),
        ("a bare newline", get("/version").line("X-A: 1\nX-B: 2")),
    ];
    let mut cases: Vec<_> = ambiguous
        .map(|(what, request)| (what, request, 400, "ambiguous_request"))
        .into();
    let target = format!("/version?{}", "y".repeat(100 << 10));
    let headers = get("/version").header("X-Huge", &"y".repeat(2 << 20));
    let method = Raw::request(gateway, "TRACE", "/version");
    cases.extend([
        ("no request", Raw::lines("GARBAGE"), 400, "bad_request"),
        ("a method", method, 405, "method_not_allowed"),
        ("a target", get(&target), 414, "target_too_long"),
        ("headers", headers, 431, "headers_too_large"),
    ]);
    cases
}

fn port(url: &str) -> u16 {
    let port = url.rsplit(':').next().unwrap();
    port.parse().expect("a port")
}

/// HA-23, KC-111: programs are told in the dialect's envelope what was wrong, and no connection ends
/// without a word.
#[tokio::test]
async fn the_listeners_beside_the_proxy_answer_what_they_cannot_read() {
    let gateway = TestGateway::builder()
        .table("[plugins.admin]")
        .route(&Route::public("/", "echo:"))
        .start()
        .await;
    for url in [gateway.admin_url(), gateway.metrics_url()] {
        for (what, request, status, code) in cases_beside(&gateway) {
            let answer = request.header("X-Request-Id", "r-1");
            let answer = answer.send_to(port(&url)).await;
            assert_eq!(answer.status, status, "{what}: {answer:?}");
            let kind = answer.header("content-type");
            assert_eq!(kind, Some("application/json"), "{what}");
            let closes = answer.header("connection");
            assert_eq!(closes, Some("close"), "{what}");
            let error = &answer.json()["error"];
            assert_eq!(error["id"], code, "{what}: {error}");
            assert_eq!(error["code"], status, "{what}: {error}");
            assert!(error["request"].is_string(), "{what}: {error}");
        }
    }
}

/// HA-21: whatever fits the API fits its listener, on a connection that is kept.
#[tokio::test]
async fn five_hundred_ids_fit_a_target_of_the_admin_listener() {
    let gateway = TestGateway::builder()
        .table("[plugins.admin]\nauth = \"none\"")
        .route(&Route::public("/", "echo:"))
        .start()
        .await;
    let id = "ids=00000000-0000-4000-8000-000000000000";
    let many = vec![id; 500].join("&");
    let client = reqwest::Client::new();
    for _ in 0..2 {
        let url = format!("{}/admin/identities?{many}", gateway.admin_url());
        assert_eq!(client.get(&url).send().await.unwrap().status(), 200);
    }
}
