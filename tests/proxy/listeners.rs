//! Listeners: health and metrics, and how everything ends.

use std::time::{Duration, Instant};

use portcullis::listener::endpoint::{Endpoint, ListenError};
use tokio::io::AsyncReadExt;

use super::{
    client::{Connection, get},
    gate::{Setup, before, public, start, to},
    upstream::{answering, greeting, read_head, serving},
};

#[tokio::test]
async fn health_and_metrics_are_on_their_own_listener() {
    let (upstream, _) = greeting().await;
    let gate = before(upstream).await;
    for path in ["/health/alive", "/health/ready"] {
        let answer = get(gate.admin, path, &[]).await;
        assert_eq!(
            (answer.status(), answer.text()),
            (200, r#"{"status":"ok"}"#)
        );
    }
    assert_eq!(get(gate.admin, "/nothing", &[]).await.status(), 404);
    get(gate.address, "/public", &[]).await;
    let metrics = get(gate.admin, "/metrics", &[]).await;
    let line = "portcullis_requests_total{code=\"200\",method=\"GET\",route=\"public\"} 1";
    assert!(metrics.text().contains(line), "{}", metrics.text());
    assert_eq!(get(gate.address, "/health/alive", &[]).await.status(), 401);
}

#[tokio::test]
async fn an_idle_gate_ends_at_once() {
    let (upstream, _) = greeting().await;
    let gate = before(upstream).await;
    let mut idle = Connection::to(gate.address).await;
    idle.send("GET /public HTTP/1.1\r\nHost: a.test\r\n\r\n")
        .await;
    assert_eq!(idle.answer().await.status(), 200);
    let _silent = Connection::to(gate.admin).await;
    let address = gate.address;
    let began = Instant::now();
    gate.stop().await;
    assert!(
        began.elapsed() < Duration::from_secs(3),
        "{:?}",
        began.elapsed()
    );
    assert!(tokio::net::TcpStream::connect(address).await.is_err());
    assert_eq!(idle.0.read(&mut [0; 8]).await.unwrap_or(0), 0);
}

#[tokio::test]
async fn a_request_in_flight_is_finished_before_the_end() {
    let (arrived, mut arrival) = tokio::sync::mpsc::channel::<()>(1);
    let (go_on, wait) = tokio::sync::watch::channel(false);
    let upstream = serving(move |mut stream| {
        let (arrived, mut wait) = (arrived.clone(), wait.clone());
        async move {
            use tokio::io::AsyncWriteExt;
            read_head(&mut stream).await.unwrap();
            arrived.send(()).await.unwrap();
            wait.wait_for(|go| *go).await.unwrap();
            let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nlate";
            stream.write_all(answer).await.unwrap();
        }
    })
    .await;
    let mut gate = before(upstream).await;
    let address = gate.address;
    let asking = tokio::spawn(async move { get(address, "/public", &[]).await });
    arrival.recv().await.unwrap();
    gate.begin_to_stop();
    while tokio::net::TcpStream::connect(address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    go_on.send(true).unwrap();
    assert_eq!(asking.await.unwrap().text(), "late");
    gate.stop().await;
}

#[tokio::test]
async fn a_stream_without_end_is_cut_off_after_the_grace() {
    let upstream = serving(|mut stream| async move {
        use tokio::io::AsyncWriteExt;
        read_head(&mut stream).await.unwrap();
        let head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";
        stream.write_all(head).await.unwrap();
        let _ = stream.read_u8().await;
    })
    .await;
    let gate = start(Setup {
        routes: vec![public("app", "/", to(&[upstream]))],
        grace: Duration::from_millis(300),
        ..Setup::default()
    })
    .await;
    let mut connection = Connection::to(gate.address).await;
    connection
        .send("GET / HTTP/1.1\r\nHost: a.test\r\n\r\n")
        .await;
    connection.head().await;
    let began = Instant::now();
    gate.stop().await;
    assert!(began.elapsed() >= Duration::from_millis(300));
    assert!(began.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn a_taken_port_and_a_wrong_key_are_errors() {
    let (upstream, _) = answering("").await;
    assert!(matches!(
        Endpoint::bind(upstream),
        Err(ListenError::Address { .. })
    ));
    let free = || Endpoint::bind(([127, 0, 0, 1], 0).into()).unwrap();
    let folder = tempfile::TempDir::new().unwrap();
    let file = |name: &str, text: String| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let make = || rcgen::generate_simple_self_signed(vec!["a.test".to_owned()]).unwrap();
    let (one, other) = (make(), make());
    let certificate = file("certificate.pem", one.cert.pem());
    let key = file("key.pem", other.signing_key.serialize_pem());
    let mixed = free().with_tls(&certificate, &key);
    assert!(matches!(mixed, Err(ListenError::Certificate(_))));
    let missing = free().with_tls(&folder.path().join("none.pem"), &key);
    assert!(matches!(missing, Err(ListenError::File { .. })));
}
