//! A provider that lies, stalls or breaks signs nobody in, and never breaks the gateway.

use std::time::{Duration, Instant};

use crate::support::{
    Anonymous, Form, HostileProvider, Route, TestGateway, Trouble,
    actor::location,
    person::{session_cookie, vouched},
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

/// Tries to sign in, and reads the page that says why it did not work.
async fn explained(client: &Anonymous, what: &str) -> u16 {
    let form = Form::begin(client, "login", "").await;
    let start = form.submit(&[("provider", "one")]).await;
    let answer = match location(&start).filter(|target| target.contains("/authorize")) {
        Some(target) => {
            let back = vouched(client, &target, "x").await;
            client.navigate(&back).await
        }
        None => start,
    };
    assert_eq!(session_cookie(&answer), None, "{what}: nobody is signed in");
    let answer = match location(&answer) {
        Some(page) => client.follow(&page).await.1,
        None => answer,
    };
    let status = answer.status().as_u16();
    let text = answer.text().await.unwrap();
    assert!(
        text.contains("<h1"),
        "{what} is explained on a page: {status} {text}"
    );
    assert_eq!(client.get_json("/").await.status(), 401, "{what}");
    status
}

#[tokio::test]
async fn every_lie_in_an_id_token_is_refused() {
    type Lie = fn(HostileProvider) -> HostileProvider;
    let lies: [(&str, Lie); 15] = [
        ("wrong issuer", HostileProvider::wrong_issuer),
        ("wrong audience", HostileProvider::wrong_audience),
        ("wrong nonce", HostileProvider::wrong_nonce),
        ("missing nonce", HostileProvider::missing_nonce),
        ("expired", HostileProvider::expired_token),
        ("missing subject", HostileProvider::missing_subject),
        (
            "userinfo of somebody else",
            HostileProvider::userinfo_of_somebody_else,
        ),
        ("unsigned", HostileProvider::unsigned_token),
        (
            "signed with the public key",
            HostileProvider::signed_with_public_key,
        ),
        ("unknown key", HostileProvider::unknown_key),
        ("forged signature", HostileProvider::forged_signature),
        ("signed with the client secret", |provider| {
            provider.signed_with_client_secret("a-client-secret-of-some-length")
        }),
        ("several audiences", |provider| {
            provider.id_token_with(&serde_json::json!({ "aud": ["one", "evil"], "azp": "evil" }))
        }),
        ("issued tomorrow", |provider| {
            provider.id_token_with(
                &serde_json::json!({ "iat": 33_000_000_000_u64, "exp": 33_000_000_600_u64 }),
            )
        }),
        (
            "another issuer in discovery",
            HostileProvider::discovery_of_another_issuer,
        ),
    ];
    for (what, lie) in lies {
        let provider = lie(HostileProvider::start().await);
        let gateway = gate(&provider).await;
        let client = gateway.anonymous();
        let status = explained(&client, what).await;
        assert!([400, 403, 502].contains(&status), "{what}: {status}");
        provider.behave();
    }
}

#[tokio::test]
async fn every_trouble_at_every_endpoint_is_a_page_and_never_a_500() {
    let troubles = [
        Trouble::Status(500),
        Trouble::Status(404),
        Trouble::Status(302),
        Trouble::NotJson,
        Trouble::Huge,
        Trouble::Hang,
    ];
    for endpoint in ["discovery", "jwks", "token", "userinfo"] {
        for trouble in troubles {
            let what = format!("{trouble:?} at {endpoint}");
            let provider = HostileProvider::start().await.trouble(endpoint, trouble);
            // Userinfo is asked only for what the ID token does not tell.
            let provider = provider.id_token_with(&serde_json::json!({ "email": null }));
            let gateway = gate(&provider).await;
            let asked = Instant::now();
            let status = explained(&gateway.anonymous(), &what).await;
            assert!([400, 502, 503].contains(&status), "{what}: {status}");
            assert!(
                asked.elapsed() < Duration::from_secs(25),
                "{what} took {:?}",
                asked.elapsed()
            );
        }
    }
}

#[tokio::test]
async fn a_provider_that_comes_to_its_senses_is_used_again() {
    let provider = HostileProvider::start()
        .await
        .trouble("discovery", Trouble::Status(500));
    let gateway = gate(&provider).await;
    explained(&gateway.anonymous(), "discovery fails").await;
    provider.behave();
    crate::support::wait_until("the provider to be used again", async || {
        let client = gateway.anonymous();
        let form = Form::begin(&client, "login", "").await;
        let start = form.submit(&[("provider", "one")]).await;
        let target = location(&start).filter(|target| target.contains("/authorize"))?;
        let back = vouched(&client, &target, "x").await;
        session_cookie(&client.navigate(&back).await)
    })
    .await;
}

#[tokio::test]
async fn keys_that_rotate_are_fetched_again_and_unknown_keys_not_without_end() {
    let provider = HostileProvider::start().await;
    let gateway = gate(&provider).await;
    let client = gateway.anonymous();
    assert!(
        session_cookie(&crate::support::person::sign_in_through(&client, "one", "x").await)
            .is_some()
    );
    provider.rotate_keys();
    crate::support::wait_until("the new key to be fetched", async || {
        let client = gateway.anonymous();
        session_cookie(&crate::support::person::sign_in_through(&client, "one", "x").await)
    })
    .await;
    let before = provider.requests("/jwks");
    let provider = provider.unknown_key();
    for _ in 0..10 {
        explained(&gateway.anonymous(), "an unknown key").await;
    }
    let fetched = provider.requests("/jwks") - before;
    assert!(fetched <= 3, "ten bad tokens made {fetched} fetches");
}

/// Keycloak#50618, CVE-2026-14781: the address of one document, its verification of another.
#[tokio::test]
async fn verification_counts_only_beside_its_address() {
    let provider = HostileProvider::start()
        .await
        .verification_apart_from_email();
    let gateway = gate(&provider).await;
    let client = gateway.anonymous();
    let answer = crate::support::person::sign_in_through(&client, "one", "x").await;
    if session_cookie(&answer).is_some() {
        let whoami = client.get_json("/.portcullis/sessions/whoami").await;
        let whoami: serde_json::Value = whoami.json().await.unwrap();
        let addresses = whoami["identity"]["verifiable_addresses"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        assert!(
            addresses.iter().all(|address| address["verified"] != true),
            "{whoami}"
        );
    }
}

/// A provider may not read what was sent to it back into our pages.
#[tokio::test]
async fn claims_do_not_become_markup() {
    let name = "<img src=x onerror=alert(1)>";
    let claims = serde_json::json!({ "given_name": name, "email": "not an address <b>" });
    let provider = HostileProvider::start().await.claims(&claims);
    let gateway = gate(&provider).await;
    let client = gateway.anonymous();
    let answer = crate::support::person::sign_in_through(&client, "one", "x").await;
    let text = match location(&answer) {
        Some(page) => client.follow(&page).await.1.text().await.unwrap(),
        None => answer.text().await.unwrap(),
    };
    assert!(!text.contains(name), "{text}");
}
