//! What the provider publishes: lies, silence and recovery.

use std::time::Duration;

use portcullis_core::provider::{Provider, ProviderError};
use serde_json::json;
use wiremock::ResponseTemplate;

use super::{
    Signer, Story,
    fake::{DOCUMENT, KEYS, TOKEN},
    good_answer, redirect_uri,
};

async fn begin(story: &Story) -> Result<(), ProviderError> {
    story
        .oidc
        .begin(&story.attempt, &redirect_uri())
        .await
        .map(drop)
}

#[tokio::test]
async fn nobody_is_asked_before_the_first_use() {
    let story = Story::new().await;
    assert!(story.idp.asked(DOCUMENT).await.is_empty());
    let status = story.oidc.status();
    assert_eq!(
        (status.discovery, status.jwks, status.last_error),
        ("pending", "pending", None)
    );
    story.oidc.reach().await.unwrap();
    let status = story.oidc.status();
    assert_eq!(
        (status.discovery, status.jwks, status.last_error),
        ("ok", "ok", None)
    );
}

#[tokio::test]
async fn a_provider_that_is_down_is_left_alone_for_a_while_and_recovers() {
    let story = Story::new().await;
    story.idp.answers_with(
        DOCUMENT,
        ResponseTemplate::new(503).set_body_string("secret"),
    );
    for _ in 0..3 {
        let Err(ProviderError::Unavailable { reason }) = begin(&story).await else {
            panic!("not unavailable")
        };
        assert_eq!(
            reason,
            "the discovery document: it answered with status 503"
        );
    }
    assert_eq!(story.idp.asked(DOCUMENT).await.len(), 1);
    let status = story.oidc.status();
    assert_eq!(status.discovery, "failed");
    assert!(status.last_error.unwrap().contains("status 503"));
    story.idp.says(DOCUMENT, story.idp.document());
    assert!(begin(&story).await.is_err());
    story.clock.advance(Duration::from_secs(1));
    begin(&story).await.unwrap();
    assert_eq!(story.oidc.status().last_error, None);
}

#[tokio::test]
async fn an_old_document_serves_while_a_new_one_cannot_be_read() {
    let story = Story::new().await;
    begin(&story).await.unwrap();
    story.clock.advance(Duration::from_hours(1));
    story.idp.answers_with(DOCUMENT, ResponseTemplate::new(500));
    begin(&story).await.unwrap();
    begin(&story).await.unwrap();
    assert_eq!(story.idp.asked(DOCUMENT).await.len(), 2);
    assert_eq!(story.oidc.status().discovery, "failed");
}

#[tokio::test]
async fn a_document_of_another_issuer_is_refused() {
    for (issuer, hint) in [("https://evil.test", false), ("slash", true)] {
        let story = Story::new().await;
        let issuer = match hint {
            true => format!("{}/", story.idp.issuer()),
            false => issuer.to_owned(),
        };
        story.idp.documents(json!({"issuer": issuer}));
        let Err(ProviderError::Invalid { reason }) = begin(&story).await else {
            panic!("not invalid")
        };
        assert!(reason.contains("another issuer"), "{reason}");
        assert_eq!(reason.contains("slash"), hint);
    }
}

#[tokio::test]
async fn an_endpoint_at_another_private_host_is_refused() {
    let places = [
        "http://127.0.0.2:1/x",
        "https://169.254.169.254/latest",
        "http://[::1]:1/",
        "file:///x",
    ];
    for endpoint in ["token_endpoint", "jwks_uri", "userinfo_endpoint"] {
        for place in places {
            let story = Story::new().await;
            story.idp.documents(json!({endpoint: place}));
            let Err(ProviderError::Invalid { reason }) = begin(&story).await else {
                panic!("{endpoint} at {place} was accepted")
            };
            assert!(reason.contains(endpoint), "{reason}");
        }
    }
}

