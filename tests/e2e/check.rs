//! `portcullis check`: every mistake at once, with the place where it stands.

use crate::support::{OidcProvider, Postgres, Redis, Route, TestGateway};

/// Several mistakes of different kinds in one file.
const MISTAKES: &str = r#"
[session]
idle_timeot = "1h"
lifespan = "soon"

[[routes]]
name = "app"
path = "/app"
upstream = ["not an address"]
access = "signed_in"
allow = "identity.traits.email =="

[providers.acme]
kind = "oidc"
client_id = "portcullis"
"#;

#[tokio::test]
async fn every_mistake_is_told_at_once_with_file_line_and_key() {
    let gateway = TestGateway::builder().table(MISTAKES);
    let toml = gateway.configuration();
    let line_of = |part: &str| toml.lines().position(|line| line.contains(part)).unwrap() + 1;
    for command in [&["check"][..], &["-t"], &["--config-test"], &["--test"]] {
        let answer = gateway.run(command);
        assert_eq!(answer.code, 1, "{command:?}: {answer:?}");
        for part in [
            "idle_timeot",
            "soon",
            "not an address",
            "signed_in",
            "allow =",
        ] {
            let place = format!("portcullis.toml:{}", line_of(part));
            assert!(
                answer.stderr.contains(&place),
                "{part} at {place}: {}",
                answer.stderr
            );
        }
        for said in ["idle_timeout", "issuer_url", "signed-in"] {
            assert!(answer.stderr.contains(said), "{said}: {}", answer.stderr);
        }
    }
    let served = gateway.run(&["serve"]);
    assert_eq!(served.code, 1, "it does not start either: {served:?}");
    assert!(served.stderr.contains("idle_timeout"), "{served:?}");
}

#[tokio::test]
async fn a_valid_configuration_passes_and_weak_choices_are_told() {
    let gateway = TestGateway::builder().route(&Route::signed_in("/", "http://127.0.0.1:9"));
    let answer = gateway.run(&["check"]);
    assert_eq!(answer.code, 0, "{answer:?}");
    let weak = TestGateway::builder()
        .public_url("http://gate.example.org")
        .registration()
        .table("[providers.acme]\nkind = \"google\"\nclient_id = \"x\"\nclient_secret = \"y\"")
        .route(&Route::signed_in("/", "http://127.0.0.1:9"));
    let answer = weak.run(&["check"]);
    assert_eq!(answer.code, 0, "advice is no refusal: {answer:?}");
    assert!(answer.stderr.contains("warning"), "{answer:?}");
    assert!(
        answer.stderr.contains("public_url"),
        "http outside loopback: {answer:?}"
    );
    assert!(
        answer.stderr.contains("acme"),
        "a provider open to the world: {answer:?}"
    );
}

/// Whoever serves without having checked is told of `auth = "none"` and the like all the same.
#[tokio::test]
async fn weak_choices_are_told_in_the_log_when_serving_begins() {
    let weak = TestGateway::builder()
        .registration()
        .environment(
            "PORTCULLIS__MAIL__URL",
            "smtp://gate:hush-hush@mail.example.org:587",
        )
        .environment("PORTCULLIS__MAIL__FROM", "gate@example.org")
        .table("[plugins.admin]\nauth = \"none\"")
        .route(&Route::signed_in("/", "http://127.0.0.1:9"));
    let checked = weak.run(&["check"]);
    let gateway = weak.start().await;
    let line = gateway.wait_for_log("plugins.admin.auth").await;
    let line: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert_eq!(line["level"], "WARN", "{line}");
    assert_eq!(line["event"], "configuration_warning", "{line}");
    let log = gateway.log();
    let told = log
        .lines()
        .filter(|line| line.contains("configuration_warning"));
    let told: Vec<serde_json::Value> = told
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let findings: Vec<_> = told
        .iter()
        .map(|line| line["finding"].as_str().unwrap())
        .collect();
    let expected: Vec<_> = checked
        .stderr
        .lines()
        .filter(|line| line.contains("warning: "))
        .collect();
    assert_eq!(findings, expected);
    assert!(expected.len() > 1, "{expected:?}");
    assert!(!log.contains("hush-hush"), "{log}");
}

#[tokio::test]
async fn a_secret_is_never_repeated() {
    let secret = "hush-hush-client-secret";
    let gateway = TestGateway::builder().table(&format!(
        "[providers.acme]\nkind = \"oidcc\"\nclient_id = \"x\"\nclient_secret = \"{secret}\"\n\
         client_secret_file = \"/nowhere\"\nissuer_url = \"http://127.0.0.1:9\"\n\
         [redis]\nurl = \"redis://:{secret}@@@\""
    ));
    let answer = gateway.run(&["check"]);
    assert_eq!(answer.code, 1);
    let told = format!("{}{}", answer.stdout, answer.stderr);
    assert!(!told.contains(secret), "{told}");
}

#[tokio::test]
async fn the_environment_wins_and_is_named_when_it_is_wrong() {
    let fine = TestGateway::builder().environment("PORTCULLIS__SESSION__LIFESPAN", "8h");
    assert_eq!(fine.run(&["check"]).code, 0);
    let wrong = TestGateway::builder().environment("PORTCULLIS__SESSION__LIFESPAN", "long");
    let answer = wrong.run(&["check"]);
    assert_eq!(answer.code, 1);
    assert!(
        answer.stderr.contains("PORTCULLIS__SESSION__LIFESPAN"),
        "{answer:?}"
    );
    let unknown = TestGateway::builder().environment("PORTCULLIS__SESION__LIFESPAN", "8h");
    assert_eq!(unknown.run(&["check"]).code, 1);
}

#[tokio::test]
async fn connectivity_is_checked_only_when_asked_for() {
    let (mut redis, mut postgres) = (Redis::start().await, Postgres::start_alone().await);
    let builder = TestGateway::builder().redis(&redis).postgres(&postgres);
    let provider = OidcProvider::with_client("one", "secret", &builder.redirect_uri("one"));
    let mut provider = provider.start().await;
    let gateway = builder
        .provider("one", provider.issuer(), ("one", "secret"))
        .route(&Route::signed_in("/", "http://127.0.0.1:9"));
    let ask = || gateway.run(&["check", "--check-connectivity"]);
    let answer = ask();
    assert_eq!(answer.code, 0, "{answer:?}");
    redis.stop().await;
    let answer = ask();
    assert_eq!(answer.code, 1, "{answer:?}");
    assert!(answer.stderr.to_lowercase().contains("redis"), "{answer:?}");
    postgres.stop().await;
    provider.stop().await;
    let answer = ask();
    assert_eq!(answer.code, 1);
    for gone in ["redis", "store", "one"] {
        assert!(
            answer.stderr.to_lowercase().contains(gone),
            "{gone}: {answer:?}"
        );
    }
    assert_eq!(
        gateway.run(&["check"]).code,
        0,
        "offline, nothing is contacted"
    );
}

#[tokio::test]
async fn a_file_that_is_not_there_is_told() {
    let gateway = TestGateway::builder().table(
        "[listen.tls]\ncertificate_file = \"/nowhere/c.pem\"\nkey_file = \"/nowhere/k.pem\"",
    );
    let answer = gateway.run(&["check"]);
    assert_eq!(answer.code, 1, "{answer:?}");
    assert!(answer.stderr.contains("/nowhere/c.pem"), "{answer:?}");
}
