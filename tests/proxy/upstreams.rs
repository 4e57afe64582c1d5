//! Several upstreams, slow ones, encrypted ones.

use std::{collections::HashSet, net::SocketAddr, time::Duration};

use portcullis::route::{Target, Timeouts};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use url::Url;

use super::{
    client::{get, once},
    gate::{Setup, public, start, to},
    upstream::{answering, read_head, serving},
};

async fn gate_to(target: Target) -> super::gate::RunningGate {
    start(Setup {
        routes: vec![public("app", "/", target)],
        ..Setup::default()
    })
    .await
}

#[tokio::test]
async fn upstreams_take_turns_and_a_dead_one_is_passed_over() {
    let (one, _) = answering("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\none").await;
    let (two, _) = answering("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\ntwo").await;
    let dead = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap()
    };
    let gate = gate_to(to(&[one, dead, two])).await;
    let mut seen = HashSet::new();
    for _ in 0..6 {
        let post = "POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 2\r\n\
                    Connection: close\r\n\r\nab";
        let answer = once(gate.address, post.as_bytes()).await;
        assert_eq!(answer.status(), 200);
        seen.insert(answer.text().to_owned());
    }
    assert_eq!(seen.len(), 2, "{seen:?}");
}

#[tokio::test]
async fn a_name_is_looked_up() {
    let (upstream, _) = super::upstream::greeting().await;
    let url = Url::parse(&format!("http://localhost:{}", upstream.port())).unwrap();
    let gate = gate_to(Target::Upstream(vec![url])).await;
    assert_eq!(get(gate.address, "/", &[]).await.text(), "hello");
    let nowhere = Url::parse("http://nowhere.invalid").unwrap();
    let gate = gate_to(Target::Upstream(vec![nowhere])).await;
    assert_eq!(get(gate.address, "/", &[]).await.status(), 502);
}

#[tokio::test]
async fn an_upstream_that_keeps_silent_is_given_up() {
    let upstream = serving(|mut stream| async move {
        read_head(&mut stream).await;
        let _ = stream.read_u8().await;
    })
    .await;
    let mut route = public("app", "/", to(&[upstream]));
    route.timeouts = Timeouts {
        read: Some(Duration::from_millis(200)),
        ..route.timeouts
    };
    let gate = start(Setup {
        routes: vec![route],
        ..Setup::default()
    })
    .await;
    let answer = get(gate.address, "/", &[]).await;
    assert_eq!(answer.status(), 504);
    assert_eq!(answer.json()["code"], "upstream_timeout");
}

#[tokio::test]
async fn an_upstream_that_breaks_off_is_no_complete_answer() {
    let upstream = serving(|mut stream| async move {
        read_head(&mut stream).await;
        let half = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf";
        stream.write_all(half).await.unwrap();
    })
    .await;
    let gate = gate_to(to(&[upstream])).await;
    let answer = get(gate.address, "/", &[]).await;
    assert_eq!((answer.status(), answer.text()), (200, "half"));
}

#[tokio::test]
async fn an_encrypted_upstream_must_prove_its_name() {
    let certified = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let folder = TempDir::new().unwrap();
    let ca = folder.path().join("ca.pem");
    std::fs::write(&ca, certified.cert.pem()).unwrap();
    let upstream = tls_upstream(&certified);
    let setup = |url: String, ca_file: Option<String>| Setup {
        routes: vec![public(
            "app",
            "/",
            Target::Upstream(vec![Url::parse(&url).unwrap()]),
        )],
        ca_file,
        ..Setup::default()
    };
    let trusted = Some(ca.to_str().unwrap().to_owned());
    let by_name = format!("https://localhost:{}", upstream.port());
    let by_address = format!("https://127.0.0.1:{}", upstream.port());
    let gate = start(setup(by_name.clone(), trusted.clone())).await;
    assert_eq!(get(gate.address, "/", &[]).await.text(), "secret");
    let gate = start(setup(by_address, trusted)).await;
    assert_eq!(get(gate.address, "/", &[]).await.status(), 502);
    let gate = start(setup(by_name, None)).await;
    assert_eq!(get(gate.address, "/", &[]).await.status(), 502);
}

/// An upstream over TLS, on threads of its own.
fn tls_upstream(certified: &rcgen::CertifiedKey<rcgen::KeyPair>) -> SocketAddr {
    use std::{
        io::{Read, Write},
        sync::Arc,
    };
    let key = certified.signing_key.serialize_der();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![certified.cert.der().clone()],
            rustls::pki_types::PrivatePkcs8KeyDer::from(key).into(),
        )
        .unwrap();
    let config = Arc::new(config);
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        while let Ok((mut stream, _)) = listener.accept() {
            let config = config.clone();
            std::thread::spawn(move || {
                let mut tls = rustls::ServerConnection::new(config).unwrap();
                let mut tls = rustls::Stream::new(&mut tls, &mut stream);
                let mut head = [0; 4096];
                if tls.read(&mut head).is_ok_and(|read| read > 0) {
                    let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecret";
                    tls.write_all(answer).unwrap();
                    let _ = tls.read(&mut head);
                }
            });
        }
    });
    address
}
