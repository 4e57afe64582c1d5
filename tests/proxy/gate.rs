//! A gate in process, with a fake way to know callers.

use std::{collections::BTreeMap, net::SocketAddr, sync::Arc, time::Duration};

use async_trait::async_trait;
use http::{Request, Response};
use jiff::Timestamp;
use portcullis::{
    answer::Answers,
    echo::Echo,
    enrich::ReservedHeaders,
    health::{Health, ProviderHealth},
    listener::{
        clean::Cleaner,
        client::TrustedProxies,
        endpoint::Endpoint,
        in_process::InProcess,
        limits::Limits,
        request_id::RequestIds,
        server::{Server, UpstreamSettings},
    },
    observe::metrics::Metrics,
    pipeline::{Pipeline, PipelineParts},
    proxy::{Gate, GateParts},
    route::{
        Access, EncodedSlash, HeaderPreset, HostPattern, Route, RouteTable, Target, Timeouts,
        Unauthenticated,
    },
    upstream::Upstreams,
};
use portcullis_core::{
    clock::SystemClock,
    cookie::{self, Cookies},
    head::RequestHead,
    id::{IdentityId, SessionId},
    identity::{Identity, IdentityState},
    pages::{Pages, Visitor},
    plugin::Addresses,
    principal::Principal,
    return_to::ReturnUrls,
    schema::{Schema, Schemas},
    secret::TokenHash,
    session::{Aal, AuthenticationMethod, Device, Session},
    stage::{Authenticator, Unavailable},
    testing::{MemoryStore, SeededEntropy},
};
use portcullis_kit::Shell;
use serde_json::json;
use tokio::sync::oneshot;
use url::Url;

/// The cookie that opens everything here.
pub(crate) const SESSION: &str = "portcullis=good";

/// A running gate; it ends when dropped.
pub(crate) struct RunningGate {
    pub(crate) address: SocketAddr,
    pub(crate) admin: SocketAddr,
    pub(crate) metrics: Metrics,
    stop: Option<oneshot::Sender<()>>,
    ended: Option<tokio::task::JoinHandle<()>>,
}

/// How a gate differs from the usual one.
pub(crate) struct Setup {
    pub(crate) routes: Vec<Route>,
    pub(crate) trusted: Vec<&'static str>,
    pub(crate) tls: Option<(std::path::PathBuf, std::path::PathBuf)>,
    pub(crate) ca_file: Option<String>,
    pub(crate) grace: Duration,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            routes: Vec::new(),
            trusted: Vec::new(),
            tls: None,
            ca_file: None,
            grace: Duration::from_secs(10),
        }
    }
}

/// A gate before these upstreams: public below `/public`, signed in everywhere else.
pub(crate) async fn before(upstream: SocketAddr) -> RunningGate {
    let routes = vec![
        public("public", "/public", to(&[upstream])),
        signed_in("app", "/", to(&[upstream])),
        public("echo", "/echo", Target::Echo),
        public("pages", "/.portcullis", Target::Pages(Arc::new(Mirror))),
    ];
    start(Setup {
        routes,
        ..Setup::default()
    })
    .await
}

pub(crate) fn to(upstreams: &[SocketAddr]) -> Target {
    let url = |address: &SocketAddr| Url::parse(&format!("http://{address}")).unwrap();
    Target::Upstream(upstreams.iter().map(url).collect())
}

pub(crate) fn public(name: &str, path: &str, target: Target) -> Route {
    Route {
        access: Access::Public,
        ..signed_in(name, path, target)
    }
}

pub(crate) fn signed_in(name: &str, path: &str, target: Target) -> Route {
    Route {
        id: 0,
        name: name.to_owned(),
        host: HostPattern::Any,
        path: path.to_owned(),
        methods: None,
        target,
        access: Access::SignedIn,
        allow: None,
        deny: None,
        preset: HeaderPreset::OAuth2Proxy,
        set_headers: BTreeMap::new(),
        inject_access_token: None,
        scopes: Vec::new(),
        scopes_id: 0,
        encoded_slash: EncodedSlash::Reject,
        unauthenticated: Unauthenticated::Auto,
        timeouts: Timeouts {
            connect: Duration::from_secs(2),
            read: Some(Duration::from_secs(20)),
            write: Duration::from_secs(20),
        },
    }
}

