//! Stories with a fake GitHub in this process.

mod tokens;

use std::sync::Arc;

use jiff::Timestamp;
use portcullis_core::{
    clock::Clock,
    id::FlowId,
    provider::{
        Answer, Attempt, Provider, ProviderError, RefreshError, TokenEndpoint, TokenSet, Vouched,
    },
    secret::Secret,
    testing::{FrozenClock, SeededEntropy},
};
use portcullis_oidc::{Client, ClientAuthentication};
use serde_json::{Value, json};
use url::Url;
use wiremock::{
    Mock, MockServer, Request, ResponseTemplate,
    matchers::{method, path},
};

use crate::{Config, GitHub};

const NOW: i64 = 1_700_000_000;
const TOKEN: &str = "/login/oauth/access_token";

/// A client without a secret.
fn client() -> Client {
    Client {
        scopes: ["read:user", "user:email"].map(str::to_owned).to_vec(),
        ..Client::new("the-client")
    }
}

struct Story {
    server: MockServer,
    github: GitHub,
    attempt: Attempt,
}

impl Story {
    async fn new() -> Self {
        Self::with(|_| {}).await
    }

    async fn with(configure: impl FnOnce(&mut Config)) -> Self {
        let server = MockServer::start().await;
        let mut config = Config::new(client());
        config.client.authentication = ClientAuthentication::Secret(Secret::new("the secret"));
        config.base_url = Some(format!("{}/", server.uri()));
        config.api_url = Some(server.uri());
        configure(&mut config);
        let github = config.build("hub".parse().unwrap(), clock()).unwrap();
        Self {
            server,
            github,
            attempt: attempt("hub"),
        }
    }

    /// Answers this at `at` from now on.
    async fn says(&self, at: &str, status: u16, body: Value) {
        let answer = ResponseTemplate::new(status).set_body_json(body);
        Mock::given(path(at))
            .respond_with(answer)
            .mount(&self.server)
            .await;
    }

    async fn gives_a_token(&self) {
        let body = json!({
            "access_token": "gho_1", "token_type": "bearer", "scope": "read:user,user:email",
            "expires_in": 28800, "refresh_token": "ghr_1",
        });
        self.says(TOKEN, 200, body).await;
    }

    async fn finish(&self) -> Result<Vouched, ProviderError> {
        self.finish_with(Answer {
            code: Some("the-code".to_owned()),
            ..Answer::default()
        })
        .await
    }

    async fn finish_with(&self, answer: Answer) -> Result<Vouched, ProviderError> {
        self.github
            .finish(&self.attempt, &answer, &redirect_uri())
            .await
    }

    async fn asked(&self, at: &str) -> Vec<Request> {
        let requests = self.server.received_requests().await.unwrap();
        requests
            .into_iter()
            .filter(|r| r.url.path() == at)
            .collect()
    }
}

fn clock() -> Arc<dyn Clock> {
    Arc::new(FrozenClock::new(Timestamp::from_second(NOW).unwrap()))
}

fn attempt(provider: &str) -> Attempt {
    let entropy = SeededEntropy::new(1);
    let flow = FlowId::generate(&entropy);
    let now = Timestamp::from_second(NOW).unwrap();
    Attempt::new(provider.parse().unwrap(), flow, &entropy, now)
}

fn redirect_uri() -> Url {
    Url::parse("https://gate.example.org/callback/hub").unwrap()
}

fn body(request: &Request) -> Vec<(String, String)> {
    url::form_urlencoded::parse(&request.body)
        .into_owned()
        .collect()
}

fn value<'b>(pairs: &'b [(String, String)], name: &str) -> Option<&'b str> {
    let found = pairs.iter().find(|(key, _)| key == name);
    found.map(|(_, value)| value.as_str())
}

