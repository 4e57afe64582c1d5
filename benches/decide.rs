//! How long the pipeline takes to decide, once a session is warm: no store, no sockets.

#![expect(
    clippy::expect_used,
    reason = "a benchmark that cannot begin should say so"
)]

use std::{hint::black_box, net::Ipv4Addr, sync::Arc};

use async_trait::async_trait;
use criterion::{Criterion, criterion_group, criterion_main};
use http::{HeaderMap, HeaderValue, Method};
use jiff::Timestamp;
use portcullis::{
    pipeline::{Pipeline, PipelineParts, Verdict},
    route::{Access, HeaderPreset, HostPattern, Route, RouteTable},
};
use portcullis_core::{
    clock::SystemClock,
    expression::{Expression, Scope},
    head::{RequestHead, Scheme},
    id::{IdentityId, SessionId},
    identity::{Identity, IdentityState},
    plugin::Addresses,
    principal::Principal,
    return_to::ReturnUrls,
    schema::{Schema, Schemas},
    secret::TokenHash,
    session::{Aal, AuthenticationMethod, Device, Session},
    stage::{Authenticator, Unavailable},
    testing::{MemoryStore, SeededEntropy},
};
use serde_json::json;
use url::Url;

mod support;

/// An authenticator with its one session in hand, as after a hit in the cache.
#[derive(Debug)]
struct Warm(Arc<Principal>);

#[async_trait]
impl Authenticator for Warm {
    async fn authenticate(
        &self,
        _: &RequestHead<'_>,
    ) -> Result<Option<Arc<Principal>>, Unavailable> {
        Ok(Some(self.0.clone()))
    }
}

fn principal() -> Arc<Principal> {
    let now = Timestamp::UNIX_EPOCH;
    let entropy = SeededEntropy::new(7);
    let identity = Identity {
        id: IdentityId::generate(&entropy),
        tenant: "default".to_owned(),
        schema_id: "default".to_owned(),
        state: IdentityState::Active,
        state_changed_at: now,
        traits: json!({"email": "ada@example.org", "groups": ["staff", "ops", "on-call"]}),
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

fn schemas() -> Arc<Schemas> {
    let document = json!({"type": "object", "properties": {"traits": {
        "type": "object",
        "properties": {"email": {"type": "string", "format": "email"}},
    }}});
    let schema = Schema::parse("default", document).expect("the schema is well-formed");
    Arc::new(Schemas::new(vec![Arc::new(schema)], "default").expect("the default is there"))
}

fn routes() -> Vec<Route> {
    let rule =
        |text| Some(Expression::compile(text, Scope::Policy).expect("the rule is well-formed"));
    let route = |path: &str| support::route(path, HostPattern::Any, path);
    let mut public = route("/public");
    public.access = Access::Public;
    public.preset = HeaderPreset::None;
    let mut identity = route("/identity");
    identity.allow = rule("'ops' in identity.traits.groups");
    let mut request = route("/request");
    request.allow = rule("request.method == 'GET' && 'ops' in identity.traits.groups");
    vec![public, identity, request]
}

fn pipeline() -> Pipeline {
    let public_url = Url::parse("https://gate.test").expect("the URL is well-formed");
    Pipeline::new(PipelineParts {
        table: RouteTable::build(routes()).expect("every route is another"),
        authenticators: vec![Arc::new(Warm(principal()))],
        authorizers: Vec::new(),
        enrichers: Vec::new(),
        schemas: schemas(),
        vault: Arc::new(MemoryStore::new(Arc::new(SystemClock))),
        addresses: Addresses {
            return_urls: Arc::new(ReturnUrls::new(public_url, Vec::new(), Vec::new())),
            prefix: "/.portcullis".to_owned(),
        },
    })
}

fn decide(criterion: &mut Criterion) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    let pipeline = pipeline();
    let headers: HeaderMap = [(http::header::ACCEPT, HeaderValue::from_static("*/*"))]
        .into_iter()
        .collect();
    let mut group = criterion.benchmark_group("decide");
    for (name, path) in [
        ("public", "/public/page"),
        (
            "signed in, preset and rule over the identity",
            "/identity/page",
        ),
        (
            "signed in, preset and rule over the request",
            "/request/page",
        ),
    ] {
        let head = RequestHead {
            id: "request-1",
            method: &Method::GET,
            scheme: Scheme::Https,
            host: "gate.test",
            authority: "gate.test",
            path,
            query: None,
            headers: &headers,
            client: Ipv4Addr::LOCALHOST.into(),
            received_at: Timestamp::UNIX_EPOCH,
        };
        let verdict = runtime.block_on(pipeline.decide(&head));
        assert!(matches!(verdict, Verdict::Forward(_)), "{verdict:?}");
        group.bench_function(name, |bencher| {
            bencher
                .to_async(&runtime)
                .iter(|| async { black_box(pipeline.decide(black_box(&head)).await) });
        });
    }
    group.finish();
}

criterion_group!(benches, decide);
criterion_main!(benches);
