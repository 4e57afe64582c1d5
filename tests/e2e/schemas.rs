//! A schema that is changed through the admin API while two gateways run.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{
    ALICE, Anonymous, BOB, Postgres, Route, TestGateway, Upstream, form::Form, person::Person,
    wait_until,
};

const SCHEMA: &str = "/admin/x/schemas/default";

/// A program that may do everything at this gateway.
struct Program {
    admin: Anonymous,
    token: String,
}

impl Program {
    async fn of(gateway: &TestGateway) -> Self {
        let arguments = [
            "api-credentials",
            "create",
            "--name",
            "story",
            "--role",
            "admin",
        ];
        let made = gateway.run(&[&arguments[..], &["--output", "json"]].concat(), "");
        assert_eq!(made.code, 0, "{made:?}");
        let made = made.json();
        let admin = Anonymous::without_cookies(&gateway.admin_url());
        let request = admin.request(Method::POST, "/oauth2/token").basic_auth(
            made["client_id"].as_str().unwrap(),
            made["client_secret"].as_str(),
        );
        let form = [("grant_type", "client_credentials")];
        let answer = request.form(&form).send().await.unwrap();
        let answer: Value = answer.json().await.unwrap();
        let token = answer["access_token"].as_str().unwrap().to_owned();
        Self { admin, token }
    }

    async fn ask(&self, method: Method, path: &str, body: Option<&Value>) -> (u16, Value) {
        let request = self.admin.request(method, path).bearer_auth(&self.token);
        let request = match body {
            Some(body) => request.json(body),
            None => request,
        };
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        (status, answer.json().await.unwrap_or_default())
    }

    /// The present schema with a team that is described like this.
    async fn with_team(&self, team: Value, required: bool) -> Value {
        let (_, shown) = self.ask(Method::GET, SCHEMA, None).await;
        let mut schema = shown["schema"].clone();
        let traits = schema.pointer_mut("/properties/traits").unwrap();
        traits["properties"]["team"] = team;
        if required {
            traits["required"]
                .as_array_mut()
                .unwrap()
                .push(json!("team"));
        }
        json!({ "schema": schema })
    }
}

async fn asks_for_team(gateway: &TestGateway) -> bool {
    let client = Anonymous::without_cookies(&gateway.url());
    let flow = client
        .request(Method::GET, "/.portcullis/self-service/registration/api")
        .send()
        .await;
    let flow: Value = flow.unwrap().json().await.unwrap();
    let nodes = flow["ui"]["nodes"].as_array().unwrap();
    nodes
        .iter()
        .any(|node| node["attributes"]["name"] == "traits.team")
}

async fn node(database: &Postgres, upstream: &Upstream) -> TestGateway {
    TestGateway::builder()
        .registration()
        .postgres(database)
        .table("[plugins.admin]")
        .route(&Route::signed_in("/", &upstream.url()))
        .start()
        .await
}

/// CU-17, KC-019.
#[tokio::test]
async fn a_schema_is_changed_while_gateways_run() {
    let (database, upstream) = (Postgres::start().await, Upstream::start().await);
    let mut here = node(&database, &upstream).await;
    let there = node(&database, &upstream).await;
    let program = Program::of(&here).await;
    let alice = ALICE.sign_up(&here).await;
    assert!(!asks_for_team(&there).await);
    let team = json!({"type": "string", "title": "Team", "maxLength": 40,
        "x-profile": {"expose": {"header": "X-Team"}}});
    let body = program.with_team(team.clone(), false).await;
    let (status, record) = program.ask(Method::PUT, SCHEMA, Some(&body)).await;
    assert_eq!(
        (status, &record["source"]),
        (200, &json!("overlay")),
        "{record}"
    );
    assert!(asks_for_team(&here).await, "at once where it was said");
    wait_until("the other node asks for the team", async || {
        asks_for_team(&there).await.then_some(())
    })
    .await;

    let traits = json!({"email": BOB.email, "team": "red"});
    let bob = BOB.sign_up_with(&there, traits).await;
    for (who, team) in [(&alice, None), (&bob, Some("red"))] {
        let request = who.at(&there, "/private").header("X-Team", "forged");
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 200, "who was here before goes on");
        let seen = upstream.last();
        assert_eq!(seen.header("x-team"), team);
    }
    search(&program, team).await;
    refusal(&program).await;

    here.stop().await;
    here.start_again().await;
    assert!(asks_for_team(&here).await, "it outlasts a restart");
    let program = Program::of(&here).await;
    let (status, told) = program.ask(Method::DELETE, SCHEMA, None).await;
    assert_eq!(
        status, 409,
        "that of the file has no place for a team: {told}"
    );
    let path = format!("{SCHEMA}?force=true");
    let (status, told) = program.ask(Method::DELETE, &path, None).await;
    assert_eq!(status, 204, "{told}");
    assert!(!asks_for_team(&here).await);
    wait_until("the other node asks no more", async || {
        (!asks_for_team(&there).await).then_some(())
    })
    .await;
}

/// What is searched from now on is found of those who were here before.
async fn search(program: &Program, mut team: Value) {
    team["x-profile"]["searchable"] = json!(true);
    let body = program.with_team(team, false).await;
    let (status, told) = program.ask(Method::PUT, SCHEMA, Some(&body)).await;
    assert_eq!(status, 200, "{told}");
    wait_until("the red team is found", async || {
        let path = "/admin/identities?search=team:red";
        let (_, found) = program.ask(Method::GET, path, None).await;
        (found.as_array()?.len() == 1).then_some(())
    })
    .await;
}