#[tokio::test]
async fn the_browser_is_sent_with_state_and_challenge() {
    let story = Story::new().await;
    let url = story
        .github
        .begin(&story.attempt, &redirect_uri())
        .await
        .unwrap();
    assert_eq!(url.path(), "/login/oauth/authorize");
    let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    assert_eq!(value(&pairs, "state"), Some(story.attempt.state.as_str()));
    assert_eq!(value(&pairs, "code_challenge_method"), Some("S256"));
    assert_eq!(value(&pairs, "scope"), Some("read:user user:email"));
    assert_eq!(value(&pairs, "client_id"), Some("the-client"));
    assert_eq!(value(&pairs, "redirect_uri"), Some(redirect_uri().as_str()));
}

#[tokio::test]
async fn the_account_is_its_number_and_the_address_the_primary_one() {
    let story = Story::new().await;
    story.gives_a_token().await;
    let user = json!({"id": 583_231, "login": "octocat", "email": "shown@evil.test",
        "email_verified": true, "name": "Mona"});
    story.says("/user", 200, user).await;
    let addresses = json!([
        {"email": "other@example.org", "primary": false, "verified": true},
        {"email": "mona@example.org", "primary": true, "verified": true, "visibility": null},
    ]);
    story.says("/user/emails", 200, addresses).await;

    let vouched = story.finish().await.unwrap();

    assert_eq!(vouched.claims.issuer, story.server.uri());
    assert_eq!(vouched.claims.subject, "583231");
    let document = &vouched.claims.document;
    assert_eq!(document["email"], "mona@example.org");
    assert_eq!(document["email_verified"], true);
    assert_eq!(document["login"], "octocat");
    assert_eq!(vouched.tokens.access.expose(), "gho_1");
    assert_eq!(vouched.tokens.refresh.expose(), "ghr_1");
    assert_eq!(vouched.tokens.expires_at.unwrap().as_second(), NOW + 28800);

    let asked = story.asked(TOKEN).await;
    let given = body(&asked[0]);
    assert_eq!(value(&given, "code"), Some("the-code"));
    assert_eq!(
        value(&given, "code_verifier"),
        Some(story.attempt.verifier.as_str())
    );
    assert!(
        asked[0].headers["authorization"]
            .to_str()
            .unwrap()
            .starts_with("Basic ")
    );
    let asked = story.asked("/user/emails").await;
    assert_eq!(asked[0].headers["authorization"], "Bearer gho_1");
}

#[tokio::test]
async fn an_address_that_is_not_verified_or_not_seen_is_not_vouched_for() {
    for (status, addresses, expected) in [
        (
            200,
            json!([{"email": "a@b.org", "primary": true, "verified": false}]),
            json!([false, "a@b.org"]),
        ),
        (
            200,
            json!([{"email": "a@b.org", "primary": false, "verified": true}]),
            json!([null, null]),
        ),
        (404, json!({"message": "Not Found"}), json!([null, null])),
    ] {
        let story = Story::new().await;
        story.gives_a_token().await;
        let user = json!({"id": 1, "email": "shown@evil.test", "email_verified": true});
        story.says("/user", 200, user).await;
        story.says("/user/emails", status, addresses).await;
        let claims = story.finish().await.unwrap().claims;
        let found = json!([claims.document["email_verified"], claims.document["email"]]);
        assert_eq!(found, expected);
        let trust = Config::new(client()).trust();
        assert_eq!(trust.judge(&claims.document), None);
    }
}

#[tokio::test]
async fn a_refusal_with_status_200_is_one() {
    let story = Story::new().await;
    let refusal = json!({"error": "bad_verification_code", "error_description": "…"});
    story.says(TOKEN, 200, refusal).await;
    let error = story.finish().await.unwrap_err().to_string();
    assert!(
        error.contains("did not accept the code (bad_verification_code)"),
        "{error}"
    );
    let told = story.github.status().last_error.unwrap();
    assert!(told.contains("bad_verification_code"));
    assert_eq!(story.github.status().discovery, "none");
}

