//! A native application: forms without cookies, and a session token.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Anonymous, BOB, Contract, SmtpServer, TestGateway};

const OTHER_PASSWORD: &str = "looking-glass-0815";

/// An application, whose answers are judged.
struct App<'a> {
    contract: &'a Contract,
    client: Anonymous,
    token: Option<String>,
}

impl App<'_> {
    async fn call(&self, (method, path): (Method, &str), query: &str, sent: Sent) -> Value {
        let target = format!("/.portcullis{path}{query}");
        let mut request = self.client.request(method.clone(), &target);
        if let Some(token) = &self.token {
            request = request.header("x-session-token", token);
        }
        if let Some(body) = sent.body {
            request = request.json(&body);
        }
        let method = method.as_str().to_ascii_lowercase();
        self.contract
            .call((&method, path), request, sent.status)
            .await
    }

    async fn get(&self, path: &str, query: &str, status: u16) -> Value {
        let sent = Sent { body: None, status };
        self.call((Method::GET, path), query, sent).await
    }

    async fn begin(&self, kind: &str) -> Value {
        self.get(&format!("/self-service/{kind}/api"), "", 200)
            .await
    }

    async fn submit(&self, (kind, flow): (&str, &Value), body: Value, status: u16) -> Value {
        let path = format!("/self-service/{kind}");
        let query = format!("?flow={}", flow["id"].as_str().expect("a flow has an id"));
        let sent = Sent {
            body: Some(body),
            status,
        };
        self.call((Method::POST, &path), &query, sent).await
    }
}

/// What is sent, and what is expected back.
struct Sent {
    body: Option<Value>,
    status: u16,
}

fn token(body: &Value) -> Option<String> {
    let token = body["session_token"].as_str().expect("a token");
    Some(token.to_owned())
}

pub(super) async fn every_flow(contract: &Contract, gateway: &TestGateway, mail: &SmtpServer) {
    let client = Anonymous::without_cookies(&gateway.url());
    let mut bob = App {
        contract,
        client,
        token: None,
    };
    browsers_are_kept_out(&bob).await;
    codes_that_are_none(&bob).await;
    let told = registration(&bob).await;
    verification(&bob, mail, told["flow"]["id"].as_str().unwrap()).await;
    bob.token = login(&bob, BOB.password).await;
    settings(&bob, mail).await;
    logout(&mut bob).await;
    bob.token = login(&bob, OTHER_PASSWORD).await;
    bob.get("/sessions/whoami", "", 200).await;
    bob.get("/self-service/login/api", "", 400).await;
    bob.token = None;
    recovery(&bob, mail).await;
}

async fn browsers_are_kept_out(app: &App<'_>) {
    // Whoever is not signed in learns that first.
    for (kind, status) in [
        ("login", 400),
        ("registration", 400),
        ("settings", 401),
        ("recovery", 400),
        ("verification", 400),
    ] {
        let path = format!("/self-service/{kind}/api");
        let target = format!("/.portcullis{path}");
        let request = app.client.request(Method::GET, &target);
        let request = request.header("origin", "https://evil.test");
        app.contract.call(("get", &path), request, status).await;
    }
}

/// Where there is a provider that can be reached, its own stories exchange codes.
async fn codes_that_are_none(app: &App<'_>) {
    let path = "/sessions/token-exchange";
    app.get(path, "", 400).await;
    app.get(path, "?init_code=a&return_to_code=b", 404).await;
}

/// Returns the verification that it begins.
async fn registration(app: &App<'_>) -> Value {
    let kind = "registration";
    let flow = app.begin(kind).await;
    let traits = json!({ "email": BOB.email, "name": { "first": BOB.first, "last": BOB.last } });
    let bad = json!({ "method": "password", "password": "x", "traits": {} });
    app.submit((kind, &flow), bad, 400).await;
    let good = json!({ "method": "password", "password": BOB.password, "traits": traits });
    let done = app.submit((kind, &flow), good, 200).await;
    assert_eq!(
        done.get("session_token"),
        None,
        "the address is proved first"
    );
    done["continue_with"][0].clone()
}

async fn verification(app: &App<'_>, mail: &SmtpServer, begun: &str) {
    let kind = "verification";
    let flow = app.begin(kind).await;
    app.submit(
        (kind, &flow),
        json!({ "method": "code", "email": "nobody@example.org" }),
        200,
    )
    .await;
    let flow = json!({ "id": begun });
    app.submit((kind, &flow), json!({ "method": "code", "code": "0" }), 400)
        .await;
    let code = mail.letter_to(BOB.email, 0).await.code();
    app.submit(
        (kind, &flow),
        json!({ "method": "code", "code": code }),
        200,
    )
    .await;
}

async fn settings(app: &App<'_>, mail: &SmtpServer) {
    let kind = "settings";
    let flow = app.begin(kind).await;
    let query = format!("?id={}", flow["id"].as_str().expect("an id"));
    app.get("/self-service/settings/flows", &query, 200).await;
    app.submit(
        (kind, &flow),
        json!({ "method": "password", "password": "x" }),
        400,
    )
    .await;
    let good = json!({ "method": "password", "password": OTHER_PASSWORD });
    app.submit((kind, &flow), good, 200).await;
    // The word of it.
    mail.letter_to(BOB.email, 1).await;
}

async fn logout(app: &mut App<'_>) {
    let operation = "/self-service/logout/api";
    let body = json!({ "session_token": app.token.take() });
    for (body, status) in [(body, 204), (json!({}), 400)] {
        let body = Some(body);
        app.call((Method::DELETE, operation), "", Sent { body, status })
            .await;
    }
}

async fn login(app: &App<'_>, password: &str) -> Option<String> {
    let kind = "login";
    let flow = app.begin(kind).await;
    let credentials = |password: &str| json!({ "method": "password", "identifier": BOB.email, "password": password });
    app.submit((kind, &flow), credentials("wrong-password"), 400)
        .await;
    token(&app.submit((kind, &flow), credentials(password), 200).await)
}

async fn recovery(app: &App<'_>, mail: &SmtpServer) {
    let kind = "recovery";
    let flow = app.begin(kind).await;
    app.submit(
        (kind, &flow),
        json!({ "method": "code", "email": BOB.email }),
        200,
    )
    .await;
    app.submit((kind, &flow), json!({ "method": "code", "code": "0" }), 400)
        .await;
    let code = mail.letter_to(BOB.email, 2).await.code();
    app.submit(
        (kind, &flow),
        json!({ "method": "code", "code": code }),
        200,
    )
    .await;
}