/// Alice has no team.
async fn refusal(program: &Program) {
    let team = json!({"type": "string", "title": "Team", "maxLength": 40});
    let body = program.with_team(team, true).await;
    let (status, told) = program.ask(Method::PUT, SCHEMA, Some(&body)).await;
    assert_eq!(
        (status, &told["error"]["id"]),
        (409, &json!("schema_unfit")),
        "{told}"
    );
    let check = &told["error"]["details"]["check"];
    assert_eq!(
        (&check["checked"], &check["failing"]),
        (&json!(2), &json!(1))
    );
    assert_eq!(check["traits"]["team"]["missing"], 1);
}

const EVE: Person = Person {
    email: "eve@example.org",
    password: "serpents-apple-42",
    first: "Eve",
    last: "Easton",
};

/// CU-17, KC-019: nobody touches Bob, and he signs in with what his schema says now.
#[tokio::test]
async fn people_sign_in_with_what_a_changed_schema_says() {
    let (database, upstream) = (Postgres::start().await, Upstream::start().await);
    let here = node(&database, &upstream).await;
    let _there = node(&database, &upstream).await;
    let program = Program::of(&here).await;
    let mut team = json!({"type": "string", "title": "Team", "maxLength": 40});
    let body = program.with_team(team.clone(), false).await;
    let (status, told) = program.ask(Method::PUT, SCHEMA, Some(&body)).await;
    assert_eq!(status, 200, "{told}");
    for (person, team) in [(ALICE, "Blue"), (BOB, "Red"), (EVE, "red")] {
        let traits = json!({"email": person.email, "team": team});
        person.sign_up_with(&here, traits).await;
    }
    let identifier = json!({"credentials": {"password": {"identifier": true}}});
    team["ory.sh/kratos"] = identifier;
    let body = program.with_team(team, false).await;
    let (status, told) = program.ask(Method::PUT, SCHEMA, Some(&body)).await;
    let check = &told["error"]["details"]["check"];
    assert_eq!(
        (status, &check["failing"], &check["taken_identifier"]),
        (409, &json!(1), &json!(1)),
        "{told}"
    );
    let path = format!("{SCHEMA}?force=true");
    let (status, told) = program.ask(Method::PUT, &path, Some(&body)).await;
    assert_eq!(status, 200, "{told}");
    followed(&program, "blue").await;
    let found = followed(&program, "red").await;
    let (red, other) = match found == BOB.email {
        true => (BOB, EVE),
        false => (EVE, BOB),
    };
    for (who, name) in [(red, "RED"), (ALICE, "blue"), (other, other.email)] {
        let form = Form::begin(&here.anonymous(), "login", "").await;
        let sent = json!({"method": "password", "identifier": name, "password": who.password});
        let answer = form.submit_json(sent).await;
        assert_eq!(answer.status(), 200, "{name}");
    }
    let log = wait_until("who kept what they had is written down", async || {
        let path = "/admin/x/audit?verb=identity.follow_schema";
        let (_, log) = program.ask(Method::GET, path, None).await;
        log.as_array().filter(|log| !log.is_empty()).cloned()
    })
    .await;
    assert_eq!(log.len(), 1, "{log:?}");
    assert_eq!(log[0]["outcome"], "identity_conflict");
}

/// The address of whoever signs in with this, once somebody does.
async fn followed(program: &Program, identifier: &str) -> String {
    wait_until("somebody signs in with it", async || {
        let path = format!("/admin/identities?credentials_identifier={identifier}");
        let (_, found) = program.ask(Method::GET, &path, None).await;
        let found = found.as_array()?.first()?.clone();
        Some(found["traits"]["email"].as_str()?.to_owned())
    })
    .await
}

/// A page elsewhere that found another name for the address reads no schema (DNS rebinding); probes
/// learn how the node is whatever they call it.
#[tokio::test]
async fn schemas_and_providers_are_told_under_own_names_only_and_whether_it_lives_under_any() {
    let gateway = TestGateway::builder()
        .table("[plugins.admin]")
        .route(&Route::signed_in("/", "echo:"))
        .start()
        .await;
    let admin = Anonymous::without_cookies(&gateway.admin_url());
    for path in ["/health/alive", "/health/ready"] {
        let request = admin.request(Method::GET, path);
        let answer = request.header("Host", "10.1.2.3:4434").send().await;
        assert_eq!(answer.unwrap().status(), 200, "{path}");
    }
    for path in [
        "/schemas",
        "/schemas/default",
        "/version",
        "/health/providers",
    ] {
        assert_eq!(admin.get_json(path).await.status(), 200, "{path}");
        let request = admin.request(Method::GET, path);
        let answer = request.header("Host", "evil.test:4434").send().await;
        let answer = answer.unwrap();
        assert_eq!(answer.status(), 403, "{path}");
        let told: Value = answer.json().await.unwrap();
        assert_eq!(told["error"]["id"], "host_refused", "{path}");
    }
    let answer = admin.request(Method::POST, "/schemas").send().await;
    let answer = answer.unwrap();
    assert_eq!(answer.status(), 405);
    assert_eq!(answer.headers()["allow"], "GET, HEAD");
}
