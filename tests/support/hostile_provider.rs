//! An OpenID provider inside the test that can lie, stall and break in every way that matters.
//!
//! Left alone it behaves: discovery, JWKS, authorization that signs in at once, code for token with
//! PKCE checked, userinfo. Each method spoils one thing.

mod lies;
mod token;
mod trouble;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use bytes::Bytes;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use url::Url;

use self::token::{Key, Signing};
pub(crate) use self::trouble::Trouble;
use super::http::{Received, Reply, Server};

/// How the browser is sent back.
#[derive(Debug, Clone)]
enum Callback {
    Faithful,
    Extra(Vec<(String, String)>),
    Error(String),
}

/// The provider; its port is free again when it is dropped.
pub(crate) struct HostileProvider {
    server: Server,
    manner: Arc<Mutex<Manner>>,
}

struct Manner {
    issuer: String,
    /// Laid over the discovery document.
    discovery: Map<String, Value>,
    keys: Vec<Key>,
    signing: Signing,
    claims: Map<String, Value>,
    userinfo: Option<Map<String, Value>>,
    /// Laid over the ID token last; `null` removes a claim.
    amendments: Map<String, Value>,
    troubles: HashMap<&'static str, Trouble>,
    callback: Callback,
    codes: HashMap<String, Received>,
    received: Vec<Received>,
}

impl HostileProvider {
    pub(crate) async fn start() -> Self {
        let manner = Arc::new(Mutex::new(Manner::new()));
        let shared = Arc::clone(&manner);
        let answer = move |request: &Received| lock(&shared).answer(request);
        let server = Server::start(0, Arc::new(answer)).await;
        lock(&manner).issuer = format!("http://127.0.0.1:{}", server.port());
        Self { server, manner }
    }

    pub(crate) fn issuer(&self) -> String {
        format!("http://127.0.0.1:{}", self.server.port())
    }

    pub(crate) fn port(&self) -> u16 {
        self.server.port()
    }

    /// The same, which people know by this address.
    pub(crate) fn named(self, issuer: &str) -> Self {
        self.with(|manner| manner.issuer = issuer.to_owned())
    }

    /// How many requests came for a path such as `/jwks`.
    pub(crate) fn requests(&self, path: &str) -> usize {
        lock(&self.manner)
            .received
            .iter()
            .filter(|request| request.path() == path)
            .count()
    }

    /// The newest request for a path.
    pub(crate) fn last(&self, path: &str) -> Received {
        let manner = lock(&self.manner);
        let found = manner
            .received
            .iter()
            .rfind(|request| request.path() == path);
        found.expect("the provider was asked").clone()
    }

    /// Signs in somebody with these claims; `sub` stays unless it is among them.
    pub(crate) fn claims(self, claims: &Value) -> Self {
        self.with(|manner| manner.claims.extend(object(claims)))
    }

    /// Answers userinfo with these claims alone.
    pub(crate) fn userinfo(self, claims: &Value) -> Self {
        self.with(|manner| manner.userinfo = Some(object(claims)))
    }

    /// Lays claims over the ID token; `null` removes one.
    pub(crate) fn id_token_with(self, claims: &Value) -> Self {
        self.with(|manner| manner.amendments.extend(object(claims)))
    }

    /// Spoils `discovery`, `jwks`, `authorize`, `token` or `userinfo`.
    pub(crate) fn trouble(self, endpoint: &'static str, trouble: Trouble) -> Self {
        self.with(|manner| manner.troubles.insert(endpoint, trouble))
    }

    /// Sends the browser back with one more parameter, which may repeat a proper one.
    pub(crate) fn callback_with(self, name: &str, value: &str) -> Self {
        let extra = Callback::Extra(vec![(name.to_owned(), value.to_owned())]);
        self.with(|manner| manner.callback = extra)
    }

    /// Sends the browser back with an error such as `access_denied`.
    pub(crate) fn callback_with_error(self, code: &str) -> Self {
        let error = Callback::Error(code.to_owned());
        self.with(|manner| manner.callback = error)
    }

    /// Signs with a new key from now on and publishes only that one.
    pub(crate) fn rotate_keys(&self) {
        let mut manner = lock(&self.manner);
        let name = format!("key-{}", manner.received.len());
        manner.keys = vec![Key::new(&name)];
        manner.signing = Signing::Published;
    }

    /// Behaves again, with the claims it has.
    pub(crate) fn behave(&self) {
        let mut manner = lock(&self.manner);
        manner.troubles.clear();
        manner.amendments.clear();
        manner.userinfo = None;
        manner.discovery.clear();
        manner.signing = Signing::Published;
        manner.callback = Callback::Faithful;
    }

    /// Any claims as a token, signed as ID tokens are.
    pub(crate) fn sign(&self, claims: &Value) -> String {
        let manner = lock(&self.manner);
        manner.signing.sign(&manner.keys, claims)
    }

    fn with<T>(self, change: impl FnOnce(&mut Manner) -> T) -> Self {
        change(&mut lock(&self.manner));
        self
    }
}

