//! TLS on the listener: the same rules over HTTP/2, and cookies that never travel in the clear.

use std::{fs, sync::Arc};

use bytes::Bytes;
use h2::client::SendRequest;
use http::{Method, Request, Version};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tokio_rustls::{TlsConnector, client::TlsStream};

use crate::support::{ALICE, Anonymous, Form, Route, SignedIn, TestGateway, Upstream, wait_until};

struct Secured {
    gateway: TestGateway,
    certificate: String,
    _folder: TempDir,
}

impl Secured {
    async fn start(upstream: &Upstream) -> Self {
        let folder = TempDir::new().unwrap();
        let names = vec!["localhost".to_owned()];
        let CertifiedKey { cert, signing_key } = generate_simple_self_signed(names).unwrap();
        let (cert_file, key_file) = (
            folder.path().join("cert.pem"),
            folder.path().join("key.pem"),
        );
        fs::write(&cert_file, cert.pem()).unwrap();
        fs::write(&key_file, signing_key.serialize_pem()).unwrap();
        let tls = format!(
            "[listen.tls]\ncertificate_file = \"{}\"\nkey_file = \"{}\"",
            cert_file.display(),
            key_file.display()
        );
        let builder = TestGateway::builder().registration().table(&tls);
        let url = builder.url().replacen("http", "https", 1);
        let gateway = builder
            .public_url(&url)
            .route(&Route::public("/open", &upstream.url()))
            .route(&Route::signed_in("/", &upstream.url()))
            .start()
            .await;
        Self {
            gateway,
            certificate: cert.pem(),
            _folder: folder,
        }
    }

    async fn alice(&self) -> SignedIn {
        let client = Anonymous::trusting(&self.gateway.url(), &self.certificate);
        let form = Form::begin(&client, "registration", "").await;
        let traits = serde_json::json!({ "email": ALICE.email });
        let body = serde_json::json!({
            "method": "password", "password": ALICE.password, "traits": traits,
        });
        SignedIn::read(client, form.submit_json(body).await).await
    }

    /// A connection that offers these protocols.
    async fn connect(&self, protocols: &[&str]) -> TlsStream<TcpStream> {
        let mut roots = RootCertStore::empty();
        roots
            .add(CertificateDer::from_pem_slice(self.certificate.as_bytes()).unwrap())
            .unwrap();
        let mut config = ClientConfig::builder()
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.alpn_protocols = protocols
            .iter()
            .map(|name| name.as_bytes().to_vec())
            .collect();
        let stream = TcpStream::connect(("127.0.0.1", self.gateway.port()))
            .await
            .unwrap();
        let name = ServerName::try_from("localhost").unwrap();
        let connector = TlsConnector::from(Arc::new(config));
        connector.connect(name, stream).await.unwrap()
    }

    /// An HTTP/2 connection, negotiated by ALPN.
    async fn http2(&self) -> SendRequest<Bytes> {
        let stream = self.connect(&["h2", "http/1.1"]).await;
        assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
        let (sender, connection) = h2::client::handshake(stream).await.unwrap();
        tokio::spawn(async move {
            let _ = connection.await;
        });
        sender
    }

    /// Sends one request over HTTP/2; a stream that is reset counts as 400.
    async fn send(&self, target: &str, headers: &[(&str, &str)]) -> u16 {
        let uri = match target.starts_with('/') {
            true => format!("https://localhost:{}{target}", self.gateway.port()),
            false => target.to_owned(),
        };
        let mut request = Request::builder()
            .method(Method::GET)
            .uri(uri)
            .version(Version::HTTP_2);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut sender = self.http2().await.ready().await.unwrap();
        let (answer, _) = sender
            .send_request(request.body(()).unwrap(), true)
            .unwrap();
        answer.await.map_or(400, |answer| answer.status().as_u16())
    }
}

#[tokio::test]
async fn the_session_cookie_is_bound_to_host_and_tls() {
    let upstream = Upstream::start().await;
    let secured = Secured::start(&upstream).await;
    let alice = secured.alice().await;
    let line = &alice.set_cookie;
    assert!(line.starts_with("__Host-portcullis="), "{line}");
    assert!(
        line.contains("; Secure") && line.contains("; Path=/") && !line.contains("Domain"),
        "{line}"
    );
    assert!(line.len() < 200, "{line}");
    assert_eq!(alice.status("/").await, 200);
    assert_eq!(upstream.last().header("X-Forwarded-Proto"), Some("https"));
}

