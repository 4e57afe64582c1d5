//! A house to test in: the plugin over stores in memory, and programs that ask it.

mod browser;
mod promised;
mod stand_ins;

use std::{net::IpAddr, sync::Arc, time::Duration};

use async_trait::async_trait;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request};
use portcullis_core::{
    action::{self, Actions},
    broker::Broker,
    clock::Clock,
    cookie::{self, Cookies},
    credential::CredentialKind,
    entropy::Entropy,
    factor::Factors,
    gauge::Gauge,
    head::{RequestHead, Scheme},
    id::IdentityId,
    identity::{Identity, IdentityStore},
    pages::{Pages, Visitor},
    plugin::{Addresses, Announcer, Host, Plugin, Services},
    principal::Principal,
    registry::{Providers, Registry},
    return_to::ReturnUrls,
    seal::Seal,
    secret::{Token, TokenHash},
    session::{Aal, AuthenticationMethod, Device, SessionStore},
    sessions::{SessionLifetimes, Sessions},
    stage::{Authenticator, Unavailable},
    testing::{CannedOutreach, FrozenClock, Letterbox, MemoryStore, SeededEntropy, schema_desk},
    throttle::Throttles,
};
use serde_json::{Value, json};
use url::Url;

pub(crate) use self::{promised::judge, stand_ins::LookUps};
use crate::{Admin, Auth, Config, Listener, Role};

/// Where the gateway stands.
const PUBLIC: &str = "https://gate.test";
/// Where its admin listener is reached.
pub(crate) const ADMIN: &str = "admin.test";

/// The plugin with everything it needs.
pub(crate) struct House {
    pub(crate) pages: Arc<dyn Pages>,
    /// What it answers on the public listener.
    pub(crate) public: Option<Arc<dyn Pages>>,
    pub(crate) services: Services,
    pub(crate) store: Arc<MemoryStore>,
    pub(crate) clock: Arc<FrozenClock>,
    /// What is told of looking sessions up.
    pub(crate) look_ups: Arc<LookUps>,
    /// What a gateway would read again and again.
    pub(crate) gauges: Vec<Arc<dyn Gauge>>,
}

/// What the operator chose, unless a test chooses otherwise.
pub(crate) fn config() -> Config {
    Config {
        auth: Auth::Token,
        public_url: Url::parse(&format!("https://{ADMIN}")).unwrap(),
        allowed_hosts: Vec::new(),
        listener: Listener::Network(([127, 0, 0, 1], 4434).into()),
        proxy_listener: ([127, 0, 0, 1], 4180).into(),
        metrics_listener: ([127, 0, 0, 1], 9464).into(),
        token_lifespan: Duration::from_secs(3600),
        console: true,
        end_sessions: true,
    }
}

impl House {
    pub(crate) fn new() -> Self {
        Self::with(config())
    }

    pub(crate) fn with(config: Config) -> Self {
        Self::altered(config, |_, _| {})
    }

    /// One whose services are changed before anything is made of them.
    pub(crate) fn altered(
        config: Config,
        change: impl FnOnce(&mut Services, &Arc<MemoryStore>),
    ) -> Self {
        let clock = Arc::new(FrozenClock::new("2026-11-22T12:00:00Z".parse().unwrap()));
        let store = MemoryStore::new(clock.clone()).searching(Arc::new(stand_ins::schemas()));
        let store = Arc::new(store);
        let mut services = services(&clock, &store);
        let look_ups = Arc::new(LookUps::default());
        services.sessions = services.sessions.with_cache(look_ups.clone());
        change(&mut services, &store);
        let doorkeeper = Doorkeeper {
            services: services.clone(),
            store: store.clone(),
        };
        let mut host = Host {
            services: services.clone(),
            authenticators: vec![Arc::new(doorkeeper)],
            authorizers: Vec::new(),
            enrichers: Vec::new(),
            observers: Vec::new(),
            gauges: Vec::new(),
            public_pages: Vec::new(),
            admin_pages: Vec::new(),
        };
        let admin = Admin::new(config);
        admin.install(&mut host).unwrap();
        services
            .announcer
            .settle(std::mem::take(&mut host.observers));
        let (_, pages) = host.admin_pages.pop().unwrap();
        let public = host.public_pages.pop().map(|(_, pages)| pages);
        Self {
            pages,
            public,
            services,
            store,
            clock,
            look_ups,
            gauges: host.gauges,
        }
    }

