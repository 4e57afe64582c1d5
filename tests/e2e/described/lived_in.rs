//! A gateway that is lived in: whatever the operations of the admin API can name is there, and what one
//! of them uses up is named to no other.

use std::{fmt::Write, fs};

use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    e2e::abuse::guess,
    support::{
        Anonymous, Form, LET_IN_AT_ONCE, Route, SmtpServer, TestGateway, admin::Program,
        admin_token,
    },
};

const PASSWORD: &str = "turtle-of-4711";
/// Guesses are counted soon, passwords may be any, and people can be made to do everything.
const TABLES: &str = r#"
[plugins.admin]
[limits]
sign_ins_per_identity = "3/1h"
[identity.password]
min_length = 1
min_score = 0
refuse_similar = false
[required_actions.TERMS_AND_CONDITIONS]
enabled = true
version = "1"
text = "Be kind."
"#;
/// A schema that keeps attributes which it does not describe, and asks for nothing.
const STAFF: &str = r#"
[identity]
default_schema = "staff"
[[identity.schemas]]
id = "staff"
inline = '''{"type": "object", "properties": {"traits": {
  "type": "object", "x-profile": {"unmanaged": "ENABLED"},
  "properties": {"email": {"type": "string", "format": "email", "maxLength": 320,
    "ory.sh/kratos": {"credentials": {"password": {"identifier": true}}}}}}}}'''
"#;
/// A provider that nobody reaches.
const FILE: &str = r#"
[providers.acme]
kind = "oidc"
issuer_url = "http://localhost:9"
client_id = "gate"
client_secret = "hush"
map = { "email" = "claims.email" }
"#;

/// The gateway, with what it cannot do without.
pub(super) struct House {
    pub(super) gateway: TestGateway,
    pub(super) program: Program,
    _mail: SmtpServer,
}

