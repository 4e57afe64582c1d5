//! Upstream tokens for applications: refreshed by one node for all, and only when it must be.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use futures_util::future::join_all;

use super::shaped;
use crate::support::{
    OidcProvider, Postgres, Redis, Route, SignedIn, TestGateway, Upstream, gateway::Builder,
    person::sign_in_through, wait_within,
};

/// An access token is renewed when less than a minute is left of it.
const RESERVE: u64 = 60;
/// Long enough for a hundred requests on a busy machine.
const FRESH: u64 = 25;

/// D.9, "Done when": parallel refresh from 100 requests on two nodes is one call to the provider.
#[tokio::test]
async fn a_hundred_requests_on_two_nodes_refresh_once() {
    let (redis, postgres) = (Redis::start().await, Postgres::start().await);
    let upstream = Upstream::start().await;
    let builder = TestGateway::builder();
    let provider = OidcProvider::with_client("one", "secret", &builder.redirect_uri("one"));
    let provider = provider.access_tokens_last(RESERVE + FRESH).start().await;
    let node = |builder: Builder| {
        let route = Route::signed_in("/", &upstream.url()).with("inject_access_token = \"one\"");
        let table = format!(
            "[providers.one]\nkind = \"oidc\"\nissuer_url = \"{}\"\nclient_id = \"one\"\n\
             client_secret = \"secret\"\nstore_tokens = true\n\
             scopes = [\"openid\", \"email\", \"profile\", \"offline_access\"]",
            provider.issuer()
        );
        builder
            .table(&table)
            .redis(&redis)
            .postgres(&postgres)
            .route(&route)
    };
    let (one, other) = tokio::join!(node(builder).start(), node(TestGateway::builder()).start());
    let client = one.anonymous();
    let answer = sign_in_through(&client, "one", "bob").await;
    let signed_in_at = Instant::now();
    let bob = SignedIn::from_cookie(&client, &answer).await;
    let first = token(&bob, &one, &upstream).await;
    assert_eq!(
        provider.requests("refresh").await,
        0,
        "what is fresh is not refreshed"
    );
    let old = Duration::from_secs(FRESH + 1);
    wait_within(Duration::from_secs(90), "the token to be old", async || {
        (signed_in_at.elapsed() > old).then_some(())
    })
    .await;
    let before = upstream.received().len();
    let requests = (0..100).map(async |number| {
        let node = if number % 2 == 0 { &one } else { &other };
        bob.at(node, &format!("/{number}"))
            .send()
            .await
            .unwrap()
            .status()
            .as_u16()
    });
    assert!(join_all(requests).await.iter().all(|status| *status == 200));
    assert_eq!(provider.requests("refresh").await, 1);
    let received = upstream.received().split_off(before);
    let tokens: BTreeSet<String> = received
        .iter()
        .map(|request| request.header("authorization").unwrap_or("none").to_owned())
        .collect();
    assert_eq!(received.len(), 100);
    assert_eq!(tokens.len(), 1, "everybody has the new one");
    assert!(!tokens.contains(&first) && tokens.iter().all(|token| token.starts_with("Bearer ")));
}

/// D.9: each refresh brings a new refresh token, and the old one is worth nothing any more.
#[tokio::test]
async fn refresh_tokens_that_rotate_are_followed_at_google_and_microsoft() {
    let builder = TestGateway::builder();
    // Never fresh, so that each request brings a refresh.
    let (google, microsoft) = tokio::join!(
        shaped::google(&builder)
            .access_tokens_last(RESERVE / 2)
            .start(),
        shaped::microsoft(&builder)
            .access_tokens_last(RESERVE / 2)
            .start()
    );
    let upstream = Upstream::start().await;
    let route = |id: &str| {
        let route = Route::signed_in(&format!("/{id}"), &upstream.url());
        route.with(&format!("inject_access_token = {id:?}"))
    };
    let kept =
        "store_tokens = true\nscopes = [\"openid\", \"email\", \"profile\", \"offline_access\"]";
    let gateway = builder
        .table(&shaped::google_table(&google, kept))
        .table(&shaped::microsoft_table(&microsoft, shaped::TENANT, kept))
        .route(&route("google"))
        .route(&route("microsoft"))
        .start()
        .await;
    for (id, provider) in [("google", &google), ("microsoft", &microsoft)] {
        let person = shaped::signed_in(&gateway, id, "gina").await;
        let mut tokens = BTreeSet::new();
        for times in 1..=4 {
            let answer = person.get_json(&format!("/{id}/{times}")).await;
            assert_eq!(answer.status(), 200, "{id}");
            let token = upstream.last().header("authorization").unwrap().to_owned();
            assert!(token.starts_with("Bearer "), "{id}: {token}");
            tokens.insert(token);
            assert_eq!(provider.requests("refresh").await, times, "{id}");
        }
        assert_eq!(tokens.len(), 4, "{id} gives a new one each time");
    }
}

async fn token(person: &SignedIn, node: &TestGateway, upstream: &Upstream) -> String {
    assert_eq!(
        person.at(node, "/first").send().await.unwrap().status(),
        200
    );
    let last = upstream.last();
    last.header("authorization")
        .expect("a token is sent along")
        .to_owned()
}
