//! The fixtures themselves: each really starts, does what its stories rely on, and goes away.

use std::time::Duration;

use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio_tungstenite::{connect_async, tungstenite::Message};
use url::Url;

use crate::support::{
    Anonymous, Browser, HostileProvider, OidcProvider, Postgres, Redis, Reply, Route, TestGateway,
    Trouble, Upstream,
    actor::{exchange, location},
    wait_within,
};

const CALLBACK: &str = "http://localhost:9/.portcullis/self-service/methods/oidc/callback/one";

#[tokio::test]
async fn redis_counts_commands_and_survives_a_stop() {
    let mut redis = Redis::start().await;
    let mut seen = redis.monitor().await;
    redis.ask("SET story told").await;
    assert_eq!(redis.ask("GET story").await, "told");
    assert_eq!(
        redis.commands().await.into_iter().collect::<Vec<_>>(),
        [("get".to_owned(), 1), ("set".to_owned(), 1)]
    );
    assert!(
        seen.recv()
            .await
            .unwrap()
            .contains("\"SET\" \"story\" \"told\"")
    );
    redis.forget_commands().await;
    assert!(redis.commands().await.is_empty());
    redis.stop().await;
    assert!(
        tokio::net::TcpStream::connect(&redis.url()["redis://".len()..])
            .await
            .is_err()
    );
    redis.start_again().await;
    assert_eq!(redis.ask("EXISTS story").await, "0");
}

#[tokio::test]
async fn each_story_has_a_database_of_its_own() {
    let (one, other) = tokio::join!(Postgres::start(), Postgres::start());
    one.query("CREATE TABLE story (told text)");
    assert_eq!(one.query("SELECT count(*) FROM story"), "0\n");
    let tables = "SELECT count(*) FROM pg_tables WHERE tablename = 'story'";
    assert_eq!(other.query(tables), "0\n");
}

#[tokio::test]
async fn a_cluster_of_its_own_keeps_its_rows_over_a_stop() {
    let mut postgres = Postgres::start_alone().await;
    postgres.query("CREATE TABLE story AS SELECT 'told' AS state");
    postgres.stop().await;
    let address = postgres.url().replace("postgres://postgres@", "");
    let address = address.split('/').next().unwrap().to_owned();
    assert!(tokio::net::TcpStream::connect(address).await.is_err());
    postgres.start_again().await;
    assert_eq!(postgres.query("SELECT state FROM story"), "told\n");
}

