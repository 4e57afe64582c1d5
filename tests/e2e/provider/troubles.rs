//! A provider that breaks, stalls, floods or points elsewhere: bounded in time, said on a page, and
//! nothing behind the gateway is asked for it.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use futures_util::future::join_all;
use serde_json::json;

use super::refusal::{Case, SECRET, gate};
use crate::support::{
    Anonymous, Form, HostileProvider, Reply, Route, TestGateway, Trouble,
    actor::location,
    http::{Received, Server},
    person::{session_cookie, sign_in_through},
};

const INVALID: &str = "provider_invalid";
const UNAVAILABLE: &str = "provider_unavailable";
const ENDPOINTS: [&str; 4] = ["discovery", "jwks", "token", "userinfo"];

/// Userinfo is asked in any case, so that each endpoint matters.
async fn troubled(endpoint: &'static str, trouble: Trouble, code: &'static str) -> Case {
    let provider = HostileProvider::start().await.trouble(endpoint, trouble);
    Case::new(&format!("{trouble:?} at {endpoint}"), provider, code)
}

/// All at the same time: those that stall would take minutes one after another.
async fn all_are_refused(cases: Vec<Case>) {
    let honest = HostileProvider::start().await;
    let gateway = gate(&honest, &cases).await;
    let stories = cases.iter().enumerate().map(async |(number, case)| {
        let asked = Instant::now();
        case.is_refused(&gateway, &format!("p{number}")).await;
        let took = asked.elapsed();
        assert!(
            took < Duration::from_secs(60),
            "{} took {took:?}",
            case.name
        );
    });
    join_all(stories).await;
}

#[tokio::test]
async fn every_trouble_at_every_endpoint_is_a_page_and_never_a_500() {
    let mut cases = Vec::new();
    for endpoint in ENDPOINTS {
        for trouble in [Trouble::Status(500), Trouble::Hang, Trouble::Stall] {
            cases.push(troubled(endpoint, trouble, UNAVAILABLE).await);
        }
        for trouble in [
            Trouble::NotJson,
            Trouble::NoObject,
            Trouble::Huge,
            Trouble::Long,
        ] {
            cases.push(troubled(endpoint, trouble, INVALID).await);
        }
    }
    all_are_refused(cases).await;
}

/// A redirect would lead the gateway wherever the provider likes, past every check of addresses.
#[tokio::test]
async fn a_redirect_to_a_private_network_is_not_followed() {
    let inside = Inside::start().await;
    let mut cases = Vec::new();
    for endpoint in ENDPOINTS {
        let trouble = Trouble::Redirect(inside.port());
        let code = if endpoint == "token" {
            INVALID
        } else {
            UNAVAILABLE
        };
        cases.push(troubled(endpoint, trouble, code).await);
    }
    all_are_refused(cases).await;
    assert_eq!(inside.requests(), 0);
}

/// The same by discovery: endpoints at addresses that the provider itself could not reach.
#[tokio::test]
async fn endpoints_in_private_networks_are_not_asked() {
    let inside = Inside::start().await;
    let here = format!("http://localhost:{}/inside", inside.port());
    let targets = [
        &here,
        "http://10.0.0.1/inside",
        "https://192.168.1.1/inside",
        "http://169.254.169.254/latest/meta-data",
        "http://[::1]:1/inside",
        "http://0.0.0.0/inside",
        "file:///etc/passwd",
    ];
    let mut cases = Vec::new();
    for endpoint in ["token_endpoint", "jwks_uri", "userinfo_endpoint"] {
        for target in targets {
            let provider = HostileProvider::start().await;
            let provider = provider.discovery_with(&json!({ endpoint: target }));
            let name = format!("{endpoint} at {target}");
            cases.push(Case::new(&name, provider, INVALID));
        }
    }
    for target in [
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://elsewhere.example/",
    ] {
        let provider = HostileProvider::start().await;
        let provider = provider.discovery_with(&json!({ "authorization_endpoint": target }));
        cases.push(Case::new(target, provider, INVALID));
    }
    all_are_refused(cases).await;
    assert_eq!(inside.requests(), 0);
}

#[tokio::test]
async fn a_slow_provider_is_waited_for() {
    let provider = HostileProvider::start().await;
    let delay = Duration::from_millis(700);
    let provider = ENDPOINTS.into_iter().fold(provider, |provider, endpoint| {
        provider.trouble(endpoint, Trouble::Slow(delay))
    });
    let gateway = alone(&provider).await;
    let answer = sign_in_through(&gateway.anonymous(), "honest", "x").await;
    assert!(session_cookie(&answer).is_some(), "{}", answer.status());
}

#[tokio::test]
async fn a_provider_that_comes_to_its_senses_is_used_again() {
    let provider = HostileProvider::start().await;
    let provider = provider.trouble("discovery", Trouble::Status(500));
    let gateway = alone(&provider).await;
    let client = gateway.anonymous();
    let form = Form::begin(&client, "login", "").await;
    let refused = form.submit(&[("provider", "honest")]).await;
    assert_eq!(session_cookie(&refused), None);
    provider.behave();
    crate::support::wait_until("the provider to be used again", async || {
        let client = gateway.anonymous();
        let form = Form::begin(&client, "login", "").await;
        let start = form.submit(&[("provider", "honest")]).await;
        let target = location(&start).filter(|target| target.contains("/authorize"))?;
        let back = crate::support::person::vouched(&client, &target, "x").await;
        session_cookie(&client.navigate(&back).await)
    })
    .await;
}

/// A gateway that knows this provider only, and has not asked it anything.
async fn alone(provider: &HostileProvider) -> TestGateway {
    TestGateway::builder()
        .provider("honest", &provider.issuer(), ("one", SECRET))
        .route(&Route::signed_in("/", "echo:"))
        .start()
        .await
}

/// Something that listens where the gateway must not ask.
struct Inside {
    server: Server,
    asked: Arc<std::sync::atomic::AtomicUsize>,
}

impl Inside {
    async fn start() -> Self {
        let asked = Arc::new(std::sync::atomic::AtomicUsize::new(0));
        let count = Arc::clone(&asked);
        let answer = move |_: &Received| {
            count.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            Reply::json(&json!({ "keys": [], "secret": "inside" }))
        };
        let server = Server::start(0, Arc::new(answer)).await;
        // It would answer whoever asked.
        let client = Anonymous::without_cookies(&format!("http://127.0.0.1:{}", server.port()));
        assert_eq!(client.get_json("/inside").await.status(), 200);
        asked.store(0, std::sync::atomic::Ordering::SeqCst);
        Self { server, asked }
    }

    fn port(&self) -> u16 {
        self.server.port()
    }

    fn requests(&self) -> usize {
        self.asked.load(std::sync::atomic::Ordering::SeqCst)
    }
}