impl Manner {
    fn new() -> Self {
        let claims = json!({
            "sub": "hostile-1",
            "email": "hostile@example.org",
            "email_verified": true,
            "given_name": "Hostile",
            "family_name": "Provider",
        });
        Self {
            issuer: String::new(),
            discovery: Map::new(),
            keys: vec![Key::new("key-0")],
            signing: Signing::Published,
            claims: object(&claims),
            userinfo: None,
            amendments: Map::new(),
            troubles: HashMap::new(),
            callback: Callback::Faithful,
            codes: HashMap::new(),
            received: Vec::new(),
        }
    }

    fn answer(&mut self, request: &Received) -> Reply {
        self.received.push(request.clone());
        let (endpoint, reply) = match request.path() {
            "/.well-known/openid-configuration" => ("discovery", self.discovery()),
            "/jwks" => ("jwks", self.jwks()),
            "/authorize" => ("authorize", self.authorize(request)),
            "/token" => ("token", self.token(request)),
            "/userinfo" => ("userinfo", Reply::json(&self.userinfo_claims())),
            _ => return Reply::status(404),
        };
        match self.troubles.get(endpoint) {
            None => reply,
            Some(trouble) => trouble.spoil(reply),
        }
    }

    fn discovery(&self) -> Reply {
        let issuer = &self.issuer;
        let mut document = object(&json!({
            "issuer": issuer,
            "authorization_endpoint": format!("{issuer}/authorize"),
            "token_endpoint": format!("{issuer}/token"),
            "userinfo_endpoint": format!("{issuer}/userinfo"),
            "jwks_uri": format!("{issuer}/jwks"),
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["ES256", "HS256", "none"],
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": true,
        }));
        document.extend(self.discovery.clone());
        Reply::json(&Value::Object(document))
    }

    fn jwks(&self) -> Reply {
        let keys: Vec<Value> = self.keys.iter().map(Key::to_jwk).collect();
        Reply::json(&json!({ "keys": keys }))
    }

    fn authorize(&mut self, request: &Received) -> Reply {
        let parameter = |name: &str| request.parameter(name).unwrap_or_default();
        let Ok(mut back) = Url::parse(&parameter("redirect_uri")) else {
            return Reply::status(400);
        };
        let mut query = back.query_pairs_mut();
        query.append_pair("state", &parameter("state"));
        let extra = match &self.callback {
            Callback::Error(code) => {
                query
                    .append_pair("error", code)
                    .append_pair("iss", &self.issuer);
                return Reply::redirect(query.finish().as_str());
            }
            Callback::Faithful => &Vec::new(),
            Callback::Extra(extra) => extra,
        };
        let code = format!("code-{}", self.received.len());
        query.append_pair("code", &code).extend_pairs(extra);
        // RFC 9207; a test that wants another issuer here names it itself.
        if extra.iter().all(|(name, _)| name != "iss") {
            query.append_pair("iss", &self.issuer);
        }
        let location = query.finish().to_string();
        self.codes.insert(code, request.clone());
        Reply::redirect(&location)
    }

    fn token(&mut self, request: &Received) -> Reply {
        let parameter = |name: &str| request.parameter(name).unwrap_or_default();
        let verifier = Sha256::digest(parameter("code_verifier"));
        let known = self
            .codes
            .remove(&parameter("code"))
            .filter(|authorization| {
                let challenge = authorization
                    .parameter("code_challenge")
                    .unwrap_or_default();
                let same_uri = authorization.parameter("redirect_uri");
                challenge == URL_SAFE_NO_PAD.encode(verifier)
                    && same_uri == request.parameter("redirect_uri")
            });
        let Some(authorization) = known else {
            let refusal = json!({ "error": "invalid_grant" }).to_string();
            return Reply::status(400)
                .with_header("Content-Type", "application/json")
                .with_body(Bytes::from(refusal));
        };
        Reply::json(&json!({
            "access_token": "hostile-access",
            "token_type": "Bearer",
            "expires_in": 600,
            "id_token": self.id_token(&authorization),
        }))
    }

    fn id_token(&self, authorization: &Received) -> String {
        let now = std::time::UNIX_EPOCH
            .elapsed()
            .expect("after 1970")
            .as_secs();
        let mut claims = self.claims.clone();
        claims.extend(object(&json!({
            "iss": self.issuer,
            "aud": authorization.parameter("client_id"),
            "nonce": authorization.parameter("nonce"),
            "iat": now,
            "exp": now + 600,
        })));
        claims.extend(self.amendments.clone());
        claims.retain(|_, value| !value.is_null());
        self.signing.sign(&self.keys, &Value::Object(claims))
    }

    fn userinfo_claims(&self) -> Value {
        Value::Object(self.userinfo.clone().unwrap_or_else(|| self.claims.clone()))
    }
}

fn lock(manner: &Mutex<Manner>) -> MutexGuard<'_, Manner> {
    manner.lock().unwrap_or_else(PoisonError::into_inner)
}

fn object(value: &Value) -> Map<String, Value> {
    value.as_object().expect("an object").clone()
}
