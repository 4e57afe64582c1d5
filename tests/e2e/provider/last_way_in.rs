//! The provider by which alone those come in who may do everything (CU-10): it stays, whichever way is taken, until
//! there is another way in. Files cannot be refused anything, so they are warned of.

use reqwest::Method;
use serde_json::{Value, json};

use super::{
    registry::{drop_in, table, wait_for_buttons},
    run_time::{add, ask},
};
use crate::support::{
    Anonymous, BOB, OidcProvider, Postgres, Route, TestGateway,
    admin::{Program, admin_token},
    gateway::Builder,
    person::{session_cookie, sign_in_through},
};

const ACME: &str = "/admin/x/providers/acme";
const TOLD: &str = "nobody with the role admin";

async fn begun(builder: Builder) -> (TestGateway, OidcProvider) {
    let redirect = builder.redirect_uri("acme");
    let provider = OidcProvider::with_client("gate", "hush-acme", &redirect);
    let provider = provider.start().await;
    let builder = builder.table("[plugins.admin]");
    let gateway = builder.route(&Route::signed_in("/", "echo:")).start().await;
    (gateway, provider)
}

async fn comes_in(gateway: &TestGateway) {
    let answer = sign_in_through(&gateway.anonymous(), "acme", "bob").await;
    assert!(session_cookie(&answer).is_some(), "{}", answer.status());
}

/// Bob, who comes in by the provider alone, may do everything from now on.
async fn bob_is_administrator(gateway: &TestGateway) {
    wait_for_buttons(gateway, &["acme"]).await;
    comes_in(gateway).await;
    let given = gateway.run(&["set-roles", "--email", BOB.email, "--add", "admin"], "");
    assert_eq!(given.code, 0, "{given:?}");
}

/// What the admin API answers to a wish about the provider.
async fn asked(
    gateway: &TestGateway,
    program: &Program,
    (method, body): (Method, Option<Value>),
) -> (u16, Value) {
    let admin = Anonymous::without_cookies(&gateway.admin_url());
    let request = admin.request(method, ACME).bearer_auth(&program.bearer);
    let request = match &body {
        Some(body) => request.json(body),
        None => request,
    };
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

async fn stays_until_there_is_another_way_in(builder: Builder) {
    let (gateway, provider) = begun(builder).await;
    let issuer = provider.issuer();
    let more = ["--set", "allow_private_network=true"];
    let added = add(&gateway, "acme", issuer, &more);
    assert_eq!(added.code, 0, "{added:?}");
    bob_is_administrator(&gateway).await;
    for wish in [
        &["disable", "acme"][..],
        &["disable", "acme", "--links", "unlink", "--yes"],
        &["remove", "acme", "--yes"],
    ] {
        let refused = ask(&gateway, wish);
        assert_eq!(refused.code, 1, "{refused:?}");
        assert!(refused.stderr.contains(TOLD), "{refused:?}");
    }
    let program = admin_token(&gateway).await;
    let whole = json!({
        "kind": "oidc", "issuer_url": issuer, "client_id": "gate", "allow_private_network": true,
        "enabled": false,
    });
    for wish in [
        (Method::PATCH, Some(json!({"enabled": false}))),
        (Method::PUT, Some(whole)),
        (Method::DELETE, None),
    ] {
        let (status, told) = asked(&gateway, &program, wish).await;
        assert_eq!(status, 409, "{told}");
        assert_eq!(told["error"]["id"], "last_administrator", "{told}");
        let reason = told["error"]["reason"].as_str().unwrap();
        assert!(reason.contains("give one of them another way in"), "{told}");
    }
    comes_in(&gateway).await;
    let links = ["list-credentials", "--email", BOB.email, "--output", "json"];
    let links = gateway.run(&links, "").json();
    assert_eq!(links.as_array().unwrap().len(), 1, "nothing went: {links}");

    let password = [
        "reset-password",
        "--email",
        BOB.email,
        "--yes",
        "--password-stdin",
    ];
    let given = gateway.run(&password, BOB.password);
    assert_eq!(given.code, 0, "{given:?}");
    let off = ask(&gateway, &["disable", "acme"]);
    assert_eq!(off.code, 0, "{off:?}");
    let gone = ask(&gateway, &["remove", "acme", "--yes"]);
    assert_eq!(gone.code, 0, "{gone:?}");
}

/// CU-10, XP-15.
#[tokio::test]
async fn the_provider_of_the_last_administrator_stays_until_they_have_another_way_in() {
    stays_until_there_is_another_way_in(TestGateway::builder()).await;
}

#[tokio::test]
async fn the_provider_of_the_last_administrator_stays_on_postgresql_too() {
    let postgres = Postgres::start().await;
    let builder = TestGateway::builder().postgres(&postgres);
    stays_until_there_is_another_way_in(builder).await;
}

/// CU-10: what a file says of it counts, and is warned of.
#[tokio::test]
async fn a_file_that_shuts_administrators_out_is_warned_of() {
    let (gateway, provider) = begun(TestGateway::builder()).await;
    drop_in(&gateway, "acme.toml", &table("acme", provider.issuer(), ""));
    bob_is_administrator(&gateway).await;
    assert!(!gateway.log().contains(TOLD), "{}", gateway.log());
    let off = table("acme", provider.issuer(), "enabled = false");
    drop_in(&gateway, "acme.toml", &off);
    let line = gateway.wait_for_log(TOLD).await;
    assert!(line.contains("last_administrator"), "{line}");
    assert!(line.contains("create-admin-account"), "{line}");
    assert!(!line.contains(BOB.email), "{line}");
}
