//! What flows: events as they are sent, WebSockets both ways.

use futures_util::{SinkExt, StreamExt};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_tungstenite::tungstenite::{Message, client::IntoClientRequest};

use super::{
    client::{Connection, once},
    gate::{SESSION, before},
    upstream::{Received, greeting, read_head, serving, values},
};

#[tokio::test]
async fn events_arrive_as_they_are_sent() {
    let (go_on, wait) = tokio::sync::mpsc::channel::<()>(1);
    let wait = std::sync::Arc::new(tokio::sync::Mutex::new(wait));
    let upstream = serving(move |mut stream| {
        let wait = wait.clone();
        async move {
            read_head(&mut stream).await.unwrap();
            let head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";
            stream.write_all(head).await.unwrap();
            for number in 0..3 {
                let event = format!("data: {number}\n\n");
                stream.write_all(event.as_bytes()).await.unwrap();
                wait.lock().await.recv().await.unwrap();
            }
        }
    })
    .await;
    let gate = before(upstream).await;
    let mut connection = Connection::to(gate.address).await;
    connection
        .send("GET /public HTTP/1.1\r\nHost: app.test\r\n\r\n")
        .await;
    assert!(connection.head().await.contains("text/event-stream"));
    // The upstream sends the next event only when this one has arrived here.
    for number in 0..3 {
        let wanted = format!("data: {number}\n\n");
        let mut seen = String::new();
        while !seen.contains(&wanted) {
            seen.push(char::from(connection.0.read_u8().await.unwrap()));
        }
        go_on.send(()).await.unwrap();
    }
}

async fn websocket_upstream() -> (std::net::SocketAddr, Received) {
    let received = Received::default();
    let noted = received.clone();
    let address = serving(move |stream| {
        let noted = noted.clone();
        async move {
            let mut peeked = [0; 4096];
            let length = stream.peek(&mut peeked).await.unwrap();
            noted.note(&String::from_utf8_lossy(&peeked[..length]));
            let Ok(mut socket) = tokio_tungstenite::accept_async(stream).await else {
                return;
            };
            while let Some(Ok(message)) = socket.next().await {
                if message.is_text() || message.is_binary() {
                    socket.send(message).await.unwrap();
                }
            }
        }
    })
    .await;
    (address, received)
}

#[tokio::test]
async fn a_websocket_flows_both_ways() {
    let (upstream, received) = websocket_upstream().await;
    let gate = before(upstream).await;
    let mut request = format!("ws://{}/live", gate.address)
        .into_client_request()
        .unwrap();
    let origin = format!("http://{}", gate.address).parse().unwrap();
    request.headers_mut().insert("origin", origin);
    request
        .headers_mut()
        .insert("cookie", SESSION.parse().unwrap());
    request
        .headers_mut()
        .insert("x-forwarded-user", "root".parse().unwrap());
    let (mut socket, answer) = tokio_tungstenite::connect_async(request).await.unwrap();
    assert_eq!(answer.status(), 101);
    for message in [Message::text("hello"), Message::binary(vec![7; 100_000])] {
        socket.send(message.clone()).await.unwrap();
        assert_eq!(socket.next().await.unwrap().unwrap(), message);
    }
    socket.close(None).await.unwrap();
    let head = received.only();
    assert_eq!(values(&head, "x-forwarded-email"), ["ada@example.org"]);
    assert!(
        !head.contains("root") && !head.contains("portcullis"),
        "{head}"
    );
}

#[tokio::test]
async fn a_websocket_from_another_site_is_refused() {
    let (upstream, received) = websocket_upstream().await;
    let gate = before(upstream).await;
    for (origin, cookie, status) in [
        ("Origin: http://evil.test\r\n", SESSION, 403),
        ("Origin: null\r\n", SESSION, 403),
        ("Origin: https://app.test\r\n", SESSION, 403),
        ("Origin: http://app.test\r\n", "a=1", 401),
        ("", "a=1", 401),
    ] {
        let request = format!(
            "GET /live HTTP/1.1\r\nHost: app.test\r\n{origin}Cookie: {cookie}\r\n\
             Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
             Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        );
        let mut connection = Connection::to(gate.address).await;
        connection.send(&request).await;
        assert_eq!(connection.answer().await.status(), status, "{origin}");
    }
    assert!(received.heads().is_empty());
}

#[tokio::test]
async fn no_other_upgrade_passes() {
    let (upstream, received) = greeting().await;
    let gate = before(upstream).await;
    for (method, protocol) in [("GET", "h2c"), ("GET", "tcp"), ("POST", "websocket")] {
        let request = format!(
            "{method} /public HTTP/1.1\r\nHost: app.test\r\nConnection: Upgrade, close\r\n\
             Upgrade: {protocol}\r\n\r\n"
        );
        assert_eq!(once(gate.address, request.as_bytes()).await.status(), 200);
    }
    for head in received.heads() {
        assert!(values(&head, "upgrade").is_empty(), "{head}");
        assert!(values(&head, "connection").is_empty(), "{head}");
    }
}

#[tokio::test]
async fn an_uninvited_switch_of_protocols_opens_no_tunnel() {
    let (upstream, _) =
        super::upstream::answering("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n").await;
    let gate = before(upstream).await;
    let request = "GET /public HTTP/1.1\r\nHost: app.test\r\nConnection: Upgrade, close\r\n\
                   Upgrade: x\r\n\r\n";
    let answer = once(gate.address, request.as_bytes()).await;
    assert_eq!(answer.status(), 502, "{}", answer.head);
}
