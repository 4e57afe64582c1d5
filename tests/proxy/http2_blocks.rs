//! Header blocks that no client library writes, and those of ordinary clients.

use std::collections::VecDeque;

use bytes::Bytes;
use h2::client::SendRequest;
use http::{HeaderMap, Request, Response, StatusCode, Version};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, duplex};

use super::{http2::Encrypted, upstream::values};

const PREFACE: usize = 24;
const HEADERS: u8 = 1;

/// Writes lines down literally.
fn block(lines: &[(&str, &str)]) -> Vec<u8> {
    let mut block = Vec::new();
    for (name, value) in lines {
        block.push(0);
        for text in [name, value] {
            let length = u8::try_from(text.len()).unwrap();
            assert!(length < 0x7f);
            block.push(length);
            block.extend(text.as_bytes());
        }
    }
    block
}

/// Sends on what a client writes, with these blocks in the place of its own.
async fn spoil(
    mut client: impl AsyncRead + Unpin,
    mut gate: impl AsyncWrite + Unpin,
    mut blocks: VecDeque<Vec<u8>>,
) -> std::io::Result<()> {
    let mut preface = [0; PREFACE];
    client.read_exact(&mut preface).await?;
    gate.write_all(&preface).await?;
    loop {
        let mut head = [0; 9];
        client.read_exact(&mut head).await?;
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
        let mut payload = vec![0; usize::try_from(length).unwrap()];
        client.read_exact(&mut payload).await?;
        if head[3] == HEADERS
            && let Some(block) = blocks.pop_front()
        {
            let length = u32::try_from(block.len()).unwrap().to_be_bytes();
            head[..3].copy_from_slice(&length[1..]);
            payload = block;
        }
        gate.write_all(&head).await?;
        gate.write_all(&payload).await?;
        gate.flush().await?;
    }
}

/// A client whose requests have these blocks.
async fn spoiled(world: &Encrypted, blocks: Vec<Vec<u8>>) -> SendRequest<Bytes> {
    let (client, pipe) = duplex(1 << 16);
    let (from_client, mut to_client) = tokio::io::split(pipe);
    let (mut from_gate, to_gate) = tokio::io::split(world.encrypted().await);
    tokio::spawn(spoil(from_client, to_gate, blocks.into()));
    tokio::spawn(async move { tokio::io::copy(&mut from_gate, &mut to_client).await });
    let (sender, connection) = h2::client::handshake(client).await.unwrap();
    tokio::spawn(connection);
    sender
}

fn plain() -> Request<()> {
    let request = Request::get("https://app.test/").version(Version::HTTP_2);
    request.body(()).unwrap()
}

async fn text(answer: Response<h2::RecvStream>) -> String {
    let mut body = answer.into_body();
    let mut text = Vec::new();
    while let Some(part) = body.data().await {
        let part = part.unwrap();
        body.flow_control().release_capacity(part.len()).unwrap();
        text.extend_from_slice(&part);
    }
    String::from_utf8(text).unwrap()
}

/// What the gate answers to these lines after `:method` and `:scheme`.
async fn answer(world: &Encrypted, lines: &[(&str, &str)]) -> Response<h2::RecvStream> {
    let start = [(":method", "GET"), (":scheme", "https")];
    let sender = spoiled(world, vec![block(&[&start, lines].concat())]).await;
    let mut sender = sender.ready().await.unwrap();
    let (answer, _) = sender.send_request(plain(), true).unwrap();
    answer.await.unwrap()
}

#[tokio::test]
async fn what_http1_refuses_is_refused_over_http2_in_the_same_words() {
    let world = Encrypted::new().await;
    let (host, path) = ((":authority", "app.test"), (":path", "/public"));
    for lines in [
        &[host, (":path", "/public#fragment")][..],
        &[host, (":path", "/public?a#b")],
        &[host, (":path", "/public b")],
        &[host, (":path", "/public\r\nX: 1")],
        &[host, (":path", "/publ\u{fc}c")],
        &[host, (":path", "https://app.test/public")],
        &[host, (":path", "*")],
        &[host, (":path", "/public"), ("host", "other.test")],
        &[host, path, ("host", "app.test"), ("host", "app.test")],
        &[host, path, ("host", "app.test:443")],
        &[host, path, ("content-length", "0"), ("content-length", "0")],
        &[host, path, ("portcullis-refused", "headers_too_large")],
        &[(":authority", "user@app.test"), path],
        &[(":authority", "app.test."), path],
        &[path, ("host", "app.test"), ("host", "other.test")],
        &[path],
    ] {
        let answer = answer(&world, lines).await;
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{lines:?}");
        assert_eq!(answer.headers()["x-portcullis"], "1", "{lines:?}");
        let kind = &answer.headers()["content-type"];
        assert_eq!(kind, "application/problem+json", "{lines:?}");
        let body = text(answer).await;
        assert!(body.contains("\"ambiguous_request\""), "{body}");
    }
    assert!(world.received.heads().is_empty());
}

