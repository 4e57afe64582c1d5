//! What a provider may change, and what its claims must never become.

use serde_json::json;

use super::{
    refusal::{self, Case},
    shaped::signed_in,
};
use crate::support::{
    Form, HostileProvider, Postgres, Route, TestGateway, Upstream,
    actor::location,
    person::{session_cookie, sign_in_through, whoami},
};

async fn gate(provider: &HostileProvider) -> TestGateway {
    TestGateway::builder()
        .provider(
            "one",
            &provider.issuer(),
            ("one", "a-client-secret-of-some-length"),
        )
        .route(&Route::signed_in("/", "echo:"))
        .start()
        .await
}

#[tokio::test]
async fn keys_that_rotate_are_fetched_again() {
    let provider = HostileProvider::start().await;
    let gateway = gate(&provider).await;
    let client = gateway.anonymous();
    assert!(session_cookie(&sign_in_through(&client, "one", "x").await).is_some());
    provider.rotate_keys();
    crate::support::wait_until("the new key to be fetched", async || {
        let client = gateway.anonymous();
        session_cookie(&sign_in_through(&client, "one", "x").await)
    })
    .await;
}

#[tokio::test]
async fn a_flood_of_tokens_by_unknown_keys_is_explained_and_fetches_keys_rarely() {
    let honest = HostileProvider::start().await;
    let liar = HostileProvider::start().await.unknown_key();
    let cases = [Case::new("an unknown key", liar, "provider_invalid")];
    let gateway = refusal::gate(&honest, &cases).await;
    for _ in 0..5 {
        cases[0].is_refused(&gateway, "p0").await;
    }
    let fetched = cases[0].provider.requests("/jwks");
    assert!(fetched <= 3, "ten bad tokens made {fetched} fetches");
}

/// Keycloak#50618, CVE-2026-14781: the address of one document, its verification of another.
#[tokio::test]
async fn verification_counts_only_beside_its_address() {
    let provider = HostileProvider::start()
        .await
        .verification_apart_from_email();
    let gateway = gate(&provider).await;
    let first = sign_in_through(&gateway.anonymous(), "one", "x").await;
    assert_eq!(
        session_cookie(&first),
        None,
        "the address is shown, to be confirmed"
    );
    let client = signed_in(&gateway, "one", "x").await;
    let session = whoami(&client).await;
    let addresses = session["identity"]["verifiable_addresses"]
        .as_array()
        .unwrap();
    assert_eq!(addresses.len(), 1, "{session}");
    assert_eq!(addresses[0]["value"], "victim@example.org");
    assert_eq!(addresses[0]["verified"], false, "{session}");
}

/// A provider may not read what was sent to it back into our pages.
#[tokio::test]
async fn claims_do_not_become_markup() {
    let name = "<img src=x onerror=alert(1)>";
    let claims = json!({ "given_name": name, "email": "not an address <b>" });
    let provider = HostileProvider::start().await.claims(&claims);
    let gateway = gate(&provider).await;
    let client = gateway.anonymous();
    let answer = sign_in_through(&client, "one", "x").await;
    let text = match location(&answer) {
        Some(page) => client.follow(&page).await.1.text().await.unwrap(),
        None => answer.text().await.unwrap(),
    };
    assert!(!text.contains(name), "{text}");
}

/// A subject is a key; one with control characters is nobody.
#[tokio::test]
async fn subjects_with_control_characters_are_refused() {
    let honest = HostileProvider::start().await;
    let mut cases = Vec::new();
    for subject in ["one\r\nX-Forwarded-User: root", "one\u{0}two", "\u{1b}[31m"] {
        let provider = HostileProvider::start().await;
        let provider = provider.claims(&json!({ "sub": subject }));
        cases.push(Case::new(subject, provider, "provider_invalid"));
    }
    let gateway = refusal::gate(&honest, &cases).await;
    for (number, case) in cases.iter().enumerate() {
        case.is_refused(&gateway, &format!("p{number}")).await;
    }
}

/// What no store and no header takes is asked for on a form, and reaches nothing.
#[tokio::test]
async fn claims_that_cannot_be_kept_are_asked_for_on_a_form() {
    for (claim, field, text) in [
        (
            "email",
            "traits.email",
            "alice@example.org\r\nX-Forwarded-User: root",
        ),
        ("email", "traits.email", "al\u{0}ice@example.org"),
        ("given_name", "traits.name.first", "Al\u{0}ice\u{7}"),
    ] {
        let provider = HostileProvider::start().await;
        let provider = provider.claims(&json!({ claim: text }));
        let gateway = gate(&provider).await;
        let client = gateway.anonymous();
        let answer = sign_in_through(&client, "one", "x").await;
        assert_eq!(session_cookie(&answer), None, "{text:?}");
        let page = location(&answer).unwrap_or_else(|| panic!("{text:?}: {}", answer.status()));
        let (page, shown) = client.follow(&page).await;
        assert_eq!(shown.status(), 200, "{text:?}");
        assert!(shown.text().await.unwrap().contains("<h1"), "{text:?}");
        let names = Form::at(&client, &page).await.names();
        assert!(
            names.iter().any(|name| name == field),
            "{text:?}: {names:?}"
        );
        assert_eq!(client.get_json("/").await.status(), 401, "{text:?}");
    }
}

/// Line ends and other control characters in claims end no header and break no store.
#[tokio::test]
async fn claims_with_control_characters_add_no_header_and_break_nothing() {
    let claims = [
        json!({ "given_name": "Al\u{7}ice", "family_name": "A\r\nX-Forwarded-Groups: admins" }),
        json!({ "given_name": "\u{202e}ecilA\u{200b}", "family_name": "\u{1b}[31mred" }),
        json!({ "preferred_username": "x\r\n\r\nGET / HTTP/1.1", "groups": ["a\r\nb"] }),
    ];
    for claims in claims {
        let (postgres, upstream) = tokio::join!(Postgres::start(), Upstream::start());
        let provider = HostileProvider::start().await.claims(&claims);
        let gateway = TestGateway::builder()
            .provider(
                "one",
                &provider.issuer(),
                ("one", "a-client-secret-of-some-length"),
            )
            .postgres(&postgres)
            .route(&Route::signed_in("/", &upstream.url()))
            .start()
            .await;
        let client = signed_in(&gateway, "one", "x").await;
        let identity = whoami(&client).await["identity"]["id"].clone();
        assert_eq!(client.get_json("/").await.status(), 200, "{claims}");
        let received = upstream.last();
        let users: Vec<&str> = received.header_values("X-Forwarded-User").collect();
        assert_eq!(users, [identity.as_str().unwrap()], "{claims}");
        assert_eq!(
            received.header_values("X-Forwarded-Groups").count(),
            0,
            "{claims}"
        );
        let odd = |line: &str| line.chars().any(|c| c.is_control() && c != '\r');
        assert!(!received.head.lines().any(odd), "{:?}", received.head);
    }
}
