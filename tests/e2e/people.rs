//! People looked after through the admin API of a running gateway: every answer has the published
//! shape, and what is done is seen at once by whoever it is done to.

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::support::{ALICE, Anonymous, Contract, Route, TestGateway};

/// An administrator's program.
struct Program {
    admin: Anonymous,
    token: String,
    contract: Contract,
}

async fn running() -> (TestGateway, Program) {
    let gateway = TestGateway::builder()
        .registration()
        .table("[plugins.admin]")
        .route(&Route::signed_in("/", "echo:"))
        .start()
        .await;
    let made = gateway.run(
        &[
            "api-credentials",
            "create",
            "--name",
            "story",
            "--role",
            "admin",
            "--output",
            "json",
        ],
        "",
    );
    assert_eq!(made.code, 0, "{made:?}");
    let made = made.json();
    let admin = Anonymous::without_cookies(&gateway.admin_url());
    let request = admin.request(Method::POST, "/oauth2/token");
    let request = request.basic_auth(
        made["client_id"].as_str().unwrap(),
        made["client_secret"].as_str(),
    );
    let answer = request
        .form(&[("grant_type", "client_credentials")])
        .send()
        .await;
    let answer: Value = answer.unwrap().json().await.unwrap();
    let program = Program {
        admin,
        token: answer["access_token"].as_str().unwrap().to_owned(),
        contract: Contract::default(),
    };
    (gateway, program)
}

impl Program {
    fn request(&self, method: &str, path: &str) -> RequestBuilder {
        let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
        self.admin.request(method, path).bearer_auth(&self.token)
    }

    /// Asks an operation of the contract.
    async fn ask(&self, (method, operation): (&str, &str), path: &str, status: u16) -> Value {
        let request = self.request(method, path);
        self.contract
            .call((method, operation), request, status)
            .await
    }

    /// The same with a body.
    async fn send(
        &self,
        (method, operation): (&str, &str),
        (path, body): (&str, &Value),
        status: u16,
    ) -> Value {
        let request = self.request(method, path).json(body);
        self.contract
            .call((method, operation), request, status)
            .await
    }
}

const ALL: &str = "/admin/identities";
const ONE: &str = "/admin/identities/{id}";
const NOBODY: &str = "/admin/identities/00000000-0000-4000-8000-000000000000";

async fn identities(program: &Program) -> String {
    let hash = "$2b$12$KIXqZ0c1yY8m6v1u8b0mOe3mZ3u1b8m6v1u8b0mOe3mZ3u1b8m6vO";
    let body = json!({
        "schema_id": "default", "traits": {"email": "eve@example.org"}, "external_id": "crm:1",
        "metadata_public": {"plan": "free"}, "metadata_admin": {"note": "tea"},
        "credentials": {"password": {"config": {"hashed_password": hash}}},
    });
    let made = program.send(("post", ALL), (ALL, &body), 201).await;
    program.send(("post", ALL), (ALL, &body), 409).await;
    program
        .send(("post", ALL), (ALL, &json!({"traits": {}})), 400)
        .await;
    let path = format!("{ALL}/{}", made["id"].as_str().unwrap());
    let shown = program
        .ask(
            ("get", ONE),
            &format!("{path}?include_credential=password"),
            200,
        )
        .await;
    assert!(!shown.to_string().contains(hash), "{shown}");
    program.ask(("get", ONE), NOBODY, 404).await;
    by_external_id(program).await;
    changed(program, &path).await;
    many(program).await;
    path
}

async fn by_external_id(program: &Program) {
    let external = "/admin/identities/by/external/{externalID}";
    program
        .ask(
            ("get", external),
            "/admin/identities/by/external/crm:1",
            200,
        )
        .await;
    program
        .ask(
            ("get", external),
            "/admin/identities/by/external/crm:2",
            404,
        )
        .await;
}

async fn changed(program: &Program, path: &str) {
    let put =
        json!({"schema_id": "default", "state": "active", "traits": {"email": "eve@example.org"}});
    program.send(("put", ONE), (path, &put), 200).await;
    program
        .send(("put", ONE), (path, &json!({"state": "active"})), 400)
        .await;
    program.send(("put", ONE), (NOBODY, &put), 404).await;
    let patch = json!([{"op": "replace", "path": "/state", "value": "inactive"}]);
    let patched = program.send(("patch", ONE), (path, &patch), 200).await;
    assert_eq!(patched["state"], "inactive");
    let protected = json!([{"op": "replace", "path": "/id", "value": "x"}]);
    program.send(("patch", ONE), (path, &protected), 400).await;
    program.send(("patch", ONE), (NOBODY, &patch), 404).await;
    let back = json!([{"op": "replace", "path": "/state", "value": "active"}]);
    program.send(("patch", ONE), (path, &back), 200).await;
}

