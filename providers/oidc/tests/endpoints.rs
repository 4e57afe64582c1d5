//! The token endpoint and userinfo: failures, sizes, and whose word counts.

use std::time::Duration;

use portcullis_core::provider::{Provider, ProviderError};
use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use super::{
    CLIENT, Signer, Story,
    fake::{KEYS, TOKEN, USERINFO},
    good_answer, patient, reason, trusted_email,
};
use crate::{Client, Config};

async fn with_userinfo() -> Story {
    Story::with(Signer::es256("k"), |config| config.userinfo = true).await
}

fn is_unavailable(error: &ProviderError) -> bool {
    matches!(error, ProviderError::Unavailable { .. })
}

/// D.3: whoever can write userinfo must not lift anybody to two factors.
#[tokio::test]
async fn how_somebody_signed_in_is_the_id_tokens_to_say() {
    let story = with_userinfo().await;
    let now = 1_700_000_000;
    let elsewhere = json!({"sub": "subject-1", "acr": "two", "amr": ["mfa"], "auth_time": now});
    story.idp.says(USERINFO, elsewhere);
    let silent = story.with_claims(json!({})).await.unwrap();
    assert_eq!((silent.acr, silent.amr.len()), (None, 0));
    assert_eq!(silent.authenticated_at, None);
    assert_eq!(silent.document["acr"], "two", "userinfo was read");
    let odd = json!({"acr": ["two"], "amr": "mfa"});
    let odd = story.with_claims(odd).await.unwrap();
    assert_eq!((odd.acr, odd.amr.len()), (None, 0));
    let told = json!({"acr": "two", "amr": ["pwd", 7, "mfa"], "auth_time": now});
    let told = story.with_claims(told).await.unwrap();
    assert_eq!(told.acr.as_deref(), Some("two"));
    assert_eq!(told.amr, ["pwd", "mfa"]);
    let told = told.authenticated_at.map(|at| at.as_second());
    assert_eq!(told, Some(now));
}

#[tokio::test]
async fn a_token_endpoint_out_of_order_is_unavailable_and_its_body_is_not_repeated() {
    let story = Story::new().await;
    let broken = ResponseTemplate::new(500).set_body_string("stack trace with the-code");
    story.idp.answers_with(TOKEN, broken);
    let error = story.finish(&good_answer()).await.unwrap_err();
    assert!(is_unavailable(&error), "{error:?}");
    let text = format!("{error} {error:?}");
    assert!(
        text.contains("status 500") && !text.contains("the-code"),
        "{text}"
    );
}

#[tokio::test]
async fn a_token_endpoint_that_hangs_is_given_up() {
    let mut story = Story::new().await;
    let config = Config::new(story.idp.issuer(), Client::new(CLIENT));
    let hanging = ResponseTemplate::new(200).set_delay(Duration::from_hours(1));
    story.idp.answers_with(TOKEN, hanging);
    story.oidc = patient("fake", config, &story.clock, Duration::from_secs(1));
    let error = story.finish(&good_answer()).await.unwrap_err();
    assert!(is_unavailable(&error), "{error:?}");
    assert!(error.to_string().contains("in time"), "{error}");
}

#[tokio::test]
async fn a_provider_that_cannot_be_reached_is_unavailable() {
    let story = Story::new().await;
    // Port 9 of the same host: nobody listens there.
    story
        .idp
        .documents(json!({"token_endpoint": "http://127.0.0.1:9/token"}));
    let error = story.finish(&good_answer()).await.unwrap_err();
    assert!(is_unavailable(&error), "{error:?}");
}

#[tokio::test]
async fn a_code_that_is_not_accepted_is_said_by_its_error_code_alone() {
    let story = Story::new().await;
    let body = json!({"error": "invalid_grant", "error_description": "the-code of anna"});
    story
        .idp
        .answers_with(TOKEN, ResponseTemplate::new(400).set_body_json(body));
    let reason = reason(story.finish(&good_answer()).await);
    assert_eq!(
        reason,
        "the token endpoint did not accept the code (invalid_grant)"
    );
}

