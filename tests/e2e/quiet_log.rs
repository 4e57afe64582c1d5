//! The log tells what happened, and nothing that could be used or that names a person.

use serde_json::Value;

use crate::support::{
    ALICE, BOB, Form, HostileProvider, OidcProvider, Redis, Route, TestGateway, Upstream,
    person::{session_cookie, sign_in_through, vouched},
};

/// Everything that must never be read in a log, by name.
type Secrets = Vec<(&'static str, String)>;

/// Lives through everything once, and remembers what was secret in it.
async fn everything(gateway: &TestGateway) -> Secrets {
    let mut secrets = with_passwords(gateway).await;
    secrets.extend(through_a_provider(gateway).await);
    sign_in_through(&gateway.anonymous(), "two", "x").await;
    let reset = ["reset-password", "--email", ALICE.email, "--password-stdin"];
    assert_eq!(gateway.run(&reset, "a-whole-new-password").code, 0);
    let written_down = [
        ("password", ALICE.password),
        ("mistyped password", "mistyped-password"),
        ("mistyped address", "typo@example.org"),
        ("new password", "a-whole-new-password"),
        ("address", ALICE.email),
        ("provider's address", BOB.email),
        ("client secret", "one-client-secret"),
        ("query", "query-secret"),
        ("access token", "hostile-access"),
        ("name", "Archer"),
    ];
    secrets.extend(written_down.map(|(name, value)| (name, value.to_owned())));
    secrets
}

async fn with_passwords(gateway: &TestGateway) -> Secrets {
    let alice = ALICE.sign_up(gateway).await;
    let mut secrets = vec![("session cookie", value_of(&alice.cookie))];
    assert_eq!(alice.status("/private?ticket=query-secret").await, 200);
    let native = ALICE.sign_in_natively(gateway).await;
    secrets.push(("session token", native.token.clone()));
    assert_eq!(native.get("/").await.status(), 200);

    let wrong = gateway.anonymous();
    let form = Form::begin(&wrong, "login", "").await;
    secrets.extend(
        form.value("csrf_token")
            .map(|token| ("anti-forgery token", token)),
    );
    let body = serde_json::json!({
        "method": "password", "identifier": "typo@example.org", "password": "mistyped-password",
    });
    form.submit_json(body).await;
    secrets.extend(
        wrong
            .cookies()
            .iter()
            .map(|pair| ("cookie", value_of(pair))),
    );
    alice.sign_out().await;
    secrets
}

async fn through_a_provider(gateway: &TestGateway) -> Secrets {
    let visitor = gateway.anonymous();
    let start = Form::begin(&visitor, "login", "").await.choose("one").await;
    let back = vouched(&visitor, &start, "bob").await;
    let mut secrets = Secrets::new();
    for address in [&start, &back] {
        let url = url::Url::parse(address).unwrap();
        let told = url.query_pairs().filter(|(name, _)| {
            ["state", "nonce", "code", "code_challenge"].contains(&name.as_ref())
        });
        secrets.extend(told.map(|(_, value)| ("parameter", value.into_owned())));
    }
    secrets.extend(
        visitor
            .cookies()
            .iter()
            .map(|pair| ("attempts", value_of(pair))),
    );
    let arrived = visitor.navigate(&back).await;
    let cookie = session_cookie(&arrived).expect("bob is signed in");
    let cookie = cookie.split(';').next().unwrap_or_default();
    secrets.push(("provider's session", value_of(cookie)));
    secrets
}

fn value_of(pair: &str) -> String {
    pair.split_once('=')
        .expect("a name and a value")
        .1
        .to_owned()
}

async fn gateway_logging_at(
    level: &str,
    redis: &Redis,
    upstream: &Upstream,
) -> (TestGateway, OidcProvider, HostileProvider) {
    let builder = TestGateway::builder()
        .registration()
        .redis(redis)
        .environment("RUST_LOG", level);
    let settings =
        OidcProvider::with_client("one", "one-client-secret", &builder.redirect_uri("one"));
    let provider = settings.start().await;
    let hostile = HostileProvider::start().await.wrong_nonce();
    let gateway = builder
        .provider("one", provider.issuer(), ("one", "one-client-secret"))
        .provider("two", &hostile.issuer(), ("two", "two-client-secret"))
        .route(&Route::signed_in("/", &upstream.url()))
        .start()
        .await;
    (gateway, provider, hostile)
}

#[tokio::test]
async fn no_secret_and_no_person_is_in_the_log_at_any_level() {
    let upstream = Upstream::start().await;
    let redis = Redis::start().await;
    for level in ["debug", "trace"] {
        let (mut gateway, _provider, _hostile) = gateway_logging_at(level, &redis, &upstream).await;
        let secrets = everything(&gateway).await;
        gateway.stop().await;
        let log = gateway.log();
        assert!(log.lines().count() > 10, "the gateway is talkative: {log}");
        for (name, secret) in secrets {
            let found = log.lines().find(|line| line.contains(&secret));
            assert_eq!(found, None, "{level}: {name} {secret:?} is in the log");
        }
    }
}

#[tokio::test]
async fn each_request_has_one_line_with_the_documented_fields_and_no_query() {
    let upstream = Upstream::start().await;
    let gateway = TestGateway::builder()
        .registration()
        .route(&Route::signed_in("/", &upstream.url()))
        .start()
        .await;
    let alice = ALICE.sign_up(&gateway).await;
    let request = alice
        .client
        .request(reqwest::Method::GET, "/private/x?ticket=query-secret");
    let request = request
        .header("x-request-id", "find-me-1")
        .header("accept", "application/json");
    assert_eq!(request.send().await.unwrap().status(), 200);
    let line = gateway.wait_for_log("find-me-1").await;
    let shown: Value =
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"));
    let text = line.as_str();
    let field = |name: &str| -> Value {
        [&shown, &shown["fields"]]
            .into_iter()
            .map(|o| o[name].clone())
            .find(|v| !v.is_null())
            .unwrap_or_default()
    };
    assert_eq!(field("request.id"), "find-me-1", "{text}");
    assert_eq!(field("route.name"), "signed-in-root", "{text}");
    assert_eq!(field("identity.id"), alice.identity(), "{text}");
    assert_eq!(field("status"), 200, "{text}");
    for name in ["principal.kind", "decision", "upstream.name", "duration_ms"] {
        assert!(!field(name).is_null(), "{name}: {text}");
    }
    assert!(
        text.contains("/private/x") && !text.contains("query-secret"),
        "{text}"
    );
    assert_eq!(
        gateway.log().matches("find-me-1").count(),
        1,
        "one line for one request"
    );

    let refused = gateway
        .anonymous()
        .request(reqwest::Method::GET, "/private");
    refused
        .header("x-request-id", "find-me-2")
        .send()
        .await
        .unwrap();
    let line = gateway.wait_for_log("find-me-2").await;
    assert!(
        line.contains("session_inactive"),
        "the code says why: {line}"
    );
}
