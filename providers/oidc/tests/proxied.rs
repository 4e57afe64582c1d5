//! Providers behind a proxy, and what is refused before it is asked.

use std::sync::Mutex;

use portcullis_core::outbound::Way;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional},
    net::{TcpListener, TcpStream},
};

use super::*;

/// An HTTP proxy that hands everything on to one server, whomever it is asked for.
struct Proxy {
    port: u16,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    async fn before(server: Option<u16>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let heads = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&heads);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(hand_on(stream, server, Arc::clone(&kept)));
            }
        });
        Self { port, heads }
    }

    fn way(&self, straight: &[&str]) -> Arc<Way> {
        let proxy = format!("http://gate:hush@127.0.0.1:{}", self.port);
        let straight = straight.iter().map(|text| text.parse().unwrap());
        Arc::new(Way::new(Some(proxy.parse().unwrap()), straight.collect()))
    }

    fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }
}

async fn hand_on(mut stream: TcpStream, server: Option<u16>, heads: Arc<Mutex<Vec<String>>>) {
    let mut head = vec![0; 8192];
    let length = stream.read(&mut head).await.unwrap();
    let text = String::from_utf8_lossy(&head[..length]).into_owned();
    heads.lock().unwrap().push(text);
    let Some(server) = server else {
        let refusal = b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n";
        return stream.write_all(refusal).await.unwrap();
    };
    let mut server = TcpStream::connect(("127.0.0.1", server)).await.unwrap();
    server.write_all(&head[..length]).await.unwrap();
    let _ = copy_bidirectional(&mut stream, &mut server).await;
}

fn port_of(issuer: &str) -> u16 {
    Url::parse(issuer).unwrap().port().unwrap()
}

fn behind(way: Arc<Way>, issuer: &str, allow_private_network: bool) -> Oidc {
    let mut config = Config::new(issuer, Client::new(CLIENT));
    config.client.way = way;
    config.client.allow_private_network = allow_private_network;
    let clock = Arc::new(FrozenClock::new(Timestamp::from_second(NOW).unwrap()));
    provider("fake", config, &clock)
}

/// CU-30.
#[tokio::test]
async fn a_provider_is_asked_through_the_proxy_unless_it_is_excepted() {
    let idp = FakeIdp::start(&[&Signer::es256("k")]).await;
    let proxy = Proxy::before(Some(port_of(&idp.issuer()))).await;
    let excepted = behind(proxy.way(&["127.0.0.0/8"]), &idp.issuer(), true);
    excepted.reach().await.unwrap();
    assert_eq!(proxy.heads(), [""; 0], "it was asked straight");
    let proxied = behind(proxy.way(&[]), &idp.issuer(), true);
    proxied.reach().await.unwrap();
    let heads = proxy.heads();
    assert!(!heads.is_empty());
    let target = format!("GET {}/.well-known/", idp.issuer());
    assert!(heads[0].starts_with(&target), "{}", heads[0]);
    // gate:hush
    let head = heads[0].to_ascii_lowercase();
    assert!(
        head.contains("proxy-authorization: basic z2f0ztpodxno"),
        "{head}"
    );
}

/// CU-30: a proxy would connect to wherever it is told.
#[tokio::test]
async fn a_private_address_is_refused_before_the_proxy_is_asked() {
    let proxy = Proxy::before(None).await;
    for issuer in [
        "https://169.254.169.254",
        "https://127.0.0.1:9443",
        "https://[::1]:9443",
        "https://localhost:9443",
        "http://idp.invalid",
    ] {
        let error = behind(proxy.way(&[]), issuer, false).reach().await;
        let text = reason(error);
        assert!(text.contains("may not be asked"), "{issuer}: {text}");
    }
    assert_eq!(proxy.heads(), [""; 0], "nobody was asked");
}

#[tokio::test]
async fn a_name_that_only_the_proxy_knows_is_the_proxys_to_judge() {
    let proxy = Proxy::before(None).await;
    let error = behind(proxy.way(&[]), "https://idp.invalid", false);
    let error = error.reach().await.unwrap_err();
    assert!(
        matches!(error, ProviderError::Unavailable { .. }),
        "{error:?}"
    );
    let heads = proxy.heads();
    assert!(
        heads[0].starts_with("CONNECT idp.invalid:443 "),
        "{heads:?}"
    );
}
