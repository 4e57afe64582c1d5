//! Signing out here, at the provider, and at the provider's word (D.10).

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::shaped::{TENANT, google, google_table, microsoft, microsoft_table, signed_in};
use crate::support::{
    Anonymous, Browser, HostileProvider, OidcProvider, Postgres, Redis, Route, SELF_SERVICE,
    TestGateway,
    actor::location,
    gateway::Builder,
    person::{session_cookie, sign_in_through},
    wait_until, wait_within,
};

async fn status(client: &Anonymous, node: &TestGateway) -> u16 {
    let cookies = client.cookies().join("; ");
    let request = Anonymous::without_cookies(&node.url()).request(reqwest::Method::GET, "/");
    let request = request
        .header("cookie", cookies)
        .header("accept", "application/json");
    request.send().await.unwrap().status().as_u16()
}

/// Two nodes that trust one provider.
struct Nodes {
    one: TestGateway,
    other: TestGateway,
    _stores: (Redis, Postgres),
}

impl Nodes {
    async fn start(builder: Builder, table: &str) -> Self {
        let (redis, postgres) = (Redis::start().await, Postgres::start().await);
        let node = |builder: Builder| {
            builder
                .table(table)
                .redis(&redis)
                .postgres(&postgres)
                .route(&Route::signed_in("/", "echo:"))
        };
        let (one, other) =
            tokio::join!(node(builder).start(), node(TestGateway::builder()).start());
        Self {
            one,
            other,
            _stores: (redis, postgres),
        }
    }

    async fn answer(&self, client: &Anonymous) -> (u16, u16) {
        (
            status(client, &self.one).await,
            status(client, &self.other).await,
        )
    }

    /// Waits until both refuse what came from `client`, which must not take long.
    async fn refuse(&self, client: &Anonymous) {
        let told = Instant::now();
        wait_within(Duration::from_secs(5), "both nodes to refuse", async || {
            (self.answer(client).await == (401, 401)).then_some(())
        })
        .await;
        let took = told.elapsed();
        assert!(took < Duration::from_secs(1), "{took:?}");
    }
}

/// Signed out at the provider is signed out on every node, and nobody else is.
async fn the_providers_word_counts(nodes: &Nodes, provider: &OidcProvider, id: &str) {
    let bob = signed_in(&nodes.one, id, "bob").await;
    let elsewhere = signed_in(&nodes.one, id, "bob").await;
    let carol = signed_in(&nodes.one, id, "carol").await;
    for client in [&bob, &elsewhere, &carol] {
        assert_eq!(nodes.answer(client).await, (200, 200));
    }
    provider.sign_out(&bob).await;
    nodes.refuse(&bob).await;
    for client in [&elsewhere, &carol] {
        assert_eq!(nodes.answer(client).await, (200, 200));
    }
}

/// XP-01.
#[tokio::test]
async fn the_providers_word_ends_the_session_on_two_nodes() {
    let builder = TestGateway::builder();
    let provider = OidcProvider::with_client("one", "secret", &builder.redirect_uri("one"));
    let provider = provider.start().await;
    let table = format!(
        "[providers.one]\nkind = \"oidc\"\nissuer_url = \"{}\"\nclient_id = \"one\"\n\
         client_secret = \"secret\"",
        provider.issuer()
    );
    let nodes = Nodes::start(builder, &table).await;
    the_providers_word_counts(&nodes, &provider, "one").await;
}

/// XP-07: its logout tokens say neither `tid` nor `oid`, so the session's name has to do.
#[tokio::test]
async fn microsofts_word_ends_the_session_on_two_nodes() {
    for tenant in [TENANT, "common"] {
        let builder = TestGateway::builder();
        let provider = microsoft(&builder).start().await;
        let table = microsoft_table(&provider, tenant, "");
        let nodes = Nodes::start(builder, &table).await;
        the_providers_word_counts(&nodes, &provider, "microsoft").await;
    }
}

