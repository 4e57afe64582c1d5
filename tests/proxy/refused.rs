//! What can be read in two ways, is too large, or is nobody's business: it never reaches an
//! upstream.

use super::{
    client::{get, once},
    gate::before,
    upstream::greeting,
};

type Shape = (u16, String);

fn with(lines: &str) -> String {
    format!("GET /public HTTP/1.1\r\n{lines}\r\n\r\n")
}

fn hosts() -> Vec<Shape> {
    let lines = [
        "X: 1",
        "Host:",
        "Host: a.test\r\nHost: a.test",
        "Host: a.test\r\nHost: b.test",
        "Host: a.test, b.test",
        "Host: a.test.",
        "Host: user@a.test",
        "Host: a.test:80:80",
        "Host : app.test",
        "Host: app.test\r\nX-A : 1",
        "Host: app.test\r\n X-A: folded",
        "Host: app.test\r\nConnection: close, Host",
    ];
    let mut shapes: Vec<Shape> = lines.map(|lines| (400, with(lines))).into();
    shapes.push((400, "GET /public HTTP/1.0\r\n\r\n".to_owned()));
    shapes
}

fn targets() -> Vec<Shape> {
    let long = format!("/public/{}", "a".repeat(9000));
    let targets = [
        (400, "http://other.test/public"),
        (400, "http://user@app.test/public"),
        (400, "//evil.test/public"),
        (400, "/public/../x"),
        (400, "/public/%2e%2e/x"),
        (400, "/public/..;/x"),
        (400, "/public/%2e%2e%2fx"),
        (400, "/public/%252e%252e/x"),
        (400, "/public\\..\\x"),
        (400, "/public/%5c..%5cx"),
        (400, "/public/%00"),
        (400, "/public/%23x"),
        (400, "/public/a%2Fb"),
        (400, "/public#x"),
        (400, "/public/%zz"),
        (400, "*"),
        (414, &long),
    ];
    let request = |target| format!("GET {target} HTTP/1.1\r\nHost: app.test\r\n\r\n");
    targets
        .map(|(status, target)| (status, request(target)))
        .into()
}

fn framings() -> Vec<Shape> {
    let framings = [
        (
            "Content-Length: 5\r\nTransfer-Encoding: chunked",
            "0\r\n\r\n",
        ),
        (
            "Transfer-Encoding: chunked\r\nContent-Length: 5",
            "0\r\n\r\n",
        ),
        ("Content-Length: 3\r\nContent-Length: 4", "abcd"),
        ("Content-Length: 3, 3", "abc"),
        ("Content-Length: -1", ""),
        ("Transfer-Encoding: xchunked", "0\r\n\r\n"),
        ("Transfer-Encoding: gzip, chunked", "0\r\n\r\n"),
        (
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
            "0\r\n\r\n",
        ),
    ];
    let request =
        |(lines, body)| format!("POST /public HTTP/1.1\r\nHost: app.test\r\n{lines}\r\n\r\n{body}");
    framings.map(|framing| (400, request(framing))).into()
}

fn others() -> Vec<Shape> {
    let long = format!("Host: app.test\r\nX-Long: {}", "a".repeat(33 << 10));
    let many = format!("Host: app.test\r\n{}X: 1", "X: 1\r\n".repeat(120));
    let by = |method: &str, target: &str| {
        format!("{method} {target} HTTP/1.1\r\nHost: app.test:80\r\n\r\n")
    };
    vec![
        (405, by("TRACE", "/public")),
        (405, by("CONNECT", "app.test:80")),
        (431, with(&long)),
        (431, with(&many)),
    ]
}

#[tokio::test]
async fn ambiguous_and_oversized_requests_never_reach_an_upstream() {
    let (upstream, received) = greeting().await;
    let gate = before(upstream).await;
    let shapes = [hosts(), targets(), framings(), others()];
    for (status, shape) in shapes.concat() {
        let close = shape.replacen("\r\n", "\r\nConnection: close\r\n", 1);
        let sent = match shape.contains("Connection: close, Host") {
            true => &shape,
            false => &close,
        };
        let shown: String = shape.chars().take(120).collect();
        let answer = once(gate.address, sent.as_bytes()).await;
        assert_eq!(answer.status(), status, "{shown:?} -> {}", answer.head);
        assert!(received.heads().is_empty(), "{shown:?}");
    }
}

#[tokio::test]
async fn bytes_outside_ascii_are_refused() {
    let (upstream, received) = greeting().await;
    let gate = before(upstream).await;
    for target in [
        &b"/public/\xff"[..],
        "/public/ü".as_bytes(),
        b"/public?\xc3\xbc",
    ] {
        let mut request = b"GET ".to_vec();
        request.extend_from_slice(target);
        request.extend_from_slice(b" HTTP/1.1\r\nHost: app.test\r\nConnection: close\r\n\r\n");
        assert_eq!(once(gate.address, &request).await.status(), 400);
    }
    assert!(received.heads().is_empty());
}

#[tokio::test]
async fn a_smuggled_second_request_is_never_read() {
    let (upstream, received) = greeting().await;
    let gate = before(upstream).await;
    let smuggled = "POST /public HTTP/1.1\r\nHost: app.test\r\nContent-Length: 48\r\n\
                    Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n\
                    GET /public/smuggled HTTP/1.1\r\nHost: a\r\n\r\n";
    let answer = once(gate.address, smuggled.as_bytes()).await;
    assert_eq!(answer.status(), 400);
    assert_eq!(
        answer.text().matches("HTTP/1.1").count(),
        0,
        "{}",
        answer.text()
    );
    assert!(received.heads().is_empty());
}

#[tokio::test]
async fn the_host_decides_in_any_case() {
    let (upstream, received) = greeting().await;
    let gate = before(upstream).await;
    let request = b"GET /public HTTP/1.1\r\nhOsT: APP.Test:80\r\nConnection: close\r\n\r\n";
    assert_eq!(once(gate.address, request).await.status(), 200);
    let head = received.only();
    assert!(head.contains("APP.Test:80"), "{head}");
    assert!(
        head.to_ascii_lowercase()
            .contains("x-forwarded-host: app.test:80"),
        "{head}"
    );
    assert_eq!(get(gate.address, "/x", &[]).await.status(), 401);
}
