//! Tokens after the sign-in: kept, renewed, given back.

use std::{collections::HashMap, time::Duration};

use portcullis_core::{
    provider::{Provider, ProviderError, RefreshError, TokenEndpoint, TokenSet},
    secret::Secret,
};
use serde_json::{Value, json};
use url::form_urlencoded;
use wiremock::{Request, ResponseTemplate};

use super::{
    NOW, Signer, Story,
    fake::{ACCESS_TOKEN, KEYS, REVOKE, TOKEN},
    good_answer, reason,
};

fn form(request: &Request) -> HashMap<String, String> {
    form_urlencoded::parse(&request.body).into_owned().collect()
}

fn endpoint(story: &Story) -> &dyn TokenEndpoint {
    story.oidc.token_endpoint().unwrap()
}

async fn refresh(story: &Story) -> Result<TokenSet, RefreshError> {
    endpoint(story).refresh(&Secret::new("refresh-1")).await
}

async fn renew(story: &Story, tokens: &TokenSet) -> Result<TokenSet, RefreshError> {
    endpoint(story).renew(tokens).await
}

/// The tokens of a sign-in.
async fn signed_in(story: &Story) -> TokenSet {
    let id_token = story
        .signer
        .sign(&story.claims(json!({"sid": "session-1"})));
    story
        .idp
        .gives(json!({"id_token": id_token, "refresh_token": "refresh-1"}));
    let vouched = story.vouched(&good_answer()).await.unwrap();
    assert_eq!(vouched.claims.session_id.as_deref(), Some("session-1"));
    vouched.tokens
}

#[tokio::test]
async fn a_sign_in_brings_its_tokens_and_the_providers_session() {
    let story = Story::new().await;
    let tokens = signed_in(&story).await;
    assert_eq!(tokens.access.expose(), ACCESS_TOKEN);
    assert_eq!(tokens.refresh.expose(), "refresh-1");
    assert_eq!(tokens.id.expose().split('.').count(), 3);
    assert_eq!(tokens.expires_at.unwrap().as_second(), NOW + 300);
    let without = story.with_claims(json!({"sid": 7})).await.unwrap();
    assert_eq!(without.session_id, None);
}

#[tokio::test]
async fn an_expiry_that_no_clock_can_tell_is_unknown() {
    let story = Story::new().await;
    let id_token = story.signer.sign(&story.claims(json!({})));
    story
        .idp
        .gives(json!({"id_token": id_token, "expires_in": u64::MAX}));
    let tokens = story.vouched(&good_answer()).await.unwrap().tokens;
    assert_eq!(tokens.expires_at, None);
}

#[tokio::test]
async fn a_refresh_brings_the_next_tokens() {
    let story = Story::new().await;
    story.idp.gives(json!({"refresh_token": "refresh-2"}));
    let tokens = refresh(&story).await.unwrap();
    assert_eq!(tokens.access.expose(), ACCESS_TOKEN);
    assert_eq!(tokens.refresh.expose(), "refresh-2");
    assert!(tokens.id.is_empty());
    assert_eq!(tokens.expires_at.unwrap().as_second(), NOW + 300);
    let asked = story.idp.asked(TOKEN).await;
    let form = form(&asked[0]);
    assert_eq!(form["grant_type"], "refresh_token");
    assert_eq!(form["refresh_token"], "refresh-1");
    assert!(asked[0].headers.contains_key("authorization"));
}

#[tokio::test]
async fn a_refresh_token_that_is_not_rotated_stays() {
    let story = Story::new().await;
    story.idp.gives(json!({}));
    assert_eq!(refresh(&story).await.unwrap().refresh.expose(), "refresh-1");
}

#[tokio::test]
async fn only_invalid_grant_ends_a_refresh_token() {
    let story = Story::new().await;
    let refuses = |status, error| {
        let body = json!({"error": error, "error_description": "refresh-1 of anna"});
        let answer = ResponseTemplate::new(status).set_body_json(body);
        story.idp.answers_with(TOKEN, answer);
    };
    refuses(400, "invalid_grant");
    assert!(matches!(refresh(&story).await, Err(RefreshError::Ended)));
    for (status, error) in [(401, "invalid_client"), (400, "invalid_request")] {
        refuses(status, error);
        let outcome = refresh(&story).await.unwrap_err();
        assert!(!outcome.to_string().contains("anna"));
        let RefreshError::Failed(ProviderError::Invalid { reason }) = outcome else {
            panic!("{outcome:?}")
        };
        assert!(reason.contains(error), "{reason}");
    }
    refuses(503, "invalid_grant");
    let outcome = refresh(&story).await.unwrap_err();
    let failed = RefreshError::Failed(ProviderError::Unavailable {
        reason: "the token endpoint: it answered with status 503".to_owned(),
    });
    assert_eq!(outcome.to_string(), failed.to_string());
}