impl House {
    pub(super) async fn build() -> Self {
        let mail = SmtpServer::start().await;
        let builder = TestGateway::builder()
            .table(TABLES)
            .table(STAFF)
            .table(LET_IN_AT_ONCE)
            .table(&mail.table())
            .route(&Route::signed_in("/", "echo:"));
        let folder = builder.folder().join("providers.d");
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join("acme.toml"), FILE).unwrap();
        let gateway = builder.start().await;
        let program = admin_token(&gateway).await;
        Self {
            gateway,
            program,
            _mail: mail,
        }
    }

    /// Fills it, and tells what there is, as dictionaries of the judge.
    pub(super) async fn furnish(&self) -> String {
        let mut told = String::new();
        let mut tell = |name: &str, values: Vec<String>| {
            write!(told, "\n[dictionaries.{name}]\nvalues = {values:?}\n").unwrap();
        };
        tell("people", self.people("person", 6).await);
        tell("leaving", self.people("leaving", 4).await);
        tell("attributed", self.attributed().await);
        let (holder, links) = self.linked("holder").await;
        tell("holder", vec![holder]);
        tell("links", links[1..].to_vec());
        tell("first_link", links[..1].to_vec());
        let (parting, links) = self.linked("parting").await;
        tell("parting", vec![parting]);
        tell("parting_links", links);
        tell("named", vec![self.named().await]);
        let [staying, ending] = self.sessions().await;
        tell("staying", staying);
        tell("ending", ending);
        tell("acted", self.acted().await);
        tell("programs", self.programs("steady", 2).await);
        tell("retired", self.programs("retired", 3).await);
        tell("added", self.providers("added", 1).await);
        tell("departing", self.providers("departing", 3).await);
        tell("written", self.schemas("written", 1).await);
        tell("outdated", self.schemas("outdated", 3).await);
        tell("waiting", self.waiting().await);
        tell("letters", self.letters().await);
        let home = format!("{}/", self.gateway.url());
        tell("home", vec![home]);
        told
    }

    async fn ask(&self, method: Method, path: &str, body: Option<&Value>) -> Value {
        let admin = Anonymous::without_cookies(&self.gateway.admin_url());
        let mut request = admin.request(method.clone(), path);
        request = request.bearer_auth(&self.program.bearer);
        if let Some(body) = body {
            request = request.json(body);
        }
        let answer = request.send().await.unwrap();
        let (status, text) = (answer.status(), answer.text().await.unwrap());
        assert!(status.is_success(), "{method} {path}: {status} {text}");
        serde_json::from_str(&text).unwrap_or_default()
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        self.ask(Method::POST, path, Some(&body)).await
    }

    async fn person(&self, name: &str, more: Value) -> String {
        let name_of = json!({"first": "Ada", "last": "Archer"});
        let traits = json!({"email": format!("{name}@example.org"), "name": name_of});
        let mut body = json!({"schema_id": "default", "traits": traits});
        let more = more.as_object().unwrap().clone();
        body.as_object_mut().unwrap().extend(more);
        id(&self.post("/admin/identities", body).await)
    }

    async fn people(&self, name: &str, count: usize) -> Vec<String> {
        let mut ids = Vec::new();
        for number in 0..count {
            let name = format!("{name}-{number}");
            ids.push(self.person(&name, json!({})).await);
        }
        ids
    }

    async fn attributed(&self) -> Vec<String> {
        let traits = json!({"email": "staff@example.org"});
        let body = json!({"schema_id": "staff", "traits": traits});
        vec![id(&self.post("/admin/identities", body).await)]
    }

    /// Somebody with accounts at the provider, and how these are called.
    async fn linked(&self, name: &str) -> (String, Vec<String>) {
        let accounts =
            (0..6).map(|n| json!({"provider": "acme", "subject": format!("{name}-{n}")}));
        let accounts: Vec<Value> = accounts.collect();
        let mut credentials = password();
        credentials["oidc"] = json!({"config": {"providers": accounts}});
        let person = self.person(name, json!({ "credentials": credentials }));
        let person = person.await;
        let path = format!("/admin/identities/{person}/credentials");
        let all = self.ask(Method::GET, &path, None).await;
        let links = all.as_array().unwrap().iter();
        let links = links.filter(|one| one["type"] == "oidc").map(id);
        (person, links.collect())
    }

    async fn named(&self) -> String {
        self.person("named", json!({"external_id": "crm-7"})).await;
        "crm-7".to_owned()
    }

    /// Sessions that stay, and some that may end.
    async fn sessions(&self) -> [Vec<String>; 2] {
        let mut all = Vec::new();
        for name in ["guest", "visitor"] {
            let credentials = json!({"credentials": password()});
            self.person(name, credentials).await;
            let mut own = Vec::new();
            for _ in 0..3 {
                let client = Anonymous::without_cookies(&self.gateway.url());
                let form = Form::begin_native(&client, "login").await;
                let identifier = format!("{name}@example.org");
                let body =
                    json!({"method": "password", "identifier": identifier, "password": PASSWORD});
                let told: Value = form.submit_json(body).await.json().await.unwrap();
                own.push(id(&told["session"]));
            }
            all.push(own);
        }
        all.try_into().unwrap()
    }

    /// People in whose sessions the program acts.
    async fn acted(&self) -> Vec<String> {
        let people = self.people("acted", 3).await;
        for person in &people {
            let path = format!("/admin/identities/{person}/impersonate");
            self.post(&path, json!({"reason": "a story"})).await;
        }
        people
    }

    async fn programs(&self, name: &str, count: usize) -> Vec<String> {
        let mut ids = Vec::new();
        for _ in 0..count {
            let body = json!({"name": name, "roles": ["viewer"]});
            ids.push(id(&self.post("/admin/x/api-credentials", body).await));
        }
        ids
    }

    async fn providers(&self, name: &str, count: usize) -> Vec<String> {
        let mut ids = Vec::new();
        for number in 0..count {
            let body = json!({
                "id": format!("{name}-{number}"), "kind": "oidc", "client_id": "gate",
                "client_secret": "hush", "issuer_url": "http://localhost:9",
                "allow_private_network": true,
            });
            ids.push(id(&self.post("/admin/x/providers", body).await));
        }
        ids
    }

    async fn schemas(&self, name: &str, count: usize) -> Vec<String> {
        let mut ids = Vec::new();
        let document = json!({"type": "object", "properties": {"traits": {"type": "object"}}});
        for number in 0..count {
            let schema = format!("{name}-{number}");
            let body = json!({ "schema": document });
            let path = format!("/admin/x/schemas/{schema}");
            self.ask(Method::PUT, &path, Some(&body)).await;
            ids.push(schema);
        }
        ids
    }

    /// Pauses of those who have guessed.
    async fn waiting(&self) -> Vec<String> {
        let client = Anonymous::without_cookies(&self.gateway.url());
        for number in 0..3 {
            for _ in 0..4 {
                let name = format!("person-{number}@example.org");
                guess(&client, "203.0.113.1", &name).await;
            }
        }
        self.ids("/admin/x/throttles").await
    }

    /// Mail that somebody was sent.
    async fn letters(&self) -> Vec<String> {
        let person = self.person("reader", json!({})).await;
        let path = format!("/admin/identities/{person}/actions-email");
        self.post(&path, json!({"actions": ["UPDATE_PASSWORD"]}))
            .await;
        self.ids("/admin/courier/messages").await
    }

    async fn ids(&self, path: &str) -> Vec<String> {
        let all = self.ask(Method::GET, path, None).await;
        let ids: Vec<String> = all.as_array().unwrap().iter().map(id).collect();
        assert!(!ids.is_empty(), "{path} has none");
        ids
    }
}

fn password() -> Value {
    json!({"password": {"config": {"password": PASSWORD}}})
}

fn id(told: &Value) -> String {
    let id = told["id"].as_str();
    id.unwrap_or_else(|| panic!("it has an id: {told}"))
        .to_owned()
}
