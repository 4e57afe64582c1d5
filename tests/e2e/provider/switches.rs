//! What an administrator says of a provider: its client, its id, and who sees it.

use std::fs;

use serde_json::json;

use super::{
    registry::{NOWHERE, buttons},
    shaped::{refused, signed_in},
};
use crate::support::{
    Browser, Form, OidcProvider, Route, TestGateway,
    gateway::Builder,
    person::{session_cookie, sign_in_through, vouched, whoami},
};

fn table(id: &str, issuer: &str, lines: &str) -> String {
    format!(
        "[providers.{id}]\nkind = \"oidc\"\nissuer_url = \"{issuer}\"\nclient_id = \"{id}\"\n{lines}"
    )
}

async fn provider(builder: &Builder) -> OidcProvider {
    OidcProvider::with_client("one", "secret", &builder.redirect_uri("one"))
        .and_client("two", "secret", &builder.redirect_uri("two"))
        .start()
        .await
}

async fn gate(builder: Builder, tables: &[String]) -> TestGateway {
    let builder = tables.iter().fold(builder, |all, one| all.table(one));
    builder.route(&Route::signed_in("/", "echo:")).start().await
}

/// XP-02: the client that is registered at the provider, its secret in a file of its own.
#[tokio::test]
async fn only_the_registered_client_with_its_secret_signs_people_in() {
    let secrets = tempfile::TempDir::new().unwrap();
    let file = secrets.path().join("client.secret");
    for (secret, is_right) in [("secret\n", true), ("another\n", false)] {
        fs::write(&file, secret).unwrap();
        let builder = TestGateway::builder();
        let provider = provider(&builder).await;
        let lines = format!("client_secret_file = {:?}", file.to_str().unwrap());
        let gateway = gate(builder, &[table("one", provider.issuer(), &lines)]).await;
        match is_right {
            true => drop(signed_in(&gateway, "one", "bob").await),
            false => assert_eq!(refused(&gateway, "one", "bob").await, "provider_invalid"),
        }
    }
}

/// XP-05: links are made of the id, so what has another id is another provider.
#[tokio::test]
async fn a_provider_under_another_id_knows_nobody() {
    let builder = TestGateway::builder();
    let provider = provider(&builder).await;
    let secret = "client_secret = \"secret\"";
    let tables = ["one", "two"].map(|id| table(id, provider.issuer(), secret));
    let gateway = gate(builder, &tables).await;
    let bob = signed_in(&gateway, "one", "bob").await;
    let other = gateway.anonymous();
    let answer = sign_in_through(&other, "two", "bob").await;
    assert_eq!(session_cookie(&answer), None, "a proof is asked for first");
    let again = signed_in(&gateway, "one", "bob").await;
    let identity = |session: serde_json::Value| session["identity"]["id"].clone();
    assert_eq!(identity(whoami(&again).await), identity(whoami(&bob).await));
}

/// XP-16: a hidden provider has no button, except behind a link that names it.
#[tokio::test]
async fn a_hidden_provider_serves_whoever_names_it() {
    let builder = TestGateway::builder();
    let provider = provider(&builder).await;
    let tables = [
        table(
            "one",
            provider.issuer(),
            "client_secret = \"secret\"\nhidden = true\nlabel = \"One\"",
        ),
        table("two", NOWHERE, "client_secret = \"secret\""),
    ];
    let gateway = gate(builder, &tables).await;
    assert_eq!(buttons(&gateway).await, ["two"]);
    let client = gateway.anonymous();
    let form = Form::begin(&client, "login", "?provider=one").await;
    assert!(form.values("provider").contains(&"one".to_owned()));
    let back = vouched(&client, &form.choose("one").await, "bob").await;
    let answer = client.navigate(&back).await;
    assert!(session_cookie(&answer).is_some(), "{}", answer.status());

    let browser = Browser::open().await;
    browser.goto(&gateway.url()).await;
    assert!(!browser.has_button("Sign in with One").await);
    let link = "/.portcullis/self-service/login/browser?provider=one";
    browser.goto(&format!("{}{link}", gateway.url())).await;
    assert!(browser.has_button("Sign in with One").await);
}

/// XP-16: `enabled = false` answers whoever has an old page.
#[tokio::test]
async fn a_disabled_provider_serves_nobody() {
    let builder = TestGateway::builder();
    let provider = provider(&builder).await;
    let lines = "client_secret = \"secret\"\nenabled = false";
    let gateway = gate(builder, &[table("one", provider.issuer(), lines)]).await;
    let form = Form::begin(&gateway.anonymous(), "login", "?provider=one").await;
    assert_eq!(form.values("provider"), [""; 0]);
    let answer = form
        .submit_json(json!({ "method": "oidc", "provider": "one" }))
        .await;
    assert_eq!(answer.status(), 404);
}
