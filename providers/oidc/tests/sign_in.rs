//! Sign-ins that succeed, and answers that are refused before the provider is asked.

use std::collections::HashMap;

use openidconnect::{PkceCodeChallenge, PkceCodeVerifier};
use portcullis_core::provider::{Answer, Provider, ProviderError};
use serde_json::json;
use url::{Url, form_urlencoded};

use super::{
    CLIENT, Signer, Story, attempt,
    fake::{KEYS, TOKEN},
    good_answer, provider, reason, redirect_uri, trusted_email,
};
use crate::{Client, Config};

fn query(url: &Url) -> HashMap<String, String> {
    url.query_pairs().into_owned().collect()
}

#[tokio::test]
async fn the_browser_is_sent_off_with_state_nonce_and_challenge() {
    let story = Story::with(Signer::es256("k"), |config| {
        config.client.scopes = vec!["email".to_owned(), "openid".to_owned()];
        let prompt = ("prompt".to_owned(), "select_account".to_owned());
        config.client.authorization_parameters.extend([prompt]);
    })
    .await;
    let url = story
        .oidc
        .begin(&story.attempt, &redirect_uri())
        .await
        .unwrap();
    let verifier = PkceCodeVerifier::new(story.attempt.verifier.clone());
    let challenge = PkceCodeChallenge::from_code_verifier_sha256(&verifier);
    assert!(
        url.as_str()
            .starts_with(&story.idp.url("/authorize?tenant=one&"))
    );
    for (name, value) in [
        ("response_type", "code"),
        ("client_id", CLIENT),
        ("redirect_uri", redirect_uri().as_str()),
        ("scope", "openid email"),
        ("state", &story.attempt.state),
        ("nonce", &story.attempt.nonce),
        ("code_challenge", challenge.as_str()),
        ("code_challenge_method", "S256"),
        ("prompt", "select_account"),
    ] {
        assert_eq!(
            query(&url).get(name).map(String::as_str),
            Some(value),
            "{name}"
        );
    }
    assert!(!url.as_str().contains(&story.attempt.verifier));
}

#[tokio::test]
async fn every_advertised_algorithm_signs_in() {
    for signer in [
        Signer::rs256("rs"),
        Signer::ps256("ps"),
        Signer::es256("es"),
        Signer::eddsa("ed"),
    ] {
        let story = Story::with(signer, |_| {}).await;
        let changes = json!({"email": "Anna@example.org", "email_verified": true, "groups": ["a"]});
        let claims = story.with_claims(changes).await.unwrap();
        assert_eq!(claims.issuer, story.idp.issuer());
        assert_eq!(claims.subject, "subject-1");
        assert_eq!(trusted_email(&claims).as_deref(), Some("Anna@example.org"));
        assert_eq!(claims.document["groups"], json!(["a"]));
    }
}

#[tokio::test]
async fn the_code_is_redeemed_with_verifier_and_secret() {
    let story = Story::new().await;
    story.with_claims(json!({})).await.unwrap();
    let asked = story.idp.asked(TOKEN).await;
    let [request] = asked.as_slice() else {
        panic!("asked {} times", asked.len())
    };
    let form: HashMap<_, _> = form_urlencoded::parse(&request.body).into_owned().collect();
    assert_eq!(form["grant_type"], "authorization_code");
    assert_eq!(form["code"], "the-code");
    assert_eq!(form["code_verifier"], story.attempt.verifier);
    assert_eq!(form["redirect_uri"], redirect_uri().as_str());
    assert!(!form.contains_key("client_secret"));
    assert!(
        request.headers["authorization"]
            .to_str()
            .unwrap()
            .starts_with("Basic ")
    );
}

#[tokio::test]
async fn the_secret_goes_into_the_body_only_where_nothing_else_is_offered() {
    let story = Story::new().await;
    let methods = json!({"token_endpoint_auth_methods_supported": ["client_secret_post"]});
    story.idp.documents(methods);
    story.with_claims(json!({})).await.unwrap();
    let asked = story.idp.asked(TOKEN).await;
    let form: HashMap<_, _> = form_urlencoded::parse(&asked[0].body)
        .into_owned()
        .collect();
    assert_eq!(form["client_secret"], super::SECRET);
    assert!(!asked[0].headers.contains_key("authorization"));
}

