//! Stories with a fake Google in this process: the same fake as the generic provider's.

#[path = "../oidc/tests/fake.rs"]
#[expect(dead_code, reason = "the generic provider's stories use more of it")]
mod fake;
#[path = "../oidc/tests/signer.rs"]
#[expect(dead_code, reason = "the generic provider's stories use more of it")]
mod signer;

use std::sync::Arc;

use jiff::Timestamp;
use portcullis_core::{
    clock::Clock,
    id::FlowId,
    provider::{Answer, Attempt, Claims, Provider, ProviderError},
    testing::{FrozenClock, SeededEntropy},
};
use portcullis_oidc::Oidc;
use serde_json::{Map, Value, json};
use url::Url;

use self::{fake::FakeIdp, signer::Signer};
use crate::Config;

const NOW: i64 = 1_700_000_000;

struct Story {
    idp: FakeIdp,
    signer: Signer,
    google: Oidc,
    attempt: Attempt,
}

impl Story {
    async fn new(configure: impl FnOnce(&mut Config)) -> Self {
        let signer = Signer::es256("key-1");
        let idp = FakeIdp::start(&[&signer]).await;
        let mut config = Config::new("the-client");
        config.issuer_url = Some(idp.issuer());
        configure(&mut config);
        let now = Timestamp::from_second(NOW).unwrap();
        let clock = Arc::new(FrozenClock::new(now)) as Arc<dyn Clock>;
        let google = config.build("google".parse().unwrap(), clock).unwrap();
        let entropy = SeededEntropy::new(1);
        let flow = FlowId::generate(&entropy);
        let attempt = Attempt::new("google".parse().unwrap(), flow, &entropy, now);
        Self {
            idp,
            signer,
            google,
            attempt,
        }
    }

    async fn sign_in(&self, changes: Value) -> Result<Claims, ProviderError> {
        let mut claims = json!({
            "iss": self.idp.issuer(), "aud": "the-client", "azp": "the-client", "sub": "10769150350",
            "exp": NOW + 300, "iat": NOW, "nonce": self.attempt.nonce,
        });
        let changes: Map<String, Value> = serde_json::from_value(changes).unwrap();
        claims.as_object_mut().unwrap().extend(changes);
        self.idp.issues(&self.signer.sign(&claims));
        let answer = Answer {
            code: Some("the-code".to_owned()),
            ..Answer::default()
        };
        self.google
            .finish(&self.attempt, &answer, &redirect_uri())
            .await
    }

    async fn hint(&self) -> Option<String> {
        let url = self
            .google
            .begin(&self.attempt, &redirect_uri())
            .await
            .unwrap();
        let mut pairs = url.query_pairs();
        pairs
            .find(|(name, _)| name == "hd")
            .map(|(_, domain)| domain.into_owned())
    }
}

fn redirect_uri() -> Url {
    Url::parse("https://gate.example.org/callback/google").unwrap()
}

fn domains(domains: &[&str]) -> impl FnOnce(&mut Config) {
    let domains = domains.iter().map(|&domain| domain.to_owned()).collect();
    |config| config.hosted_domains = domains
}

#[tokio::test]
async fn both_spellings_of_the_issuer_lead_to_the_same_link() {
    let story = Story::new(|_| {}).await;
    let issuer = story.idp.issuer();
    let bare = issuer.strip_prefix("http://").unwrap();
    for spelling in [&*issuer, bare] {
        let claims = story.sign_in(json!({"iss": spelling})).await.unwrap();
        assert_eq!(claims.issuer, issuer);
        assert_eq!(claims.subject, "10769150350");
    }
    let other = story
        .sign_in(json!({"iss": "https://accounts.google.com"}))
        .await;
    assert!(matches!(other, Err(ProviderError::Invalid { .. })));
}

#[tokio::test]
async fn only_members_of_the_hosted_domains_are_admitted() {
    let story = Story::new(domains(&["example.org", "example.com"])).await;
    assert!(story.sign_in(json!({"hd": "Example.ORG"})).await.is_ok());
    for claims in [
        json!({}),
        json!({"hd": "evil.test"}),
        json!({"hd": "evil-example.org"}),
    ] {
        let outcome = story.sign_in(claims.clone()).await;
        assert!(
            matches!(outcome, Err(ProviderError::NotAdmitted { .. })),
            "{claims}"
        );
    }
}

#[tokio::test]
async fn the_request_carries_the_domain_only_as_a_hint() {
    assert_eq!(Story::new(domains(&[])).await.hint().await, None);
    let one = Story::new(domains(&["example.org"])).await;
    assert_eq!(one.hint().await.as_deref(), Some("example.org"));
    let two = Story::new(domains(&["example.org", "example.com"])).await;
    assert_eq!(two.hint().await.as_deref(), Some("*"));
}

#[tokio::test]
async fn a_workspace_address_is_trusted_only_when_the_operator_says_so() {
    let claims = json!({"email": "a@example.org", "email_verified": true, "hd": "example.org"});
    let plain = Story::new(|_| {}).await;
    assert_eq!(
        plain.sign_in(claims.clone()).await.unwrap().trusted_email,
        None
    );
    let trusting = Story::new(|config| config.trust_workspace_email = true).await;
    let trusted = trusting.sign_in(claims).await.unwrap().trusted_email;
    assert_eq!(trusted.as_deref(), Some("a@example.org"));
    let consumer = json!({"email": "a@gmail.com", "email_verified": "true"});
    let trusted = plain.sign_in(consumer).await.unwrap().trusted_email;
    assert_eq!(trusted.as_deref(), Some("a@gmail.com"));
}

#[test]
fn the_built_in_issuer_is_googles() {
    let clock = Arc::new(FrozenClock::new(Timestamp::UNIX_EPOCH));
    assert!(
        Config::new("the-client")
            .build("google".parse().unwrap(), clock)
            .is_ok()
    );
    let problems = Config::new("").problems();
    assert_eq!(problems[0].key, "client_id");
}
