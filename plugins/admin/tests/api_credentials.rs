//! API credentials: made, shown, changed, rotated, removed.

use std::time::Duration;

use http::Method;
use portcullis_core::clock::Clock;
use serde_json::{Value, json};

use super::house::{House, Program, Reply};
use crate::Role;

const ALL: &str = "/admin/x/api-credentials";

/// A fresh credential of these roles.
pub(crate) async fn made(program: &Program<'_>, more: &Value) -> Value {
    let mut wish = json!({"name": "nightly", "roles": ["viewer"]});
    for (name, value) in more.as_object().unwrap() {
        wish[name] = value.clone();
    }
    let reply = program.post(ALL, &wish).await;
    assert_eq!(reply.status, 201, "{:?}", reply.json());
    reply.json()
}

/// Asks for a token as the credential's program does.
pub(crate) async fn token_of(house: &House, made: &Value, more: &[(&str, &str)]) -> Reply {
    let basic = basic(made);
    let program = house.stranger().with("authorization", &basic);
    let mut form = vec![("grant_type", "client_credentials")];
    form.extend_from_slice(more);
    program.form("/oauth2/token", &form).await
}

pub(crate) fn basic(made: &Value) -> String {
    use base64::{Engine, engine::general_purpose::STANDARD};
    let pair = format!(
        "{}:{}",
        text(made, "client_id"),
        text(made, "client_secret")
    );
    format!("Basic {}", STANDARD.encode(pair))
}

pub(crate) fn text<'a>(json: &'a Value, name: &str) -> &'a str {
    json[name].as_str().unwrap()
}

/// A program that shows the access token of an answer.
pub(crate) fn bearing<'a>(house: &'a House, reply: &Reply) -> Program<'a> {
    let json = reply.json();
    let bearer = format!("Bearer {}", text(&json, "access_token"));
    house.stranger().with("authorization", &bearer)
}

/// HA-13, HA-15.
#[tokio::test]
async fn a_secret_is_shown_once_and_kept_as_a_hash() {
    let house = House::new();
    let admin = house.admin().await;
    let reply = admin
        .post(ALL, &json!({"name": "nightly", "roles": ["viewer"]}))
        .await;
    assert_eq!(reply.status, 201);
    let made = reply.json();
    let secret = text(&made, "client_secret");
    assert!(secret.len() >= 43);
    assert_eq!(made["token_endpoint"], "https://admin.test/oauth2/token");
    assert_eq!(made["audience"], "https://admin.test");
    assert_eq!(made["token_endpoint_auth_method"], "client_secret_basic");
    assert_eq!(made["scopes"], json!(["openid", "viewer"]));
    let path = format!("{ALL}/{}", text(&made, "id"));
    assert_eq!(
        reply.header("location"),
        format!("https://admin.test{path}")
    );
    let shown = admin.get(&path).await;
    assert_eq!(shown.json()["name"], "nightly");
    assert!(shown.json().get("client_secret").is_none());
    let listed = admin.get(ALL).await;
    for reply in [&shown, &listed, &admin.get("/admin/x/audit").await] {
        let text = String::from_utf8(reply.body.clone()).unwrap();
        assert!(!text.contains(secret), "{text}");
    }
    assert_eq!(listed.json().as_array().unwrap().len(), 1);
    let kept = house.services.api_credentials.list().await.unwrap();
    assert!(!serde_json::to_string(&kept).unwrap().contains(secret));
}