    /// Stores an identity that signs in with `email`.
    pub(crate) async fn resident(&self, email: &str) -> Identity {
        self.resident_with(email, &[]).await
    }

    /// The same with roles.
    pub(crate) async fn resident_with(&self, email: &str, roles: &[Role]) -> Identity {
        let services = &self.services;
        let schema = services.schemas.default_schema();
        let traits = json!({"email": email, "name": {"first": "Ada"}});
        let identity =
            services
                .schemas
                .identity(&schema, traits, &*services.clock, &*services.entropy);
        let mut identity = identity.unwrap();
        identity.required_actions.clear();
        identity.roles = roles.iter().map(Role::to_string).collect();
        let identities: &dyn IdentityStore = &*self.store;
        identities.insert(&identity, &[]).await.unwrap();
        identity
    }

    /// Begins a session of an identity: its token.
    pub(crate) async fn session(&self, identity: &Identity) -> String {
        let services = &self.services;
        let token = Token::generate_prefixed("ory_st_", &*services.entropy);
        let now = services.clock.now();
        let method = AuthenticationMethod::local("password", Aal::Aal1, now);
        let begun =
            services
                .sessions
                .begin(identity, vec![method], Device::default(), token.clone());
        begun.await.unwrap();
        token.expose().to_owned()
    }

    /// A program that nobody knows.
    pub(crate) fn stranger(&self) -> Program<'_> {
        Program {
            house: self,
            headers: Vec::new(),
            authority: ADMIN.to_owned(),
            client: [192, 0, 2, 1].into(),
        }
    }

    /// A program that acts for an administrator of these roles.
    pub(crate) async fn acting_as(&self, roles: &[Role]) -> Program<'_> {
        let name = IdentityId::generate(&*self.services.entropy);
        let email = format!("{name}@example.org");
        let identity = self.resident_with(&email, roles).await;
        let token = self.session(&identity).await;
        self.stranger()
            .with("authorization", &format!("Bearer {token}"))
    }

    /// A program that may do everything.
    pub(crate) async fn admin(&self) -> Program<'_> {
        self.acting_as(&[Role::Admin]).await
    }
}

/// Asks the API.
#[derive(Clone)]
pub(crate) struct Program<'a> {
    house: &'a House,
    headers: Vec<(HeaderName, HeaderValue)>,
    pub(crate) authority: String,
    pub(crate) client: IpAddr,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// The stable name of what went wrong.
    pub(crate) fn error(&self) -> String {
        self.json()["error"]["id"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }
}