/// OpenID Connect Front-Channel Logout 1.0: in whichever node's frame.
#[tokio::test]
async fn a_frame_of_the_providers_page_ends_the_session_on_two_nodes() {
    let provider = HostileProvider::start().await;
    let provider = provider.id_token_with(&json!({ "sid": "session-1" }));
    let table = format!(
        "[providers.one]\nkind = \"oidc\"\nissuer_url = \"{}\"\nclient_id = \"one\"\n\
         client_secret = \"a-client-secret-of-some-length\"\nfront_channel_logout = true",
        provider.issuer()
    );
    let nodes = Nodes::start(TestGateway::builder(), &table).await;
    let client = signed_in(&nodes.one, "one", "x").await;
    assert_eq!(nodes.answer(&client).await, (200, 200));
    let framed = async |sid: &str| {
        // A frame of another site brings no cookie of ours.
        let frame = Anonymous::without_cookies(&nodes.other.url());
        let place = format!("{SELF_SERVICE}/methods/oidc/frontchannel-logout/one");
        let query = [("iss", &*provider.issuer()), ("sid", sid)];
        let request = frame.request(reqwest::Method::GET, &place).query(&query);
        request.send().await.unwrap().status().as_u16()
    };
    assert_eq!(
        framed("session-2").await,
        200,
        "nobody learns which there are"
    );
    assert_eq!(nodes.answer(&client).await, (200, 200));
    assert_eq!(framed("session-1").await, 200);
    nodes.refuse(&client).await;
}

/// OpenID Connect Back-Channel Logout 1.0, section 2.6: what ends nothing.
#[tokio::test]
async fn a_logout_token_that_does_not_hold_ends_nothing() {
    let provider = HostileProvider::start().await;
    let provider = provider.id_token_with(&json!({ "sid": "session-1" }));
    let gateway = TestGateway::builder()
        .provider(
            "one",
            &provider.issuer(),
            ("one", "a-client-secret-of-some-length"),
        )
        .route(&Route::signed_in("/", "echo:"))
        .start()
        .await;
    let client = gateway.anonymous();
    assert!(session_cookie(&sign_in_through(&client, "one", "x").await).is_some());
    let event = json!({ "http://schemas.openid.net/event/backchannel-logout": {} });
    let now = epoch();
    let proper = json!({
        "iss": provider.issuer(), "aud": "one", "iat": now, "exp": now + 120, "jti": "1",
        "events": event, "sub": "hostile-1", "sid": "session-1",
    });
    for claims in &spoilt(&proper, now) {
        let answer = notify(&gateway, &provider.sign(claims)).await;
        assert_eq!(answer, 400, "{claims}");
        assert_eq!(client.get_json("/").await.status(), 200, "{claims}");
    }
    let parts: Vec<String> = provider
        .sign(&proper)
        .split('.')
        .map(str::to_owned)
        .collect();
    for token in [
        format!("{}.{}.", parts[0], parts[1]),
        format!("{}.{}.AAAA", parts[0], parts[1]),
        String::new(),
        "x".repeat(40_000),
    ] {
        let answer = notify(&gateway, &token).await;
        assert!((400..500).contains(&answer), "{answer}");
        assert_eq!(client.get_json("/").await.status(), 200);
    }
    // The same, as it should be, ends it; and counts once.
    let proper = provider.sign(&proper);
    assert_eq!(notify(&gateway, &proper).await, 200);
    assert_eq!(client.get_json("/").await.status(), 401);
    assert!(session_cookie(&sign_in_through(&client, "one", "x").await).is_some());
    assert_eq!(notify(&gateway, &proper).await, 400);
    assert_eq!(
        client.get_json("/").await.status(),
        200,
        "a replay ends nothing"
    );
}

/// The proper token's claims, each time with something that must not be.
fn spoilt(proper: &Value, now: i64) -> Vec<Value> {
    let spoilt = |name: &str, value: Value| {
        let mut token = proper.clone();
        token[name] = value;
        token["jti"] = json!(format!("{name}-{}", token[name]));
        token
    };
    let mut nobody = spoilt("jti", json!("nobody"));
    for name in ["sub", "sid"] {
        nobody.as_object_mut().unwrap().remove(name);
    }
    vec![
        spoilt("iss", json!("https://elsewhere.example")),
        spoilt("aud", json!("somebody-else")),
        spoilt("iat", json!(now - 86_400)),
        spoilt("exp", json!(now - 3_600)),
        spoilt("events", json!({})),
        spoilt("events", json!({ "other": {} })),
        spoilt("nonce", json!("once")),
        nobody,
    ]
}

fn epoch() -> i64 {
    let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs();
    i64::try_from(now).unwrap()
}

async fn notify(gateway: &TestGateway, token: &str) -> u16 {
    let client = Anonymous::without_cookies(&gateway.url());
    let target = format!("{SELF_SERVICE}/methods/oidc/backchannel-logout/one");
    let request = client
        .request(reqwest::Method::POST, &target)
        .form(&[("logout_token", token)]);
    request.send().await.unwrap().status().as_u16()
}