#[tokio::test]
async fn what_makes_no_credential_is_told() {
    let house = House::new();
    let admin = house.admin().await;
    for (wish, member) in [
        (json!({"name": " ", "roles": ["viewer"]}), "name"),
        (json!({"name": "a\nb", "roles": ["viewer"]}), "name"),
        (
            json!({"name": "x".repeat(101), "roles": ["viewer"]}),
            "name",
        ),
        (json!({"name": "a"}), "roles"),
        (
            json!({"name": "a", "roles": ["viewer"], "scopes": ["admin"]}),
            "scopes",
        ),
        (
            json!({"name": "a", "roles": ["viewer"], "scopes": []}),
            "scopes",
        ),
        (
            json!({"name": "a", "roles": ["viewer"], "expires_at": "2020-01-01T00:00:00Z"}),
            "expires_at",
        ),
    ] {
        let refused = admin.post(ALL, &wish).await;
        assert_eq!(
            (refused.status, refused.error()),
            (400, "bad_request".to_owned()),
            "{wish}"
        );
        assert_eq!(
            refused.json()["error"]["details"]["errors"][0]["path"],
            member
        );
    }
    for wish in [
        json!({"roles": ["viewer"]}),
        json!({"name": "a", "roles": ["root"]}),
        json!({"name": "a", "roles": ["viewer"], "token_endpoint_auth_method": "none"}),
        json!({"name": "a", "roles": ["viewer"], "made-up": 1}),
        json!({"name": "a", "roles": ["viewer"], "expires_at": "tomorrow"}),
    ] {
        assert_eq!(admin.post(ALL, &wish).await.status, 400, "{wish}");
    }
}

#[tokio::test]
async fn a_credential_is_changed_and_its_tokens_obey() {
    let house = House::new();
    let admin = house.admin().await;
    let made = made(&admin, &json!({"roles": ["admin"]})).await;
    let path = format!("{ALL}/{}", text(&made, "id"));
    let program = bearing(&house, &token_of(&house, &made, &[]).await);
    assert_eq!(program.get(ALL).await.status, 200);
    let change = json!({"name": "weekly", "roles": ["viewer"]});
    let changed = admin.send(Method::PATCH, &path, &change).await;
    assert_eq!(
        (changed.status, &changed.json()["name"]),
        (200, &json!("weekly"))
    );
    assert_eq!(changed.json()["scopes"], json!(["openid", "viewer"]));
    assert_eq!(program.get(ALL).await.error(), "insufficient_role");
    let end = house.clock.now() + Duration::from_secs(60);
    let change = json!({"expires_at": end});
    assert_eq!(admin.send(Method::PATCH, &path, &change).await.status, 200);
    assert_eq!(program.get("/admin/x/audit").await.status, 200);
    house.clock.advance(Duration::from_secs(61));
    assert_eq!(program.get("/admin/x/audit").await.status, 401);
    assert_eq!(
        token_of(&house, &made, &[]).await.json()["error"],
        "invalid_client"
    );
    let change = json!({"expires_at": null});
    assert_eq!(admin.send(Method::PATCH, &path, &change).await.status, 200);
    assert_eq!(token_of(&house, &made, &[]).await.status, 200);
    assert_eq!(admin.delete(&path).await.status, 204);
    assert_eq!(admin.delete(&path).await.error(), "record_not_found");
    assert_eq!(token_of(&house, &made, &[]).await.status, 401);
}

/// What a credential has lost, its tokens have lost.
#[tokio::test]
async fn a_token_is_narrowed_with_its_credential() {
    let house = House::new();
    let admin = house.admin().await;
    let made = made(&admin, &json!({"roles": ["admin"]})).await;
    let path = format!("{ALL}/{}", text(&made, "id"));
    let whole = token_of(&house, &made, &[]).await;
    let narrow = token_of(&house, &made, &[("scope", "openid viewer")]).await;
    let asked = text(&whole.json(), "access_token").to_owned();
    let (whole, narrow) = (bearing(&house, &whole), bearing(&house, &narrow));
    assert_eq!(whole.get(ALL).await.status, 200);
    let change = json!({"scopes": ["viewer"]});
    assert_eq!(admin.send(Method::PATCH, &path, &change).await.status, 200);
    assert_eq!(whole.get(ALL).await.error(), "insufficient_role");
    assert_eq!(
        whole.get("/admin/identities").await.error(),
        "insufficient_role"
    );
    assert_eq!(narrow.get("/admin/identities").await.status, 200);
    let client = house.stranger().with("authorization", &basic(&made));
    let told = client
        .form("/oauth2/introspect", &[("token", &asked)])
        .await;
    assert_eq!(told.json(), json!({"active": false}), "good for nothing");
    for none in [
        json!({"scopes": []}),
        json!({"roles": ["user-manager"], "scopes": []}),
    ] {
        let refused = admin.send(Method::PATCH, &path, &none).await;
        let member = &refused.json()["error"]["details"]["errors"][0]["path"];
        assert_eq!((refused.status, member), (400, &json!("scopes")), "{none}");
    }
    assert_eq!(whole.get(ALL).await.error(), "insufficient_role");
}

