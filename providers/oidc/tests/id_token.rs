//! ID tokens that do not hold, each for one reason.

use openidconnect::{
    PrivateSigningKey,
    core::{CoreHmacKey, CoreJwsSigningAlgorithm},
};
use serde_json::{Value, json};

use super::{
    CLIENT, NOW, SECRET, Signer, Story,
    fake::{ACCESS_TOKEN, KEYS},
    good_answer, reason,
    signer::text,
};

#[tokio::test]
async fn each_claim_that_is_wrong_is_enough() {
    let story = Story::new().await;
    let many = json!([CLIENT, "another"]);
    for (changes, expected) in [
        (json!({"iss": "https://evil.test"}), "another issuer"),
        (
            json!({"iss": format!("{}/", story.idp.issuer())}),
            "another issuer",
        ),
        (json!({"iss": null}), "no issuer"),
        (json!({"aud": "another"}), "another client"),
        (json!({"aud": []}), "another client"),
        (json!({"aud": null}), "no audience"),
        (json!({"aud": many, "azp": "another"}), "another client"),
        (json!({"aud": many}), "does not say whose"),
        (json!({"azp": "another"}), "another client"),
        (json!({"nonce": "another"}), "nonce"),
        (json!({"nonce": null}), "no nonce"),
        (json!({"exp": NOW - 60}), "expired"),
        (json!({"exp": null}), "expires"),
        (json!({"exp": "soon"}), "expires"),
        (json!({"iat": NOW + 61}), "future"),
        (json!({"iat": null}), "issued"),
        (json!({"nbf": NOW + 61}), "future"),
        (json!({"sub": null}), "no subject"),
        (json!({"sub": ""}), "no subject"),
        (json!({"sub": 7}), "no subject"),
        (json!({"sub": "x".repeat(256)}), "no subject"),
        (json!({"sub": "a\u{0}b"}), "no subject"),
        (json!({"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}), "at_hash"),
        (json!({"at_hash": 1}), "at_hash"),
    ] {
        let reason = reason(story.with_claims(changes.clone()).await);
        assert!(reason.contains(expected), "{changes}: {reason}");
    }
}

#[tokio::test]
async fn clocks_may_differ_by_a_minute_and_audiences_be_several() {
    let story = Story::new().await;
    let digest = ring::digest::digest(&ring::digest::SHA256, ACCESS_TOKEN.as_bytes());
    for changes in [
        json!({"exp": NOW - 59}),
        json!({"iat": NOW + 60, "nbf": NOW + 60}),
        json!({"exp": 1_700_000_300.5, "iat": 1_700_000_000.5}),
        json!({"aud": [CLIENT]}),
        json!({"aud": [CLIENT, "another"], "azp": CLIENT}),
        json!({"at_hash": text(&digest.as_ref()[..16])}),
    ] {
        let outcome = story.with_claims(changes.clone()).await;
        assert!(outcome.is_ok(), "{changes}: {outcome:?}");
    }
}

async fn refusal(story: &Story, token: &str) -> String {
    story.idp.issues(token);
    reason(story.finish(&good_answer()).await)
}

#[tokio::test]
async fn a_token_without_a_real_signature_does_not_hold() {
    let story = Story::new().await;
    let claims = story.claims(json!({}));
    let header = |alg: &str| json!({"alg": alg, "kid": "key-1"});
    let unsigned =
        |header: &Value| format!("{}.{}", text(header.to_string()), text(claims.to_string()));
    for alg in ["none", "None", "HS256", "RS1", "ES512"] {
        let token = format!("{}.", unsigned(&header(alg)));
        let reason = refusal(&story, &token).await;
        assert!(
            reason.contains("algorithm is not allowed"),
            "{alg}: {reason}"
        );
    }
    let input = unsigned(&header("HS256"));
    let hmac = CoreHmacKey::new(SECRET);
    let signature = hmac.sign(&CoreJwsSigningAlgorithm::HmacSha256, input.as_bytes());
    let token = format!("{input}.{}", text(signature.unwrap()));
    assert!(
        refusal(&story, &token)
            .await
            .contains("algorithm is not allowed")
    );
    let token = format!("{}.", unsigned(&header("RS256")));
    assert!(
        refusal(&story, &token)
            .await
            .contains("none of the provider's keys")
    );
    for malformed in ["a", "a.b", "..", "a.b.c", "e30.e30.e30"] {
        assert!(
            refusal(&story, malformed).await.contains("malformed"),
            "{malformed}"
        );
    }
}

#[tokio::test]
async fn an_algorithm_that_is_not_advertised_is_refused() {
    let story = Story::with(Signer::es256("k"), |_| {}).await;
    story
        .idp
        .documents(json!({"id_token_signing_alg_values_supported": ["RS256"]}));
    assert!(reason(story.with_claims(json!({})).await).contains("algorithm is not allowed"));
}

#[tokio::test]
async fn a_token_of_another_type_or_with_critical_headers_is_refused() {
    let story = Story::new().await;
    let claims = story.claims(json!({}));
    for (member, value) in [
        ("typ", json!("at+jwt")),
        ("crit", json!(["x"])),
        ("cty", json!("JWT")),
    ] {
        let mut header = json!({"alg": "RS256", "kid": "key-1"});
        header[member] = value;
        let token = story.signer.sign_as(&header, &claims);
        refusal(&story, &token).await;
    }
    let bare = json!({"alg": "RS256"});
    story.idp.issues(&story.signer.sign_as(&bare, &claims));
    assert!(story.finish(&good_answer()).await.is_ok());
}

#[tokio::test]
async fn a_changed_token_does_not_hold() {
    let story = Story::new().await;
    let good = story.signer.sign(&story.claims(json!({})));
    let other = story.signer.sign(&story.claims(json!({"sub": "admin"})));
    let (_, signature) = good.rsplit_once('.').unwrap();
    let (input, _) = other.rsplit_once('.').unwrap();
    let reason = refusal(&story, &format!("{input}.{signature}")).await;
    assert!(reason.contains("none of the provider's keys"));
}

#[tokio::test]
async fn a_key_brought_along_by_the_token_is_not_looked_at() {
    let story = Story::new().await;
    let own = Signer::es256("key-1");
    let header =
        json!({"alg": "ES256", "kid": "key-1", "jwk": own.jwk(), "jku": "http://127.0.0.1:9"});
    let token = own.sign_as(&header, &story.claims(json!({})));
    assert!(
        refusal(&story, &token)
            .await
            .contains("none of the provider's keys")
    );
}

#[tokio::test]
async fn an_unknown_key_is_looked_for_once_in_half_a_minute() {
    let story = Story::new().await;
    let stranger = Signer::es256("key-2");
    let token = stranger.sign(&story.claims(json!({})));
    for asked in [2, 2, 2] {
        refusal(&story, &token).await;
        assert_eq!(story.idp.asked(KEYS).await.len(), asked);
    }
    story.clock.advance(std::time::Duration::from_secs(30));
    story.idp.publishes(&[&story.signer, &stranger]);
    assert!(story.finish(&good_answer()).await.is_ok());
    assert_eq!(story.idp.asked(KEYS).await.len(), 3);
}