#[tokio::test]
async fn a_host_in_another_case_is_the_same_host() {
    let world = Encrypted::new().await;
    for lines in [
        &[(":authority", "app.test"), ("host", "APP.Test")][..],
        &[(":authority", "App.Test"), ("host", "app.test")],
        &[("host", "app.TEST")],
    ] {
        let lines = [&[(":path", "/public?q=1")], lines].concat();
        let answer = answer(&world, &lines).await;
        assert_eq!(answer.status(), StatusCode::OK, "{lines:?}");
        assert_eq!(text(answer).await, "hello");
    }
    let heads = world.received.heads();
    assert_eq!(heads.len(), 3);
    for head in heads {
        assert!(head.starts_with("GET /public?q=1 HTTP/1.1\r\n"), "{head}");
        let hosts = values(&head, "host");
        assert!(hosts.len() == 1 && hosts[0].eq_ignore_ascii_case("app.test"));
        assert_eq!(values(&head, "x-forwarded-host"), ["app.test"]);
    }
}

#[tokio::test]
async fn more_header_bytes_than_the_library_takes_get_an_own_answer() {
    let world = Encrypted::new().await;
    let mut sender = world.connect().await.ready().await.unwrap();
    let mut request = plain();
    let long = "y".repeat(900);
    for number in 0..80 {
        let name: http::HeaderName = format!("x-{number}").parse().unwrap();
        request.headers_mut().insert(name, long.parse().unwrap());
    }
    let (answer, _) = sender.send_request(request, true).unwrap();
    let answer = answer.await.unwrap();
    assert_eq!(answer.status(), 431);
    assert_eq!(answer.headers()["x-portcullis"], "1");
    // The connection serves on.
    let mut sender = sender.ready().await.unwrap();
    let (answer, _) = sender.send_request(plain(), true).unwrap();
    assert_eq!(answer.await.unwrap().status(), 401);
}

#[tokio::test]
async fn a_refused_request_leaves_its_siblings_alone() {
    let world = Encrypted::new().await;
    // The second request refers to a line of the first one, which is refused.
    let first = [
        &[0x82, 0x87, 0x44, 9][..],
        b"/public#a",
        &[0x41, 8],
        b"app.test",
    ]
    .concat();
    let second = [&[0x82, 0x87, 0xbe, 0x04, 7][..], b"/public"].concat();
    let mut sender = spoiled(&world, vec![first, second]).await;
    for status in [400, 200] {
        sender = sender.ready().await.unwrap();
        let (answer, _) = sender.send_request(plain(), true).unwrap();
        assert_eq!(answer.await.unwrap().status(), status);
    }
    assert_eq!(values(&world.received.only(), "host"), ["app.test"]);
}

#[tokio::test]
async fn a_block_that_cannot_be_decoded_ends_its_connection() {
    let world = Encrypted::new().await;
    let sender = spoiled(&world, vec![vec![0x82, 0xff]]).await;
    let mut sender = sender.ready().await.unwrap();
    let (answer, _) = sender.send_request(plain(), true).unwrap();
    assert!(answer.await.unwrap_err().is_go_away());
}

#[tokio::test]
async fn many_requests_at_once_with_bodies_and_trailers_are_served() {
    let world = Encrypted::new().await;
    let mut sender = world.connect().await;
    let mut answers = Vec::new();
    for number in 0..100 {
        sender = sender.ready().await.unwrap();
        let request = Request::post(format!("https://app.test/public/{number}"))
            .version(Version::HTTP_2)
            .header("content-length", "3000")
            .header("x-number", number.to_string())
            .body(());
        let (answer, mut body) = sender.send_request(request.unwrap(), false).unwrap();
        let bytes = Bytes::from(vec![b'z'; 3000]);
        body.send_data(bytes, false).unwrap();
        let end = HeaderMap::from_iter([(
            http::HeaderName::from_static("x-end"),
            number.to_string().parse().unwrap(),
        )]);
        body.send_trailers(end).unwrap();
        answers.push(answer);
    }
    for answer in answers {
        let answer = answer.await.unwrap();
        assert_eq!(answer.status(), 200);
        assert_eq!(text(answer).await, "hello");
    }
    let mut numbers: Vec<u32> = world
        .received
        .heads()
        .iter()
        .map(|head| {
            let number = values(head, "x-number")[0];
            assert!(head.starts_with(&format!("POST /public/{number} ")));
            number.parse().unwrap()
        })
        .collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (0..100).collect::<Vec<_>>());
}