/// D.10: with the hint, the address to come back to, and the state.
#[tokio::test]
async fn signing_out_goes_on_to_the_provider_and_back() {
    let builder = TestGateway::builder();
    let provider = microsoft(&builder).start().await;
    let gateway = builder
        .table(&microsoft_table(&provider, TENANT, "logout = \"upstream\""))
        .route(&Route::signed_in("/", "echo:"))
        .start()
        .await;
    let client = signed_in(&gateway, "microsoft", "mona").await;
    let begun = client
        .get_json(&format!("{SELF_SERVICE}/logout/browser"))
        .await;
    let begun: Value = begun.json().await.unwrap();
    let left = client.navigate(begun["logout_url"].as_str().unwrap()).await;
    let target = url::Url::parse(&location(&left).unwrap()).unwrap();
    assert!(target.as_str().starts_with(provider.issuer()), "{target}");
    let of = |name: &str| {
        target
            .query_pairs()
            .find(|(n, _)| n == name)
            .map(|(_, v)| v.into_owned())
    };
    assert!(
        of("id_token_hint").is_some() && of("state").is_some(),
        "{target}"
    );
    let back = of("post_logout_redirect_uri").unwrap();
    assert_eq!(
        back,
        format!(
            "{}{SELF_SERVICE}/methods/oidc/signed-out/microsoft",
            gateway.url()
        )
    );
    assert_eq!(
        client.get_json("/").await.status(),
        401,
        "whatever the provider does"
    );
}

/// XP-07, XP-08: the whole life of two accounts, as a person lives it.
#[tokio::test]
async fn a_person_links_microsoft_to_google_and_signs_out_of_both() {
    let builder = TestGateway::builder();
    let (google_one, microsoft_one) =
        tokio::join!(google(&builder).start(), microsoft(&builder).start());
    let gateway = builder
        .table(&google_table(&google_one, "logout = \"upstream\""))
        .table(&microsoft_table(
            &microsoft_one,
            "common",
            "logout = \"upstream\"",
        ))
        .route(&Route::signed_in("/", "echo:"))
        .start()
        .await;
    let browser = Browser::open().await;
    browser.goto(&gateway.url()).await;
    browser.press("Sign in with Google").await;
    at_the_provider(&browser).await;
    browser.see("You are through the gate").await;
    assert!(browser.text().await.contains("gina@gmail.com"));

    browser
        .goto(&format!("{}{SELF_SERVICE}/settings/browser", gateway.url()))
        .await;
    // Google does not tell when it asked who somebody is; what was wanted waits until it does.
    browser.press("Link Microsoft").await;
    browser.press("Sign in with Google").await;
    at_the_provider(&browser).await;
    browser.arrive_at(microsoft_one.issuer()).await;
    at_the_provider(&browser).await;
    browser.see("Unlink Microsoft").await;
    browser.see("Unlink Google").await;

    // Google has nowhere to sign out at, and the page says so.
    browser.goto(&gateway.url()).await;
    sign_out(&browser).await;
    browser.see("You are still signed in at Google").await;

    browser.goto(&gateway.url()).await;
    browser.press("Sign in with Microsoft").await;
    browser.see("You are through the gate").await;
    assert!(
        browser.text().await.contains("gina@gmail.com"),
        "still the same person"
    );
    sign_out(&browser).await;
    browser.arrive_at("/session/end").await;
    browser.press("Yes, sign me out").await;
    wait_until("the browser to be back", async || {
        browser
            .url()
            .await
            .starts_with(&gateway.url())
            .then_some(())
    })
    .await;
    browser.goto(&gateway.url()).await;
    browser.press("Sign in with Microsoft").await;
    browser.arrive_at("/interaction/").await;
}

async fn at_the_provider(browser: &Browser) {
    browser.arrive_at("/interaction/").await;
    browser.fill("login", "gina").await;
    browser.fill("password", "anything").await;
    browser.submit().await;
}

/// Follows the link on the echo page, and confirms if asked to.
async fn sign_out(browser: &Browser) {
    browser.press("Sign out").await;
    let asks = format!("{SELF_SERVICE}/logout");
    if browser.url().await.contains(&asks) && browser.has_button("Sign out").await {
        browser.press("Sign out").await;
    }
}
