//! Stories of tokens after the sign-in, and of providers other than GitHub.

use super::*;
use crate::{Endpoints, PlainConfig, PlainOAuth};

#[tokio::test]
async fn a_refresh_token_is_exchanged_until_it_is_worth_nothing() {
    let story = Story::new().await;
    let fresh = json!({"access_token": "gho_2", "token_type": "bearer"});
    story.says(TOKEN, 200, fresh).await;
    let old = Secret::new("ghr_1");
    let set = story.github.refresh(&old).await.unwrap();
    assert_eq!(set.access.expose(), "gho_2");
    assert_eq!(set.refresh.expose(), "ghr_1");
    let ended = Story::new().await;
    ended
        .says(TOKEN, 200, json!({"error": "bad_refresh_token"}))
        .await;
    let outcome = ended.github.refresh(&old).await;
    assert!(matches!(outcome, Err(RefreshError::Ended)));
    let down = Story::new().await;
    down.says(TOKEN, 500, json!({})).await;
    let outcome = down.github.refresh(&old).await;
    assert!(matches!(outcome, Err(RefreshError::Failed(_))));
}

#[tokio::test]
async fn tokens_are_taken_back_as_github_wants_it() {
    let story = Story::new().await;
    let at = "/applications/the-client/token";
    Mock::given(method("DELETE"))
        .and(path(at))
        .respond_with(ResponseTemplate::new(204))
        .mount(&story.server)
        .await;
    let tokens = TokenSet {
        access: Secret::new("gho_1"),
        ..TokenSet::default()
    };
    story.github.revoke(&tokens).await.unwrap();
    let asked = story.asked(at).await;
    let body: Value = serde_json::from_slice(&asked[0].body).unwrap();
    assert_eq!(body, json!({"access_token": "gho_1"}));
}

/// A provider like LinkedIn, at this address.
fn without_pkce(at: &str) -> PlainConfig {
    let at = |path: &str| format!("{at}{path}");
    let endpoints = Endpoints {
        authorize: at("/authorize"),
        token: at("/token"),
        revoke: Some(at("/revoke")),
        profile: at("/me?fields=id,email"),
        subject: "sub".to_owned(),
        secret_in_body: true,
        ..Endpoints::default()
    };
    PlainConfig {
        issuer: "https://www.linkedin.com/oauth".to_owned(),
        endpoints,
        client: Client {
            authentication: ClientAuthentication::Secret(Secret::new("the secret")),
            scopes: vec!["openid".to_owned()],
            authorization_parameters: [("prompt".to_owned(), "consent".to_owned())].into(),
            ..Client::new("the-client")
        },
    }
}

#[tokio::test]
async fn another_provider_without_pkce_is_served_from_its_endpoints() {
    let server = MockServer::start().await;
    let config = without_pkce(&server.uri());
    let provider = PlainOAuth::new("in".parse().unwrap(), config, clock()).unwrap();
    for (at, body) in [
        (
            "/token",
            json!({"access_token": "a", "token_type": "Bearer", "refresh_token": "r"}),
        ),
        (
            "/me",
            json!({"sub": "p1", "email": "a@b.org", "email_verified": true}),
        ),
        ("/revoke", json!({})),
    ] {
        let answer = ResponseTemplate::new(200).set_body_json(body);
        Mock::given(path(at))
            .respond_with(answer)
            .mount(&server)
            .await;
    }
    let attempt = attempt("in");
    let url = provider.begin(&attempt, &redirect_uri()).await.unwrap();
    assert!(!url.as_str().contains("code_challenge"), "{url}");
    assert!(url.as_str().contains("prompt=consent"), "{url}");
    let answer = Answer {
        code: Some("c".to_owned()),
        ..Answer::default()
    };
    let vouched = provider
        .finish(&attempt, &answer, &redirect_uri())
        .await
        .unwrap();
    assert_eq!(vouched.claims.subject, "p1");
    assert_eq!(vouched.claims.issuer, "https://www.linkedin.com/oauth");
    assert_eq!(vouched.claims.document["email_verified"], true);
    provider.revoke(&vouched.tokens).await.unwrap();
    let requests = server.received_requests().await.unwrap();
    let sent = |at: &str| {
        let request = requests.iter().find(|request| request.url.path() == at);
        body(request.unwrap())
    };
    assert_eq!(value(&sent("/token"), "client_secret"), Some("the secret"));
    assert_eq!(value(&sent("/token"), "code_verifier"), None);
    assert_eq!(value(&sent("/revoke"), "token"), Some("r"));
}
