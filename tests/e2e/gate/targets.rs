//! What can be read in two ways is refused, and the application never hears of it.

use crate::support::{Raw, Route, TestGateway, Upstream};

async fn gate(upstream: &Upstream) -> TestGateway {
    TestGateway::builder()
        .route(&Route::public("/", &upstream.url()))
        .route(&Route::public("/files", &upstream.url()).with("encoded_slash = \"keep\""))
        .start()
        .await
}

#[tokio::test]
async fn ambiguous_targets_are_refused_before_the_application_sees_them() {
    let upstream = Upstream::start().await;
    let gateway = gate(&upstream).await;
    for target in [
        "/a%2Fb",
        "/a%2fb",
        "/a%5Cb",
        "/a%5cb",
        "/a\\b",
        "/a%00b",
        "/a%23b",
        "/a#b",
        "/a?b#c",
        "/../secret",
        "/public/../secret",
        "/public/%2e%2e/secret",
        "/public/.%2E/secret",
        "/public/%2e/secret",
        "/public/..;/secret",
        "/a%2",
        "/a%zz",
        "//evil.example/a",
        "/files/..%2Fsecret",
        "/files/%2e%2e%2fsecret",
        "/files/a%2F..%2F..%2Fsecret",
        "/files/a%5C..%5Csecret",
        "a",
        "*",
    ] {
        let answer = Raw::get(&gateway, target).send(&gateway).await;
        assert_eq!(answer.status, 400, "{target}");
    }
    assert!(upstream.received().is_empty(), "{:?}", upstream.received());
}

#[tokio::test]
async fn ambiguous_heads_are_refused_before_the_application_sees_them() {
    let upstream = Upstream::start().await;
    let gateway = gate(&upstream).await;
    let host = format!("Host: localhost:{}", gateway.port());
    let get = || Raw::lines("GET / HTTP/1.1").line(&host);
    let heads = [
        get().line("Host: evil.example"),
        get().line(&host),
        Raw::lines("GET / HTTP/1.1"),
        Raw::lines("GET / HTTP/1.1").line("Host: "),
        Raw::lines("GET / HTTP/1.1").line("Host: localhost, evil.example"),
        Raw::lines("GET / HTTP/1.1").line("Host: localhost@evil.example"),
        Raw::lines("GET / HTTP/1.1").line(&host.replace("Host:", "Host :")),
        get().line("X-Forwarded-User : mallory"),
        get().line("X-Forwarded-User\t: mallory"),
        get().line("X-A: b\r\n folded: c"),
        Raw::lines("GET http://evil.example/ HTTP/1.1").line(&host),
        Raw::lines("GET http://localhost:1/ HTTP/1.1").line(&host),
        Raw::lines("GET ftp://localhost/ HTTP/1.1").line("Host: localhost"),
        get().line("Connection: close, Host"),
    ];
    for head in heads {
        let shown = format!("{head:?}");
        let answer = match shown.contains("Connection: close") {
            true => head.send_open(&gateway).await,
            false => head.send(&gateway).await,
        };
        assert_eq!(answer.status, 400, "{shown}");
    }
    assert!(upstream.received().is_empty(), "{:?}", upstream.received());
}

/// RFC 9112, section 6.3: two framings are two requests for somebody.
#[tokio::test]
async fn a_body_with_two_framings_is_refused() {
    let upstream = Upstream::start().await;
    let gateway = gate(&upstream).await;
    let post = || Raw::request(&gateway, "POST", "/");
    let smuggled = "0\r\n\r\nGET /secret HTTP/1.1\r\nHost: x\r\n\r\n";
    let requests = [
        post()
            .line("Content-Length: 5")
            .line("Transfer-Encoding: chunked"),
        post()
            .line("Transfer-Encoding: chunked")
            .line("Content-Length: 5"),
        post().line("Content-Length: 5").line("Content-Length: 6"),
        post().line("Content-Length: +5"),
        post().line("Transfer-Encoding: gzip, chunked"),
        post().line("Transfer-Encoding: chunked, identity"),
    ];
    for request in requests {
        let shown = format!("{request:?}");
        let answer = request.body(smuggled).send(&gateway).await;
        assert!(
            (400..=501).contains(&answer.status),
            "{shown}: {}",
            answer.status
        );
    }
    let received = upstream.received();
    assert!(
        received.iter().all(|r| r.path() != "/secret"),
        "{received:?}"
    );
    assert!(received.is_empty(), "{received:?}");
}