#[tokio::test]
async fn a_refresh_token_is_not_spent_while_the_keys_are_missing() {
    let story = Story::new().await;
    story.idp.answers_with(KEYS, ResponseTemplate::new(500));
    let outcome = refresh(&story).await;
    assert!(matches!(outcome, Err(RefreshError::Failed(_))));
    assert!(story.idp.asked(TOKEN).await.is_empty());
}

#[tokio::test]
async fn a_refreshed_id_token_is_about_the_same_account() {
    let story = Story::new().await;
    let before = signed_in(&story).await;
    let later = json!({"nonce": null, "iat": NOW + 100, "exp": NOW + 400});
    story.clock.advance(Duration::from_secs(100));
    let again = story.signer.sign(&story.claims(later));
    story.idp.issues(&again);
    let next = renew(&story, &before).await.unwrap();
    assert_eq!(next.id.expose(), again);
    assert_eq!(next.refresh.expose(), "refresh-1");
    for changes in [
        json!({"sub": "subject-2"}),
        json!({"iss": "https://evil.test"}),
        json!({"aud": "another"}),
        json!({"azp": "another"}),
        json!({"exp": NOW - 100}),
    ] {
        story
            .idp
            .issues(&story.signer.sign(&story.claims(changes.clone())));
        let outcome = renew(&story, &before).await;
        let invalid = RefreshError::Failed(ProviderError::Invalid {
            reason: String::new(),
        });
        let error = outcome.unwrap_err();
        let same = std::mem::discriminant(&error) == std::mem::discriminant(&invalid);
        assert!(same, "{changes}: {error:?}");
    }
    let stranger = Signer::es256("key-1");
    story.idp.issues(&stranger.sign(&story.claims(json!({}))));
    assert!(renew(&story, &before).await.is_err());
}

#[tokio::test]
async fn the_id_token_of_the_sign_in_stays_when_no_new_one_comes() {
    let story = Story::new().await;
    let before = signed_in(&story).await;
    story.idp.gives(json!({}));
    let next = renew(&story, &before).await.unwrap();
    assert_eq!(next.id.expose(), before.id.expose());
}

async fn revoked(story: &Story) -> Vec<(String, String)> {
    let asked = story.idp.asked(REVOKE).await;
    let forms = asked.iter().map(form);
    let pair = |form: HashMap<_, _>| -> (String, String) {
        let of = |name: &str| -> String { String::clone(&form[name]) };
        (of("token"), of("token_type_hint"))
    };
    forms.map(pair).collect()
}

#[tokio::test]
async fn tokens_are_given_back_refresh_token_first() {
    let story = Story::new().await;
    let tokens = signed_in(&story).await;
    story.idp.says(REVOKE, Value::Null);
    endpoint(&story).revoke(&tokens).await.unwrap();
    let pair = |token: &str, kind: &str| (token.to_owned(), kind.to_owned());
    let expected = [
        pair("refresh-1", "refresh_token"),
        pair(ACCESS_TOKEN, "access_token"),
    ];
    assert_eq!(revoked(&story).await, expected);
    let asked = story.idp.asked(REVOKE).await;
    let header = asked[0].headers["authorization"].to_str().unwrap();
    let redeemed = story.idp.asked(TOKEN).await;
    assert_eq!(header, redeemed[0].headers["authorization"]);
}

#[tokio::test]
async fn a_revocation_that_fails_is_said_and_what_cannot_be_revoked_is_not() {
    let story = Story::new().await;
    let tokens = signed_in(&story).await;
    let refuses = |error: &str| {
        let answer = ResponseTemplate::new(400).set_body_json(json!({ "error": error }));
        story.idp.answers_with(REVOKE, answer);
    };
    refuses("unsupported_token_type");
    endpoint(&story).revoke(&tokens).await.unwrap();
    refuses("invalid_client");
    let reason = reason(endpoint(&story).revoke(&tokens).await);
    assert!(reason.contains("(invalid_client)"), "{reason}");
    // The access token is given back even when the refresh token could not be.
    assert_eq!(revoked(&story).await.len(), 4);
    endpoint(&story).revoke(&TokenSet::default()).await.unwrap();
    assert_eq!(revoked(&story).await.len(), 4);
}

#[tokio::test]
async fn a_provider_without_revocation_has_nothing_to_do() {
    let story = Story::new().await;
    story.idp.documents(json!({"revocation_endpoint": null}));
    let tokens = signed_in(&story).await;
    endpoint(&story).revoke(&tokens).await.unwrap();
    assert!(revoked(&story).await.is_empty());
}

#[tokio::test]
async fn a_revocation_endpoint_at_a_private_host_is_not_asked() {
    let story = Story::new().await;
    let inside = json!({"revocation_endpoint": "http://127.0.0.2:1/"});
    story.idp.documents(inside);
    let tokens = signed_in(&story).await;
    let reason = reason(endpoint(&story).revoke(&tokens).await);
    assert!(reason.contains("may not be asked"), "{reason}");
}