#[tokio::test]
async fn a_document_that_names_nobody_signs_nobody_in() {
    for (status, user) in [
        (200, json!({"login": "octocat"})),
        (200, json!({"id": ""})),
        (200, json!({"id": -1})),
        (200, json!({"id": [1]})),
        (200, json!({"id": "a\u{0}b"})),
        (200, json!({"id": "x".repeat(256)})),
        (200, json!([])),
        (401, json!({"id": 1})),
    ] {
        let story = Story::new().await;
        story.gives_a_token().await;
        story.says("/user", status, user.clone()).await;
        story.says("/user/emails", 200, json!([])).await;
        let outcome = story.finish().await;
        assert!(
            matches!(outcome, Err(ProviderError::Invalid { .. })),
            "{user}"
        );
    }
}

#[tokio::test]
async fn answers_of_others_and_refusals_lead_nowhere() {
    let story = Story::new().await;
    let with = |code: Option<&str>, iss: Option<&str>, error: Option<&str>| Answer {
        code: code.map(str::to_owned),
        iss: iss.map(str::to_owned),
        error: error.map(str::to_owned),
    };
    let refused = story
        .finish_with(with(None, None, Some("access_denied<b>")))
        .await;
    assert!(matches!(refused, Err(ProviderError::Refused { error }) if error == "access_deniedb"));
    for answer in [
        with(None, None, None),
        with(Some(""), None, None),
        with(Some("c"), Some("https://evil.test"), None),
    ] {
        let outcome = story.finish_with(answer).await;
        assert!(matches!(outcome, Err(ProviderError::Invalid { .. })));
    }
    let others = attempt("other");
    let outcome = story
        .github
        .finish(&others, &Answer::default(), &redirect_uri())
        .await;
    assert!(matches!(outcome, Err(ProviderError::Invalid { .. })));
    assert!(story.server.received_requests().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_private_address_is_asked_only_where_it_was_named() {
    let story = Story::with(|config| config.client.allow_private_network = false).await;
    let outcome = story.finish().await;
    assert!(
        matches!(outcome, Err(ProviderError::ForbiddenAddress { .. })),
        "{outcome:?}"
    );
    assert!(story.server.received_requests().await.unwrap().is_empty());
}

#[tokio::test]
async fn what_is_too_large_or_out_of_order_is_told() {
    let story = Story::new().await;
    story.gives_a_token().await;
    let large = json!({"id": 1, "bio": "x".repeat(2 * 1024 * 1024)});
    story.says("/user", 200, large).await;
    assert!(matches!(
        story.finish().await,
        Err(ProviderError::Invalid { .. })
    ));
    let story = Story::new().await;
    story.says(TOKEN, 503, json!({})).await;
    assert!(matches!(
        story.finish().await,
        Err(ProviderError::Unavailable { .. })
    ));
}

#[tokio::test]
async fn it_is_reached_when_it_answers_at_all() {
    let story = Story::new().await;
    story
        .says("/user", 401, json!({"message": "Requires authentication"}))
        .await;
    story.github.reach().await.unwrap();
    let down = Story::new().await;
    down.says("/user", 502, json!({})).await;
    assert!(down.github.reach().await.is_err());
}

#[test]
fn an_enterprise_server_has_its_api_below_itself() {
    let mut config = Config::new(client());
    assert!(
        config
            .clone()
            .build("hub".parse().unwrap(), clock())
            .is_err(),
        "no secret"
    );
    config.client.authentication = ClientAuthentication::Secret(Secret::new("s"));
    assert!(
        config
            .clone()
            .build("hub".parse().unwrap(), clock())
            .is_ok()
    );
    config.client.authorization_parameters = [("state".to_owned(), "x".to_owned())].into();
    let problem = config.build("hub".parse().unwrap(), clock()).unwrap_err();
    assert_eq!(problem.key, "authorization_parameters");
}
