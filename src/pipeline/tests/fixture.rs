//! Requests, principals and surroundings for tests.

use std::{net::Ipv4Addr, sync::Arc};

use http::{HeaderMap, HeaderName, HeaderValue, Method};
use jiff::Timestamp;
use portcullis_core::{
    action::Action,
    head::{RequestHead, Scheme},
    id::{IdentityId, SessionId},
    identity::{Identity, IdentityState},
    plugin::Addresses,
    principal::Principal,
    return_to::ReturnUrls,
    schema::{Schema, Schemas},
    secret::TokenHash,
    session::{Aal, AuthenticationMethod, Device, Session},
    testing::SeededEntropy,
};
use serde_json::{Value, json};
use url::Url;

/// A request that a test asks with.
#[derive(Debug)]
pub(crate) struct Asking {
    pub(crate) method: Method,
    pub(crate) scheme: Scheme,
    pub(crate) authority: String,
    pub(crate) path: String,
    pub(crate) query: Option<String>,
    pub(crate) headers: HeaderMap,
}

impl Asking {
    /// A GET from a browser's address bar at the gateway's public host.
    pub(crate) fn page(path: &str) -> Self {
        Self::get(path).with("sec-fetch-mode", "navigate")
    }

    /// A bare GET at the gateway's public host.
    pub(crate) fn get(path: &str) -> Self {
        Self {
            method: Method::GET,
            scheme: Scheme::Https,
            authority: "gate.test".to_owned(),
            path: path.to_owned(),
            query: None,
            headers: HeaderMap::new(),
        }
    }

    pub(crate) fn by(mut self, method: Method) -> Self {
        self.method = method;
        self
    }

    pub(crate) fn at(mut self, authority: &str) -> Self {
        self.authority = authority.to_owned();
        self
    }

    pub(crate) fn asking(mut self, query: &str) -> Self {
        self.query = Some(query.to_owned());
        self
    }

    pub(crate) fn with(mut self, name: &'static str, value: &'static str) -> Self {
        self.headers.append(
            HeaderName::from_static(name),
            HeaderValue::from_static(value),
        );
        self
    }

    pub(crate) fn head(&self) -> RequestHead<'_> {
        RequestHead {
            id: "request-1",
            method: &self.method,
            scheme: self.scheme,
            host: self.authority.split(':').next().unwrap(),
            authority: &self.authority,
            path: &self.path,
            query: self.query.as_deref(),
            headers: &self.headers,
            client: Ipv4Addr::LOCALHOST.into(),
            received_at: Timestamp::UNIX_EPOCH,
        }
    }
}

/// Own pages at `https://gate.test/.portcullis`; browsers may also return to `https://app.test`.
pub(crate) fn addresses() -> Addresses {
    let public_url = Url::parse("https://gate.test").unwrap();
    let hosts = vec!["app.test".to_owned()];
    Addresses {
        return_urls: Arc::new(ReturnUrls::new(public_url, hosts, Vec::new())),
        prefix: "/.portcullis".to_owned(),
    }
}

/// One schema that marks the trait `email`, and leaves `username` and `groups` to administrators.
pub(crate) fn schemas() -> Arc<Schemas> {
    let kept = json!({"x-profile": {"view": ["user"], "edit": ["admin"]}});
    let exposed = json!({"type": "string", "x-profile": {"expose": {"header": "X-Team"}}});
    let mut hidden = kept.clone();
    hidden["x-profile"] = json!({"edit": ["admin"], "expose": {"header": "X-Risk"}});
    let document = json!({
        "type": "object",
        "properties": {"traits": {"type": "object", "properties": {"email": {
            "type": "string",
            "format": "email",
            "ory.sh/kratos": {
                "credentials": {"password": {"identifier": true}},
                "verification": {"via": "email"},
            },
        }, "username": kept, "groups": kept, "team": exposed, "risk": hidden}}},
    });
    let schema = Schema::parse("default", document).unwrap();
    Arc::new(Schemas::new(vec![Arc::new(schema)], "default").unwrap())
}

/// Somebody in the groups `staff` and `ops`.
pub(crate) fn ada() -> Arc<Principal> {
    principal(json!({
        "email": "ada@example.org",
        "name": {"first": "Ada", "last": "Lovelace"},
        "groups": ["staff", "ops"],
    }))
}

/// The same, who has to do these actions first.
pub(crate) fn ada_who_has_to(pending: Vec<Action>) -> Arc<Principal> {
    let ada = ada();
    let (identity, session) = (Arc::clone(&ada.identity), ada.session.clone());
    Arc::new(Principal::new(identity, session, pending))
}

/// Somebody with these traits.
pub(crate) fn principal(traits: Value) -> Arc<Principal> {
    let now = Timestamp::UNIX_EPOCH;
    let entropy = SeededEntropy::new(7);
    let identity = Identity {
        id: IdentityId::generate(&entropy),
        tenant: "default".to_owned(),
        schema_id: "default".to_owned(),
        state: IdentityState::Active,
        state_changed_at: now,
        traits,
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
