//! Access tokens: given, refused, ended, asked about.

use std::time::Duration;

use serde_json::json;

use super::{
    api_credentials::{basic, bearing, made, text, token_of},
    house::{House, Reply},
};

fn refused(reply: &Reply) -> (u16, String) {
    let error = reply.json()["error"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    (reply.status, error)
}

/// HA-16, HA-18, HA-19.
#[tokio::test]
async fn client_credentials_give_an_opaque_token_for_an_hour() {
    let house = House::new();
    let made = made(&house.admin().await, &json!({})).await;
    let asked = [("scope", "openid"), ("audience", "https://admin.test")];
    let reply = token_of(&house, &made, &asked).await;
    assert_eq!(reply.status, 200, "{:?}", reply.json());
    let json = reply.json();
    assert_eq!(json["expires_in"], 3599);
    assert_eq!(
        (&json["scope"], &json["token_type"]),
        (&json!("openid"), &json!("bearer"))
    );
    assert_eq!(text(&json, "access_token").split('.').count(), 2);
    assert_eq!(json.as_object().unwrap().len(), 4);
    assert!(reply.header("cache-control").contains("no-store"));
    let program = bearing(&house, &reply);
    assert_eq!(program.get("/admin/x/audit").await.status, 200);
    house.clock.advance(Duration::from_secs(3601));
    assert_eq!(program.get("/admin/x/audit").await.status, 401);
    let kept = house.services.api_credentials.list().await.unwrap();
    assert!(kept[0].last_used_at.is_some());
}

/// HA-14, HA-17.
#[tokio::test]
async fn a_secret_is_shown_in_the_chosen_way_and_no_other() {
    let house = House::new();
    let admin = house.admin().await;
    let by_header = made(&admin, &json!({})).await;
    let chosen = json!({"token_endpoint_auth_method": "client_secret_post"});
    let by_form = made(&admin, &chosen).await;
    for (one, basic_status, post_status) in [(&by_header, 200, 401), (&by_form, 401, 200)] {
        assert_eq!(token_of(&house, one, &[]).await.status, basic_status);
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", text(one, "client_id")),
            ("client_secret", text(one, "client_secret")),
        ];
        let posted = house.stranger().form("/oauth2/token", &form).await;
        assert_eq!(posted.status, post_status);
    }
}

/// HA-16.
#[tokio::test]
async fn what_gives_no_token_is_told_as_the_standard_says() {
    let house = House::new();
    let made = made(&house.admin().await, &json!({})).await;
    let refusal = async |form: &[(&str, &str)]| refused(&token_of(&house, &made, form).await);
    assert_eq!(
        refusal(&[("scope", "admin")]).await,
        (400, "invalid_scope".to_owned())
    );
    assert_eq!(
        refusal(&[("audience", "https://else.test")]).await,
        (400, "invalid_target".to_owned())
    );
    assert_eq!(
        refusal(&[("scope", "openid"), ("scope", "viewer")]).await,
        (400, "invalid_request".to_owned())
    );
    let ask = async |form: &[(&str, &str)]| {
        let program = house.stranger().with("authorization", &basic(&made));
        refused(&program.form("/oauth2/token", form).await)
    };
    assert_eq!(ask(&[]).await, (400, "invalid_request".to_owned()));
    assert_eq!(
        ask(&[("grant_type", "password")]).await,
        (400, "unsupported_grant_type".to_owned())
    );
    let twice = [
        ("grant_type", "client_credentials"),
        ("client_id", text(&made, "client_id")),
        ("client_secret", "x"),
    ];
    assert_eq!(ask(&twice).await, (400, "invalid_request".to_owned()));
    let program = house.stranger().with("authorization", &basic(&made));
    let as_json = program
        .post(
            "/oauth2/token",
            &json!({"grant_type": "client_credentials"}),
        )
        .await;
    assert_eq!(refused(&as_json), (400, "invalid_request".to_owned()));
    let nobody = house
        .stranger()
        .form("/oauth2/token", &[("grant_type", "client_credentials")])
        .await;
    assert_eq!(refused(&nobody), (401, "invalid_client".to_owned()));
    assert!(nobody.header("www-authenticate").starts_with("Basic"));
}

