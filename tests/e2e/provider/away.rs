//! A provider that is down stops nobody else, and is back when it is back.

use crate::support::{
    ALICE, Form, OidcProvider, Route, TestGateway,
    actor::location,
    person::{session_cookie, sign_in_through},
    wait_until,
};

/// caddy-security#453: the gateway does not start while its provider is down.
#[tokio::test]
async fn the_gateway_starts_without_its_provider_and_uses_it_when_it_comes() {
    let builder = TestGateway::builder().registration();
    let down = OidcProvider::with_client("late", "secret", &builder.redirect_uri("late"));
    let mut down = down.start().await;
    down.stop().await;
    let up = OidcProvider::with_client("up", "secret", &builder.redirect_uri("up"));
    let up = up.start().await;
    let gateway = builder
        .provider("late", down.issuer(), ("late", "secret"))
        .provider("up", up.issuer(), ("up", "secret"))
        .route(&Route::signed_in("/", "echo:"))
        .start()
        .await;
    let alice = ALICE.sign_up(&gateway).await;
    assert_eq!(alice.status("/").await, 200, "local identities sign in");
    let through_up = sign_in_through(&gateway.anonymous(), "up", "bob").await;
    assert!(
        session_cookie(&through_up).is_some(),
        "other providers work"
    );

    let client = gateway.anonymous();
    let form = Form::begin(&client, "login", "").await;
    let refused = form.submit(&[("provider", "late")]).await;
    let page = match location(&refused) {
        Some(page) => client.follow(&page).await.1,
        None => refused,
    };
    let status = page.status().as_u16();
    let text = page.text().await.unwrap();
    assert_eq!(status, 503, "{text}");
    assert!(text.contains("provider_unavailable"), "{text}");

    down.start_again().await;
    wait_until("the provider to be used", async || {
        let client = gateway.anonymous();
        let form = Form::begin(&client, "login", "").await;
        let answer = form.submit(&[("provider", "late")]).await;
        location(&answer).filter(|target| target.starts_with(down.issuer()))
    })
    .await;
    let answer = sign_in_through(&gateway.anonymous(), "late", "carol").await;
    assert!(session_cookie(&answer).is_some());
}

#[tokio::test]
async fn a_provider_that_stops_or_freezes_takes_nobody_along() {
    let builder = TestGateway::builder().registration();
    let settings = OidcProvider::with_client("one", "secret", &builder.redirect_uri("one"));
    let mut provider = settings.start().await;
    let gateway = builder
        .provider("one", provider.issuer(), ("one", "secret"))
        .route(&Route::signed_in("/", "echo:"))
        .start()
        .await;
    let bob = gateway.anonymous();
    assert!(session_cookie(&sign_in_through(&bob, "one", "bob").await).is_some());
    let client = gateway.anonymous();
    let start = Form::begin(&client, "login", "").await.choose("one").await;
    let back = crate::support::person::vouched(&client, &start, "carol").await;
    provider.freeze();
    let answer = client.navigate(&back).await;
    assert_eq!(answer.status(), 503, "the code cannot be redeemed now");
    assert_eq!(
        bob.get_json("/").await.status(),
        200,
        "who is signed in stays signed in"
    );
    let alice = ALICE.sign_up(&gateway).await;
    assert_eq!(alice.status("/").await, 200);
    provider.thaw();
    provider.stop().await;
    assert_eq!(bob.get_json("/").await.status(), 200);
    provider.start_again().await;
    wait_until("the provider to be used again", async || {
        let client = gateway.anonymous();
        let form = Form::begin(&client, "login", "").await;
        let answer = form.submit(&[("provider", "one")]).await;
        location(&answer).filter(|target| target.starts_with(provider.issuer()))
    })
    .await;
    let again = gateway.anonymous();
    wait_until("its new keys to be fetched", async || {
        session_cookie(&sign_in_through(&again, "one", "bob").await)
    })
    .await;
}
