//! HTTP/2 obeys every rule of HTTP/1.1.

use std::{path::PathBuf, sync::Arc};

use reqwest::header::{COOKIE, HOST};
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio_rustls::{TlsConnector, client::TlsStream};

use super::{
    gate::{RunningGate, SESSION, Setup, public, signed_in, start, to},
    upstream::{Received, greeting, values},
};

pub(crate) struct Encrypted {
    gate: RunningGate,
    pub(crate) received: Received,
    client: reqwest::Client,
    tls: rustls::ClientConfig,
    _folder: TempDir,
}

impl Encrypted {
    pub(crate) async fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let (certificate, key, ca) = certificate(&folder);
        let (upstream, received) = greeting().await;
        let gate = start(Setup {
            routes: vec![
                public("public", "/public", to(&[upstream])),
                signed_in("app", "/", to(&[upstream])),
            ],
            tls: Some((certificate, key)),
            ..Setup::default()
        })
        .await;
        let client = reqwest::Client::builder()
            .use_preconfigured_tls(ca.clone())
            .redirect(reqwest::redirect::Policy::none())
            .resolve("app.test", gate.address)
            .build()
            .unwrap();
        Self {
            gate,
            received,
            client,
            tls: ca,
            _folder: folder,
        }
    }

    /// A connection without a client.
    pub(crate) async fn encrypted(&self) -> TlsStream<TcpStream> {
        let stream = TcpStream::connect(self.gate.address).await.unwrap();
        let connector = TlsConnector::from(Arc::new(self.tls.clone()));
        let name = "app.test".try_into().unwrap();
        connector.connect(name, stream).await.unwrap()
    }

    /// A connection of its own, for requests that no other client sends.
    pub(crate) async fn connect(&self) -> h2::client::SendRequest<bytes::Bytes> {
        let stream = self.encrypted().await;
        let (sender, connection) = h2::client::handshake(stream).await.unwrap();
        tokio::spawn(async move {
            let _ = connection.await;
        });
        sender
    }

    fn get(&self, path: &str) -> reqwest::RequestBuilder {
        let port = self.gate.address.port();
        self.client.get(format!("https://app.test:{port}{path}"))
    }
}

fn certificate(folder: &TempDir) -> (PathBuf, PathBuf, rustls::ClientConfig) {
    let certified = rcgen::generate_simple_self_signed(vec!["app.test".to_owned()]).unwrap();
    let certificate = folder.path().join("certificate.pem");
    let key = folder.path().join("key.pem");
    std::fs::write(&certificate, certified.cert.pem()).unwrap();
    std::fs::write(&key, certified.signing_key.serialize_pem()).unwrap();
    let mut roots = rustls::RootCertStore::empty();
    roots.add(certified.cert.der().clone()).unwrap();
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let mut config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    (certificate, key, config)
}

#[tokio::test]
async fn a_signed_in_request_arrives_with_trusted_headers_over_http2() {
    let world = Encrypted::new().await;
    let answer = world
        .get("/%61?q=1")
        .header(COOKIE, "a=1")
        .header(COOKIE, SESSION)
        .header(COOKIE, "b=2")
        .header("x-forwarded-user", "root")
        .header("x_forwarded_email", "root")
        .header("x-forwarded-for", "6.6.6.6")
        .send()
        .await
        .unwrap();
    assert_eq!(answer.version(), http::Version::HTTP_2);
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.text().await.unwrap(), "hello");
    let head = world.received.only();
    let host = format!("app.test:{}", world.gate.address.port());
    assert!(head.starts_with("GET /a?q=1 HTTP/1.1\r\n"), "{head}");
    assert_eq!(values(&head, "host"), [host.as_str()]);
    assert_eq!(values(&head, "x-forwarded-host"), [host.as_str()]);
    assert_eq!(values(&head, "x-forwarded-proto"), ["https"]);
    assert_eq!(values(&head, "x-forwarded-for"), ["127.0.0.1"]);
    assert_eq!(values(&head, "x-forwarded-email"), ["ada@example.org"]);
    assert_eq!(values(&head, "cookie"), ["a=1; b=2"]);
    assert!(!head.contains("root"), "{head}");
}

#[tokio::test]
async fn ambiguous_requests_are_refused_over_http2() {
    let world = Encrypted::new().await;
    for path in [
        "/public/%2e%2e%2fx",
        "/public/%00",
        "/public/%5cx",
        "/public/%23",
        "//public",
    ] {
        let answer = world.get(path).send().await.unwrap();
        assert_eq!(answer.status(), 400, "{path}");
    }
    let mismatch = world.get("/public").header(HOST, "other.test").send().await;
    let mismatch = mismatch.unwrap();
    assert_eq!(mismatch.status(), 400);
    assert_eq!(mismatch.headers()["x-portcullis"], "1");
    let long = format!("/public/{}", "a".repeat(9000));
    assert_eq!(world.get(&long).send().await.unwrap().status(), 414);
    let mut many = world.get("/public");
    for number in 0..120 {
        many = many.header(format!("x-{number}"), "1");
    }
    assert_eq!(many.send().await.unwrap().status(), 431);
    assert!(world.received.heads().is_empty());
}

#[tokio::test]
async fn signed_out_is_refused_over_http2() {
    let world = Encrypted::new().await;
    let answer = world.get("/x").send().await.unwrap();
    assert_eq!(answer.status(), 401);
    assert_eq!(answer.headers()["x-portcullis"], "1");
    let page = world
        .get("/x")
        .header("sec-fetch-mode", "navigate")
        .send()
        .await
        .unwrap();
    assert_eq!(page.status(), 302);
    assert!(world.received.heads().is_empty());
}

#[tokio::test]
async fn a_body_arrives_over_http2() {
    let world = Encrypted::new().await;
    let port = world.gate.address.port();
    let answer = world
        .client
        .post(format!("https://app.test:{port}/public"))
        .body("abc")
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(values(&world.received.only(), "content-length"), ["3"]);
}

#[tokio::test]
async fn connect_and_trace_are_refused_in_own_words_over_http2() {
    let world = Encrypted::new().await;
    for (method, uri) in [
        (http::Method::CONNECT, "app.test:443"),
        (http::Method::TRACE, "https://app.test/public"),
    ] {
        let request = http::Request::builder().method(method).uri(uri);
        let request = request.version(http::Version::HTTP_2).body(()).unwrap();
        let mut sender = world.connect().await.ready().await.unwrap();
        let (answer, _) = sender.send_request(request, true).unwrap();
        let answer = answer.await.unwrap();
        assert_eq!(answer.status(), 405, "{uri}");
        assert_eq!(answer.headers()["x-portcullis"], "1", "{uri}");
    }
    assert!(world.received.heads().is_empty());
}
