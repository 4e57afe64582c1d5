//! Identities of the gateway's own and those of providers, side by side or alone.

use reqwest::Method;
use serde_json::{Value, json};

use super::refusal::SECRET;
use crate::support::{
    ALICE, Anonymous, Form, HostileProvider, Route, TestGateway,
    admin::Program,
    admin_token,
    gateway::Builder,
    person::{session_cookie, sign_in_through},
};

fn gateway(provider: &HostileProvider) -> Builder {
    TestGateway::builder()
        .provider("one", &provider.issuer(), ("one", SECRET))
        .table("[plugins.admin]")
        .route(&Route::signed_in("/", "echo:"))
}

/// Whom the admin API lists for this query.
async fn listed(gateway: &TestGateway, program: &Program, query: &str) -> Vec<Value> {
    let admin = Anonymous::without_cookies(&gateway.admin_url());
    let request = admin.request(Method::GET, &format!("/admin/identities{query}"));
    let answer = request.bearer_auth(&program.bearer).send().await.unwrap();
    assert_eq!(answer.status(), 200, "{query}");
    answer.json().await.unwrap()
}

/// CU-01: people are managed here beside a provider, or with local sign-in switched off, when providers
/// alone sign them in.
#[tokio::test]
async fn local_identities_go_beside_a_provider_or_are_switched_off() {
    let provider = HostileProvider::start().await;
    let both = gateway(&provider).registration().start().await;
    ALICE.sign_up(&both).await;
    let names = Form::begin(&both.anonymous(), "login", "").await.names();
    assert!(names.contains(&"password".to_owned()), "{names:?}");
    assert!(names.contains(&"provider".to_owned()), "{names:?}");

    let builder = gateway(&provider).table("[identity.local]\nenabled = false");
    let alone = builder.start().await;
    let client = alone.anonymous();
    let form = Form::begin(&client, "login", "").await;
    assert!(!form.names().contains(&"password".to_owned()));
    let body = json!({
        "method": "password", "identifier": ALICE.email, "password": ALICE.password,
    });
    let refused = form.submit_json(body).await;
    assert_eq!(refused.status(), 400);
    assert_eq!(session_cookie(&refused), None);
    let client = alone.anonymous();
    let answer = sign_in_through(&client, "one", "x").await;
    assert!(session_cookie(&answer).is_some(), "{}", answer.status());
    let shown = alone.run(
        &[
            "get-identity",
            "--email",
            "hostile@example.org",
            "--output",
            "json",
        ],
        "",
    );
    assert_eq!(shown.json()["state"], "active", "{shown:?}");
}

/// KC-113: whoever is known to a provider alone is neither found nor stored nor asked for; KC-112: once
/// they have signed in, filters that hold together find them.
#[tokio::test]
async fn a_search_finds_and_stores_nobody_of_a_provider() {
    let provider = HostileProvider::start().await;
    let gateway = gateway(&provider).start().await;
    let program = admin_token(&gateway).await;
    for query in [
        "?search=hostile",
        "?search=email:hostile@example.org",
        "?credentials_identifier=hostile@example.org",
        "?provider=one",
        "",
    ] {
        let found = listed(&gateway, &program, query).await;
        assert_eq!(found, [Value::Null; 0], "{query}");
    }
    assert_eq!(provider.requests("/userinfo"), 0);
    assert_eq!(provider.requests("/token"), 0);

    let client = gateway.anonymous();
    let answer = sign_in_through(&client, "one", "x").await;
    assert!(session_cookie(&answer).is_some(), "{}", answer.status());
    for (query, count) in [
        ("?search=hostile", 1),
        (
            "?search=hostile&provider=one&state=active&schema_id=default",
            1,
        ),
        ("?search=hostile&provider=one&state=inactive", 0),
        ("?search=hostile&provider=two", 0),
        ("?provider=one&created_after=2020-01-01T00:00:00Z", 1),
        ("?provider=one&created_before=2020-01-01T00:00:00Z", 0),
    ] {
        let found = listed(&gateway, &program, query).await;
        assert_eq!(found.len(), count, "{query}");
    }
}
