//! Published clients of the dialect do everything that it has for administrators, over the admin
//! listener.

use std::process::Command;

use ory_kratos_client::{
    apis::{
        Error,
        configuration::{ApiKey, Configuration},
        courier_api::{get_courier_message, list_courier_messages},
        identity_api::{
            batch_patch_identities, create_identity, create_recovery_code_for_identity,
            create_recovery_link_for_identity, delete_identity, delete_identity_credentials,
            delete_identity_sessions, disable_session, extend_session, get_identity,
            get_identity_by_external_id, get_identity_schema, get_session, list_identities,
            list_identity_schemas, list_identity_sessions, list_sessions, patch_identity,
            update_identity,
        },
        metadata_api::{get_version, is_alive, is_ready},
    },
    models::{
        CourierMessageStatus, CreateIdentityBody, CreateRecoveryCodeForIdentityBody,
        CreateRecoveryLinkForIdentityBody, IdentityPatch, IdentityWithCredentials,
        IdentityWithCredentialsPassword, IdentityWithCredentialsPasswordConfig, JsonPatch,
        PatchIdentitiesBody, UpdateIdentityBody, update_identity_body,
    },
};
use serde_json::{Value, json};

use super::SUPPORT;
use crate::support::{
    ALICE, Form, LET_IN_AT_ONCE, Route, SmtpServer, TestGateway, admin_token, wait_until,
};

/// A gateway with its admin API, and a token that may do everything.
async fn gate() -> (TestGateway, String, SmtpServer) {
    let mail = SmtpServer::start().await;
    let tables = format!("{}\n{LET_IN_AT_ONCE}\n[plugins.admin]", mail.table());
    let gateway = TestGateway::builder()
        .registration()
        .table(&tables)
        .route(&Route::signed_in("/", "echo:"))
        .start()
        .await;
    let token = admin_token(&gateway).await.bearer;
    (gateway, token, mail)
}

/// Runs a program of this folder as an administrator, to its end.
async fn drive(folder: &str, program: &str, script: &str) {
    let (gateway, token, _mail) = gate().await;
    let mut command = Command::new(program);
    command
        .arg(script)
        .current_dir(format!("{SUPPORT}/{folder}"))
        .env("GATE", format!("{}/.portcullis", gateway.url()))
        .env("ADMIN", gateway.admin_url())
        .env("TOKEN", token);
    let run = tokio::task::spawn_blocking(move || command.output());
    let output = run.await.expect("it runs").expect("it starts (make setup)");
    let (said, complained) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    let ended = (output.status.success(), said.trim_end());
    assert_eq!(ended, (true, "done"), "{complained}\n{}", gateway.log());
}

/// npm `@ory/kratos-client`. B.5.
#[tokio::test]
async fn the_javascript_client_administers() {
    drive("client-axios", "node", "drive.mjs").await;
}

/// PyPI `ory-kratos-client`. B.5.
#[tokio::test]
async fn the_python_client_administers() {
    let python = format!("{SUPPORT}/client-python/.venv/bin/python");
    drive("client-python", &python, "administer.py").await;
}

fn traits(email: &str, first: &str) -> Value {
    json!({"email": email, "name": {"first": first, "last": "Archer"}})
}

fn new(email: &str) -> CreateIdentityBody {
    CreateIdentityBody::new("default".to_owned(), traits(email, "Alice"))
}

fn configuration(gateway: &TestGateway, token: String) -> Configuration {
    Configuration {
        base_path: gateway.admin_url(),
        api_key: Some(ApiKey {
            prefix: Some("Bearer".to_owned()),
            key: token,
        }),
        ..Configuration::new()
    }
}

/// Creates, finds and changes an identity: its id.
async fn identities(api: &Configuration) -> String {
    let config = IdentityWithCredentialsPasswordConfig {
        password: Some(ALICE.password.to_owned()),
        ..IdentityWithCredentialsPasswordConfig::new()
    };
    let password = IdentityWithCredentialsPassword {
        config: Some(Box::new(config)),
    };
    let credentials = IdentityWithCredentials {
        password: Some(Box::new(password)),
        ..IdentityWithCredentials::new()
    };
    let body = CreateIdentityBody {
        credentials: Some(Box::new(credentials)),
        external_id: Some("crm-1".to_owned()),
        metadata_admin: Some(Some(json!({"note": "vip"}))),
        ..new(ALICE.email)
    };
    let id = create_identity(api, Some(body)).await.unwrap().id;
    let kinds = Some(vec!["password".to_owned()]);
    let found = get_identity(api, &id, kinds).await.unwrap();
    assert_eq!(found.metadata_admin, Some(Some(json!({"note": "vip"}))));
    assert!(found.credentials.unwrap().contains_key("password"));
    let called = get_identity_by_external_id(api, "crm-1", None).await;
    assert_eq!(called.unwrap().id, id);
    let state = update_identity_body::StateEnum::Active;
    let whole = traits(ALICE.email, "Alicia");
    let whole = UpdateIdentityBody::new("default".to_owned(), state, whole);
    let replaced = update_identity(api, &id, Some(whole)).await.unwrap();
    assert_eq!(replaced.traits.unwrap()["name"]["first"], "Alicia");
    let change = JsonPatch {
        value: Some(Some(json!("Alice"))),
        ..JsonPatch::new("replace".to_owned(), "/traits/name/first".to_owned())
    };
    let patched = patch_identity(api, &id, Some(vec![change])).await.unwrap();
    assert_eq!(patched.traits.unwrap()["name"]["first"], "Alice");
    id
}

