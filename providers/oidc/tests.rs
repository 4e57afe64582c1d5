//! Stories with a fake provider in this process.

mod client_proof;
mod discovery;
mod endpoints;
mod fake;
mod id_token;
mod proxied;
mod sign_in;
mod sign_out;
mod signer;
mod tokens;

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use portcullis_core::{
    clock::Clock,
    id::FlowId,
    provider::{Answer, Attempt, Claims, Provider, ProviderError, Vouched},
    secret::Secret,
    testing::{FrozenClock, SeededEntropy},
    trust::TrustRules,
};
use serde_json::{Map, Value, json};
use url::Url;

use self::{fake::FakeIdp, signer::Signer};
use crate::{Client, ClientAuthentication, Config, Oidc, Plain, fetch::Limits};

const NOW: i64 = 1_700_000_000;
const CLIENT: &str = "the-client";
const SECRET: &str = "the secret: of/the+client";

/// One attempt to sign in through one fake provider.
struct Story {
    idp: FakeIdp,
    signer: Signer,
    oidc: Oidc,
    clock: Arc<FrozenClock>,
    attempt: Attempt,
}

impl Story {
    async fn new() -> Self {
        Self::with(Signer::rs256("key-1"), |_| {}).await
    }

    async fn with(signer: Signer, configure: impl FnOnce(&mut Config)) -> Self {
        let idp = FakeIdp::start(&[&signer]).await;
        let mut config = Config::new(idp.issuer(), Client::new(CLIENT));
        config.client.authentication = ClientAuthentication::Secret(Secret::new(SECRET));
        config.userinfo = false;
        configure(&mut config);
        let clock = Arc::new(FrozenClock::new(Timestamp::from_second(NOW).unwrap()));
        let oidc = provider("fake", config, &clock);
        let attempt = attempt("fake", 1);
        Self {
            idp,
            signer,
            oidc,
            clock,
            attempt,
        }
    }

    /// The claims of an ID token that holds, with some set otherwise; null leaves one out.
    fn claims(&self, changes: Value) -> Value {
        let mut claims = json!({
            "iss": self.idp.issuer(), "aud": CLIENT, "sub": "subject-1", "exp": NOW + 300,
            "iat": NOW, "nonce": self.attempt.nonce,
        });
        let members = claims.as_object_mut().unwrap();
        members.extend(serde_json::from_value::<Map<String, Value>>(changes).unwrap());
        members.retain(|_, value| !value.is_null());
        claims
    }

    /// Signs in with a token whose claims are changed so.
    async fn with_claims(&self, changes: Value) -> Result<Claims, ProviderError> {
        self.idp.issues(&self.signer.sign(&self.claims(changes)));
        self.finish(&good_answer()).await
    }

    async fn finish(&self, answer: &Answer) -> Result<Claims, ProviderError> {
        self.vouched(answer).await.map(|vouched| vouched.claims)
    }

    async fn vouched(&self, answer: &Answer) -> Result<Vouched, ProviderError> {
        self.oidc
            .finish(&self.attempt, answer, &redirect_uri())
            .await
    }
}

fn provider(id: &str, config: Config, clock: &Arc<FrozenClock>) -> Oidc {
    patient(id, config, clock, Duration::from_secs(30))
}

/// A provider that waits so long for an answer.
fn patient(id: &str, config: Config, clock: &Arc<FrozenClock>, total: Duration) -> Oidc {
    let limits = Limits {
        connect: Duration::from_secs(10),
        total,
        bytes: 64 * 1024,
    };
    let clock = Arc::clone(clock) as Arc<dyn Clock>;
    Oidc::with_limits(id.parse().unwrap(), config, Arc::new(Plain), clock, limits).unwrap()
}

fn attempt(provider: &str, seed: u64) -> Attempt {
    let entropy = SeededEntropy::new(seed);
    let issued_at = Timestamp::from_second(NOW).unwrap();
    let flow = FlowId::generate(&entropy);
    Attempt::new(provider.parse().unwrap(), flow, &entropy, issued_at)
}

fn redirect_uri() -> Url {
    Url::parse("https://gate.example.org/.portcullis/self-service/methods/oidc/callback/fake")
        .unwrap()
}

fn good_answer() -> Answer {
    Answer {
        code: Some("the-code".to_owned()),
        ..Answer::default()
    }
}

/// The address that counts by OpenID Connect's own rule.
fn trusted_email(claims: &Claims) -> Option<String> {
    let trusted = TrustRules::verified().judge(&claims.document);
    trusted.map(|trusted| trusted.address)
}

fn reason<T: std::fmt::Debug>(result: Result<T, ProviderError>) -> String {
    match result.unwrap_err() {
        ProviderError::Invalid { reason } | ProviderError::ForbiddenAddress { reason } => reason,
        other => panic!("{other:?}"),
    }
}
