//! A script in a browser: forms with cookies, JSON there and back.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{ALICE, Anonymous, Contract, SmtpServer, TestGateway, actor::location};

const OTHER_PASSWORD: &str = "looking-glass-0815";

/// A script, whose answers are judged.
struct Script<'a> {
    contract: &'a Contract,
    client: Anonymous,
}

impl<'a> Script<'a> {
    fn new(contract: &'a Contract, gateway: &TestGateway) -> Self {
        let client = gateway.anonymous();
        Self { contract, client }
    }

    async fn get(&self, path: &str, query: &str, status: u16) -> Value {
        let request = self.client.request(Method::GET, &own(path, query));
        self.contract.call(("get", path), request, status).await
    }

    async fn delete(&self, (path, target): (&str, &str), status: u16) -> Value {
        let request = self.client.request(Method::DELETE, &own(target, ""));
        let request = request.header("sec-fetch-site", "same-origin");
        self.contract.call(("delete", path), request, status).await
    }

    async fn begin(&self, kind: &str) -> Value {
        let path = format!("/self-service/{kind}/browser");
        self.get(&path, "", 200).await
    }

    async fn fetch(&self, kind: &str, id: &str, status: u16) -> Value {
        let path = format!("/self-service/{kind}/flows");
        self.get(&path, &format!("?id={id}"), status).await
    }

    /// Submits a form with its anti-forgery token.
    async fn submit(&self, (kind, flow): (&str, &Value), mut body: Value, status: u16) -> Value {
        body["csrf_token"] = flow["ui"]["nodes"][0]["attributes"]["value"].clone();
        self.post(kind, flow, body, status).await
    }

    async fn post(&self, kind: &str, flow: &Value, body: Value, status: u16) -> Value {
        let path = format!("/self-service/{kind}");
        let target = own(&path, &format!("?flow={}", id(flow)));
        let request = self.client.request(Method::POST, &target).json(&body);
        self.contract.call(("post", &path), request, status).await
    }
}

fn own(path: &str, query: &str) -> String {
    format!("/.portcullis{path}{query}")
}

fn id(flow: &Value) -> &str {
    flow["id"].as_str().expect("a flow has an id")
}

fn traits(email: &str) -> Value {
    json!({ "email": email, "name": { "first": "Alice", "last": "Archer" } })
}

pub(super) async fn every_flow(contract: &Contract, gateway: &TestGateway, mail: &SmtpServer) {
    let alice = Script::new(contract, gateway);
    let told = registration(&alice).await;
    verification(&alice, mail, told["flow"]["id"].as_str().unwrap()).await;
    enters(&alice).await;
    let other = Script::new(contract, gateway);
    login(&other).await;
    sessions(&alice, &other).await;
    settings(&alice, mail).await;
    schemas(&alice).await;
    errors(&alice).await;
    logout(&alice).await;
    recovery(&Script::new(contract, gateway), mail).await;
}

/// Returns the verification that it begins.
async fn registration(script: &Script<'_>) -> Value {
    let kind = "registration";
    let flow = script.begin(kind).await;
    script.fetch(kind, id(&flow), 200).await;
    script
        .fetch(kind, "0190c0de-0000-7000-8000-000000000000", 404)
        .await;
    let strangers = Anonymous::new(&script.client.home());
    let target = own(
        "/self-service/registration/flows",
        &format!("?id={}", id(&flow)),
    );
    let operation = ("get", "/self-service/registration/flows");
    let request = strangers.request(Method::GET, &target);
    script.contract.call(operation, request, 403).await;
    let body = json!({ "method": "password", "password": "x", "traits": { "email": "x" } });
    script.submit((kind, &flow), body, 400).await;
    let body =
        json!({ "method": "password", "password": ALICE.password, "traits": traits(ALICE.email) });
    script.post(kind, &flow, body.clone(), 403).await;
    let done = script.submit((kind, &flow), body, 200).await;
    assert_eq!(done.get("session"), None, "the address is proved first");
    done["continue_with"][0].clone()
}

async fn verification(script: &Script<'_>, mail: &SmtpServer, begun: &str) {
    let kind = "verification";
    let flow = script.begin(kind).await;
    script
        .submit(
            (kind, &flow),
            json!({ "method": "code", "email": "x" }),
            400,
        )
        .await;
    let flow = script.fetch(kind, begun, 200).await;
    let wrong = json!({ "method": "code", "code": "0" });
    script.submit((kind, &flow), wrong, 400).await;
    let code = mail.letter_to(ALICE.email, 0).await.code();
    script
        .submit(
            (kind, &flow),
            json!({ "method": "code", "code": code }),
            200,
        )
        .await;
    script
        .fetch(kind, "0190c0de-0000-7000-8000-000000000000", 404)
        .await;
}

/// Signs in after the first proof.
async fn enters(script: &Script<'_>) {
    let flow = script.begin("login").await;
    let body =
        json!({ "method": "password", "identifier": ALICE.email, "password": ALICE.password });
    script.submit(("login", &flow), body, 200).await;
    script
        .get("/self-service/registration/browser", "", 400)
        .await;
}

