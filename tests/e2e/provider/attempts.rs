//! Sign-ins in flight: parallel tabs work, cookies never pile up, scripts leave none.

use futures_util::future::join_all;

use crate::support::{
    Anonymous, Form, OidcProvider, Route, TestGateway,
    person::{session_cookie, vouched},
};

const COOKIE: &str = "portcullis_attempts";

async fn gate() -> (TestGateway, OidcProvider) {
    let builder = TestGateway::builder();
    let settings = OidcProvider::with_client("one", "secret", &builder.redirect_uri("one"));
    let provider = settings.start().await;
    let gateway = builder
        .provider("one", provider.issuer(), ("one", "secret"))
        .route(&Route::signed_in("/", "echo:"))
        .start()
        .await;
    (gateway, provider)
}

/// A tab: from the page it was on to the provider's door.
async fn tab(client: &Anonymous, number: usize) -> String {
    let form = Form::asked_at(client, &format!("/tab/{number}")).await;
    form.choose("one").await
}

/// oauth2-proxy#817, #611, #3258: two tabs, and the first one fails.
#[tokio::test]
async fn five_tabs_may_sign_in_at_the_same_time_and_the_first_still_completes() {
    let (gateway, _provider) = gate().await;
    let client = gateway.anonymous();
    let mut starts = Vec::new();
    for number in 0..5 {
        starts.push(tab(&client, number).await);
    }
    for (number, start) in starts.iter().enumerate() {
        let back = vouched(&client, start, "bob").await;
        let answer = client.navigate(&back).await;
        assert_eq!(
            answer.status(),
            303,
            "tab {number}: {}",
            answer.text().await.unwrap()
        );
        let lands = answer.headers()["location"].to_str().unwrap();
        assert!(
            lands.ends_with(&format!("/tab/{number}")),
            "each tab returns to its page: {lands}"
        );
    }
    assert_eq!(client.get_json("/").await.status(), 200);
}

/// oauth2-proxy#2163, envoyproxy/gateway#9632: state that piles up until headers are too large.
#[tokio::test]
async fn cookies_never_pile_up_and_the_oldest_attempt_goes_first() {
    let (gateway, _provider) = gate().await;
    let client = gateway.anonymous();
    let mut starts = Vec::new();
    for number in 0..9 {
        starts.push(tab(&client, number).await);
        let size: usize = client.cookies().iter().map(String::len).sum();
        assert!(size < 4096, "after {number} attempts: {size} bytes");
    }
    let attempts = client
        .cookies()
        .iter()
        .filter(|pair| pair.starts_with(COOKIE))
        .count();
    assert_eq!(attempts, 1, "{:?}", client.cookies());
    assert!(client.cookies().len() <= 3, "{:?}", client.cookies());

    let stale = vouched(&client, &starts[0], "bob").await;
    let answer = client.navigate(&stale).await;
    assert_eq!(
        answer.status(),
        400,
        "the oldest is forgotten, and that is explained"
    );
    assert!(
        answer
            .text()
            .await
            .unwrap()
            .contains("provider_answer_unexpected")
    );
    let newest = vouched(&client, &starts[8], "bob").await;
    assert!(session_cookie(&client.navigate(&newest).await).is_some());
}

/// mod_auth_openidc#331, traefik-forward-auth#31: polling scripts that spoil the tab's sign-in.
#[tokio::test]
async fn scripts_that_get_401_create_no_cookie_and_spoil_nothing() {
    let (gateway, _provider) = gate().await;
    let client = gateway.anonymous();
    let start = tab(&client, 1).await;
    let before = client.cookies();
    let polls = (0..20).map(|_| client.get_json("/poll"));
    for answer in join_all(polls).await {
        assert_eq!(answer.status(), 401);
        assert_eq!(answer.headers().get("set-cookie"), None);
    }
    assert_eq!(client.cookies(), before);
    let back = vouched(&client, &start, "bob").await;
    assert!(session_cookie(&client.navigate(&back).await).is_some());
}

#[tokio::test]
async fn the_cookie_of_attempts_is_sealed_and_gone_when_none_is_left() {
    let (gateway, _provider) = gate().await;
    let client = gateway.anonymous();
    let start = tab(&client, 1).await;
    let state = url::Url::parse(&start).unwrap();
    let state = state
        .query_pairs()
        .find(|(name, _)| name == "state")
        .unwrap()
        .1
        .into_owned();
    let cookies = client.cookies();
    let cookie = cookies
        .iter()
        .find(|pair| pair.starts_with(COOKIE))
        .unwrap();
    assert!(
        !cookie.contains(&state) && !cookie.contains("tab"),
        "{cookie}"
    );

    let back = vouched(&client, &start, "bob").await;
    let stranger = Anonymous::without_cookies(&gateway.url());
    let mut forged = cookie.clone().into_bytes();
    let last = forged.len() - 3;
    forged[last] = if forged[last] == b'A' { b'B' } else { b'A' };
    let forged = String::from_utf8(forged).unwrap();
    for value in ["portcullis_attempts=", &forged, "portcullis_attempts=e30"] {
        let request = stranger
            .request(reqwest::Method::GET, &back)
            .header("cookie", value);
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 400, "{value}");
        assert_eq!(session_cookie(&answer), None);
    }
    assert!(session_cookie(&client.navigate(&back).await).is_some());
    assert!(
        client
            .cookies()
            .iter()
            .all(|pair| !pair.starts_with(COOKIE)),
        "{:?}",
        client.cookies()
    );
}
