//! Providers of a list as Kratos' configuration has them, which another program writes (XP-10).

use std::fs;

use serde_json::{Value, json};

use super::registry::{health, wait_for_buttons};
use crate::support::{
    Mounted, OidcProvider, Route, TestGateway,
    person::{session_cookie, sign_in_through},
};

/// An object as Canonical's admin UI writes it: every key, those without a value too.
fn listed(id: &str, issuer: &str) -> Value {
    json!({
        "id": id, "provider": "generic", "label": "", "client_id": "gate",
        "client_secret": format!("hush-{id}"), "issuer_url": issuer, "auth_url": "",
        "token_url": "", "microsoft_tenant": "", "subject_source": "", "apple_team_id": "",
        "apple_private_key_id": "", "apple_private_key": "",
        "scope": ["profile", "email"],
        "mapper_url": "base64://bG9jYWwgY2xhaW1zID0gc3RkLmV4dFZhcignY2xhaW1zJyk7",
        "requested_claims": null,
    })
}

fn text(providers: &[Value]) -> String {
    Value::from(providers.to_vec()).to_string()
}

/// XP-10.
#[tokio::test]
async fn people_sign_in_through_a_provider_of_a_list_that_is_written_meanwhile() {
    let builder = TestGateway::builder();
    let settings = OidcProvider::with_client("gate", "hush-acme", &builder.redirect_uri("acme"));
    let provider = settings.start().await;
    let gateway = builder.route(&Route::signed_in("/", "echo:")).start().await;
    let folder = gateway.folder().join("providers.d");
    fs::create_dir(&folder).unwrap();
    let file = folder.join("providers.json");
    let acme = listed("acme", provider.issuer());
    fs::write(&file, text(std::slice::from_ref(&acme))).unwrap();
    wait_for_buttons(&gateway, &["acme"]).await;
    let answer = sign_in_through(&gateway.anonymous(), "acme", "bob").await;
    assert!(session_cookie(&answer).is_some(), "{}", answer.status());
    let line = gateway.wait_for_log("Jsonnet mapper").await;
    assert!(line.contains("providers.acme.mapper_url"), "{line}");
    assert!(line.contains("providers.json:1"), "{line}");

    let broken = text(&[acme.clone(), json!({"id": "beta", "provider": "amazon"})]);
    fs::write(&file, broken).unwrap();
    gateway.wait_for_log("providers.beta.provider").await;
    let told = health(&gateway).await;
    let error = told["configuration_error"].as_str().unwrap();
    assert!(error.contains("providers.json:1"), "{error}");
    let answer = sign_in_through(&gateway.anonymous(), "acme", "bob").await;
    assert!(session_cookie(&answer).is_some(), "what was good serves on");

    fs::write(&file, text(&[acme, listed("beta", provider.issuer())])).unwrap();
    wait_for_buttons(&gateway, &["acme", "beta"]).await;
    assert_eq!(health(&gateway).await["configuration_error"], Value::Null);
    assert!(!gateway.log().contains("hush-"), "no secret in the log");
}

/// XP-10: as Kubernetes mounts it.
#[tokio::test]
async fn a_list_in_a_config_map_is_followed_when_it_is_swapped() {
    let builder = TestGateway::builder();
    let settings = OidcProvider::with_client("gate", "hush-acme", &builder.redirect_uri("acme"));
    let provider = settings.start().await;
    let mut mounted = Mounted::with(&[("providers.json", "")]);
    let gateway = builder
        .top(&format!("providers_dir = {:?}", mounted.path()))
        .route(&Route::signed_in("/", "echo:"))
        .start()
        .await;
    wait_for_buttons(&gateway, &[]).await;
    let acme = text(&[listed("acme", provider.issuer())]);
    mounted.swap(&[("providers.json", &acme)]);
    wait_for_buttons(&gateway, &["acme"]).await;
    let answer = sign_in_through(&gateway.anonymous(), "acme", "bob").await;
    assert!(session_cookie(&answer).is_some(), "{}", answer.status());
    // As long as the text of before.
    mounted.swap(&[("providers.json", &acme.replace("acme", "beta"))]);
    wait_for_buttons(&gateway, &["beta"]).await;
}
