//! Those who guess, and machines that register: what keeps them out, and who can end it.

use std::time::Duration;

use serde_json::{Value, json};
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{body_string_contains, method},
};

use crate::support::{ALICE, Anonymous, BOB, Form, Redis, Route, TestGateway};

/// One wrong password from an address that is told, or forged, in a header.
pub(crate) async fn guess(client: &Anonymous, from: &str, name: &str) -> u16 {
    let login = "/.portcullis/self-service/login";
    let begin = client.request(reqwest::Method::GET, &format!("{login}/api"));
    let flow: Value = begin.send().await.unwrap().json().await.unwrap();
    let id = flow["id"].as_str().unwrap();
    let body = json!({"method": "password", "identifier": name, "password": "guessed-4711"});
    let submit = client.request(reqwest::Method::POST, &format!("{login}?flow={id}"));
    let submit = submit.header("x-forwarded-for", from).json(&body);
    submit.send().await.unwrap().status().as_u16()
}

async fn throttles(gateway: &TestGateway, arguments: &[&str]) -> Value {
    let all: Vec<&str> = arguments
        .iter()
        .copied()
        .chain(["--output", "json"])
        .collect();
    let answer = gateway.run(&all, "");
    assert_eq!(answer.code, 0, "{answer:?}");
    answer.json()
}

/// Guesses by every spelling and from everywhere, which administrators see and end.
async fn besieged(gateway: &TestGateway) {
    ALICE.sign_up(gateway).await;
    let client = Anonymous::without_cookies(&gateway.url());
    let mut answers = Vec::new();
    for (index, name) in [
        "alice@example.org",
        "ALICE@example.org",
        "ａｌｉｃｅ@example.org",
    ]
    .iter()
    .cycle()
    .take(15)
    .enumerate()
    {
        answers.push(guess(&client, &format!("203.0.113.{index}"), name).await);
    }
    assert_eq!(
        answers.iter().filter(|status| **status == 400).count(),
        10,
        "{answers:?}"
    );
    assert!(
        answers[10..].iter().all(|status| *status == 429),
        "{answers:?}"
    );

    let seen = throttles(gateway, &["list-throttles", "--email", ALICE.email]).await;
    assert_eq!(seen.as_array().unwrap().len(), 1, "{seen}");
    assert_eq!(seen[0]["kind"], "sign-in");
    assert!(throttles(gateway, &["list-throttles", "--email", BOB.email]).await == json!([]));
    let lifted = throttles(gateway, &["lift-throttle", "--email", ALICE.email, "--yes"]).await;
    assert_eq!(lifted["lifted"][0]["id"], seen[0]["id"]);
    assert_eq!(guess(&client, "203.0.113.99", ALICE.email).await, 400);
    let nothing = gateway.run(&["lift-throttle"], "");
    assert_eq!(nothing.code, 2, "{nothing:?}");
}

#[tokio::test]
async fn guesses_behind_a_trusted_proxy_are_counted_by_whom_they_are_at() {
    let gateway = TestGateway::builder()
        .registration()
        .listen("trusted_proxies = [\"127.0.0.0/8\"]")
        .route(&Route::signed_in("/", "echo:"))
        .start()
        .await;
    besieged(&gateway).await;
}

#[tokio::test]
async fn guesses_are_counted_in_redis_and_lifted_there() {
    let redis = Redis::start().await;
    let gateway = TestGateway::builder()
        .registration()
        .redis(&redis)
        .listen("trusted_proxies = [\"127.0.0.0/8\"]")
        .route(&Route::signed_in("/", "echo:"))
        .start()
        .await;
    besieged(&gateway).await;
    assert!(redis.commands().await.contains_key("incr"));
}

/// A service that knows three answers.
async fn sphinx() -> MockServer {
    let server = MockServer::start().await;
    let yes = ResponseTemplate::new(200).set_body_json(json!({"success": true}));
    let no = json!({"success": false, "error-codes": ["invalid-input-response"]});
    let late = yes.clone().set_delay(Duration::from_secs(30));
    for (response, answer) in [
        ("person", yes),
        ("machine", ResponseTemplate::new(200).set_body_json(no)),
        ("late", late),
    ] {
        Mock::given(method("POST"))
            .and(body_string_contains(format!("response={response}")))
            .and(body_string_contains("secret=kept"))
            .respond_with(answer)
            .mount(&server)
            .await;
    }
    server
}

/// KC-140: success, failure, no answer in time, and an answer that was used.
#[tokio::test]
async fn only_people_register_where_a_captcha_is_chosen() {
    let server = sphinx().await;
    let gateway = TestGateway::builder()
        .registration()
        .table(&format!(
            "[captcha]\nprovider = \"turnstile\"\nsite_key = \"site\"\nsecret = \"kept\"\n\
             verify_url = \"{}\"",
            server.uri()
        ))
        .route(&Route::signed_in("/", "echo:"))
        .start()
        .await;
    let register = async |email: &str, answer: &str| {
        let client = gateway.anonymous();
        let form = Form::begin(&client, "registration", "").await;
        let body = json!({
            "method": "password", "password": ALICE.password,
            "traits": {"email": email, "name": {"first": "A", "last": "B"}},
            "transient_payload": {"captcha_turnstile_response": answer},
        });
        let response = form.submit_json(body).await;
        let status = response.status().as_u16();
        let body: Value = response.json().await.unwrap();
        (status, body["ui"]["messages"][0]["id"].as_u64())
    };
    assert_eq!(register(ALICE.email, "").await, (400, Some(4_000_038)));
    assert_eq!(
        register(ALICE.email, "machine").await,
        (400, Some(4_000_038))
    );
    assert_eq!(register(ALICE.email, "late").await, (400, Some(4_990_090)));
    assert_eq!(register(ALICE.email, "person").await, (200, None));
    assert_eq!(register(BOB.email, "person").await, (400, Some(4_000_038)));
    assert!(!gateway.log().contains("kept"));
}
