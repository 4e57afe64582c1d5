//! A provider in this process that answers what a test puts into its mouth.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use serde_json::{Map, Value, json};
use wiremock::{Mock, MockServer, Request, ResponseTemplate, matchers::any};

use super::signer::Signer;

/// Where the fake publishes what.
pub(crate) const DOCUMENT: &str = "/.well-known/openid-configuration";
pub(crate) const KEYS: &str = "/jwks";
pub(crate) const TOKEN: &str = "/token";
pub(crate) const USERINFO: &str = "/userinfo";
pub(crate) const REVOKE: &str = "/revoke";

/// The fake's access token for everybody.
pub(crate) const ACCESS_TOKEN: &str = "an-access-token";

/// The fake provider.
pub(crate) struct FakeIdp {
    server: MockServer,
    answers: Arc<Mutex<HashMap<String, ResponseTemplate>>>,
}

impl FakeIdp {
    /// A provider that publishes its document and these keys.
    pub(crate) async fn start(signers: &[&Signer]) -> Self {
        let answers = Arc::new(Mutex::new(HashMap::<String, ResponseTemplate>::new()));
        let known = Arc::clone(&answers);
        let server = MockServer::start().await;
        let answer = move |request: &Request| {
            let known = known.lock().unwrap();
            let answer = known.get(request.url.path()).cloned();
            answer.unwrap_or_else(|| ResponseTemplate::new(404))
        };
        Mock::given(any()).respond_with(answer).mount(&server).await;
        let idp = Self { server, answers };
        idp.says(DOCUMENT, idp.document());
        idp.publishes(signers);
        idp
    }

    pub(crate) fn issuer(&self) -> String {
        self.server.uri()
    }

    /// The address of one of its pages.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.server.uri())
    }

    /// A discovery document that holds.
    pub(crate) fn document(&self) -> Value {
        json!({
            "issuer": self.issuer(),
            "authorization_endpoint": self.url("/authorize?tenant=one"),
            "token_endpoint": self.url(TOKEN),
            "userinfo_endpoint": self.url(USERINFO),
            "revocation_endpoint": self.url(REVOKE),
            "end_session_endpoint": self.url("/signed-out?theme=dark"),
            "jwks_uri": self.url(KEYS),
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported":
                ["RS256", "PS256", "ES256", "EdDSA", "HS256", "none"],
        })
    }

    /// The discovery document with some members set otherwise.
    pub(crate) fn documents(&self, changes: Value) {
        let mut document = self.document();
        let changes: Map<String, Value> = serde_json::from_value(changes).unwrap();
        document.as_object_mut().unwrap().extend(changes);
        self.says(DOCUMENT, document);
    }

    pub(crate) fn publishes(&self, signers: &[&Signer]) {
        let keys: Vec<Value> = signers.iter().map(|signer| signer.jwk()).collect();
        self.says(KEYS, json!({ "keys": keys }));
    }

    /// Gives this ID token for whatever code.
    pub(crate) fn issues(&self, id_token: &str) {
        self.gives(json!({ "id_token": id_token }));
    }

    /// Gives an access token and these members for whatever code or refresh token.
    pub(crate) fn gives(&self, more: Value) {
        let mut answer =
            json!({"access_token": ACCESS_TOKEN, "token_type": "Bearer", "expires_in": 300});
        let more: Map<String, Value> = serde_json::from_value(more).unwrap();
        answer.as_object_mut().unwrap().extend(more);
        self.says(TOKEN, answer);
    }

    pub(crate) fn says(&self, path: &str, body: Value) {
        self.answers_with(path, ResponseTemplate::new(200).set_body_json(body));
    }

    pub(crate) fn answers_with(&self, path: &str, answer: ResponseTemplate) {
        self.answers.lock().unwrap().insert(path.to_owned(), answer);
    }

    /// What it was asked at `path` so far.
    pub(crate) async fn asked(&self, path: &str) -> Vec<Request> {
        let requests = self.server.received_requests().await.unwrap();
        let is_asked = |request: &Request| request.url.path() == path;
        requests.into_iter().filter(is_asked).collect()
    }
}