pub(crate) async fn start(setup: Setup) -> RunningGate {
    let metrics = Metrics::new().unwrap();
    let mut endpoint = Endpoint::bind(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
    if let Some((certificate, key)) = &setup.tls {
        endpoint = endpoint.with_tls(certificate, key).unwrap();
    }
    let admin = Endpoint::bind(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
    let (address, admin_address) = (endpoint.address().unwrap(), admin.address().unwrap());
    let upstream = UpstreamSettings {
        ca_file: setup.ca_file.clone(),
    };
    let grace = setup.grace;
    let mut server = Server::new(upstream);
    server.proxy(endpoint, gate(setup, metrics.clone()));
    let pages = InProcess {
        pages: vec![
            (
                "/health".to_owned(),
                Arc::new(Health::new(Vec::new(), Arc::new(NoProviders))),
            ),
            ("/metrics".to_owned(), metrics.pages()),
        ],
        request_ids: RequestIds::new(&SeededEntropy::new(2)),
        limits: Limits::default(),
        body_bytes: 1024,
    };
    server.in_process("admin", admin, pages);
    let (stop, stopped) = oneshot::channel::<()>();
    let stopping = async move {
        let _ = stopped.await;
    };
    let ended = tokio::spawn(server.run(stopping, grace));
    RunningGate {
        address,
        admin: admin_address,
        metrics,
        stop: Some(stop),
        ended: Some(ended),
    }
}

fn gate(setup: Setup, metrics: Metrics) -> Gate {
    let public_url = Url::parse("http://gate.test").unwrap();
    let table = RouteTable::build(setup.routes).unwrap();
    let upstreams = Upstreams::build(table.routes()).unwrap();
    let reserved = ReservedHeaders::build(table.routes(), &[]);
    let email = json!({
        "type": "string",
        "format": "email",
        "ory.sh/kratos": {
            "credentials": {"password": {"identifier": true}},
            "verification": {"via": "email"},
        },
    });
    let groups = json!({"x-profile": {"view": ["user"], "edit": ["admin"]}});
    let traits = json!({"type": "object", "properties": {"email": email, "groups": groups}});
    let document = json!({"type": "object", "properties": {"traits": traits}});
    let schema = Schema::parse("default", document).unwrap();
    let schemas = Schemas::new(vec![Arc::new(schema)], "default").unwrap();
    let urls = ReturnUrls::new(public_url.clone(), Vec::new(), Vec::new());
    let pipeline = Pipeline::new(PipelineParts {
        table,
        authenticators: vec![Arc::new(ByCookie(ada()))],
        authorizers: Vec::new(),
        enrichers: Vec::new(),
        schemas: Arc::new(schemas),
        vault: Arc::new(MemoryStore::new(Arc::new(SystemClock))),
        addresses: Addresses {
            return_urls: Arc::new(urls),
            prefix: "/.portcullis".to_owned(),
        },
    });
    let shell = Arc::new(Shell::new("Portcullis", "/.portcullis", false).unwrap());
    let networks = setup.trusted.iter().map(|net| net.parse().unwrap());
    Gate::new(GateParts {
        pipeline: Arc::new(pipeline),
        upstreams,
        trusted_proxies: TrustedProxies::new(networks.collect()),
        cleaner: Cleaner::new(reserved),
        limits: Limits::default(),
        cookies: Cookies::new(&public_url, None),
        public_origin: public_url.origin(),
        answers: Arc::new(Answers::new(shell, &public_url, "/.portcullis")),
        echo: Echo::new("/.portcullis").unwrap(),
        request_ids: RequestIds::new(&SeededEntropy::new(1)),
        clock: Arc::new(SystemClock),
        metrics,
    })
}

impl RunningGate {
    /// Asks it to stop, and waits until it has.
    pub(crate) async fn stop(mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        if let Some(ended) = self.ended.take() {
            ended.await.unwrap();
        }
    }

    /// Asks it to stop without waiting.
    pub(crate) fn begin_to_stop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
    }
}

/// Knows whoever holds the one good cookie.
#[derive(Debug)]
struct ByCookie(Arc<Principal>);

#[async_trait]
impl Authenticator for ByCookie {
    async fn authenticate(
        &self,
        head: &RequestHead<'_>,
    ) -> Result<Option<Arc<Principal>>, Unavailable> {
        match cookie::find(head.headers, "portcullis") {
            Some("good") => Ok(Some(self.0.clone())),
            Some("down") => Err(Unavailable("the store is gone".into())),
            _ => Ok(None),
        }
    }
}

fn ada() -> Arc<Principal> {
    let now = Timestamp::UNIX_EPOCH;
    let entropy = SeededEntropy::new(7);
    let identity = Identity {
        id: IdentityId::generate(&entropy),
        tenant: "default".to_owned(),
        schema_id: "default".to_owned(),
        state: IdentityState::Active,
        state_changed_at: now,
        traits: json!({"email": "ada@example.org", "groups": ["staff"]}),
        metadata_public: None,
        metadata_admin: None,
        required_actions: Vec::new(),
        accepted_terms: Vec::new(),
        unmanaged: std::collections::BTreeMap::new(),
        provenance: portcullis_core::provenance::Provenance::new(),
        roles: Vec::new(),
        identifiers: vec!["ada@example.org".to_owned()],
        addresses: Vec::new(),
        external_id: None,
        second_factors: Default::default(),
        is_linked: false,
        created_at: now,
        updated_at: now,
        version: 0,
    };
    let session = Session {
        id: SessionId::generate(&entropy),
        token_hash: TokenHash::of("a token"),
        identity_id: identity.id,
        issued_at: now,
        authenticated_at: now,
        expires_at: now,
        last_seen_at: now,
        methods: vec![AuthenticationMethod {
            method: "password".to_owned(),
            aal: Aal::Aal1,
            completed_at: now,
            provider: None,
            account: None,
            proved_at: None,
            upstream_acr: None,
            upstream_amr: Vec::new(),
        }],
        device: Device::default(),
        acting: None,
    };
    Arc::new(Principal::new(Arc::new(identity), session, Vec::new()))
}

/// Pages that tell what they were asked, and set two cookies.
#[derive(Debug)]
struct Mirror;

#[async_trait]
impl Pages for Mirror {
    async fn respond(&self, request: Request<Vec<u8>>) -> Response<Vec<u8>> {
        let visitor = request.extensions().get::<Visitor>().unwrap();
        let body = json!({
            "uri": request.uri().to_string(),
            "cookie": request.headers().get("cookie").and_then(|value| value.to_str().ok()),
            "body": String::from_utf8_lossy(request.body()),
            "signed_in": visitor.principal.is_some(),
            "client": visitor.client.to_string(),
            "authority": visitor.authority,
            "scheme": visitor.scheme.as_str(),
        });
        Response::builder()
            .header("set-cookie", "a=1")
            .header("set-cookie", "b=2")
            .body(body.to_string().into_bytes())
            .unwrap()
    }
}

#[derive(Debug)]
struct NoProviders;

impl ProviderHealth for NoProviders {
    fn told(&self) -> serde_json::Value {
        serde_json::Value::Null
    }
}