#[tokio::test]
async fn keys_are_read_once_for_many_sign_ins() {
    let story = Story::new().await;
    story.with_claims(json!({})).await.unwrap();
    story.with_claims(json!({})).await.unwrap();
    assert_eq!(story.idp.asked(KEYS).await.len(), 1);
}

#[tokio::test]
async fn an_error_answer_is_a_refusal_with_a_plain_code() {
    let story = Story::new().await;
    for (sent, shown) in [
        ("access_denied", "access_denied"),
        ("<script>alert(1)</script>", "scriptalert1script"),
        ("\r\n", "unknown"),
    ] {
        let answer = Answer {
            error: Some(sent.to_owned()),
            ..good_answer()
        };
        match story.finish(&answer).await.unwrap_err() {
            ProviderError::Refused { error } => assert_eq!(error, shown),
            other => panic!("{other:?}"),
        }
    }
    assert!(story.idp.asked(TOKEN).await.is_empty());
}

#[tokio::test]
async fn an_answer_without_a_code_does_not_hold() {
    let story = Story::new().await;
    assert!(reason(story.finish(&Answer::default()).await).contains("no code"));
}

#[tokio::test]
async fn an_answer_of_another_issuer_does_not_hold() {
    let story = Story::new().await;
    story
        .idp
        .issues(&story.signer.sign(&story.claims(json!({}))));
    for (iss, error) in [("https://evil.test", None), ("", Some("access_denied"))] {
        let answer = Answer {
            iss: Some(iss.to_owned()),
            error: error.map(str::to_owned),
            ..good_answer()
        };
        assert!(
            reason(story.finish(&answer).await).contains("another issuer"),
            "{iss}"
        );
    }
    let answer = Answer {
        iss: Some(story.idp.issuer()),
        ..good_answer()
    };
    assert!(story.finish(&answer).await.is_ok());
}

#[tokio::test]
async fn an_answer_must_name_its_issuer_where_the_provider_promised_so() {
    let story = Story::new().await;
    let promise = json!({"authorization_response_iss_parameter_supported": true});
    story.idp.documents(promise);
    let missing = story.with_claims(json!({})).await;
    assert!(reason(missing).contains("does not name its issuer"));
    assert!(story.idp.asked(TOKEN).await.is_empty());
}

#[tokio::test]
async fn an_attempt_at_one_provider_cannot_be_finished_at_another() {
    let story = Story::new().await;
    let config = Config::new(story.idp.issuer(), Client::new(CLIENT));
    let other = provider("other", config, &story.clock);
    story
        .idp
        .issues(&story.signer.sign(&story.claims(json!({}))));
    let mixed = other
        .finish(&story.attempt, &good_answer(), &redirect_uri())
        .await;
    assert!(reason(mixed).contains("another provider"));
    assert!(other.begin(&story.attempt, &redirect_uri()).await.is_err());
    assert!(story.idp.asked(TOKEN).await.is_empty());
}

#[tokio::test]
async fn a_token_of_another_attempt_does_not_hold() {
    let mut story = Story::new().await;
    story
        .idp
        .issues(&story.signer.sign(&story.claims(json!({}))));
    story.attempt = attempt("fake", 2);
    assert!(reason(story.finish(&good_answer()).await).contains("nonce"));
}

#[tokio::test]
async fn nothing_secret_is_printed() {
    let story = Story::new().await;
    let claims = story
        .with_claims(json!({"email": "anna@example.org"}))
        .await
        .unwrap();
    let printed = format!("{:?} {:?} {claims:?}", story.oidc, story.attempt);
    for secret in [
        super::SECRET,
        &story.attempt.nonce,
        &story.attempt.verifier,
        "anna",
        "subject-1",
    ] {
        assert!(!printed.contains(secret), "{secret} in {printed}");
    }
}
