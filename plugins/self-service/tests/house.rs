//! A house to test in: the plugin over stores in memory, and browsers that visit it.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use http::HeaderMap;
use portcullis_core::{
    action::Actions,
    broker::Broker,
    catalogue::Code,
    clock::Clock,
    cookie::{self, Cookies},
    credential::CredentialKind,
    entropy::Entropy,
    event::Event,
    expression::{Expression, Scope},
    factor::Factors,
    identity::IdentityStore,
    mapping::{Mapping, MappingEntry, Sync},
    pages::Pages,
    plugin::{Addresses, Announcer, Host, Plugin, Services},
    principal::Principal,
    provider::{ConfiguredProvider, Policy},
    registry::{Providers, Registry},
    return_to::ReturnUrls,
    schema::{Schema, Schemas},
    seal::Seal,
    secret::TokenHash,
    session::SessionStore,
    sessions::{SessionLifetimes, Sessions},
    stage::Observer,
    testing::{
        CannedAdministration, CannedOutreach, FrozenClock, Letterbox, MemoryStore, SeededEntropy,
        schema_desk,
    },
    throttle::Throttles,
    trust::{TrustRule, TrustRules},
};
use serde_json::{Value, json};
use url::Url;

use self::stand_ins::{AtOnce, FakeMethod, FakeProvider};
use crate::{CaptchaGuard, Config, Limits, SelfService};

mod browser;
pub(crate) mod busy;
pub(crate) mod factor;
pub(crate) mod hasty;
pub(crate) mod mailed;
pub(crate) mod promised;
pub(crate) mod provider_visit;
pub(crate) mod stand_ins;

pub(crate) use browser::{Browser, Reply};

/// Where the house stands.
pub(crate) const PUBLIC: &str = "https://gate.test";
/// The password everybody has.
pub(crate) const PASSWORD: &str = "correct horse";

/// The plugin with everything it needs.
pub(crate) struct House {
    pub(crate) pages: Arc<dyn Pages>,
    pub(crate) services: Services,
    pub(crate) store: Arc<MemoryStore>,
    pub(crate) clock: Arc<FrozenClock>,
    pub(crate) heard: Arc<Heard>,
    pub(crate) letters: Arc<Letterbox>,
}

/// What observers heard.
#[derive(Debug, Default)]
pub(crate) struct Heard(Mutex<Vec<String>>);

impl Observer for Heard {
    fn observe(&self, event: &Event<'_>) {
        let text = match event {
            Event::SignedIn { method, .. } => format!("signed in by {method}"),
            Event::SignInRefused { code, .. } => format!("refused: {}", code.as_str()),
            Event::IdentityCreated { .. } => "created".to_owned(),
            Event::ProfileChanged { .. } => "profile changed".to_owned(),
            Event::PasswordChanged { .. } => "password changed".to_owned(),
            Event::CredentialAdded { kind, .. } => format!("{} added", kind.as_str()),
            Event::CredentialRemoved { kind, .. } => format!("{} removed", kind.as_str()),
            Event::IdentityDeleted { .. } => "deleted".to_owned(),
            Event::AddressVerified { .. } => "verified".to_owned(),
            Event::SignedOut { .. } => "signed out".to_owned(),
            Event::Linked { reason, .. } => format!("linked: {}", reason.as_str()),
            Event::Unlinked { reason, .. } => format!("unlinked: {}", reason.as_str()),
            Event::UnlinkRefused { code, .. } => format!("unlink refused: {}", code.as_str()),
            Event::LinkRefused { code, .. } => format!("link refused: {}", code.as_str()),
            Event::Impersonated { .. } => "acts".to_owned(),
            Event::ImpersonationEnded { .. } => "acts no more".to_owned(),
            _ => "else".to_owned(),
        };
        self.0.lock().unwrap().push(text);
    }
}