#[tokio::test]
async fn http2_obeys_the_rules_about_headers() {
    let upstream = Upstream::start().await;
    let secured = Secured::start(&upstream).await;
    let alice = secured.alice().await;
    let lies = [
        ("x-forwarded-user", "mallory"),
        ("x_forwarded_user", "mallory"),
        ("remote-user", "mallory"),
    ];
    assert_eq!(secured.send("/open", &lies).await, 200);
    assert!(
        !upstream.last().head.contains("mallory"),
        "{}",
        upstream.last().head
    );
    let mut known = lies.to_vec();
    known.push(("cookie", &alice.cookie));
    assert_eq!(secured.send("/", &known).await, 200);
    let received = upstream.last();
    assert!(!received.head.contains("mallory"), "{}", received.head);
    assert_eq!(received.header("X-Forwarded-User"), Some(alice.identity()));
    assert!(received.header("Host").unwrap().starts_with("localhost"));
}

/// RFC 9113, section 8.2.3: a client may split the cookie header, and the application gets one.
#[tokio::test]
async fn cookie_crumbs_are_put_together_without_ours() {
    let upstream = Upstream::start().await;
    let secured = Secured::start(&upstream).await;
    let alice = secured.alice().await;
    let crumbs = [
        ("cookie", "a=1"),
        ("cookie", &*alice.cookie),
        ("cookie", "b=2; c=3"),
    ];
    assert_eq!(secured.send("/", &crumbs).await, 200);
    let received = upstream.last();
    let cookies: Vec<_> = received.header_values("Cookie").collect();
    assert_eq!(cookies, ["a=1; b=2; c=3"]);
    let twice = [
        ("cookie", &*alice.cookie),
        ("cookie", "__Host-portcullis=other"),
    ];
    assert_eq!(secured.send("/", &twice).await, 401);
}

#[tokio::test]
async fn http2_obeys_the_rules_about_targets() {
    let upstream = Upstream::start().await;
    let secured = Secured::start(&upstream).await;
    assert_eq!(
        secured.send("/open", &[("host", "evil.example")]).await,
        400
    );
    for target in [
        "/a%2Fb",
        "/a%5Cb",
        "/a%00b",
        "/a%23b",
        "/open/../x",
        "/open/%2e%2e/x",
    ] {
        assert_eq!(secured.send(target, &[]).await, 400, "{target}");
    }
    let long = format!("/{}", "y".repeat(9 * 1024));
    assert_eq!(secured.send(&long, &[]).await, 414);
    assert!(upstream.received().is_empty());
    assert_eq!(secured.send("/open/x", &[]).await, 200);
    assert_eq!(secured.send("/none", &[]).await, 401);
}

#[tokio::test]
async fn many_streams_of_one_connection_are_judged_each_for_itself() {
    let upstream = Upstream::start().await;
    let secured = Secured::start(&upstream).await;
    let alice = secured.alice().await;
    let mut sender = secured.http2().await;
    let mut answers = Vec::new();
    for n in 0..20 {
        let uri = format!("https://localhost:{}/{n}", secured.gateway.port());
        let mut request = Request::builder().uri(uri).version(Version::HTTP_2);
        if n % 2 == 0 {
            request = request.header("cookie", &alice.cookie);
        }
        sender = sender.ready().await.unwrap();
        answers.push((
            n,
            sender
                .send_request(request.body(()).unwrap(), true)
                .unwrap()
                .0,
        ));
    }
    for (n, answer) in answers {
        let expected = if n % 2 == 0 { 200 } else { 401 };
        assert_eq!(answer.await.unwrap().status(), expected, "{n}");
    }
    assert_eq!(upstream.received().len(), 10);
}

#[tokio::test]
async fn http1_is_served_to_whoever_asks_for_it() {
    let upstream = Upstream::start().await;
    let secured = Secured::start(&upstream).await;
    for protocols in [&["http/1.1"][..], &[]] {
        let mut stream = secured.connect(protocols).await;
        let head = format!(
            "GET /open HTTP/1.1\r\nHost: localhost:{}\r\nConnection: close\r\n\r\n",
            secured.gateway.port()
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        assert!(answer.starts_with(b"HTTP/1.1 200"), "{protocols:?}");
    }
}

#[tokio::test]
async fn a_host_that_is_not_the_authority_is_refused_and_logged() {
    let upstream = Upstream::start().await;
    let secured = Secured::start(&upstream).await;
    let id = "refused-over-http2";
    let headers = [("host", "other.test"), ("x-request-id", id)];
    assert_eq!(secured.send("/open?token=hidden", &headers).await, 400);
    let line = wait_until("the access line", async || {
        let log = secured.gateway.log();
        let mut lines = log
            .lines()
            .filter(|line| line.contains("portcullis::access"));
        lines.find(|line| line.contains(id)).map(str::to_owned)
    })
    .await;
    let line: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert_eq!(line["status"], 400, "{line}");
    assert_eq!(line["code"], "ambiguous_request", "{line}");
    assert_eq!(line["path"], "/open", "{line}");
    assert!(!secured.gateway.log().contains("hidden"));
    assert!(upstream.received().is_empty());
}