async fn many(program: &Program) {
    let traits = json!({"email": "many@example.org", "name": {"first": "Mina", "last": "Harker"}});
    let create = json!({"schema_id": "default", "traits": traits});
    let many = json!({"identities": [
        {"create": create, "patch_id": "8d2a1b0e-0000-4000-8000-000000000001"},
        {"create": create, "patch_id": "8d2a1b0e-0000-4000-8000-000000000002"},
    ]});
    program.send(("patch", ALL), (ALL, &many), 200).await;
    program
        .send(("patch", ALL), (ALL, &json!({"identities": 1})), 400)
        .await;
    let list = program
        .ask(
            ("get", ALL),
            &format!("{ALL}?page_size=100&page_token="),
            200,
        )
        .await;
    assert_eq!(list.as_array().unwrap().len(), 2);
    program
        .ask(("get", ALL), &format!("{ALL}?per_page=100&page=0"), 200)
        .await;
    // KC-110, KC-111: a beginning, a middle and a whole, and nothing that is not there; by name, too.
    for (search, count) in [
        ("min", 1),
        ("*arke*", 1),
        ("name.last:harker", 1),
        ("lucy", 0),
        ("man", 1),
        ("*xample*", 2),
        ("%22eve%40example.org%22", 1),
        ("ve", 0),
    ] {
        let found = program.ask_own(&format!("{ALL}?search={search}")).await;
        assert_eq!(found.as_array().unwrap().len(), count, "{search}: {found}");
    }
}

async fn what_they_have(program: &Program, path: &str) {
    let id = path.rsplit('/').next().unwrap();
    let credentials = "/admin/identities/{id}/credentials/{type}";
    program
        .ask(
            ("delete", credentials),
            &format!("{path}/credentials/password"),
            204,
        )
        .await;
    program
        .ask(
            ("delete", credentials),
            &format!("{path}/credentials/totp"),
            404,
        )
        .await;
    program
        .ask(
            ("delete", credentials),
            &format!("{path}/credentials/oidc"),
            400,
        )
        .await;
    let body = json!({"identity_id": id, "expires_in": "1h"});
    for (kind, status) in [("code", 201), ("link", 200)] {
        let recovery = format!("/admin/recovery/{kind}");
        program
            .send(("post", &recovery), (&recovery, &body), status)
            .await;
        program
            .send(("post", &recovery), (&recovery, &json!({})), 400)
            .await;
    }
    let list = program.ask_own(&format!("{path}/credentials")).await;
    assert_eq!(list, json!([]));
    let actions = program.ask_own("/admin/x/required-actions").await;
    assert!(actions.as_array().unwrap().len() > 5, "{actions}");
}

impl Program {
    /// Asks what the contract does not know.
    async fn ask_own(&self, path: &str) -> Value {
        let answer = self.request("get", path).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        answer.json().await.unwrap()
    }
}

async fn sessions(program: &Program, gateway: &TestGateway) {
    let alice = ALICE.sign_up(gateway).await;
    let path = format!("{ALL}/{}", alice.identity());
    let of_one = "/admin/identities/{id}/sessions";
    let own = program
        .ask(
            ("get", of_one),
            &format!("{path}/sessions?active=true"),
            200,
        )
        .await;
    assert_eq!(own[0]["id"], alice.session_id());
    let (all, one) = ("/admin/sessions", "/admin/sessions/{id}");
    program
        .ask(
            ("get", all),
            "/admin/sessions?page_size=2&expand=identity&expand=devices",
            200,
        )
        .await;
    let session = format!("{all}/{}", alice.session_id());
    program
        .ask(("get", one), &format!("{session}?expand=identity"), 200)
        .await;
    let extend = "/admin/sessions/{id}/extend";
    program
        .ask(("patch", extend), &format!("{session}/extend"), 200)
        .await;
    assert_eq!(alice.status("/").await, 200);
    program.ask(("delete", one), &session, 204).await;
    assert_eq!(
        alice.status("/.portcullis/sessions/whoami").await,
        401,
        "at once"
    );
    several_sessions(program, gateway, &path).await;
}