/// A token that was handed to somebody for less does not grow when its credential loses that.
#[tokio::test]
async fn a_narrowed_token_never_becomes_whole() {
    let house = House::new();
    let admin = house.admin().await;
    let made = made(&admin, &json!({"roles": ["admin"]})).await;
    let path = format!("{ALL}/{}", text(&made, "id"));
    let narrow = token_of(&house, &made, &[("scope", "openid viewer")]).await;
    let narrow = bearing(&house, &narrow);
    assert_eq!(narrow.get(ALL).await.error(), "insufficient_role");
    let change = json!({"scopes": ["openid"]});
    assert_eq!(admin.send(Method::PATCH, &path, &change).await.status, 200);
    assert_eq!(narrow.get(ALL).await.error(), "insufficient_role");
}

#[tokio::test]
async fn an_old_secret_is_good_beside_the_new_one_for_a_while() {
    let house = House::new();
    let admin = house.admin().await;
    let old = made(&admin, &json!({})).await;
    let path = format!("{ALL}/{}/rotate", text(&old, "id"));
    let rotated = admin.post(&path, &json!({"overlap": "10m"})).await;
    assert_eq!(rotated.status, 200, "{:?}", rotated.json());
    let new = rotated.json();
    assert_ne!(new["client_secret"], old["client_secret"]);
    assert_eq!(new["client_id"], old["client_id"]);
    assert_eq!(new["secrets"].as_array().unwrap().len(), 2);
    let log = admin.get("/admin/x/audit?verb=api-credential.rotate").await;
    let log = log.json();
    let count = |said: &str| log[0][said]["secrets"].as_array().map(Vec::len);
    assert_eq!((count("before"), count("after")), (Some(1), Some(2)));
    for one in [&old, &new] {
        assert_eq!(token_of(&house, one, &[]).await.status, 200);
    }
    house.clock.advance(Duration::from_secs(601));
    assert_eq!(token_of(&house, &old, &[]).await.status, 401);
    assert_eq!(token_of(&house, &new, &[]).await.status, 200);
    let third = admin.post(&path, &json!({"overlap": "0s"})).await.json();
    assert_eq!(token_of(&house, &new, &[]).await.status, 401);
    assert_eq!(token_of(&house, &third, &[]).await.status, 200);
    for overlap in ["91d", "soon", "-1s"] {
        let refused = admin.post(&path, &json!({"overlap": overlap})).await;
        assert_eq!(refused.status, 400, "{overlap}");
    }
}

#[tokio::test]
async fn nobody_gives_rights_that_are_not_theirs_and_no_program_its_own() {
    let house = House::new();
    let admin = house.admin().await;
    let made = made(&admin, &json!({"roles": ["admin"]})).await;
    let path = format!("{ALL}/{}", text(&made, "id"));
    let program = bearing(&house, &token_of(&house, &made, &[]).await);
    for change in [
        json!({"roles": ["viewer"]}),
        json!({"expires_at": null}),
        json!({"scopes": ["openid"]}),
    ] {
        let refused = program.send(Method::PATCH, &path, &change).await;
        assert_eq!(refused.error(), "insufficient_role", "{change}");
    }
    let named = program
        .send(Method::PATCH, &path, &json!({"name": "else"}))
        .await;
    assert_eq!(named.status, 200);
    let narrow = token_of(&house, &made, &[("scope", "user-manager")]).await;
    assert_eq!(narrow.json()["scope"], "user-manager");
    let narrow = bearing(&house, &narrow);
    assert_eq!(narrow.get("/admin/x/audit").await.status, 200);
    assert_eq!(narrow.get(ALL).await.error(), "insufficient_role");
    for role in [
        Role::Viewer,
        Role::UserManager,
        Role::ProviderManager,
        Role::Impersonator,
    ] {
        let other = house.acting_as(&[role]).await;
        let wish = json!({"name": "a", "roles": ["viewer"]});
        assert_eq!(other.post(ALL, &wish).await.error(), "insufficient_role");
    }
}
