//! A program that may do everything at a gateway's admin API.

use reqwest::Method;
use serde_json::Value;

use super::{Anonymous, TestGateway};

/// An API credential with a token.
#[derive(Debug)]
pub(crate) struct Program {
    pub(crate) client_id: String,
    pub(crate) client_secret: String,
    pub(crate) bearer: String,
}

/// Makes an API credential by command, and gets a token for it.
pub(crate) async fn admin_token(gateway: &TestGateway) -> Program {
    let asked = [
        "api-credentials",
        "create",
        "--name",
        "story",
        "--role",
        "admin",
    ];
    let made = gateway.run(&[&asked[..], &["--output", "json"]].concat(), "");
    assert_eq!(made.code, 0, "{made:?}");
    let made = made.json();
    let text = |name: &str| made[name].as_str().expect("a text").to_owned();
    let (client_id, client_secret) = (text("client_id"), text("client_secret"));
    let admin = Anonymous::without_cookies(&gateway.admin_url());
    let request = admin.request(Method::POST, "/oauth2/token");
    let request = request.basic_auth(&client_id, Some(&client_secret));
    let answer = request.form(&[("grant_type", "client_credentials")]).send();
    let answer: Value = answer.await.expect("an answer").json().await.expect("JSON");
    let bearer = answer["access_token"].as_str().expect("a token").to_owned();
    Program {
        client_id,
        client_secret,
        bearer,
    }
}
