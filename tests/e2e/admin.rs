//! The admin listener of a running gateway: who is let in, and what programs get in with.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{
    ALICE, Anonymous, Route, TestGateway,
    actor::{exchange, header},
    gateway::Output,
    wait_until,
};

const NOBODY: &str = "/admin/identities/00000000-0000-4000-8000-000000000000";

async fn running() -> TestGateway {
    TestGateway::builder()
        .registration()
        .table("[plugins.admin]")
        .route(&Route::signed_in("/", "echo:"))
        .start()
        .await
}

fn api_credentials(gateway: &TestGateway, arguments: &[&str]) -> Output {
    let whole = [&["api-credentials"], arguments, &["--output", "json"]].concat();
    gateway.run(&whole, "")
}

fn created(gateway: &TestGateway, more: &[&str]) -> Value {
    let made = api_credentials(gateway, &[&["create", "--name", "story"], more].concat());
    assert_eq!(made.code, 0, "{made:?}");
    made.json()
}

async fn token(admin: &Anonymous, made: &Value) -> reqwest::Response {
    let request = admin.request(Method::POST, "/oauth2/token");
    let id = made["client_id"].as_str().unwrap();
    let request = request.basic_auth(id, made["client_secret"].as_str());
    let form = [("grant_type", "client_credentials"), ("scope", "openid")];
    request.form(&form).send().await.unwrap()
}

async fn get(admin: &Anonymous, path: &str, bearer: &str) -> StatusCode {
    let request = admin.request(Method::GET, path).bearer_auth(bearer);
    request.send().await.unwrap().status()
}

/// HA-13 to HA-19: a program begins with a command and no console.
#[tokio::test]
async fn a_program_gets_a_token_calls_and_loses_it() {
    let gateway = running().await;
    let admin = Anonymous::without_cookies(&gateway.admin_url());
    let made = created(&gateway, &["--role", "viewer"]);
    assert_eq!(
        made["token_endpoint"],
        format!("{}/oauth2/token", gateway.admin_url())
    );
    assert_eq!(made["audience"], gateway.admin_url());
    let answer = token(&admin, &made).await;
    assert_eq!(answer.status(), 200);
    let answer: Value = answer.json().await.unwrap();
    assert_eq!(
        (&answer["expires_in"], &answer["token_type"]),
        (&json!(3599), &json!("bearer"))
    );
    let bearer = answer["access_token"].as_str().unwrap();
    assert_eq!(get(&admin, NOBODY, bearer).await, 404);
    assert_eq!(get(&admin, "/admin/x/audit", bearer).await, 200);
    assert_eq!(get(&admin, "/admin/x/api-credentials", bearer).await, 403);
    let id = made["client_id"].as_str().unwrap();
    let revoke = admin.request(Method::POST, "/oauth2/revoke");
    let revoke = revoke.basic_auth(id, made["client_secret"].as_str());
    let revoked = revoke.form(&[("token", bearer)]).send().await.unwrap();
    assert_eq!(revoked.status(), 200);
    assert_eq!(
        get(&admin, NOBODY, bearer).await,
        401,
        "at once, in the same process"
    );
    let log = gateway.log();
    for secret in [bearer, made["client_secret"].as_str().unwrap()] {
        assert!(!log.contains(secret), "no log line holds a secret");
    }
}

#[tokio::test]
async fn credentials_are_listed_rotated_and_deleted_by_commands() {
    let gateway = running().await;
    let admin = Anonymous::without_cookies(&gateway.admin_url());
    let made = created(&gateway, &["--role", "user-manager", "--expires-in", "90d"]);
    let client = made["client_id"].as_str().unwrap();
    let listed = api_credentials(&gateway, &["list"]).json();
    assert_eq!(listed[0]["client_id"], client);
    assert!(listed[0].get("client_secret").is_none());
    let at_once = ["rotate", "--id", client, "--overlap", "0s"];
    let unasked = api_credentials(&gateway, &at_once);
    assert_eq!(unasked.code, 2, "nobody can be asked: {unasked:?}");
    assert_eq!(token(&admin, &made).await.status(), 200);
    let rotated = api_credentials(&gateway, &[&at_once[..], &["--yes"]].concat());
    assert_eq!(rotated.code, 0, "{rotated:?}");
    assert_eq!(token(&admin, &made).await.status(), 401);
    let answer: Value = token(&admin, &rotated.json()).await.json().await.unwrap();
    let bearer = answer["access_token"].as_str().unwrap();
    assert_eq!(get(&admin, NOBODY, bearer).await, 404);
    let deleted = api_credentials(&gateway, &["delete", "--id", client, "--yes"]);
    assert_eq!(deleted.json()["deleted"], true, "{deleted:?}");
    // What a command writes is seen within five seconds.
    wait_until("the token to be refused", async || {
        (get(&admin, NOBODY, bearer).await == 401).then_some(())
    })
    .await;
    let unknown = api_credentials(&gateway, &["delete", "--id", client, "--yes"]);
    assert_eq!(unknown.code, 1, "{unknown:?}");
    let odd = api_credentials(&gateway, &["create", "--name", "x", "--role", "root"]);
    assert_eq!(odd.code, 2, "{odd:?}");
}

