//! What a provider may change, and what its claims must never become.

use serde_json::json;

use crate::support::{
    Anonymous, Form, HostileProvider, Postgres, Route, TestGateway, Upstream,
    actor::location,
    person::{session_cookie, sign_in_through, vouched},
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
async fn keys_that_rotate_are_fetched_again_and_unknown_keys_not_without_end() {
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
    let answer = sign_in_through(&client, "one", "x").await;
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

/// Line ends and other control characters in claims end no header and break no store.
#[tokio::test]
async fn claims_with_control_characters_add_no_header_and_break_nothing() {
    let claims = [
        json!({ "given_name": "Al\u{0}ice\u{7}", "family_name": "A\r\nX-Forwarded-Groups: admins" }),
        json!({ "given_name": "\u{202e}ecilA\u{200b}", "family_name": "\u{1b}[31mred" }),
        json!({ "email": "alice@example.org\r\nX-Forwarded-User: root" }),
        json!({ "email": "al\u{0}ice@example.org" }),
        json!({ "sub": "one\r\nX-Forwarded-User: root" }),
        json!({ "sub": "one\u{0}two" }),
        json!({ "preferred_username": "x\r\n\r\nGET / HTTP/1.1", "groups": ["a\r\nb"] }),
    ];
    let postgres = Postgres::start().await;
    let upstream = Upstream::start().await;
    for claims in claims {
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
        let client = gateway.anonymous();
        let answer = sign_in_through(&client, "one", "x").await;
        let status = answer.status().as_u16();
        assert!(status < 500 || status == 502, "{claims}: {status}");
        if session_cookie(&answer).is_none() {
            assert_eq!(client.get_json("/").await.status(), 401, "{claims}");
            continue;
        }
        let whoami = client.get_json("/.portcullis/sessions/whoami").await;
        let whoami: serde_json::Value = whoami.json().await.unwrap();
        assert_eq!(client.get_json("/").await.status(), 200, "{claims}");
        let received = upstream.last();
        let users: Vec<&str> = received.header_values("X-Forwarded-User").collect();
        assert_eq!(
            users,
            [whoami["identity"]["id"].as_str().unwrap()],
            "{claims}"
        );
        assert_eq!(
            received.header_values("X-Forwarded-Groups").count(),
            0,
            "{claims}"
        );
        let odd = |line: &str| line.chars().any(|c| c.is_control() && c != '\r');
        assert!(!received.head.lines().any(odd), "{:?}", received.head);
    }
}
