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
use portcullis_oidc::{Client, Oidc};
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
        let mut config = Config::new(Client::new("the-client"));
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
        let vouched = self
            .google
            .finish(&self.attempt, &answer, &redirect_uri())
            .await?;
        Ok(vouched.claims)
    }

    async fn hint(&self) -> Option<String> {
        self.parameter("hd").await
    }

    async fn parameter(&self, name: &str) -> Option<String> {
        let url = self
            .google
            .begin(&self.attempt, &redirect_uri())
            .await
            .unwrap();
        let mut pairs = url.query_pairs();
        pairs
            .find(|(found, _)| found == name)
            .map(|(_, value)| value.into_owned())
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
async fn an_examined_document_is_judged_like_a_sign_in() {
    let story = Story::new(domains(&["example.org"])).await;
    let issuer = story.idp.issuer();
    let bare = issuer.strip_prefix("http://").unwrap();
    let member = json!({"iss": bare, "sub": "1", "hd": "example.org"});
    let claims = story.google.examine(&member).unwrap();
    assert_eq!((claims.issuer, &*claims.subject), (issuer, "1"));
    for refused in [json!({"sub": "1"}), json!({"sub": "1", "hd": "other.test"})] {
        let refusal = story.google.examine(&refused);
        let is_refused = matches!(refusal, Err(ProviderError::NotAdmitted { .. }));
        assert!(is_refused, "{refused}");
    }
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
async fn any_workspace_domain_is_still_no_consumer_account() {
    let story = Story::new(domains(&["*"])).await;
    assert_eq!(story.hint().await.as_deref(), Some("*"));
    assert!(story.sign_in(json!({"hd": "example.org"})).await.is_ok());
    for claims in [json!({}), json!({"hd": ""}), json!({"hd": 1})] {
        let outcome = story.sign_in(claims.clone()).await;
        let refused = matches!(outcome, Err(ProviderError::NotAdmitted { .. }));
        assert!(refused, "{claims}");
    }
}

#[tokio::test]
async fn a_refresh_token_is_asked_for_in_googles_own_words() {
    let plain = Story::new(|_| {}).await;
    assert_eq!(plain.parameter("access_type").await, None);
    let offline = Story::new(|config| config.client.scopes.push("offline_access".to_owned())).await;
    for (name, value) in [
        ("access_type", "offline"),
        ("prompt", "consent"),
        ("scope", "openid email profile"),
    ] {
        assert_eq!(offline.parameter(name).await.as_deref(), Some(value));
    }
    let own = Story::new(|config| {
        config.client.scopes.push("offline_access".to_owned());
        let prompt = ("prompt".to_owned(), "select_account consent".to_owned());
        config.client.authorization_parameters.extend([prompt]);
    });
    let prompt = own.await.parameter("prompt").await;
    assert_eq!(prompt.as_deref(), Some("select_account consent"));
}

#[test]
fn a_workspace_address_is_trusted_only_when_the_operator_says_so() {
    let plain = Config::new(Client::new("the-client"));
    let mut trusting = plain.clone();
    trusting.trust_workspace_email = true;
    let workspace = json!({"email": "a@example.org", "email_verified": true, "hd": "example.org"});
    let other = json!({"email": "a@example.org", "email_verified": true, "hd": "evil.test"});
    let consumer = json!({"email": "a@gmail.com", "email_verified": "true"});
    let unverified = json!({"email": "a@gmail.com", "email_verified": false});
    for (claims, plainly, trustingly) in [
        (workspace, false, true),
        (other, false, false),
        (consumer, true, true),
        (unverified, false, false),
    ] {
        assert_eq!(plain.trust().judge(&claims).is_some(), plainly, "{claims}");
        assert_eq!(
            trusting.trust().judge(&claims).is_some(),
            trustingly,
            "{claims}"
        );
    }
}

#[test]
fn the_built_in_issuer_is_googles() {
    let clock = Arc::new(FrozenClock::new(Timestamp::UNIX_EPOCH));
    assert!(
        Config::new(Client::new("the-client"))
            .build("google".parse().unwrap(), clock)
            .is_ok()
    );
    let problems = Config::new(Client::new("")).problems();
    assert_eq!(problems[0].key, "client_id");
}