impl Heard {
    pub(crate) fn all(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

pub(crate) fn open_registration() -> Config {
    let mut config = Config::default();
    config.registration.enabled = true;
    config
}

impl House {
    /// A house with registration and default throttles.
    pub(crate) fn new() -> Self {
        Self::with(open_registration(), Limits::default())
    }

    pub(crate) fn with(config: Config, limits: Limits) -> Self {
        Self::built((config, limits), |_, _| {})
    }

    /// A house with registration and other services than usual.
    pub(crate) fn altered(
        limits: Limits,
        change: impl FnOnce(&mut Services, &Arc<MemoryStore>),
    ) -> Self {
        Self::built((open_registration(), limits), change)
    }

    /// A house whose forms ask for a person.
    pub(crate) fn guarded((config, limits): (Config, Limits), guard: CaptchaGuard) -> Self {
        let plugin = SelfService::new(config, limits).with_captcha(guard);
        Self::of(&plugin, |_, _| {})
    }

    fn built(
        (config, limits): (Config, Limits),
        change: impl FnOnce(&mut Services, &Arc<MemoryStore>),
    ) -> Self {
        Self::of(&SelfService::new(config, limits), change)
    }

    fn of(plugin: &SelfService, change: impl FnOnce(&mut Services, &Arc<MemoryStore>)) -> Self {
        let clock = Arc::new(FrozenClock::new("2026-11-21T12:00:00Z".parse().unwrap()));
        let store = Arc::new(MemoryStore::new(clock.clone()));
        let heard = Arc::new(Heard::default());
        let letters = Arc::new(Letterbox::default());
        let mut services = services(&clock, &store, &heard);
        services.mailer = letters.clone();
        change(&mut services, &store);
        let mut host = Host {
            services: services.clone(),
            authenticators: Vec::new(),
            authorizers: Vec::new(),
            enrichers: Vec::new(),
            observers: Vec::new(),
            public_pages: Vec::new(),
            admin_pages: Vec::new(),
        };
        plugin.install(&mut host).unwrap();
        let (path, pages) = host.public_pages.pop().unwrap();
        assert_eq!(path, "/");
        Self {
            pages,
            services,
            store,
            clock,
            heard,
            letters,
        }
    }

    /// Stores an identity that signs in with `email` and [`PASSWORD`].
    pub(crate) async fn resident(&self, email: &str) -> portcullis_core::identity::Identity {
        let services = &self.services;
        let schema = services.schemas.default_schema();
        let traits = json!({"email": email, "name": {"first": "Ada"}});
        let identity = services
            .schemas
            .identity(&schema, traits, &*services.clock, &*services.entropy)
            .unwrap();
        let credential = stand_ins::credential(&identity, PASSWORD, &*services.clock);
        IdentityStore::insert(&*self.store, &identity, &[credential])
            .await
            .unwrap();
        identity
    }

    /// The same, with an address that is proved.
    pub(crate) async fn proved_resident(&self, email: &str) -> portcullis_core::identity::Identity {
        let mut identity = self.resident(email).await;
        identity.addresses[0].verified_at = Some(self.services.clock.now());
        IdentityStore::update(&*self.store, &identity)
            .await
            .unwrap();
        identity
    }

    /// Changes how a provider is configured.
    pub(crate) fn configure(&self, id: &str, change: impl Fn(&mut ConfiguredProvider)) {
        let registry = &self.services.broker.registry;
        let current = registry.current();
        let changed = current.all().iter().map(|provider| {
            let mut provider = ConfiguredProvider::clone(provider);
            if provider.id.as_str() == id {
                change(&mut provider);
            }
            provider
        });
        registry.replace(Providers::new(changed));
    }

    async fn principal(&self, headers: &HeaderMap) -> Option<Arc<Principal>> {
        let token = headers
            .get("x-session-token")
            .map(|value| value.to_str().unwrap())
            .or_else(|| cookie::find(headers, self.services.cookies.session()))?;
        let store: &dyn SessionStore = &*self.store;
        let session = store.find(&TokenHash::of(token)).await.unwrap()?;
        let identities: &dyn IdentityStore = &*self.store;
        let identity = identities.find(session.identity_id).await.unwrap()?;
        let actions = &self.services.actions;
        let pending = actions.pending_at(&session, &identity);
        let is_too_weak = actions.is_too_weak(&identity, &session);
        let principal = Principal::new(Arc::new(identity), session, pending);
        Some(Arc::new(principal.too_weak(is_too_weak)))
    }

    /// A browser that was never here.
    pub(crate) fn browser(&self) -> Browser<'_> {
        Browser {
            house: self,
            jar: BTreeMap::new(),
            client: [192, 0, 2, 1].into(),
            headers: Vec::new(),
            cached: None,
        }
    }
}

fn services(clock: &Arc<FrozenClock>, store: &Arc<MemoryStore>, heard: &Arc<Heard>) -> Services {
    let clock: Arc<dyn Clock> = clock.clone();
    let entropy: Arc<dyn Entropy> = Arc::new(SeededEntropy::new(7));
    let document = serde_json::from_str(include_str!("schema.json")).unwrap();
    let schema = Arc::new(Schema::parse("default", document).unwrap());
    let schemas = Arc::new(Schemas::new(vec![schema], "default").unwrap());
    let public_url = Url::parse(PUBLIC).unwrap();
    let allowed = ["https://*.example.org", "com.example.app://signed-in"];
    let allowed = allowed.map(|text| text.parse().unwrap()).to_vec();
    let hosts = vec!["app.test".to_owned()];
    let lifetimes = SessionLifetimes {
        idle_timeout: Duration::from_secs(3600),
        lifespan: Duration::from_secs(14 * 3600),
    };
    Services {
        clock: clock.clone(),
        entropy: entropy.clone(),
        schema_desk: Arc::new(schema_desk(&schemas, store, &clock)),
        schemas: schemas.clone(),
        actions: Arc::new(Actions::new(schemas.clone(), BTreeMap::new(), None)),
        identities: store.clone(),
        search: store.clone(),
        credentials: store.clone(),
        sessions: Sessions::new(store.clone(), clock.clone(), entropy.clone(), lifetimes),
        flows: store.clone(),
        throttles: Throttles::new(store.clone(), store.clone()),
        upstream_sessions: store.clone(),
        factors: Factors::default(),
        methods: vec![Arc::new(FakeMethod {
            store: store.clone(),
            clock: clock.clone(),
        })],
        broker: Broker {
            registry: Arc::new(registry()),
            schemas,
            identities: store.clone(),
            credentials: store.clone(),
            sessions: store.clone(),
            local: vec![CredentialKind::Password],
            vault: store.clone(),
            clock,
            entropy,
            scopes: Vec::new(),
        },
        api_credentials: store.clone(),
        audit: store.clone(),
        administration: Arc::new(CannedAdministration::default()),
        seal: Seal::new(b"test"),
        cookies: Cookies::new(&public_url, None),
        addresses: Addresses {
            return_urls: Arc::new(ReturnUrls::new(public_url, hosts, allowed)),
            prefix: "/.portcullis".to_owned(),
        },
        outreach: Arc::new(CannedOutreach::default()),
        afterwards: Arc::new(AtOnce),
        mailer: Arc::new(Letterbox::default()),
        courier: store.clone(),
        announcer: Announcer::new(vec![heard.clone()]),
    }
}

fn registry() -> Registry {
    Registry::new(Providers::new([
        provider("google", 0, false),
        provider("acme", 1, false),
        provider("spare", 2, true),
    ]))
}

fn provider(id: &str, order: i32, hidden: bool) -> ConfiguredProvider {
    let entry = |path: &str, text: &str| {
        let value = Expression::compile(text, Scope::Claims).unwrap();
        MappingEntry::of_trait(path, value, Sync::Import)
    };
    let entries = vec![
        entry("email", "claims.email"),
        entry("name.first", "claims.given_name"),
    ];
    let mut label = id.to_owned();
    label[..1].make_ascii_uppercase();
    ConfiguredProvider {
        id: id.parse().unwrap(),
        label,
        order,
        icon: None,
        hidden,
        policy: Policy::default(),
        trust: TrustRules(vec![TrustRule {
            why: "this provider is always right".to_owned(),
            claim_is: Some(("iss".to_owned(), "trusted".to_owned())),
            ..TrustRule::default()
        }]),
        mapping: Mapping {
            entries: entries.into(),
            allow_privileged: false,
        },
        provider: Arc::new(FakeProvider(id.to_owned())),
    }
}

/// Where a flow is submitted to.
pub(crate) fn action(flow: &Value) -> &str {
    flow["ui"]["action"].as_str().unwrap()
}

/// The node of this name.
pub(crate) fn node<'a>(flow: &'a Value, name: &str) -> &'a Value {
    let nodes = flow["ui"]["nodes"].as_array().unwrap();
    nodes
        .iter()
        .find(|node| node["attributes"]["name"] == name)
        .unwrap_or_else(|| panic!("no node {name}"))
}

/// The masked token of a flow.
pub(crate) fn csrf(flow: &Value) -> &str {
    node(flow, "csrf_token")["attributes"]["value"]
        .as_str()
        .unwrap()
}

/// A password submission.
pub(crate) fn credentials(flow: &Value, identifier: &str, password: &str) -> Value {
    json!({
        "method": "password",
        "identifier": identifier,
        "password": password,
        "csrf_token": csrf(flow),
    })
}

/// The ids of the messages of the whole form.
pub(crate) fn messages(flow: &Value) -> Vec<u64> {
    let messages = flow["ui"]["messages"].as_array();
    let messages = messages.into_iter().flatten();
    messages.map(|m| m["id"].as_u64().unwrap()).collect()
}

#[test]
fn every_code_has_a_status_that_is_an_error() {
    assert!(Code::ALL.iter().all(|code| !code.status().is_success()));
}
