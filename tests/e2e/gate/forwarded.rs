//! Where a request came from: believed from trusted proxies, rewritten for everybody else.

use crate::support::{Raw, Route, TestGateway, Upstream};

const TOLD: [(&str, &str); 3] = [
    ("X-Forwarded-For", "203.0.113.7"),
    ("X-Forwarded-Proto", "https"),
    ("X-Forwarded-Host", "front.example.org"),
];

fn told(gateway: &TestGateway) -> Raw {
    TOLD.iter()
        .fold(Raw::get(gateway, "/"), |request, (name, value)| {
            request.header(name, value)
        })
}

#[tokio::test]
async fn what_an_untrusted_peer_tells_is_rewritten() {
    let upstream = Upstream::start().await;
    let gateway = TestGateway::builder()
        .route(&Route::public("/", &upstream.url()))
        .start()
        .await;
    let request = told(&gateway)
        .header("Forwarded", "for=203.0.113.7;proto=https;host=evil.example")
        .header("X-Real-IP", "203.0.113.7")
        .header("X_Forwarded_For", "203.0.113.7")
        .header("X-Original-URL", "/admin");
    assert_eq!(request.send(&gateway).await.status, 200);
    let received = upstream.last();
    let host = format!("localhost:{}", gateway.port());
    assert_eq!(
        received
            .header_values("X-Forwarded-For")
            .collect::<Vec<_>>(),
        ["127.0.0.1"]
    );
    assert_eq!(received.header("X-Forwarded-Proto"), Some("http"));
    assert_eq!(received.header("X-Forwarded-Host"), Some(&*host));
    for lie in ["203.0.113.7", "https", "example", "/admin"] {
        assert!(!received.head.contains(lie), "{lie}: {}", received.head);
    }
}

#[tokio::test]
async fn what_a_trusted_proxy_tells_is_believed_and_rules_see_it() {
    let upstream = Upstream::start().await;
    let rule = "allow = 'request.client_ip == \"203.0.113.7\" && request.scheme == \"https\"'";
    let gateway = TestGateway::builder()
        .listen("trusted_proxies = [\"127.0.0.0/8\"]")
        .route(&Route::public("/", &upstream.url()).with(rule))
        .start()
        .await;
    assert_eq!(told(&gateway).send(&gateway).await.status, 200);
    let received = upstream.last();
    assert!(
        received
            .header("X-Forwarded-For")
            .unwrap()
            .starts_with("203.0.113.7")
    );
    assert_eq!(received.header("X-Forwarded-Proto"), Some("https"));
    assert_eq!(
        received.header("X-Forwarded-Host"),
        Some("front.example.org")
    );

    // The nearest address that no trusted proxy has is the client; what stands before it is a claim.
    let chain = Raw::get(&gateway, "/").header("X-Forwarded-Proto", "https");
    let spoofed = chain
        .clone()
        .header("X-Forwarded-For", "203.0.113.7, 198.51.100.1");
    assert_eq!(spoofed.send(&gateway).await.status, 403);
    let through = chain.header("X-Forwarded-For", "198.51.100.1, 203.0.113.7, 127.0.0.9");
    assert_eq!(through.send(&gateway).await.status, 200);
}

#[tokio::test]
async fn a_host_that_is_none_is_refused_from_a_trusted_proxy_too() {
    let upstream = Upstream::start().await;
    let gateway = TestGateway::builder()
        .listen("trusted_proxies = [\"127.0.0.1/32\"]")
        .route(&Route::public("/", &upstream.url()))
        .start()
        .await;
    for odd in ["a b", "a/b", "a@b.example", "a\\b"] {
        let request = Raw::get(&gateway, "/").header("X-Forwarded-Host", odd);
        assert_eq!(request.send(&gateway).await.status, 400, "{odd}");
    }
    assert!(upstream.received().is_empty());
}

#[tokio::test]
async fn a_sane_request_id_is_kept_and_any_other_is_replaced() {
    let upstream = Upstream::start().await;
    let gateway = TestGateway::builder()
        .route(&Route::public("/", &upstream.url()))
        .start()
        .await;
    let sane = "Trace_1.2:3-x";
    let answer = Raw::get(&gateway, "/")
        .header("X-Request-Id", sane)
        .send(&gateway)
        .await;
    assert_eq!(answer.status, 200);
    assert_eq!(upstream.last().header("X-Request-Id"), Some(sane));

    let long = "x".repeat(129);
    let mut seen = vec![sane.to_owned()];
    for odd in ["", "a b", "<script>", "{\"a\":1}", "a;b", &long] {
        let request = Raw::get(&gateway, "/").header("X-Request-Id", odd);
        assert_eq!(request.send(&gateway).await.status, 200);
        let received = upstream.last();
        let ids: Vec<_> = received.header_values("X-Request-Id").collect();
        assert_eq!(ids.len(), 1);
        assert!(ids[0] != odd && ids[0].len() >= 8, "{odd:?} became {ids:?}");
        assert!(
            !seen.contains(&ids[0].to_owned()),
            "each request has its own"
        );
        seen.push(ids[0].to_owned());
    }
    Raw::get(&gateway, "/").send(&gateway).await;
    assert!(upstream.last().header("X-Request-Id").is_some());
}