/// HA-16.
#[tokio::test]
async fn guesses_at_a_secret_are_held_up_where_they_come_from() {
    let house = House::new();
    let made = made(&house.admin().await, &json!({})).await;
    let mut wrong = made.clone();
    wrong["client_secret"] = json!("wrong");
    for _ in 0..10 {
        assert_eq!(token_of(&house, &wrong, &[]).await.status, 401);
    }
    let held = token_of(&house, &made, &[]).await;
    assert_eq!(refused(&held), (429, "temporarily_unavailable".to_owned()));
    assert!(!held.header("retry-after").is_empty());
    let mut elsewhere = house.stranger().with("authorization", &basic(&made));
    elsewhere.client = [198, 51, 100, 7].into();
    let form = [("grant_type", "client_credentials")];
    assert_eq!(elsewhere.form("/oauth2/token", &form).await.status, 200);
    house.clock.advance(Duration::from_secs(301));
    assert_eq!(token_of(&house, &made, &[]).await.status, 200);
}

#[tokio::test]
async fn guesses_at_tokens_are_held_up() {
    let house = House::new();
    let guesser = house.stranger().with("authorization", "Bearer ory_at_a.b");
    for _ in 0..300 {
        assert_eq!(guesser.get("/admin/x/audit").await.status, 401);
    }
    assert_eq!(guesser.get("/admin/x/audit").await.status, 429);
    let admin = house.admin().await;
    assert_eq!(
        admin.get("/admin/x/audit").await.status,
        200,
        "whoever has one goes on"
    );
}

/// HA-18.
#[tokio::test]
async fn a_token_that_is_ended_opens_nothing() {
    let house = House::new();
    let admin = house.admin().await;
    let (one, other) = (
        made(&admin, &json!({})).await,
        made(&admin, &json!({})).await,
    );
    let reply = token_of(&house, &one, &[]).await;
    let json = reply.json();
    let token = text(&json, "access_token");
    let program = bearing(&house, &reply);
    let revoke = async |by: &serde_json::Value| {
        let client = house.stranger().with("authorization", &basic(by));
        client.form("/oauth2/revoke", &[("token", token)]).await
    };
    assert_eq!(
        refused(&revoke(&other).await),
        (400, "unauthorized_client".to_owned())
    );
    assert_eq!(program.get("/admin/x/audit").await.status, 200);
    assert_eq!(revoke(&one).await.status, 200);
    assert_eq!(program.get("/admin/x/audit").await.status, 401);
    assert_eq!(revoke(&one).await.status, 200, "it has ended already");
    let nobody = house
        .stranger()
        .form("/oauth2/revoke", &[("token", token)])
        .await;
    assert_eq!(nobody.status, 401);
}

/// HA-18.
#[tokio::test]
async fn clients_are_told_what_a_token_is_good_for() {
    let house = House::new();
    let made = made(&house.admin().await, &json!({})).await;
    let reply = token_of(&house, &made, &[("scope", "viewer")]).await.json();
    let client = house.stranger().with("authorization", &basic(&made));
    let told = client
        .form(
            "/oauth2/introspect",
            &[("token", text(&reply, "access_token"))],
        )
        .await
        .json();
    assert_eq!(told["active"], true);
    assert_eq!(told["client_id"], made["client_id"]);
    assert_eq!(
        (&told["scope"], &told["aud"]),
        (&json!("viewer"), &json!(["https://admin.test"]))
    );
    assert_eq!(
        told["exp"].as_i64().unwrap() - told["iat"].as_i64().unwrap(),
        3600
    );
    let unknown = client
        .form("/oauth2/introspect", &[("token", "ory_at_x.y")])
        .await;
    assert_eq!(unknown.json(), json!({"active": false}));
    let nobody = house
        .stranger()
        .form("/oauth2/introspect", &[("token", "x")])
        .await;
    assert_eq!(nobody.status, 401);
}