#[tokio::test]
async fn an_endpoint_at_a_host_that_is_listed_is_accepted() {
    let story = Story::with(Signer::es256("k"), |config| {
        config.client.allowed_hosts = vec!["127.0.0.2".to_owned()];
    })
    .await;
    story
        .idp
        .documents(json!({"token_endpoint": "http://127.0.0.2:1/token"}));
    begin(&story).await.unwrap();
}

#[tokio::test]
async fn a_private_issuer_is_asked_only_when_that_is_allowed() {
    let story = Story::with(Signer::es256("k"), |config| {
        config.client.allow_private_network = false
    })
    .await;
    let Err(ProviderError::ForbiddenAddress { reason }) = begin(&story).await else {
        panic!("not forbidden")
    };
    assert!(reason.contains("private address"), "{reason}");
    assert!(story.idp.asked(DOCUMENT).await.is_empty());
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let story = Story::new().await;
    let away = ResponseTemplate::new(302).insert_header("location", story.idp.url(KEYS));
    story.idp.answers_with(DOCUMENT, away);
    assert!(begin(&story).await.is_err());
    assert!(story.idp.asked(KEYS).await.is_empty());
}

#[tokio::test]
async fn the_token_endpoint_cannot_send_the_code_elsewhere() {
    let story = Story::new().await;
    let inside = "http://169.254.169.254/latest";
    let away = ResponseTemplate::new(307).insert_header("location", inside);
    story.idp.answers_with(TOKEN, away);
    let outcome = story.finish(&good_answer()).await;
    assert!(matches!(outcome, Err(ProviderError::Invalid { .. })));
    assert_eq!(story.idp.asked(TOKEN).await.len(), 1);
}

#[tokio::test]
async fn documents_beyond_all_measure_are_not_read_to_their_end() {
    let huge = || ResponseTemplate::new(200).set_body_bytes(vec![b' '; 50 * 1024 * 1024]);
    for path in [DOCUMENT, KEYS] {
        let story = Story::new().await;
        story.idp.answers_with(path, huge());
        let Err(ProviderError::Invalid { reason }) = story.oidc.reach().await else {
            panic!("{path} was read")
        };
        assert!(reason.contains("too large"), "{reason}");
    }
}

#[tokio::test]
async fn what_is_no_document_is_refused() {
    for body in ["", "<html>", "[]", "{}", r#"{"issuer": 7}"#] {
        let story = Story::new().await;
        story
            .idp
            .answers_with(DOCUMENT, ResponseTemplate::new(200).set_body_string(body));
        let outcome = begin(&story).await;
        assert!(
            matches!(outcome, Err(ProviderError::Invalid { .. })),
            "{body:?}"
        );
    }
}

#[tokio::test]
async fn empty_members_that_nobody_needs_do_no_harm() {
    let story = Story::new().await;
    let odd =
        json!({"op_tos_uri": "", "userinfo_endpoint": "", "claims_parameter_supported": "no"});
    story.idp.documents(odd);
    begin(&story).await.unwrap();
}

/// XP-13: the status says how far the clocks are apart.
#[tokio::test]
async fn the_status_says_how_far_the_providers_clock_is_ahead() {
    let story = Story::new().await;
    assert_eq!(story.oidc.status().clock_skew, None);
    for (date, ahead) in [
        ("Tue, 14 Nov 2023 22:13:50 GMT", 30),
        ("Tue, 14 Nov 2023 23:12:50 GMT", -30),
        ("yesterday", -30),
    ] {
        let keys = ResponseTemplate::new(200).insert_header("date", date);
        let document = keys.clone().set_body_json(story.idp.document());
        story.idp.answers_with(DOCUMENT, document);
        let keys = keys.set_body_json(json!({"keys": [story.signer.jwk()]}));
        story.idp.answers_with(KEYS, keys);
        story.oidc.reach().await.unwrap();
        assert_eq!(story.oidc.status().clock_skew, Some(ahead), "{date}");
        story.clock.advance(Duration::from_hours(1));
    }
}