#[tokio::test]
async fn an_absolute_target_that_agrees_with_its_host_is_taken() {
    let upstream = Upstream::start().await;
    let gateway = gate(&upstream).await;
    let line = format!("GET HTTP://LOCALHOST:{}/x?y HTTP/1.1", gateway.port());
    let host = format!("LOCALHOST:{}", gateway.port());
    let answer = Raw::lines(&line).header("hOST", &host).send(&gateway).await;
    assert_eq!(answer.status, 200);
    assert_eq!(upstream.last().target, "/x?y");
}

#[tokio::test]
async fn a_route_that_needs_encoded_slashes_gets_them_unchanged() {
    let upstream = Upstream::start().await;
    let gateway = gate(&upstream).await;
    for target in ["/files/a%2Fb", "/files/group%2Fproject?x=%2F"] {
        assert_eq!(Raw::get(&gateway, target).send(&gateway).await.status, 200);
        assert_eq!(upstream.last().target, target);
    }
}

/// CVE-2023-33189, CVE-2026-33494: the matcher and the application read the path differently.
#[tokio::test]
async fn the_path_that_is_matched_is_the_path_that_is_sent() {
    let upstream = Upstream::start().await;
    let gateway = TestGateway::builder()
        .route(&Route::public("/open", &upstream.url()))
        .route(&Route::signed_in("/", &upstream.url()))
        .start()
        .await;
    for (target, status) in [
        ("/open", 200),
        ("/open/", 200),
        ("/%6Fpen/x", 200),
        ("/open%3Fx", 401),
        ("/opener", 401),
        ("/Open", 401),
        ("/open%20", 401),
        ("/other;x", 401),
        // A server that drops path parameters would see /open.
        ("/open;x", 400),
    ] {
        assert_eq!(
            Raw::get(&gateway, target).send(&gateway).await.status,
            status,
            "{target}"
        );
    }
    for received in upstream.received() {
        let path = received.path();
        assert!(path == "/open" || path.starts_with("/open/"), "{path}");
    }
}

#[tokio::test]
async fn too_much_of_a_head_is_refused_with_its_own_status() {
    let upstream = Upstream::start().await;
    let gateway = gate(&upstream).await;
    let mut many = Raw::get(&gateway, "/");
    for n in 0..120 {
        many = many.header(&format!("X-{n}"), "y");
    }
    assert_eq!(many.send(&gateway).await.status, 431);
    let large = Raw::get(&gateway, "/").header("X-Large", &"y".repeat(40 * 1024));
    assert_eq!(large.send(&gateway).await.status, 431);
    let long = format!("/{}", "y".repeat(9 * 1024));
    assert_eq!(Raw::get(&gateway, &long).send(&gateway).await.status, 414);
    assert!(upstream.received().is_empty());
    let fine = Raw::get(&gateway, &format!("/{}", "y".repeat(7 * 1024)));
    assert_eq!(
        fine.header("X-Large", &"y".repeat(20 * 1024))
            .send(&gateway)
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn the_limits_are_the_operators_to_set() {
    let upstream = Upstream::start().await;
    let gateway = TestGateway::builder()
        .route(&Route::public("/", &upstream.url()))
        .table("[limits]\nheader_bytes = \"4KiB\"\nheader_count = 16\ntarget_bytes = \"1KiB\"")
        .start()
        .await;
    let large = Raw::get(&gateway, "/").header("X-Large", &"y".repeat(5 * 1024));
    assert_eq!(large.send(&gateway).await.status, 431);
    let long = format!("/{}", "y".repeat(2000));
    assert_eq!(Raw::get(&gateway, &long).send(&gateway).await.status, 414);
}

#[tokio::test]
async fn trace_and_connect_are_refused_everywhere() {
    let upstream = Upstream::start().await;
    let gateway = gate(&upstream).await;
    assert_eq!(
        Raw::request(&gateway, "TRACE", "/")
            .send(&gateway)
            .await
            .status,
        405
    );
    let port = gateway.port();
    for target in [format!("localhost:{port}"), "/".to_owned()] {
        let answer = Raw::request(&gateway, "CONNECT", &target)
            .send(&gateway)
            .await;
        assert!(
            (400..500).contains(&answer.status),
            "{target}: {}",
            answer.status
        );
    }
    assert!(upstream.received().is_empty());
}