#[tokio::test]
async fn token_answers_that_cannot_be_read_do_not_hold() {
    let story = Story::new().await;
    let token = json!({"access_token": "a", "token_type": "Bearer"});
    let huge = json!({"access_token": "a".repeat(70_000), "token_type": "Bearer"});
    let page = ResponseTemplate::new(200).set_body_string("<html>");
    for (answer, expected) in [
        (
            ResponseTemplate::new(200).set_body_json(token),
            "no ID token",
        ),
        (ResponseTemplate::new(200).set_body_json(huge), "too large"),
        (ResponseTemplate::new(200), "cannot be read"),
        (page, "cannot be read"),
    ] {
        story.idp.answers_with(TOKEN, answer);
        let reason = reason(story.finish(&good_answer()).await);
        assert!(reason.contains(expected), "{reason}");
    }
}

#[tokio::test]
async fn keys_that_cannot_be_read_are_visible_in_the_status() {
    let story = Story::new().await;
    story.idp.answers_with(KEYS, ResponseTemplate::new(500));
    let error = story.with_claims(json!({})).await.unwrap_err();
    assert!(is_unavailable(&error), "{error:?}");
    let status = story.oidc.status();
    assert_eq!((status.discovery, status.jwks), ("ok", "failed"));
    story.idp.publishes(&[&story.signer]);
    story.clock.advance(Duration::from_secs(1));
    assert!(story.finish(&good_answer()).await.is_ok());
}

async fn emails(id_token: Value, mut userinfo: Value) -> (Option<String>, Value) {
    let story = with_userinfo().await;
    userinfo["sub"] = json!("subject-1");
    story.idp.says(USERINFO, userinfo);
    let claims = story.with_claims(id_token).await.unwrap();
    let document = &claims.document;
    let email = json!([document["email"], document["email_verified"]]);
    (trusted_email(&claims), email)
}

#[tokio::test]
async fn an_address_and_its_verification_come_from_one_document() {
    let stolen = emails(
        json!({"email_verified": true}),
        json!({"email": "victim@x.test"}),
    )
    .await;
    assert_eq!(stolen, (None, json!(["victim@x.test", null])));
    let stolen = emails(
        json!({"email": "victim@x.test"}),
        json!({"email_verified": true}),
    )
    .await;
    assert_eq!(stolen, (None, json!(["victim@x.test", null])));
    let own = json!({"email": "a@x.test", "email_verified": "true"});
    assert_eq!(
        emails(json!({}), own.clone()).await.0.as_deref(),
        Some("a@x.test")
    );
    let other = json!({"email": "b@x.test", "email_verified": false});
    assert_eq!(
        emails(own, other).await,
        (Some("a@x.test".to_owned()), json!(["a@x.test", "true"]))
    );
}

#[tokio::test]
async fn an_address_with_two_readings_is_not_trusted() {
    let story = Story::new().await;
    let odd = json!({"email": "a@evil.test@x.test", "email_verified": true});
    let claims = story.with_claims(odd).await.unwrap();
    assert_eq!(trusted_email(&claims), None);
}

#[tokio::test]
async fn userinfo_adds_claims_but_replaces_none() {
    let story = with_userinfo().await;
    let more = json!({"sub": "subject-1", "name": "Anna", "iss": "https://evil.test", "aud": "x"});
    story.idp.says(USERINFO, more);
    let claims = story.with_claims(json!({})).await.unwrap();
    assert_eq!(claims.document["name"], "Anna");
    assert_eq!(claims.document["iss"], story.idp.issuer());
    let asked = story.idp.asked(USERINFO).await;
    assert_eq!(asked[0].headers["authorization"], "Bearer an-access-token");
}

#[tokio::test]
async fn userinfo_about_somebody_else_does_not_hold() {
    for body in [
        json!({"sub": "subject-2", "email": "x@y"}),
        json!({"email": "x@y"}),
        json!([]),
    ] {
        let story = with_userinfo().await;
        story.idp.says(USERINFO, body.clone());
        let reason = reason(story.with_claims(json!({})).await);
        assert!(reason.contains("userinfo is"), "{body}: {reason}");
    }
}

#[tokio::test]
async fn userinfo_that_fails_fails_the_sign_in() {
    let story = with_userinfo().await;
    story.idp.answers_with(USERINFO, ResponseTemplate::new(502));
    assert!(is_unavailable(
        &story.with_claims(json!({})).await.unwrap_err()
    ));
    story.idp.answers_with(USERINFO, ResponseTemplate::new(401));
    assert!(reason(story.with_claims(json!({})).await).contains("access token"));
}