async fn many(api: &Configuration, own: &str) {
    let entry = |email: &str| IdentityPatch {
        create: Some(Box::new(new(email))),
        ..IdentityPatch::new()
    };
    let batch = PatchIdentitiesBody {
        identities: Some(vec![entry("bob@example.org"), entry(ALICE.email)]),
    };
    let told = batch_patch_identities(api, Some(batch)).await.unwrap();
    assert_eq!(told.identities.unwrap().len(), 2);
    let name = Some(ALICE.email);
    let found = list_identities(
        api,
        None,
        None,
        Some(10),
        None,
        None,
        None,
        name,
        None,
        None,
        None,
    );
    let ids: Vec<_> = found.await.unwrap().into_iter().map(|one| one.id).collect();
    assert_eq!(ids, [own]);
}

/// Begins a session in which the program acts as somebody else: the client has no operation for it.
async fn act_as(api: &Configuration, own: &str) {
    let url = format!("{}/admin/identities/{own}/impersonate", api.base_path);
    let token = &api.api_key.as_ref().unwrap().key;
    let begun = reqwest::Client::new().post(url).bearer_auth(token);
    let begun = begun.json(&json!({"reason": "a story"})).send().await;
    assert_eq!(begun.unwrap().status(), 201);
}

/// Sessions are read and ended, those in which a program acts as somebody too. KC-130.
async fn sessions(gateway: &TestGateway, api: &Configuration, own: &str) {
    let session = ALICE.sign_in_natively(gateway).await.session;
    let session = session["id"].as_str().unwrap();
    let other = ALICE.sign_in_natively(gateway).await.session;
    assert_eq!(how_many(api, own).await, 2);
    let expand = || Some(vec!["identity".to_owned(), "devices".to_owned()]);
    let all = list_sessions(api, Some(10), None, Some(true), expand()).await;
    assert_eq!(all.unwrap().len(), 2);
    let found = get_session(api, session, expand()).await.unwrap();
    assert_eq!(found.identity.unwrap().id, own);
    assert_eq!(extend_session(api, session).await.unwrap().id, session);
    let other = other["id"].as_str().unwrap();
    disable_session(api, other).await.unwrap();
    assert_eq!(how_many(api, own).await, 1);
    acting_sessions(api, own).await;
}

async fn acting_sessions(api: &Configuration, own: &str) {
    act_as(api, own).await;
    let all = list_sessions(api, Some(10), None, Some(true), None).await;
    assert_eq!(all.unwrap().len(), 2);
    assert_eq!(how_many(api, own).await, 2);
    delete_identity_sessions(api, own).await.unwrap();
    assert_eq!(how_many(api, own).await, 0);
}

/// How many sessions of theirs are listed.
async fn how_many(api: &Configuration, own: &str) -> usize {
    let listed = list_identity_sessions(api, own, None, None, None, None, Some(true)).await;
    listed.unwrap().len()
}

/// A letter is sent, and told of without what it says.
async fn courier(gateway: &TestGateway, mail: &SmtpServer, api: &Configuration) {
    let form = Form::begin(&gateway.anonymous(), "recovery", "").await;
    let email = json!({"method": "code", "email": ALICE.email});
    assert_eq!(form.submit_json(email).await.status(), 200);
    mail.letter_to(ALICE.email, 0).await;
    let sent = Some(CourierMessageStatus::Sent);
    let letter = wait_until("the letter to be remembered", async || {
        let sent = list_courier_messages(api, Some(10), None, sent, Some(ALICE.email)).await;
        sent.unwrap().into_iter().next()
    });
    let letter = letter.await;
    let one = get_courier_message(api, &letter.id).await.unwrap();
    assert_eq!(
        (&*one.recipient, one.status),
        (ALICE.email, CourierMessageStatus::Sent)
    );
    let nobody = "00000000-0000-4000-8000-000000000000";
    let nobody = get_courier_message(api, nobody).await;
    assert!(matches!(nobody, Err(Error::ResponseError(refused)) if refused.status == 404));
}

/// What runs, and whether it does.
async fn metadata(api: &Configuration) {
    assert!(!get_version(api).await.unwrap().version.is_empty());
    assert_eq!(is_alive(api).await.unwrap().status, "ok");
    assert_eq!(is_ready(api).await.unwrap().status, "ok");
}

/// The crate `ory-kratos-client`. B.5.
#[tokio::test]
async fn the_rust_client_administers() {
    let (gateway, token, mail) = gate().await;
    let api = configuration(&gateway, token);
    metadata(&api).await;
    let id = identities(&api).await;
    many(&api, &id).await;
    sessions(&gateway, &api, &id).await;
    let asked = CreateRecoveryCodeForIdentityBody::new(id.clone());
    let code = create_recovery_code_for_identity(&api, Some(asked)).await;
    assert_eq!(code.unwrap().recovery_code.len(), 6);
    let asked = CreateRecoveryLinkForIdentityBody::new(id.clone());
    let home = format!("{}/home", gateway.url());
    let foreign = Some("https://evil.example/");
    let foreign = create_recovery_link_for_identity(&api, foreign, Some(asked.clone())).await;
    assert!(matches!(foreign, Err(Error::ResponseError(refused)) if refused.status == 400));
    let link = create_recovery_link_for_identity(&api, Some(&home), Some(asked)).await;
    assert!(link.unwrap().recovery_link.starts_with(&gateway.url()));
    let schemas = list_identity_schemas(&api, None, None, None, None).await;
    let schema = get_identity_schema(&api, &schemas.unwrap()[0].id).await;
    assert!(schema.unwrap()["properties"]["traits"].is_object());
    courier(&gateway, &mail, &api).await;
    delete_identity_credentials(&api, &id, "password", None)
        .await
        .unwrap();
    delete_identity(&api, &id).await.unwrap();
    let gone = get_identity(&api, &id, None).await;
    assert!(matches!(gone, Err(Error::ResponseError(refused)) if refused.status == 404));
}
