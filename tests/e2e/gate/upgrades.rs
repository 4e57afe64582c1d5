//! WebSockets pass; nothing else becomes another protocol.

use futures_util::{SinkExt, StreamExt};
use tokio_tungstenite::{
    connect_async,
    tungstenite::{Error, Message, client::IntoClientRequest, http::HeaderValue},
};

use crate::support::{ALICE, Raw, Route, TestGateway, Upstream};

async fn gate(upstream: &Upstream) -> TestGateway {
    TestGateway::builder()
        .registration()
        .route(&Route::public("/open", &upstream.url()))
        .route(&Route::signed_in("/", &upstream.url()))
        .start()
        .await
}

/// Opens a WebSocket with these headers, sends a word and waits for its echo.
async fn echo(
    gateway: &TestGateway,
    target: &str,
    headers: &[(&'static str, &str)],
) -> Result<(), Error> {
    let address = format!("{}{target}", gateway.url().replacen("http", "ws", 1));
    let mut request = address.into_client_request()?;
    for (name, value) in headers {
        request
            .headers_mut()
            .insert(*name, HeaderValue::from_str(value).unwrap());
    }
    let (mut socket, _) = connect_async(request).await?;
    for word in ["ping", "pong"] {
        socket.send(Message::text(word)).await?;
        assert_eq!(socket.next().await.unwrap()?, Message::text(word));
    }
    // The other side may be gone before it has said good-bye, too.
    let _ = socket.close(None).await;
    Ok(())
}

fn status(outcome: Result<(), Error>) -> u16 {
    match outcome {
        Err(Error::Http(answer)) => answer.status().as_u16(),
        other => panic!("an answer in HTTP, not {other:?}"),
    }
}

#[tokio::test]
async fn a_websocket_passes_both_ways_for_whoever_may() {
    let upstream = Upstream::start().await;
    let gateway = gate(&upstream).await;
    let alice = ALICE.sign_up(&gateway).await;
    echo(&gateway, "/open/ws", &[]).await.unwrap();
    echo(&gateway, "/ws", &[("cookie", &alice.cookie)])
        .await
        .unwrap();
    assert_eq!(
        upstream.last().header("X-Forwarded-User"),
        Some(alice.identity())
    );
    assert_eq!(status(echo(&gateway, "/ws", &[]).await), 401);
    assert_eq!(upstream.received().len(), 2);
}

#[tokio::test]
async fn of_a_hundred_websockets_none_is_lost() {
    let upstream = Upstream::start().await;
    let gateway = gate(&upstream).await;
    for _ in 0..100 {
        echo(&gateway, "/open/ws", &[]).await.unwrap();
    }
}

/// A page of another site would use the visitor's cookie: browsers do not guard WebSockets.
#[tokio::test]
async fn a_websocket_of_another_sites_page_is_refused() {
    let upstream = Upstream::start().await;
    let gateway = gate(&upstream).await;
    let alice = ALICE.sign_up(&gateway).await;
    let own = gateway.url();
    echo(
        &gateway,
        "/ws",
        &[("cookie", &alice.cookie), ("origin", &own)],
    )
    .await
    .unwrap();
    for foreign in ["https://evil.example", "null", "http://localhost:1"] {
        let headers = [("cookie", &*alice.cookie), ("origin", foreign)];
        assert_eq!(
            status(echo(&gateway, "/ws", &headers).await),
            403,
            "{foreign}"
        );
    }
    assert_eq!(upstream.received().len(), 1);
}

#[tokio::test]
async fn no_other_upgrade_passes() {
    let upstream = Upstream::start().await;
    let gateway = gate(&upstream).await;
    let requests = [
        ("GET", "h2c", "Upgrade, HTTP2-Settings"),
        ("GET", "websocket, h2c", "Upgrade"),
        ("GET", "TLS/1.0", "Upgrade"),
        ("POST", "websocket", "Upgrade"),
        ("GET", "websocket", "close"),
    ];
    for (method, protocol, connection) in requests {
        let request = Raw::request(&gateway, method, "/open")
            .header("Upgrade", protocol)
            .header("HTTP2-Settings", "AAMAAABkAAQAoAAAAAIAAAAA")
            .header("Sec-WebSocket-Version", "13")
            .header("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")
            .header("Content-Length", "0")
            .header("Connection", &format!("{connection}, close"));
        let answer = request.send_open(&gateway).await;
        assert_ne!(answer.status, 101, "{method} {protocol}");
    }
    for received in upstream.received() {
        assert_eq!(received.header("Upgrade"), None, "{}", received.head);
        assert_eq!(received.header("HTTP2-Settings"), None, "{}", received.head);
    }
}

/// An application that switches protocols although nobody asked gets no tunnel.
#[tokio::test]
async fn an_application_cannot_upgrade_on_its_own() {
    let upstream = Upstream::start().await;
    let rogue =
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\nraw";
    upstream.answer(move |_| crate::support::Reply::Raw(rogue.into()));
    let gateway = gate(&upstream).await;
    let answer = Raw::get(&gateway, "/open").send(&gateway).await;
    assert_eq!(answer.status, 502, "{answer:?}");
}