impl Program<'_> {
    /// The same program with one header more.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.headers
            .push((name.parse().unwrap(), value.parse().unwrap()));
        self
    }

    /// Sends this header no more.
    pub(crate) fn forget(&mut self, name: &str) {
        self.headers.retain(|(known, _)| known != name);
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.ask(Method::GET, path, Vec::new()).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Reply {
        self.ask(Method::DELETE, path, Vec::new()).await
    }

    /// Sends JSON.
    pub(crate) async fn send(&self, method: Method, path: &str, body: &Value) -> Reply {
        let program = self.clone().with("content-type", "application/json");
        program
            .ask(method, path, body.to_string().into_bytes())
            .await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Reply {
        self.send(Method::POST, path, body).await
    }

    /// Sends a form.
    pub(crate) async fn form(&self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        let form = form.extend_pairs(fields).finish();
        let kind = "application/x-www-form-urlencoded";
        let program = self.clone().with("content-type", kind);
        program.ask(Method::POST, path, form.into_bytes()).await
    }

    pub(crate) async fn ask(&self, method: Method, path: &str, body: Vec<u8>) -> Reply {
        let mut request = Request::new(body);
        *request.method_mut() = method;
        *request.uri_mut() = path.parse().unwrap();
        for (name, value) in &self.headers {
            request.headers_mut().append(name, value.clone());
        }
        request.extensions_mut().insert(Visitor {
            request_id: "r1".to_owned(),
            client: self.client.into(),
            scheme: Scheme::Https,
            authority: self.authority.clone(),
            principal: None,
        });
        let (method, path) = (request.method().clone(), request.uri().path().to_owned());
        let response = self.house.pages.respond(request).await;
        let (parts, body) = response.into_parts();
        let reply = Reply {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body,
        };
        judge((&method, &path), &reply);
        reply
    }
}

/// Knows sessions as the gateway does, without its caches.
#[derive(Debug)]
struct Doorkeeper {
    services: Services,
    store: Arc<MemoryStore>,
}

impl Doorkeeper {
    async fn principal(&self, token: &str) -> Option<Principal> {
        let sessions: &dyn SessionStore = &*self.store;
        let session = sessions.find(&TokenHash::of(token)).await.unwrap()?;
        let lifetimes = self.services.sessions.lifetimes();
        if !lifetimes.is_live(&session, self.services.clock.now()) {
            return None;
        }
        let identities: &dyn IdentityStore = &*self.store;
        let identity = identities.find(session.identity_id).await.unwrap()?;
        let actions = &self.services.actions;
        let pending = actions.pending_at(&session, &identity);
        let is_too_weak = actions.is_too_weak(&identity, &session);
        let principal = Principal::new(Arc::new(identity), session, pending);
        Some(principal.too_weak(is_too_weak))
    }
}

#[async_trait]
impl Authenticator for Doorkeeper {
    async fn authenticate(
        &self,
        head: &RequestHead<'_>,
    ) -> Result<Option<Arc<Principal>>, Unavailable> {
        let text = |name: &str| head.headers.get(name)?.to_str().ok();
        let bearer = || text("authorization")?.strip_prefix("Bearer ");
        let cookie = || cookie::find(head.headers, self.services.cookies.session());
        let Some(token) = text("x-session-token").or_else(cookie).or_else(bearer) else {
            return Ok(None);
        };
        Ok(self.principal(token).await.map(Arc::new))
    }
}

fn services(clock: &Arc<FrozenClock>, store: &Arc<MemoryStore>) -> Services {
    let clock: Arc<dyn Clock> = clock.clone();
    let entropy: Arc<dyn Entropy> = Arc::new(SeededEntropy::new(7));
    let settings = stand_ins::actions();
    let schemas = Arc::new(stand_ins::schemas().asking(action::defaults(&settings)));
    let public_url = Url::parse(PUBLIC).unwrap();
    let lifetimes = SessionLifetimes {
        idle_timeout: Duration::from_secs(3600),
        lifespan: Duration::from_secs(14 * 3600),
    };
    Services {
        clock: clock.clone(),
        entropy: entropy.clone(),
        schema_desk: Arc::new(schema_desk(&schemas, store, &clock)),
        schemas: schemas.clone(),
        actions: Arc::new(Actions::new(schemas.clone(), settings, None)),
        identities: store.clone(),
        search: store.clone(),
        credentials: store.clone(),
        sessions: Sessions::new(store.clone(), clock.clone(), entropy.clone(), lifetimes),
        flows: store.clone(),
        throttles: Throttles::new(store.clone(), store.clone()),
        upstream_sessions: store.clone(),
        factors: Factors {
            imports: Some(Arc::new(stand_ins::FakeImports)),
            ..Factors::default()
        },
        methods: vec![Arc::new(stand_ins::FakeMethod(clock.clone()))],
        broker: Broker {
            registry: Arc::new(Registry::new(Providers::default())),
            schemas,
            identities: store.clone(),
            credentials: store.clone(),
            sessions: store.clone(),
            local: vec![CredentialKind::Password],
            vault: store.clone(),
            clock,
            entropy,
            scopes: Vec::new(),
            names: None,
        },
        api_credentials: store.clone(),
        audit: store.clone(),
        administration: Arc::new(stand_ins::acme()),
        seal: Seal::new(b"test"),
        cookies: Cookies::new(&public_url, None),
        addresses: Addresses {
            return_urls: Arc::new(ReturnUrls::new(public_url, Vec::new(), Vec::new())),
            prefix: "/.portcullis".to_owned(),
        },
        afterwards: Arc::new(stand_ins::AtOnce),
        outreach: Arc::new(CannedOutreach::default()),
        mailer: Arc::new(Letterbox::default()),
        courier: store.clone(),
        announcer: Announcer::default(),
    }
}