#[tokio::test]
async fn the_upstream_shows_what_it_received_byte_for_byte() {
    let upstream = Upstream::start().await;
    let port = Url::parse(&upstream.url()).unwrap().port().unwrap();
    let sent = "GET /a%2Fb?c HTTP/1.1\r\nhOsT: x\r\nX-Odd:  two  \r\nConnection: close\r\n\r\n";
    let answer = exchange(port, sent.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert_eq!(upstream.last().head, sent);
    assert_eq!(upstream.last().headers[0].0, "hOsT");
}

#[tokio::test]
async fn the_upstream_streams_echoes_and_can_be_stopped() {
    let mut upstream = Upstream::start().await;
    let client = Anonymous::without_cookies(&upstream.url());

    let (socket, _) = connect_async(upstream.url().replace("http", "ws"))
        .await
        .unwrap();
    let (mut sink, mut messages) = socket.split();
    sink.send(Message::text("ping")).await.unwrap();
    assert_eq!(
        messages.next().await.unwrap().unwrap(),
        Message::text("ping")
    );

    let zeros = client.navigate("/zeros/3000000").await;
    assert_eq!(zeros.bytes().await.unwrap().len(), 3_000_000);

    let body = vec![7_u8; 3_000_000];
    let upload = client
        .request(reqwest::Method::PUT, "/")
        .body(body)
        .send()
        .await
        .unwrap();
    assert_eq!(
        upload.json::<Value>().await.unwrap()["body_length"],
        3_000_000
    );

    let (events, reply) = Reply::stream("text/event-stream");
    let reply = std::sync::Mutex::new(Some(reply));
    upstream.answer(move |_| reply.lock().unwrap().take().unwrap_or(Reply::status(410)));
    let mut stream = client.navigate("/events").await.bytes_stream();
    events.send(Bytes::from("data: one\n\n")).unwrap();
    assert_eq!(stream.next().await.unwrap().unwrap(), "data: one\n\n");
    drop(events);
    assert!(stream.next().await.is_none());

    upstream.stop().await;
    assert!(
        client
            .request(reqwest::Method::GET, "/")
            .send()
            .await
            .is_err()
    );
    upstream.start_again().await;
    assert_eq!(client.navigate("/").await.status(), 410);
}

#[tokio::test]
async fn a_person_signs_in_at_the_real_provider_in_a_real_browser() {
    let upstream = Upstream::start().await;
    upstream.answer(|_| {
        let page = "<title>home</title><label for=f>Motto *</label><input id=f name=m>\
                    <button onclick=\"document.body.append(' pressed')\">Go</button>";
        Reply::text(page).with_header("Content-Type", "text/html")
    });
    let callback = format!(
        "{}/.portcullis/self-service/methods/oidc/callback/one",
        upstream.url()
    );
    let provider = OidcProvider::with_client("one", "secret", &callback)
        .start()
        .await;
    let browser = Browser::open().await;
    browser
        .goto(&authorization(provider.issuer(), "/auth", &callback))
        .await;
    browser.fill("login", "alice").await;
    browser.fill("password", "anything").await;
    browser.submit().await;
    let arrived = browser.arrive_at("/callback/one?").await;
    assert!(
        arrived.contains("code=") && arrived.contains("state=there"),
        "{arrived}"
    );
    assert!(
        upstream
            .received()
            .iter()
            .any(|request| request.path().ends_with("/callback/one"))
    );
    browser.fill("Motto", "shut").await;
    assert_eq!(
        browser
            .run("return document.getElementById('f').value", vec![])
            .await,
        "shut"
    );
    browser.press("Go").await;
    browser.see("pressed").await;
    let folder = tempfile::TempDir::new().unwrap();
    browser.screenshot(&folder.path().join("seen.png")).await;
    assert!(folder.path().join("seen.png").metadata().unwrap().len() > 1000);
}

#[tokio::test]
async fn a_browser_without_scripts_fills_forms_all_the_same() {
    let upstream = Upstream::start().await;
    upstream.answer(|_| {
        let page = "<form method=post><label for=f>Motto</label><input id=f name=m></form>\
                    <p id=p>quiet</p><script>document.getElementById('p').append('loud')</script>";
        Reply::text(page).with_header("Content-Type", "text/html")
    });
    let browser = Browser::open_without_scripts().await;
    browser.goto(&upstream.url()).await;
    assert!(!browser.text().await.contains("loud"));
    browser.fill("Motto", "shut").await;
    browser.submit().await;
    let received = upstream.wait_for_requests(2).await;
    let form = received
        .iter()
        .find(|request| request.method == "POST")
        .unwrap();
    assert_eq!(form.parameter("m").as_deref(), Some("shut"));
}

#[tokio::test]
async fn the_browser_can_be_a_phone_in_the_dark() {
    let upstream = Upstream::start().await;
    upstream.answer(|_| {
        let page = "<meta name=viewport content='width=device-width'><a href=/on>On</a>\
            <style>@media (prefers-color-scheme: dark) { body { color: rgb(1, 2, 3) } }</style>";
        Reply::text(page).with_header("Content-Type", "text/html")
    });
    let browser = Browser::open().await;
    browser.narrow(390).await;
    browser.prefer("dark").await;
    browser.goto(&upstream.url()).await;
    let seen = "return [innerWidth, getComputedStyle(document.body).color]";
    assert_eq!(
        browser.run(seen, vec![]).await,
        json!([390, "rgb(1, 2, 3)"])
    );
    browser.follow_link("/on").await;
    browser.arrive_at("/on").await;
}

#[tokio::test]
async fn the_real_provider_tells_who_signed_in() {
    let provider = OidcProvider::with_client("one", "secret", CALLBACK).claims_in_id_token();
    let mut provider = provider
        .and_client_signed_with("ES256", "two", "other", CALLBACK)
        .start()
        .await;
    for (client, login, verified) in [("one", "alice", true), ("two", "mallory", false)] {
        let secret = if client == "one" { "secret" } else { "other" };
        let claims = sign_in(provider.issuer(), client, secret, login).await;
        assert_eq!(claims["email"], "alice@example.org");
        assert_eq!(claims["email_verified"], verified);
        assert_eq!(claims["aud"], client);
    }
    provider.stop().await;
    let client = Anonymous::without_cookies(provider.issuer());
    assert!(
        client
            .request(reqwest::Method::GET, "/jwks")
            .send()
            .await
            .is_err()
    );
    provider.start_again().await;
    assert_eq!(client.get_json("/jwks").await.status(), 200);
}

#[tokio::test]
async fn the_hostile_provider_behaves_until_it_is_told_otherwise() {
    let provider = HostileProvider::start().await;
    let claims = answer_of(&provider).await;
    assert_eq!(
        (&claims["iss"], &claims["nonce"]),
        (&json!(provider.issuer()), &json!("once"))
    );
    let provider = provider
        .wrong_issuer()
        .missing_subject()
        .trouble("jwks", Trouble::Status(500));
    let claims = answer_of(&provider).await;
    assert_eq!(claims["iss"], "https://elsewhere.example");
    assert!(claims.get("sub").is_none());
    let client = Anonymous::without_cookies(&provider.issuer());
    assert_eq!(client.get_json("/jwks").await.status(), 500);
    provider.behave();
    assert_eq!(client.get_json("/jwks").await.status(), 200);
    assert_eq!(provider.requests("/jwks"), 2);
}

#[tokio::test]
async fn a_described_gateway_passes_its_own_check() {
    let gateway = TestGateway::builder().registration();
    let gateway = gateway
        .route(&Route::signed_in("/", "http://127.0.0.1:9"))
        .run(&["check"]);
    assert_eq!(gateway.code, 0, "{gateway:?}");
}

#[tokio::test]
#[should_panic(expected = "waiting for a day that never comes")]
async fn waiting_ends_at_the_deadline() {
    wait_within(
        Duration::from_millis(30),
        "a day that never comes",
        async || None::<()>,
    )
    .await;
}

fn authorization(issuer: &str, path: &str, callback: &str) -> String {
    let mut url = Url::parse(issuer).unwrap().join(path).unwrap();
    url.query_pairs_mut()
        .append_pair("client_id", "one")
        .append_pair("response_type", "code")
        .append_pair("scope", "openid email profile")
        .append_pair("redirect_uri", callback)
        .append_pair("state", "there")
        .append_pair("nonce", "once")
        // The pair of RFC 7636, appendix B.
        .append_pair(
            "code_challenge",
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        )
        .append_pair("code_challenge_method", "S256");
    url.into()
}

async fn sign_in(issuer: &str, client_id: &str, secret: &str, login: &str) -> Value {
    let client = Anonymous::new(issuer);
    let start =
        authorization(issuer, "/auth", CALLBACK).replace("=one&", &format!("={client_id}&"));
    let form = location(&client.navigate(&start).await).unwrap();
    let fields = [("prompt", "login"), ("login", login), ("password", "x")];
    let resume = location(&client.submit(&form, &fields).await).unwrap();
    let back = location(&client.navigate(&resume).await).unwrap();
    redeem(issuer, &back, (client_id, secret)).await
}

async fn answer_of(provider: &HostileProvider) -> Value {
    let client = Anonymous::without_cookies(&provider.issuer());
    let start = authorization(&provider.issuer(), "/authorize", CALLBACK);
    let back = location(&client.navigate(&start).await).unwrap();
    redeem(&provider.issuer(), &back, ("one", "secret")).await
}

/// Trades the code in an address for the claims of the ID token, without checking it.
async fn redeem(issuer: &str, back: &str, (client_id, secret): (&str, &str)) -> Value {
    let back = Url::parse(back).unwrap();
    let code = back
        .query_pairs()
        .find(|(name, _)| name == "code")
        .unwrap()
        .1
        .into_owned();
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", CALLBACK),
        (
            "code_verifier",
            "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
        ),
    ];
    let client = Anonymous::without_cookies(issuer);
    let request = client
        .request(reqwest::Method::POST, "/token")
        .form(&fields);
    let answer = request
        .basic_auth(client_id, Some(secret))
        .send()
        .await
        .unwrap();
    let answer: Value = answer.json().await.unwrap();
    let token = answer["id_token"]
        .as_str()
        .unwrap_or_else(|| panic!("{answer}"));
    let payload = token.split('.').nth(1).unwrap();
    let payload =
        base64::Engine::decode(&base64::prelude::BASE64_URL_SAFE_NO_PAD, payload).unwrap();
    serde_json::from_slice(&payload).unwrap()
}
