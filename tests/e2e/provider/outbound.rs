//! Providers that are reached through a proxy, and that an authority of one's own vouches for.

use std::{
    fs,
    sync::{Arc, Mutex},
};

use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::{
    ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};
use serde_json::Value;
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, copy_bidirectional},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::TlsAcceptor;

use super::refusal::SECRET;
use crate::support::{
    Anonymous, HostileProvider, Route, TestGateway,
    gateway::Builder,
    person::{session_cookie, sign_in_through},
};

/// A provider that speaks TLS with a certificate of its own making.
struct Secured {
    provider: HostileProvider,
    issuer: String,
    certificate: String,
    folder: TempDir,
}

impl Secured {
    async fn start() -> Self {
        let provider = HostileProvider::start().await;
        let names = vec!["localhost".to_owned()];
        let CertifiedKey { cert, signing_key } = generate_simple_self_signed(names).unwrap();
        let (certificate, key) = (cert.pem(), signing_key.serialize_pem());
        let port = front(&certificate, &key, provider.port()).await;
        let issuer = format!("https://localhost:{port}");
        let folder = TempDir::new().unwrap();
        fs::write(folder.path().join("ca.pem"), &certificate).unwrap();
        Self {
            provider: provider.named(&issuer),
            issuer,
            certificate,
            folder,
        }
    }

    fn gateway(&self, outbound: &str) -> Builder {
        TestGateway::builder()
            .provider("one", &self.issuer, ("one", SECRET))
            .table(&format!("[outbound]\n{outbound}"))
            .route(&Route::signed_in("/", "echo:"))
    }

    fn ca_file(&self) -> String {
        format!(
            "ca_file = \"{}\"",
            self.folder.path().join("ca.pem").display()
        )
    }
}

/// Ends TLS before the server of this port.
async fn front(certificate: &str, key: &str, server: u16) -> u16 {
    let chain = vec![CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap()];
    let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).unwrap();
    let ring = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(ring)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                // Whoever does not believe the certificate breaks off.
                let Ok(mut stream) = acceptor.accept(stream).await else {
                    return;
                };
                let mut inside = TcpStream::connect(("127.0.0.1", server)).await.unwrap();
                let _ = copy_bidirectional(&mut stream, &mut inside).await;
            });
        }
    });
    port
}

/// A proxy that makes tunnels, and remembers to whom.
struct Proxy {
    port: u16,
    tunnels: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let tunnels = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&tunnels);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(tunnel(stream, Arc::clone(&kept)));
            }
        });
        Self { port, tunnels }
    }

    fn line(&self) -> String {
        format!("proxy = \"http://127.0.0.1:{}\"", self.port)
    }

    fn tunnels(&self) -> Vec<String> {
        self.tunnels.lock().unwrap().clone()
    }
}

async fn tunnel(stream: TcpStream, tunnels: Arc<Mutex<Vec<String>>>) {
    let mut stream = BufReader::new(stream);
    let mut lines = Vec::new();
    while lines.last().is_none_or(|line: &String| !line.is_empty()) {
        let mut line = String::new();
        stream.read_line(&mut line).await.unwrap();
        lines.push(line.trim_end().to_owned());
    }
    let target = lines[0].split(' ').nth(1).unwrap_or_default().to_owned();
    tunnels.lock().unwrap().push(target.clone());
    let Ok(mut inside) = TcpStream::connect(&target).await else {
        return;
    };
    let made = b"HTTP/1.1 200 Connection established\r\n\r\n";
    stream.write_all(made).await.unwrap();
    let _ = copy_bidirectional(&mut stream, &mut inside).await;
}

/// CU-30, CU-09.
#[tokio::test]
async fn people_sign_in_through_a_provider_behind_a_proxy_with_an_authority_of_ones_own() {
    let secured = Secured::start().await;
    let proxy = Proxy::start().await;
    let outbound = format!("{}\nno_proxy = []\n{}", proxy.line(), secured.ca_file());
    let gateway = secured.gateway(&outbound).start().await;
    let browser = Anonymous::trusting(&gateway.url(), &secured.certificate);
    let answer = sign_in_through(&browser, "one", "x").await;
    assert!(session_cookie(&answer).is_some(), "{}", answer.status());
    assert!(secured.provider.requests("/token") > 0);
    let expected = secured.issuer.trim_start_matches("https://");
    let tunnels = proxy.tunnels();
    assert!(!tunnels.is_empty());
    assert!(tunnels.iter().all(|one| one == expected), "{tunnels:?}");
}

/// CU-30, CU-09.
#[tokio::test(flavor = "multi_thread")]
async fn a_provider_is_believed_only_with_its_authority_and_asked_straight_where_it_is_excepted() {
    let secured = Secured::start().await;
    let proxy = Proxy::start().await;
    let state = |outbound: &str| -> Value {
        let told =
            secured
                .gateway(outbound)
                .run(&["providers", "status", "one", "--output", "json"]);
        told.json()["discovery"].clone()
    };
    assert_eq!(state(""), "failed", "nobody vouches for it");
    assert_eq!(state(&secured.ca_file()), "ok");
    let excepted = format!("{}\n{}", proxy.line(), secured.ca_file());
    assert_eq!(state(&excepted), "ok");
    assert_eq!(proxy.tunnels(), [""; 0], "this machine is asked straight");
}

/// CU-09.
#[tokio::test]
async fn the_check_names_a_bundle_that_cannot_be_read() {
    let builder = TestGateway::builder().table("[outbound]\nca_file = \"nowhere.pem\"");
    let told = builder.run(&["check"]);
    assert_eq!(told.code, 1, "{told:?}");
    let text = format!("{}{}", told.stdout, told.stderr);
    assert!(text.contains("nowhere.pem"), "{text}");
    assert!(text.contains("outbound.ca_file"), "{text}");
}
