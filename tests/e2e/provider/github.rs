//! A person signs in through GitHub: OAuth 2.0 without OpenID Connect.

use serde_json::{Value, json};

use crate::support::{Reply, Route, TestGateway, Upstream, person::sign_in_through};

/// A GitHub that signs everybody in as Mona.
async fn github() -> Upstream {
    let github = Upstream::start().await;
    github.answer(|request| match request.path() {
        "/login/oauth/authorize" => {
            let mut back = request.parameter("redirect_uri").unwrap();
            let state = request.parameter("state").unwrap();
            back.push_str(&format!("?code=the-code&state={state}"));
            Reply::redirect(&back)
        }
        "/login/oauth/access_token" if request.parameter("code_verifier").is_some() => {
            Reply::json(&json!({"access_token": "gho_1", "token_type": "bearer", "scope": ""}))
        }
        "/api/v3/user" => Reply::json(&json!({
            "id": 583_231, "login": "mona", "email": "shown@evil.test", "email_verified": true,
        })),
        "/api/v3/user/emails" => Reply::json(&json!([
            {"email": "mona@example.org", "primary": true, "verified": true},
            {"email": "other@example.org", "primary": false, "verified": true},
        ])),
        _ => Reply::status(404),
    });
    github
}

/// XP-09.
#[tokio::test]
async fn the_primary_verified_address_of_a_github_account_becomes_a_trait() {
    let github = github().await;
    let gateway = TestGateway::builder()
        .table(&format!(
            "[providers.hub]\nkind = \"github\"\nclient_id = \"c\"\nclient_secret = \"s\"\n\
             issuer_url = \"{}\"\n",
            github.url()
        ))
        .route(&Route::signed_in("/", "echo:"))
        .start()
        .await;
    for _ in ["the first time", "again"] {
        let client = gateway.anonymous();
        let answer = sign_in_through(&client, "hub", "mona").await;
        assert_eq!(answer.status(), 303, "{}", answer.text().await.unwrap());
        let whoami = client.get_json("/.portcullis/sessions/whoami").await;
        let whoami: Value = whoami.json().await.unwrap();
        assert_eq!(whoami["identity"]["traits"]["email"], "mona@example.org");
        let method = &whoami["authentication_methods"][0];
        assert_eq!(method["provider"], "hub");
    }
}