/// Begins a session in which the program acts as somebody, and lists it in the published shape. KC-130.
async fn acting_as_somebody(program: &Program, path: &str) {
    let body = json!({"reason": "Ticket 4711"});
    let begun = program
        .request("post", &format!("{path}/impersonate"))
        .json(&body);
    let begun: Value = begun.send().await.unwrap().json().await.unwrap();
    let id = begun["session"]["id"].as_str().unwrap();
    let (of_one, one) = ("/admin/identities/{id}/sessions", "/admin/sessions/{id}");
    let sessions = format!("{path}/sessions");
    let all = program.ask(("get", "/admin/sessions"), "/admin/sessions", 200);
    let theirs = program.ask(("get", of_one), &sessions, 200).await;
    for listed in [all.await, theirs] {
        let mut listed = listed.as_array().unwrap().iter();
        assert!(listed.any(|session| session["id"] == id), "{begun}");
    }
    let path = format!("/admin/sessions/{id}");
    program.ask(("get", one), &path, 200).await;
}

async fn several_sessions(program: &Program, gateway: &TestGateway, path: &str) {
    let (of_one, all) = ("/admin/identities/{id}/sessions", "/admin/sessions");
    let (first, second) = (ALICE.sign_in(gateway).await, ALICE.sign_in(gateway).await);
    let body = json!({"action": "disable", "sessions": [first.session_id()]});
    let ended = program.send(("post", all), (all, &body), 200).await;
    assert_eq!(ended, json!({"more": false, "processed": 1}));
    assert_eq!(first.status("/.portcullis/sessions/whoami").await, 401);
    assert_eq!(second.status("/.portcullis/sessions/whoami").await, 200);
    acting_as_somebody(program, path).await;
    program
        .ask(("delete", of_one), &format!("{path}/sessions"), 204)
        .await;
    assert_eq!(second.status("/.portcullis/sessions/whoami").await, 401);
}

/// HA-20 to HA-23, CU-11, CU-12, CU-15, CU-22, CU-23, CU-26, CU-27, KC-070.
#[tokio::test]
async fn every_answer_has_the_published_shape() {
    let (gateway, program) = running().await;
    let path = identities(&program).await;
    what_they_have(&program, &path).await;
    sessions(&program, &gateway).await;
    program.ask(("delete", ONE), &path, 204).await;
    program.ask(("delete", ONE), &path, 404).await;
    let starts = ["/admin/identities", "/admin/sessions", "/admin/recovery"];
    let missing = program.contract.missing(&starts);
    assert!(missing.is_empty(), "not judged: {missing:?}");
    let log = gateway.log();
    for secret in [program.token.as_str(), "eve@example.org", "$2b$12$"] {
        assert!(
            !log.contains(secret),
            "no log line holds a secret or an address"
        );
    }
}

/// CU-15, CU-20, CU-22, CU-27, KC-077.
#[tokio::test]
async fn what_is_done_to_somebody_is_seen_at_once() {
    let (gateway, program) = running().await;
    let alice = ALICE.sign_up(&gateway).await;
    let path = format!("{ALL}/{}", alice.identity());
    let patch = json!([{"op": "add", "path": "/roles/-", "value": "delete-account"}]);
    program.send(("patch", ONE), (&path, &patch), 200).await;
    let whoami = alice.get("/.portcullis/sessions/whoami").await;
    let whoami: Value = whoami.json().await.unwrap();
    assert_eq!(whoami["identity"]["roles"], json!(["delete-account"]));
    let body = json!({"password": ALICE.password, "temporary": true});
    let given = program
        .request("put", &format!("{path}/password"))
        .json(&body);
    assert_eq!(given.send().await.unwrap().status(), 200);
    assert_eq!(alice.status("/.portcullis/sessions/whoami").await, 401);
    let again = ALICE.sign_in(&gateway).await;
    let whoami = again.get("/.portcullis/sessions/whoami").await;
    let whoami: Value = whoami.json().await.unwrap();
    assert_eq!(whoami["required_actions"], json!(["UPDATE_PASSWORD"]));
    let off = json!([{"op": "replace", "path": "/state", "value": "inactive"}]);
    program.send(("patch", ONE), (&path, &off), 200).await;
    assert_eq!(again.status("/.portcullis/sessions/whoami").await, 401);
    let refused = ALICE.try_to_sign_in(&gateway.anonymous()).await;
    assert!(!refused.status().is_success());
    let told = program.request("delete", &format!("{path}?dry_run=true"));
    let told: Value = told.send().await.unwrap().json().await.unwrap();
    assert_eq!(
        (&told["deleted"], &told["credentials"]),
        (&json!(false), &json!(1))
    );
    program.ask(("delete", ONE), &path, 204).await;
    program.ask(("get", ONE), &path, 404).await;
}
