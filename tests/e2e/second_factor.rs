//! A second factor beside the password: an authenticator app, and codes on paper for when it is lost.

mod after_provider;
mod apart;
mod by_mail;
mod enforced;
mod in_browser;
mod on_routes;

use serde_json::{Value, json};

use crate::support::{Anonymous, Authenticator, Form, Route, SignedIn, TestGateway};

/// A gateway of which one route asks for two factors.
async fn gateway() -> TestGateway {
    described().start().await
}

fn described() -> crate::support::gateway::Builder {
    let vault = Route::signed_in("/vault", "echo:");
    TestGateway::builder()
        .registration()
        .route(&Route::signed_in("/", "echo:"))
        .route(&vault.with("allow = 'session.aal == \"aal2\"'"))
}

/// The texts that the form shows under these ids, as its clients find them.
fn shown<'a>(flow: &'a Value, id: &str) -> Option<&'a Value> {
    let nodes = flow["ui"]["nodes"].as_array().expect("a form has nodes");
    let found = nodes.iter().find(|node| node["attributes"]["id"] == id);
    found.map(|node| &node["attributes"])
}

/// Sets an app up as a script does.
pub(super) async fn set_app_up(client: &Anonymous) -> Authenticator {
    let form = Form::begin(client, "settings", "").await;
    let text = shown(&form.flow, "totp_secret_key").expect("a secret is offered");
    let secret = text["text"]["context"]["secret"].as_str().expect("a text");
    let mut app = Authenticator::with_secret(secret);
    let code = app.code().await;
    let body = json!({ "method": "totp", "totp_code": code });
    let saved = form.submit_json(body).await;
    let (status, saved) = (saved.status(), saved.json::<Value>().await.expect("JSON"));
    assert_eq!(status, 200, "{saved}");
    assert_eq!(saved["state"], "success");
    app
}

/// Makes backup codes as a script does.
pub(super) async fn make_codes(client: &Anonymous) -> Vec<String> {
    let form = Form::begin(client, "settings", "").await;
    let asked = form
        .submit_json(json!({ "lookup_secret_regenerate": true, "method": "lookup_secret" }))
        .await;
    let (status, asked) = (asked.status(), asked.json::<Value>().await.expect("JSON"));
    assert_eq!(status, 200, "{asked}");
    let listed = shown(&asked, "lookup_secret_codes").expect("codes are shown");
    let secrets = listed["text"]["context"]["secrets"].as_array();
    let codes = secrets.expect("a list").iter();
    let codes = codes.map(|one| {
        one["context"]["secret"]
            .as_str()
            .expect("a code")
            .to_owned()
    });
    let confirm = json!({ "lookup_secret_confirm": true, "method": "lookup_secret" });
    assert_eq!(form.submit_json(confirm).await.status(), 200);
    codes.collect()
}

/// Takes the second step as a script does, and says what came of it.
async fn step_up(client: &Anonymous, body: Value) -> reqwest::Response {
    let form = Form::begin(client, "login", "?aal=aal2").await;
    form.submit_json(body).await
}

/// The methods by which a session was proved, in order.
fn methods(session: &Value) -> Vec<&str> {
    let methods = session["authentication_methods"].as_array();
    let methods = methods.expect("a session has methods").iter();
    methods
        .map(|one| one["method"].as_str().expect("a method"))
        .collect()
}

async fn status(signed_in: &SignedIn, target: &str) -> u16 {
    signed_in.client.get_json(target).await.status().as_u16()
}