/// HA-19, and administrators by their own sessions.
#[tokio::test]
async fn nobody_gets_in_without_a_token_or_with_somebody_elses() {
    let gateway = running().await;
    let admin = Anonymous::without_cookies(&gateway.admin_url());
    let refused = admin.get_json(NOBODY).await;
    assert_eq!(refused.status(), 401);
    assert_eq!(header(&refused, "www-authenticate"), Some("Bearer"));
    let refused: Value = refused.json().await.unwrap();
    assert_eq!(refused["error"]["id"], "unauthorized");
    ALICE.sign_up(&gateway).await;
    let native = ALICE.sign_in_natively(&gateway).await;
    let id = native.session["identity"]["id"].as_str().unwrap();
    let path = format!("/admin/identities/{id}");
    assert_eq!(
        get(&admin, &path, &native.token).await,
        403,
        "no administrator"
    );
    let given = gateway.run(
        &["set-roles", "--email", ALICE.email, "--add", "viewer"],
        "",
    );
    assert_eq!(given.code, 0, "{given:?}");
    wait_until("the session to have the role", async || {
        (get(&admin, &path, &native.token).await == 200).then_some(())
    })
    .await;
    let public = gateway
        .anonymous()
        .get_json("/.portcullis/admin/identities")
        .await;
    assert_eq!(public.status(), 404, "the proxy listener has no admin API");
}

#[tokio::test]
async fn pages_elsewhere_and_other_names_are_refused() {
    let gateway = running().await;
    let admin = Anonymous::without_cookies(&gateway.admin_url());
    let alice = ALICE.sign_up(&gateway).await;
    gateway.run(&["set-roles", "--email", ALICE.email, "--add", "admin"], "");
    let cookie = &alice.cookie;
    for site in ["cross-site", "same-site"] {
        let request = admin.request(Method::GET, NOBODY);
        let request = request
            .header("cookie", cookie)
            .header("sec-fetch-site", site);
        assert_eq!(request.send().await.unwrap().status(), 401, "{site}");
        let request = admin.request(Method::POST, "/admin/x/api-credentials");
        let request = request
            .header("cookie", cookie)
            .header("sec-fetch-site", site);
        assert_eq!(request.send().await.unwrap().status(), 403, "{site}");
    }
    let home = url::Url::parse(&admin.home()).unwrap();
    let port = home.port().unwrap();
    let rebound = "GET /version HTTP/1.1\r\nHost: evil.test:4434\r\nConnection: close\r\n\r\n";
    let answer = exchange(port, rebound.as_bytes()).await;
    assert!(
        answer.starts_with("HTTP/1.1 403") && answer.contains("host_refused"),
        "{answer}"
    );
    let own = admin.get_json("/version").await;
    assert_eq!(own.status(), 200);
}

/// CU-08.
#[tokio::test]
async fn without_its_section_there_is_no_admin_api() {
    let gateway = TestGateway::builder().route(&Route::signed_in("/", "echo:"));
    let gateway = gateway.start().await;
    let admin = Anonymous::without_cookies(&gateway.admin_url());
    for path in [NOBODY, "/version", "/oauth2/token"] {
        assert_eq!(admin.get_json(path).await.status(), 404, "{path}");
    }
    assert_eq!(admin.get_json("/health/alive").await.status(), 200);
}

/// HA-13: a command changes what a program may do and until when, and its tokens obey.
#[tokio::test]
async fn what_a_program_may_do_is_changed_by_a_command() {
    let gateway = running().await;
    let admin = Anonymous::without_cookies(&gateway.admin_url());
    let made = created(&gateway, &["--role", "viewer", "--role", "user-manager"]);
    let change = |more: &[&str]| {
        let id = made["client_id"].as_str().unwrap();
        api_credentials(&gateway, &[&["change", "--id", id], more].concat())
    };
    assert_eq!(change(&[]).code, 2, "it says nothing");
    assert_eq!(change(&["--role", "viewer", "--scope", "admin"]).code, 2);
    assert_eq!(change(&["--role", "viewer"]).code, 2, "nobody can be asked");
    let less = ["--role", "viewer", "--expires-in", "90d"];
    let less = change(&[&less[..], &["--name", "weekly", "--yes"]].concat());
    assert_eq!(less.code, 0, "{less:?}");
    let less = less.json();
    assert_eq!(
        (&less["name"], &less["roles"], &less["scopes"]),
        (
            &json!("weekly"),
            &json!(["viewer"]),
            &json!(["openid", "viewer"])
        )
    );
    assert!(less["expires_at"].is_string(), "{less}");
    assert_eq!(token(&admin, &made).await.status(), 200, "its secret stays");
    let for_ever = change(&["--no-end"]).json();
    assert_eq!(for_ever["expires_at"], Value::Null);
    assert_eq!(
        for_ever["roles"],
        json!(["viewer"]),
        "what is not said stays"
    );
}
