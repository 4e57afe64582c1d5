//! The gateway's own answers, and requests answered in process.

use super::{
    client::{get, once},
    gate::{SESSION, Setup, before, signed_in, start, to},
    upstream::greeting,
};

const BROWSER: &[&str] = &["Accept: text/html", "Sec-Fetch-Mode: navigate"];

#[tokio::test]
async fn nobody_signed_out_reaches_the_application() {
    let (upstream, received) = greeting().await;
    let gate = before(upstream).await;
    let api = get(gate.address, "/x", &["Accept: application/json"]).await;
    assert_eq!(api.status(), 401);
    assert!(
        api.header("www-authenticate")
            .unwrap()
            .starts_with("Portcullis")
    );
    assert_eq!(api.json()["code"], "session_inactive");
    let page = get(gate.address, "/x?y=1", BROWSER).await;
    assert_eq!(page.status(), 302);
    let location = page.header("location").unwrap();
    assert!(
        location.contains("/self-service/login/browser"),
        "{location}"
    );
    let post = "POST /x HTTP/1.1\r\nHost: app.test\r\nSec-Fetch-Mode: navigate\r\n\
                Content-Length: 2\r\nConnection: close\r\n\r\nab";
    assert_eq!(once(gate.address, post.as_bytes()).await.status(), 303);
    for answer in [api, page] {
        assert_eq!(answer.header("x-portcullis"), Some("1"));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        let policy = answer.header("content-security-policy").unwrap();
        assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
    }
    assert!(received.heads().is_empty());
}

#[tokio::test]
async fn a_lost_store_opens_nothing() {
    let (upstream, received) = greeting().await;
    let gate = before(upstream).await;
    let answer = get(gate.address, "/x", &["Cookie: portcullis=down"]).await;
    assert_eq!(answer.status(), 503);
    assert!(answer.header("retry-after").is_some());
    assert!(received.heads().is_empty());
}

#[tokio::test]
async fn no_route_is_not_found() {
    let (upstream, received) = greeting().await;
    let gate = start(Setup {
        routes: vec![signed_in("app", "/app", to(&[upstream]))],
        ..Setup::default()
    })
    .await;
    let answer = get(gate.address, "/elsewhere", BROWSER).await;
    assert_eq!(answer.status(), 404);
    assert!(answer.text().contains("There is nothing at this address."));
    assert!(
        answer
            .text()
            .contains(answer.header("x-request-id").unwrap())
    );
    assert!(received.heads().is_empty());
}

#[tokio::test]
async fn an_upstream_that_is_down_is_a_page_or_a_document_with_the_request_id() {
    let gone = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap()
    };
    let gate = before(gone).await;
    let page = get(
        gate.address,
        "/public",
        &["Accept: text/html", "X-Request-Id: id-7"],
    )
    .await;
    assert_eq!(page.status(), 502);
    assert!(page.text().contains("id-7"), "{}", page.text());
    let document = get(gate.address, "/public", &["X-Request-Id: id-8"]).await;
    assert_eq!(document.status(), 502);
    assert_eq!(document.json()["code"], "upstream_unavailable");
    assert_eq!(document.json()["request_id"], "id-8");
    assert_eq!(document.header("x-portcullis"), Some("1"));
    assert!(
        gate.metrics
            .text()
            .contains("portcullis_upstream_errors_total 2")
    );
}

#[tokio::test]
async fn the_applications_own_mark_is_removed() {
    let (upstream, _) = super::upstream::answering(
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Portcullis: 1\r\nKeep-Alive: timeout=9\r\n\
         Set-Cookie: a=1\r\nSet-Cookie: b=2\r\n\r\nok",
    )
    .await;
    let gate = before(upstream).await;
    let answer = get(gate.address, "/public", &[]).await;
    assert_eq!(answer.header("x-portcullis"), None);
    assert_eq!(answer.header("keep-alive"), None);
    assert_eq!(answer.headers("set-cookie"), ["a=1", "b=2"]);
}

#[tokio::test]
async fn pages_get_their_cookies_and_a_bounded_body() {
    let (upstream, _) = greeting().await;
    let gate = before(upstream).await;
    let post = |length: usize, more: &str| {
        let body = "b".repeat(length);
        format!(
            "POST /.portcullis/x?y=%41 HTTP/1.1\r\nHost: Gate.test:80\r\nCookie: {SESSION}\r\n\
             Content-Length: {length}\r\n{more}Connection: close\r\n\r\n{body}"
        )
    };
    let answer = once(gate.address, post(3, "").as_bytes()).await;
    assert_eq!(answer.status(), 200);
    let seen = answer.json();
    assert_eq!(seen["uri"], "/.portcullis/x?y=%41");
    assert_eq!(seen["cookie"], SESSION);
    assert_eq!(seen["body"], "bbb");
    assert_eq!(seen["signed_in"], true);
    assert_eq!(seen["authority"], "gate.test:80");
    assert_eq!(seen["client"], "127.0.0.1");
    assert_eq!(answer.headers("set-cookie"), ["a=1", "b=2"]);
    assert_eq!(answer.header("x-portcullis"), Some("1"));
    let large = once(gate.address, post(70_000, "").as_bytes()).await;
    assert_eq!(large.status(), 413);
    assert_eq!(large.json()["error"]["id"], "body_too_large");
    let invited = once(gate.address, post(3, "Expect: 100-continue\r\n").as_bytes()).await;
    assert!(invited.head.starts_with("HTTP/1.1 100"), "{}", invited.head);
    assert!(invited.text().contains("bbb"));
}

#[tokio::test]
async fn head_gets_the_length_and_no_body() {
    let (upstream, _) = greeting().await;
    let gate = before(upstream).await;
    let request = "HEAD /.portcullis/x HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n";
    let answer = once(gate.address, request.as_bytes()).await;
    assert_eq!(answer.status(), 200);
    assert_ne!(answer.header("content-length"), Some("0"));
    assert!(answer.body.is_empty());
}

#[tokio::test]
async fn the_echo_shows_what_an_upstream_would_receive() {
    let (upstream, _) = greeting().await;
    let gate = before(upstream).await;
    let cookie = format!("Cookie: a=1; {SESSION}");
    let lines = [
        &cookie,
        "Accept: application/json",
        "X-Forwarded-User: root",
        "TE: x",
    ];
    let answer = get(gate.address, "/echo/%61?b", &lines).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.header("x-portcullis"), None);
    let seen = answer.json();
    assert_eq!(seen["method"], "GET");
    assert_eq!(seen["target"], "/echo/a?b");
    let text = seen["headers"].to_string().to_ascii_lowercase();
    assert!(text.contains("[\"cookie\",\"a=1\"]"), "{text}");
    assert!(
        text.contains("[\"x-forwarded-email\",\"ada@example.org\"]"),
        "{text}"
    );
    assert!(!text.contains("root") && !text.contains("\"te\""), "{text}");
    let page = get(gate.address, "/echo", &["Accept: text/html"]).await;
    assert!(page.text().contains("You are through the gate"));
}
