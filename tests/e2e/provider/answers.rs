//! The provider's answer counts once, in one reading, in the browser that asked.

use reqwest::Response;

use crate::support::{
    Anonymous, Form, HostileProvider, Route, SELF_SERVICE, TestGateway,
    person::{session_cookie, vouched},
};

async fn gate() -> (TestGateway, HostileProvider) {
    let provider = HostileProvider::start().await;
    let gateway = TestGateway::builder()
        .provider("one", &provider.issuer(), ("one", "secret"))
        .provider("two", &provider.issuer(), ("two", "secret"))
        .route(&Route::signed_in("/", "echo:"))
        .start()
        .await;
    (gateway, provider)
}

async fn answered(client: &Anonymous, provider: &str) -> String {
    let start = Form::begin(client, "login", "")
        .await
        .choose(provider)
        .await;
    vouched(client, &start, "x").await
}

/// Refused with an explanation, and nobody is signed in.
async fn refused(answer: Response, what: &str) {
    let status = answer.status().as_u16();
    assert!(
        [400, 403, 404, 502, 503].contains(&status),
        "{what}: {status}"
    );
    assert_eq!(session_cookie(&answer), None, "{what}");
    let text = answer.text().await.unwrap();
    assert!(
        text.contains("<h1"),
        "{what} is explained on a page: {text}"
    );
}

#[tokio::test]
async fn a_replayed_answer_is_refused() {
    let (gateway, provider) = gate().await;
    let client = gateway.anonymous();
    let back = answered(&client, "one").await;
    let cookies = client.cookies().join("; ");
    assert!(session_cookie(&client.navigate(&back).await).is_some());
    let replay = Anonymous::without_cookies(&gateway.url());
    // Even with the cookies the browser had before.
    let request = replay
        .request(reqwest::Method::GET, &back)
        .header("cookie", &cookies);
    refused(
        request.header("accept", "text/html").send().await.unwrap(),
        "with its cookies",
    )
    .await;
    refused(replay.navigate(&back).await, "without cookies").await;
    assert_eq!(
        provider.requests("/token"),
        1,
        "the provider is not even asked"
    );
}

/// Login CSRF: an answer that a stranger fetched for themselves.
#[tokio::test]
async fn the_answer_of_another_browser_is_refused() {
    let (gateway, _provider) = gate().await;
    let attacker = gateway.anonymous();
    let back = answered(&attacker, "one").await;
    let victim = gateway.anonymous();
    Form::begin(&victim, "login", "").await.choose("one").await;
    refused(victim.navigate(&back).await, "the attacker's answer").await;
}

/// RFC 9700, section 4.4: mix-up.
#[tokio::test]
async fn an_answer_for_another_provider_or_issuer_is_refused() {
    let (gateway, provider) = gate().await;
    let client = gateway.anonymous();
    let back = answered(&client, "one").await;
    refused(
        client
            .navigate(&back.replace("/callback/one", "/callback/two"))
            .await,
        "mixed up",
    )
    .await;
    refused(
        client
            .navigate(&back.replace("/callback/one", "/callback/none"))
            .await,
        "unknown",
    )
    .await;
    let _provider = provider.callback_with("iss", "https://elsewhere.example");
    let back = answered(&client, "one").await;
    refused(client.navigate(&back).await, "another issuer").await;
}

/// mod_auth_openidc, 2026: which of two states is meant?
#[tokio::test]
async fn repeated_or_missing_parameters_are_refused() {
    let (gateway, _provider) = gate().await;
    let client = gateway.anonymous();
    for extra in [
        "code=other",
        "state=other",
        "iss=https://elsewhere.example",
        "error=access_denied",
    ] {
        let back = answered(&client, "one").await;
        refused(client.navigate(&format!("{back}&{extra}")).await, extra).await;
    }
    for gone in ["code", "state"] {
        let back = answered(&client, "one").await;
        let renamed = back.replace(&format!("{gone}="), &format!("x{gone}="));
        refused(client.navigate(&renamed).await, gone).await;
    }
    let bare = format!("{SELF_SERVICE}/methods/oidc/callback/one");
    refused(client.navigate(&bare).await, "nothing at all").await;
}

#[tokio::test]
async fn an_error_of_the_provider_is_explained_with_a_way_back() {
    let (gateway, provider) = gate().await;
    for error in [
        "access_denied",
        "login_required",
        "server_error",
        "<script>alert(1)</script>",
    ] {
        let client = gateway.anonymous();
        let start = {
            let form = Form::begin(&client, "login", "").await;
            form.choose("one").await
        };
        let back = url::Url::parse(&vouched(&client, &start, "x").await).unwrap();
        let state = back
            .query_pairs()
            .find(|(name, _)| name == "state")
            .unwrap()
            .1
            .into_owned();
        let mut told = back.clone();
        told.query_pairs_mut()
            .clear()
            .append_pair("state", &state)
            .append_pair("error", error);
        told.query_pairs_mut()
            .append_pair("iss", &provider.issuer());
        let answer = client.navigate(told.as_str()).await;
        assert_eq!(session_cookie(&answer), None);
        assert!((400..=503).contains(&answer.status().as_u16()) && answer.status() != 500);
        let text = answer.text().await.unwrap();
        assert!(!text.contains("<script>alert"), "{text}");
        assert!(text.contains("href="), "there is a way back: {text}");
    }
}
