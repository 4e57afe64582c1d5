//! The session cookie: opaque, short, out of reach for scripts, new at every sign-in.

use reqwest::Method;

use crate::support::{
    ALICE, Form, Route, SELF_SERVICE, TestGateway, Upstream, person::session_cookie,
};

async fn gate(upstream: &Upstream) -> TestGateway {
    TestGateway::builder()
        .registration()
        .route(&Route::signed_in("/", &upstream.url()))
        .start()
        .await
}

/// The attributes of a `Set-Cookie` line, in lower case and sorted.
fn attributes(line: &str) -> Vec<String> {
    let parts = line
        .split(';')
        .skip(1)
        .map(|part| part.trim().to_ascii_lowercase());
    let mut parts: Vec<_> = parts.filter(|part| !part.starts_with("max-age")).collect();
    parts.sort();
    parts
}

#[tokio::test]
async fn the_cookie_is_short_opaque_and_out_of_reach() {
    let upstream = Upstream::start().await;
    let gateway = gate(&upstream).await;
    let alice = ALICE.sign_up(&gateway).await;
    assert!(alice.set_cookie.len() < 200, "{}", alice.set_cookie);
    assert!(
        alice
            .set_cookie
            .to_ascii_lowercase()
            .contains("max-age=50400"),
        "14 hours"
    );
    assert_eq!(
        attributes(&alice.set_cookie),
        ["httponly", "path=/", "samesite=lax"]
    );
    let value = alice
        .cookie
        .strip_prefix("portcullis=")
        .expect("its name over plain http");
    assert!(value.len() >= 43, "256 bits at least: {}", value.len());
    assert!(!value.contains(alice.session_id()) && !value.contains(alice.identity()));
}

/// GHSA-f24x-5g9q-753f: a session that was fixed before sign-in must not survive it.
#[tokio::test]
async fn every_sign_in_makes_a_new_session() {
    let upstream = Upstream::start().await;
    let gateway = gate(&upstream).await;
    let first = ALICE.sign_up(&gateway).await;
    let second = ALICE.sign_in(&gateway).await;
    assert_ne!(first.cookie, second.cookie);
    assert_ne!(first.session_id(), second.session_id());

    let target = format!("{SELF_SERVICE}/login/browser?refresh=true");
    let flow = second.get(&target).await;
    assert_eq!(flow.status(), 200);
    let form = Form::begin(&second.client, "login", "?refresh=true").await;
    let answer = form.submit_json(ALICE.credentials()).await;
    assert_eq!(answer.status(), 200);
    let renewed = session_cookie(&answer).expect("a new cookie");
    assert!(
        !renewed.contains(&second.cookie),
        "a new id at every sign-in"
    );
    assert_eq!(
        second.at(&gateway, "/").send().await.unwrap().status(),
        401,
        "the old one is over"
    );
}

/// A cookie that somebody planted before sign-in is not taken over.
#[tokio::test]
async fn a_planted_cookie_opens_nothing_before_or_after_sign_in() {
    let upstream = Upstream::start().await;
    let gateway = gate(&upstream).await;
    let planted = format!("portcullis={}", "A".repeat(43));
    let ask = async || {
        let request = gateway.anonymous().request(Method::GET, "/");
        request
            .header("cookie", &planted)
            .send()
            .await
            .unwrap()
            .status()
    };
    assert_eq!(ask().await, 401);
    ALICE.sign_up(&gateway).await;
    assert_eq!(ask().await, 401);
}

/// envoy#44104: a deletion without the attributes is ignored by browsers.
#[tokio::test]
async fn signing_out_deletes_the_cookie_with_the_same_attributes() {
    let upstream = Upstream::start().await;
    let gateway = gate(&upstream).await;
    let alice = ALICE.sign_up(&gateway).await;
    let answer = alice.get(&format!("{SELF_SERVICE}/logout/browser")).await;
    let answer: serde_json::Value = answer.json().await.unwrap();
    let done = alice
        .client
        .navigate(answer["logout_url"].as_str().unwrap())
        .await;
    let deleted = session_cookie(&done).expect("a deletion");
    assert!(
        deleted.to_ascii_lowercase().contains("max-age=0"),
        "{deleted}"
    );
    assert_eq!(attributes(&deleted), attributes(&alice.set_cookie));
    assert_eq!(
        alice.at(&gateway, "/").send().await.unwrap().status(),
        401,
        "on the server, too"
    );
}

/// Signing somebody out from another site's page would be a nuisance.
#[tokio::test]
async fn signing_out_needs_the_sessions_own_token() {
    let upstream = Upstream::start().await;
    let gateway = gate(&upstream).await;
    let alice = ALICE.sign_up(&gateway).await;
    for forged in ["", "?token=", "?token=guessed"] {
        alice
            .client
            .navigate(&format!("{SELF_SERVICE}/logout{forged}"))
            .await;
        assert_eq!(alice.status("/").await, 200, "{forged}");
    }
}

#[tokio::test]
async fn a_cookie_domain_serves_several_hosts() {
    let upstream = Upstream::start().await;
    let gateway = TestGateway::builder()
        .registration()
        .route(&Route::signed_in("/", &upstream.url()))
        .table("[session]\ncookie_domain = \"example.org\"")
        .public_url("https://gate.example.org")
        .plainly_at_localhost();
    let gateway = gateway.start().await;
    let client = gateway.anonymous();
    let form = Form::begin_native(&client, "registration").await;
    let traits = serde_json::json!({ "email": ALICE.email });
    let body =
        serde_json::json!({ "method": "password", "password": ALICE.password, "traits": traits });
    let native = client.post_json(&gateway.here(form.action()), &body).await;
    assert_eq!(native.status(), 200, "{}", native.text().await.unwrap());

    let flow = client
        .get_json(&format!("{SELF_SERVICE}/login/browser"))
        .await;
    let csrf = flow
        .headers()
        .get("set-cookie")
        .unwrap()
        .to_str()
        .unwrap()
        .to_owned();
    let flow: serde_json::Value = flow.json().await.unwrap();
    let nodes = flow["ui"]["nodes"].as_array().unwrap();
    let token = nodes
        .iter()
        .find(|n| n["attributes"]["name"] == "csrf_token")
        .unwrap();
    let mut body = ALICE.credentials();
    body["csrf_token"] = token["attributes"]["value"].clone();
    let action = gateway.here(flow["ui"]["action"].as_str().unwrap());
    let request = client.request(Method::POST, &action).json(&body);
    let request = request.header("accept", "application/json");
    let answer = request
        .header("cookie", csrf.split(';').next().unwrap())
        .send()
        .await
        .unwrap();
    let line = session_cookie(&answer).expect("a session");
    assert!(line.starts_with("__Secure-portcullis="), "{line}");
    let expected = [
        "domain=example.org",
        "httponly",
        "path=/",
        "samesite=lax",
        "secure",
    ];
    assert_eq!(attributes(&line), expected);
}