async fn login(script: &Script<'_>) {
    let kind = "login";
    script.get("/sessions/whoami", "", 401).await;
    let flow = script.begin(kind).await;
    script.fetch(kind, id(&flow), 200).await;
    script.fetch(kind, "none", 404).await;
    script
        .get(
            "/self-service/login/browser",
            "?return_to=https://evil.test",
            400,
        )
        .await;
    let credentials = |password: &str| json!({ "method": "password", "identifier": ALICE.email, "password": password });
    script
        .submit((kind, &flow), json!({ "method": "password" }), 400)
        .await;
    script
        .submit((kind, &flow), credentials("wrong-password"), 400)
        .await;
    script
        .submit(
            (kind, &flow),
            json!({ "method": "oidc", "provider": "nobody" }),
            404,
        )
        .await;
    script
        .submit((kind, &flow), credentials(ALICE.password), 200)
        .await;
    script.get("/self-service/login/browser", "", 400).await;
    script
        .get("/self-service/login/browser", "?refresh=true", 200)
        .await;
}

async fn sessions(script: &Script<'_>, other: &Script<'_>) {
    script.get("/sessions/whoami", "", 200).await;
    let others = script.get("/sessions", "", 200).await;
    let ended = others[0]["id"].as_str().expect("another session");
    let target = format!("/sessions/{ended}");
    script.delete(("/sessions/{id}", &target), 204).await;
    other.get("/sessions", "", 401).await;
    other.delete(("/sessions", "/sessions"), 401).await;
    other.delete(("/sessions/{id}", &target), 401).await;
    script.delete(("/sessions", "/sessions"), 200).await;
}

async fn settings(script: &Script<'_>, mail: &SmtpServer) {
    let kind = "settings";
    let flow = script.begin(kind).await;
    script.fetch(kind, id(&flow), 200).await;
    script
        .fetch(kind, "0190c0de-0000-7000-8000-000000000000", 404)
        .await;
    let stranger = Anonymous::new(&script.client.home());
    let path = "/self-service/settings/browser";
    let request = stranger.request(Method::GET, &own(path, ""));
    script.contract.call(("get", path), request, 401).await;
    let profile = json!({ "method": "profile", "traits": { "email": "x" } });
    script.submit((kind, &flow), profile, 400).await;
    let profile = json!({ "method": "profile", "traits": traits(ALICE.email) });
    script.submit((kind, &flow), profile, 200).await;
    let short = json!({ "method": "password", "password": "x" });
    script.submit((kind, &flow), short, 400).await;
    let good = json!({ "method": "password", "password": OTHER_PASSWORD });
    script.submit((kind, &flow), good, 200).await;
    script
        .post(kind, &flow, json!({ "method": "profile" }), 403)
        .await;
    let moved = json!({ "method": "profile", "traits": traits("alicia@example.org") });
    script.submit((kind, &flow), moved, 200).await;
    let moved = json!({ "method": "profile", "traits": traits(ALICE.email) });
    script.submit((kind, &flow), moved, 200).await;
    // The word of the password and of the address, and the verification that this begins.
    mail.letter_to(ALICE.email, 3).await;
}

async fn schemas(script: &Script<'_>) {
    let all = script.get("/schemas", "", 200).await;
    let target = format!("/schemas/{}", all[0]["id"].as_str().expect("a schema"));
    for (target, status) in [(target.as_str(), 200), ("/schemas/none", 404)] {
        let request = script.client.request(Method::GET, &own(target, ""));
        script
            .contract
            .call(("get", "/schemas/{id}"), request, status)
            .await;
    }
}

async fn errors(script: &Script<'_>) {
    script.get("/self-service/errors", "?id=none", 404).await;
    let lost = own("/self-service/methods/oidc/callback/acme", "?state=none");
    let answer = script.client.navigate(&lost).await;
    let page = location(&answer).expect("the operator's page of errors");
    let (_, query) = page.split_once('?').expect("it is told which");
    let query = format!("?{query}");
    let kept = script.get("/self-service/errors", &query, 200).await;
    assert_eq!(kept["error"]["id"], "provider_answer_unexpected");
}

async fn logout(script: &Script<'_>) {
    let flow = script.get("/self-service/logout/browser", "", 200).await;
    let token = flow["logout_token"].as_str().expect("a token");
    script
        .get("/self-service/logout", &format!("?token={token}"), 204)
        .await;
    script.get("/self-service/logout/browser", "", 401).await;
}

async fn recovery(script: &Script<'_>, mail: &SmtpServer) {
    let kind = "recovery";
    let flow = script.begin(kind).await;
    script.fetch(kind, id(&flow), 200).await;
    script
        .fetch(kind, "0190c0de-0000-7000-8000-000000000000", 404)
        .await;
    script
        .submit(
            (kind, &flow),
            json!({ "method": "code", "email": "x" }),
            400,
        )
        .await;
    script
        .submit(
            (kind, &flow),
            json!({ "method": "code", "email": ALICE.email }),
            200,
        )
        .await;
    script
        .submit((kind, &flow), json!({ "method": "code", "code": "0" }), 400)
        .await;
    let code = mail.letter_to(ALICE.email, 4).await.code();
    script
        .submit(
            (kind, &flow),
            json!({ "method": "code", "code": code }),
            422,
        )
        .await;
    script.get("/self-service/recovery/browser", "", 400).await;
}
