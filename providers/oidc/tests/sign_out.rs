//! Signing out at the provider, and its logout tokens.

use std::collections::HashMap;

use portcullis_core::{
    provider::{EndSession, LogoutNotice, Provider, ProviderError},
    secret::Secret,
};
use serde_json::{Map, Value, json};
use url::Url;

use super::{CLIENT, NOW, SECRET, Signer, Story, fake::KEYS, good_answer, reason, signer::text};

const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

async fn end_session(story: &Story, id_token: &str) -> Option<Url> {
    let request = EndSession {
        id_token: &Secret::new(id_token),
        return_to: &Url::parse("https://gate.example.org/signed-out").unwrap(),
        state: "the-state",
    };
    let sign_out = story.oidc.sign_out().unwrap();
    sign_out.end_session(&request).await.unwrap()
}

#[tokio::test]
async fn the_browser_is_sent_to_sign_out_with_hint_and_state() {
    let story = Story::new().await;
    let url = end_session(&story, "a.b.c").await.unwrap();
    assert!(url.as_str().starts_with(&story.idp.url("/signed-out?")));
    let query: HashMap<_, _> = url.query_pairs().into_owned().collect();
    for (name, value) in [
        ("theme", "dark"),
        ("id_token_hint", "a.b.c"),
        ("client_id", CLIENT),
        (
            "post_logout_redirect_uri",
            "https://gate.example.org/signed-out",
        ),
        ("state", "the-state"),
    ] {
        assert_eq!(query[name], value);
    }
    let url = end_session(&story, "").await.unwrap();
    assert!(!url.as_str().contains("id_token_hint"));
}

#[tokio::test]
async fn a_provider_without_end_session_is_known_as_such() {
    for place in [Value::Null, json!(""), json!("javascript:alert(1)")] {
        let story = Story::new().await;
        let changes = json!({ "end_session_endpoint": place });
        story.idp.documents(changes);
        assert_eq!(end_session(&story, "").await, None, "{place}");
    }
}

impl Story {
    /// The claims of a logout token that holds, with some set otherwise; null leaves one out.
    fn logout(&self, changes: Value) -> Value {
        let mut claims = json!({
            "iss": self.idp.issuer(), "aud": CLIENT, "iat": NOW, "exp": NOW + 120, "jti": "notice-1",
            "sub": "subject-1", "sid": "session-1", "events": {EVENT: {}},
        });
        let members = claims.as_object_mut().unwrap();
        members.extend(serde_json::from_value::<Map<String, Value>>(changes).unwrap());
        members.retain(|_, value| !value.is_null());
        claims
    }

    async fn read(&self, token: &str) -> Result<LogoutNotice, ProviderError> {
        let sign_out = self.oidc.sign_out().unwrap();
        sign_out.read_logout_token(token).await
    }

    async fn notice(&self, changes: Value) -> Result<LogoutNotice, ProviderError> {
        self.read(&self.signer.sign(&self.logout(changes))).await
    }
}

#[tokio::test]
async fn a_logout_token_says_whose_session_ends() {
    let story = Story::new().await;
    let notice = story.notice(json!({})).await.unwrap();
    assert_eq!(notice.issuer, story.idp.issuer());
    assert_eq!(notice.subject.as_deref(), Some("subject-1"));
    assert_eq!(notice.session_id.as_deref(), Some("session-1"));
    assert_eq!(notice.id, "notice-1");
    assert_eq!(notice.expires_at.as_second(), NOW + 180);
    let notice = story
        .notice(json!({"sub": null, "exp": null}))
        .await
        .unwrap();
    assert_eq!(notice.subject, None);
    assert_eq!(notice.expires_at.as_second(), NOW + 660);
    let notice = story.notice(json!({"sid": null, "aud": ["x", CLIENT], "azp": CLIENT}));
    assert_eq!(notice.await.unwrap().session_id, None);
    assert_eq!(story.idp.asked(KEYS).await.len(), 1);
}

#[tokio::test]
async fn each_claim_of_a_logout_token_that_is_wrong_is_enough() {
    let story = Story::new().await;
    for (changes, expected) in [
        (json!({"iss": "https://evil.test"}), "another issuer"),
        (json!({"iss": null}), "no issuer"),
        (json!({"aud": "another"}), "another client"),
        (json!({"aud": null}), "no audience"),
        (json!({"iat": null}), "issued"),
        (json!({"iat": NOW + 61}), "future"),
        (json!({"iat": NOW - 660, "exp": null}), "expired"),
        (json!({"iat": NOW - 660}), "expired"),
        (json!({"exp": NOW - 60}), "expired"),
        (json!({"exp": "never"}), "expires"),
        (json!({"events": null}), "no sign-out"),
        (json!({"events": {}}), "no sign-out"),
        (json!({"events": {EVENT: true}}), "no sign-out"),
        (json!({"events": [EVENT]}), "no sign-out"),
        (json!({"nonce": "any"}), "nonce"),
        (json!({"jti": null}), "jti"),
        (json!({"jti": ""}), "jti"),
        (json!({"sub": null, "sid": null}), "neither"),
        (json!({"sub": 7}), "no subject"),
        (json!({"sub": null, "sid": ""}), "neither"),
    ] {
        let reason = reason(story.notice(changes.clone()).await);
        assert!(reason.contains(expected), "{changes}: {reason}");
        assert!(reason.starts_with("the logout token does not hold"));
    }
}

#[tokio::test]
async fn a_logout_token_is_signed_like_an_id_token() {
    let story = Story::new().await;
    let claims = story.logout(json!({}));
    for (alg, typ, holds) in [
        ("RS256", "logout+jwt", true),
        ("RS256", "application/logout+jwt", true),
        ("RS256", "JWT", true),
        ("RS256", "at+jwt", false),
        ("none", "logout+jwt", false),
        ("HS256", "logout+jwt", false),
    ] {
        let header = json!({"alg": alg, "kid": "key-1", "typ": typ});
        let token = story.signer.sign_as(&header, &claims);
        assert_eq!(story.read(&token).await.is_ok(), holds, "{alg} {typ}");
    }
    let bare = json!({"alg": "RS256", "kid": "key-1"});
    assert!(
        story
            .read(&story.signer.sign_as(&bare, &claims))
            .await
            .is_ok()
    );
    let unsigned = format!(
        "{}.{}.",
        text(r#"{"alg":"none"}"#),
        text(claims.to_string())
    );
    for token in ["", "a.b.c", SECRET, &*unsigned] {
        assert!(story.read(token).await.is_err());
    }
    let stranger = Signer::rs256("key-2");
    assert!(story.read(&stranger.sign(&claims)).await.is_err());
}

#[tokio::test]
async fn an_id_token_is_no_logout_token_and_the_other_way_round() {
    let story = Story::new().await;
    let id_token = story.signer.sign(&story.claims(json!({})));
    assert!(reason(story.read(&id_token).await).contains("no sign-out"));
    let header = json!({"alg": "RS256", "kid": "key-1", "typ": "logout+jwt"});
    let claims = story.claims(json!({}));
    story.idp.issues(&story.signer.sign_as(&header, &claims));
    assert!(reason(story.finish(&good_answer()).await).contains("another type"));
}
