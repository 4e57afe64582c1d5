//! Heads that the framework would answer or mend by itself: the gate answers them in its own words,
//! counts them, closes the connection, and no upstream hears of them.

use std::{net::SocketAddr, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::{
    client::{Answer, Connection, get, once},
    gate::before,
    upstream::{greeting, read_head, serving},
};

type Shape = (u16, &'static str, Vec<u8>);

const PATIENCE: Duration = Duration::from_secs(30);

fn head(line: &str, lines: &str) -> Vec<u8> {
    format!("{line}\r\nHost: app.test\r\n{lines}\r\n").into_bytes()
}

fn post(lines: &str, body: &str) -> Vec<u8> {
    let mut request = head("POST /public HTTP/1.1", &format!("{lines}\r\n"));
    request.extend_from_slice(body.as_bytes());
    request
}

fn too_large() -> Vec<Shape> {
    let many = |count: usize| head("GET /public HTTP/1.1", &"X: 1\r\n".repeat(count));
    let wide = format!("X: {}\r\n", "y".repeat(2 << 20));
    let long = format!("GET /public/{} HTTP/1.1", "y".repeat(2 << 20));
    vec![
        (431, "headers_too_large", many(257)),
        (431, "headers_too_large", many(100_000)),
        (
            431,
            "headers_too_large",
            head("GET /public HTTP/1.1", &wide),
        ),
        (414, "target_too_long", head(&long, "")),
    ]
}

fn unreadable() -> Vec<Shape> {
    let lines = [
        "Host: app.test\r\n",
        "host: other.test\r\n",
        "X-A : 1\r\n",
        "X-A\t: 1\r\n",
        "X-A: 1\r\n folded\r\n",
        "X-A: 1\r\n\tfolded\r\n",
        "X-A: 1\nX-B: 2\r\n",
        "X-A: 1\rX-B: 2\r\n",
        "X-A: a\0b\r\n",
        "X-A\r\n",
    ];
    let mut shapes: Vec<Shape> = lines
        .iter()
        .map(|lines| {
            (
                400,
                "ambiguous_request",
                head("GET /public HTTP/1.1", lines),
            )
        })
        .collect();
    for target in [
        "/public/a b",
        "/public/a\tb",
        "/public#x",
        "/public?a=\"b\"",
        "/public/<x>",
        "http://other.test/public",
        "http://u@app.test/public",
    ] {
        let line = format!("GET {target} HTTP/1.1");
        shapes.push((400, "ambiguous_request", head(&line, "")));
    }
    shapes.push((
        400,
        "bad_request",
        b"\x16\x03\x01\x02\0\x01\0\r\n\r\n".into(),
    ));
    let garbage = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    shapes.push((400, "bad_request", garbage.into()));
    for method in ["CONNECT app.test:80", "CONNECT /", "TRACE /public"] {
        let line = format!("{method} HTTP/1.1");
        shapes.push((405, "method_not_allowed", head(&line, "")));
    }
    shapes
}

/// Bodies that one parser ends where another goes on.
fn smuggling() -> Vec<Shape> {
    let inner = "0\r\n\r\nGET /public/smuggled HTTP/1.1\r\nHost: a\r\n\r\n";
    [
        "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 60\r\n",
        "Content-Length: 5\r\nContent-Length: 60\r\n",
        "Content-Length: 5\r\nContent-Length: 5\r\n",
        "Content-Length: 5, 5\r\n",
        "Content-Length: +5\r\n",
        "Content-Length : 5\r\n",
        "Content-Length: 5\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: xchunked\r\n",
        "Transfer-Encoding: chunked, identity\r\n",
        "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding:\x0bchunked\r\n",
        "Transfer-Encoding : chunked\r\n",
        "X: 1\r\n Transfer-Encoding: chunked\r\n",
        "X: 1\nTransfer-Encoding: chunked\r\n",
        "X: 1\rTransfer-Encoding: chunked\r\n",
    ]
    .map(|lines| {
        let lines = lines.strip_suffix("\r\n").unwrap();
        (400, "ambiguous_request", post(lines, inner))
    })
    .into()
}

async fn shaken(address: SocketAddr, bytes: &[u8]) -> Answer {
    tokio::time::timeout(PATIENCE, once(address, bytes))
        .await
        .unwrap()
}

#[tokio::test]
async fn a_refused_head_gets_an_own_answer_and_the_end_of_its_connection() {
    let (upstream, received) = greeting().await;
    let gate = before(upstream).await;
    for (status, code, bytes) in [too_large(), unreadable(), smuggling()].concat() {
        let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(160)]).into_owned();
        // Nothing asks for the end, and what follows is never read.
        let follower = head("GET /public/follower HTTP/1.1", "");
        let answer = shaken(gate.address, &[bytes, follower].concat()).await;
        assert_eq!(answer.status(), status, "{shown:?} -> {}", answer.head);
        assert_eq!(answer.headers("x-portcullis"), ["1"], "{shown:?}");
        assert_eq!(answer.header("connection"), Some("close"), "{shown:?}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert!(answer.header("date").is_some() && answer.header("x-request-id").is_some());
        let length = answer.header("content-length").unwrap();
        assert_eq!(
            length,
            answer.body.len().to_string(),
            "one answer: {shown:?}"
        );
        let kind = answer.header("content-type");
        assert_eq!(kind, Some("application/problem+json"), "{shown:?}");
        assert_eq!(answer.json()["code"], code, "{shown:?}");
        assert!(received.heads().is_empty(), "{shown:?}");
    }
    let counted = "portcullis_requests_total{code=\"431\",method=\"GET\",route=\"\"} 3";
    assert!(gate.metrics.text().contains(counted));
    assert_eq!(get(gate.address, "/public", &[]).await.status(), 200);
}

#[tokio::test]
async fn a_browser_with_a_refused_head_gets_a_page() {
    let (upstream, _) = greeting().await;
    let gate = before(upstream).await;
    let lines = "Accept: text/html\r\nX-Request-Id: mine-1\r\nX-A : 1\r\n";
    let answer = shaken(gate.address, &head("GET /public HTTP/1.1", lines)).await;
    assert_eq!(answer.status(), 400);
    assert_eq!(
        answer.header("content-type"),
        Some("text/html; charset=utf-8")
    );
    assert_eq!(answer.header("x-request-id"), Some("mine-1"));
    assert!(answer.header("content-security-policy").is_some());
    assert!(answer.text().contains("mine-1"));
    let silent = shaken(gate.address, &head("HEAD /public HTTP/1.1", lines)).await;
    assert_eq!((silent.status(), silent.body.len()), (400, 0));
}

#[tokio::test]
async fn an_absolute_target_may_spell_its_host_in_another_case() {
    let (upstream, received) = greeting().await;
    let gate = before(upstream).await;
    for target in [
        "http://APP.TEST/public/x?Q",
        "HTTP://app.Test/public/x?Q",
        "https://App.test/public/x?Q",
    ] {
        let before = received.heads().len();
        assert_eq!(
            get(gate.address, target, &[]).await.status(),
            200,
            "{target}"
        );
        let head = received.heads()[before].clone();
        assert!(head.starts_with("GET /public/x?Q HTTP/1.1\r\n"), "{head}");
        assert!(head.contains("Host: app.test\r\n"), "{head}");
    }
}

#[tokio::test]
async fn requests_sent_at_once_are_answered_one_after_the_other() {
    let (upstream, received) = greeting().await;
    let gate = before(upstream).await;
    let mut connection = Connection::to(gate.address).await;
    let get = |path: &str| format!("GET {path} HTTP/1.1\r\nHost: app.test\r\n\r\n");
    let post = "POST /public/b HTTP/1.1\r\nHost: app.test\r\nContent-Length: 3\r\n\r\nabc";
    let all = [
        &get("/public/a"),
        post,
        "\r\n",
        &get("http://APP.test/public/c"),
        &get("/signed-in"),
        &get("/public/a b"),
        &get("/public/never"),
    ];
    connection.send(&all.concat()).await;
    for status in [200, 200, 200, 401, 400] {
        assert_eq!(connection.answer().await.status(), status);
    }
    let mut rest = Vec::new();
    let _ = connection.0.read_to_end(&mut rest).await;
    assert!(rest.is_empty(), "{}", String::from_utf8_lossy(&rest));
    let heads = received.heads();
    let paths: Vec<&str> = heads
        .iter()
        .filter_map(|head| head.split(' ').nth(1))
        .collect();
    assert_eq!(paths, ["/public/a", "/public/b", "/public/c"]);
}

#[tokio::test]
async fn a_request_sent_early_waits_for_the_one_before_it() {
    let (go_on, wait) = tokio::sync::watch::channel(0);
    let (arrived, mut arrivals) = tokio::sync::mpsc::unbounded_channel();
    let upstream = serving(move |mut stream| {
        let (arrived, mut wait) = (arrived.clone(), wait.clone());
        async move {
            let mut turn = 0;
            while let Some(head) = read_head(&mut stream).await {
                arrived.send(head).unwrap();
                turn += 1;
                wait.wait_for(|allowed| *allowed >= turn).await.unwrap();
                let hello = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
                stream.write_all(hello).await.unwrap();
            }
        }
    })
    .await;
    let gate = before(upstream).await;
    let mut connection = Connection::to(gate.address).await;
    connection
        .send("GET /public/a HTTP/1.1\r\nHost: app.test\r\n\r\n")
        .await;
    assert!(arrivals.recv().await.unwrap().starts_with("GET /public/a "));
    // The first one is with the upstream.
    connection
        .send("GET http://APP.test/public/b HTTP/1.1\r\nHost: app.test\r\n\r\n")
        .await;
    connection
        .send("GET /public/c HTTP/1.1\r\nHost : app.test\r\n\r\n")
        .await;
    go_on.send(1).unwrap();
    assert_eq!(connection.answer().await.text(), "hello");
    assert!(arrivals.recv().await.unwrap().starts_with("GET /public/b "));
    go_on.send(2).unwrap();
    assert_eq!(connection.answer().await.text(), "hello");
    assert_eq!(connection.answer().await.status(), 400);
    assert!(arrivals.try_recv().is_err());
}

#[tokio::test]
async fn a_connection_is_closed_after_what_a_later_stage_finds_ambiguous() {
    let (upstream, received) = greeting().await;
    let gate = before(upstream).await;
    for ambiguous in [
        head("GET /public/a%2Fb HTTP/1.1", ""),
        head("GET /public/%2e%2e/b HTTP/1.1", ""),
        head("GET /public HTTP/1.1", "Connection: Host\r\n"),
    ] {
        let follower = head("GET /public/follower HTTP/1.1", "");
        let answer = shaken(gate.address, &[ambiguous, follower].concat()).await;
        assert_eq!(answer.status(), 400);
        assert_eq!(answer.header("connection"), Some("close"));
        assert_eq!(answer.json()["code"], "ambiguous_request");
    }
    assert!(received.heads().is_empty());
}

#[tokio::test]
async fn an_odd_chunk_never_lets_a_second_request_through() {
    let (upstream, received) = greeting().await;
    let gate = before(upstream).await;
    let inner = "GET /public/smuggled HTTP/1.1\r\nHost: app.test\r\n\r\n";
    for odd in [
        "0x5\r\nabcde\r\n0\r\n\r\n",
        "-1\r\nabcde\r\n0\r\n\r\n",
        "+5\r\nabcde\r\n0\r\n\r\n",
        "\r\n5\r\nabcde\r\n0\r\n\r\n",
        "5\nabcde\n0\n\n",
        "5\r\nabcdefg\r\n0\r\n\r\n",
        "5;a=\"\r\n0\r\n\r\n",
        "5\rX\nabcde\r\n0\r\n\r\n",
        "fffffffffffffffff\r\nabcde\r\n0\r\n\r\n",
        "0\r\nX: y\nZ: y\r\n\r\n",
        "0\r\n Content-Length: 60\r\n\r\n",
        "0\r\nContent-Length: 60\r\n\r\n",
        "0\r\n\r\n",
    ] {
        let request = post("Transfer-Encoding: chunked", &format!("{odd}{inner}"));
        let answers = shaken(gate.address, &request).await;
        let heads = received.heads();
        let second = heads.iter().find(|head| head.starts_with("GET "));
        assert_eq!(second, None, "{odd:?} -> {}", answers.head);
    }
}

#[tokio::test]
async fn a_head_may_come_in_pieces() {
    let (upstream, received) = greeting().await;
    let gate = before(upstream).await;
    let mut stream = TcpStream::connect(gate.address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    for byte in head("GET http://APP.test/public HTTP/1.1", "X: 1\r\n") {
        stream.write_all(&[byte]).await.unwrap();
        tokio::task::yield_now().await;
    }
    let mut connection = Connection(stream);
    assert_eq!(connection.answer().await.text(), "hello");
    assert_eq!(received.heads().len(), 1);
}

#[tokio::test]
async fn an_oversized_head_is_answered_while_it_is_still_being_sent() {
    let (upstream, received) = greeting().await;
    let gate = before(upstream).await;
    let stream = TcpStream::connect(gate.address).await.unwrap();
    let mut connection = Connection(stream);
    connection
        .send("GET /public HTTP/1.1\r\nHost: app.test\r\nX: ")
        .await;
    connection.send(&"y".repeat(64 << 10)).await;
    assert_eq!(connection.answer().await.status(), 431);
    assert!(received.heads().is_empty());
}

#[tokio::test]
async fn a_session_token_of_ours_never_passes_in_any_shape() {
    let (upstream, received) = greeting().await;
    let gate = before(upstream).await;
    let lines = [
        "Authorization: Basic x",
        "Authorization: Bearer ory_st_secret",
        "Authorization: Bearer\tory_st_secret",
        "authorization: token ory_st_secret",
        "X_Session_Token: ory_st_secret",
        "X-Session_Token: ory_st_secret",
        "X-Session-Token: other",
        "X-Session-Token: ory_st_secret",
    ];
    assert_eq!(get(gate.address, "/public", &lines).await.status(), 200);
    let head = received.only();
    assert!(!head.contains("secret"), "{head}");
}
