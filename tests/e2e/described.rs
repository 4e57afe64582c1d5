//! The description of the admin API is true: a program of others that reads it sends all kinds of requests,
//! those that fit and those that do not, and finds no answer that the description does not foretell.

use std::{
    fs,
    io::Write,
    path::PathBuf,
    process::{Command, Stdio},
};

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Anonymous, Route, TestGateway, admin::Program, admin_token};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/schemathesis");

async fn running() -> (TestGateway, Program) {
    let gateway = TestGateway::builder()
        .table("[plugins.admin]")
        .route(&Route::signed_in("/", "echo:"))
        .start()
        .await;
    let program = admin_token(&gateway).await;
    (gateway, program)
}

/// Creates people to do things to: their ids.
async fn people(gateway: &TestGateway, program: &Program) -> Vec<String> {
    let admin = Anonymous::without_cookies(&gateway.admin_url());
    let mut ids = Vec::new();
    for number in 1..=6 {
        let name = json!({"first": "Ada", "last": "Archer"});
        let traits = json!({"email": format!("person-{number}@example.org"), "name": name});
        let body = json!({"schema_id": "default", "traits": traits});
        let request = admin.request(Method::POST, "/admin/identities");
        let request = request.bearer_auth(&program.bearer).json(&body);
        let created: Value = request.send().await.unwrap().json().await.unwrap();
        ids.push(created["id"].as_str().unwrap().to_owned());
    }
    ids
}

/// The program's settings, with people to do things to.
async fn configuration(gateway: &TestGateway, program: &Program) -> PathBuf {
    let settings = fs::read_to_string(format!("{FOLDER}/schemathesis.toml")).unwrap();
    let people = people(gateway, program).await;
    let whole = format!("{settings}\n[dictionaries.people]\nvalues = {people:?}\n");
    let path = gateway.folder().join("schemathesis.toml");
    fs::write(&path, whole).unwrap();
    path
}

/// Has the program judge these operations.
async fn judge(gateway: &TestGateway, program: &Program, operations: &[&str]) {
    let mut command = Command::new(format!("{FOLDER}/.venv/bin/schemathesis"));
    command
        .arg("--config-file")
        .arg(configuration(gateway, program).await)
        .arg("run")
        .arg(format!("{}/openapi.json", gateway.admin_url()))
        .args(["--checks", "all", "--mode", "all", "--max-examples", "20"])
        .args(["--no-color", "--warnings", "off"])
        .args(operations)
        .current_dir(gateway.folder())
        .env("CLIENT_ID", &program.client_id)
        .env("CLIENT_SECRET", &program.client_secret)
        .env("TOKEN", &program.bearer);
    let run = tokio::task::spawn_blocking(move || command.output());
    let output = run.await.expect("it runs").expect("it starts (make setup)");
    let said = String::from_utf8_lossy(&output.stdout);
    let complained = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{said}\n{complained}\n{}",
        gateway.log()
    );
    let admin = Anonymous::without_cookies(&gateway.admin_url());
    let request = admin.request(Method::GET, "/admin/x/api-credentials");
    let answer = request.bearer_auth(&program.bearer).send().await.unwrap();
    let is_one = operations.contains(&"--include-operation-id");
    assert!(
        is_one || answer.status() == 200,
        "it kept its token to the end"
    );
}

/// HA-12. Removing API credentials is judged by itself: it would end the judge's own.
#[tokio::test]
async fn a_stranger_who_reads_the_description_finds_no_lie() {
    let (gateway, program) = running().await;
    let removal = "deleteApiCredential";
    judge(&gateway, &program, &["--exclude-operation-id", removal]).await;
    let (gateway, program) = running().await;
    judge(&gateway, &program, &["--include-operation-id", removal]).await;
}

/// HA-12: the description is the same wherever it is read, and what is official says that it is one.
#[tokio::test]
async fn the_description_is_printed_as_it_is_served() {
    let (gateway, _) = running().await;
    let printed = gateway.run(&["openapi"], "");
    assert_eq!(printed.code, 0, "{printed:?}");
    let admin = Anonymous::without_cookies(&gateway.admin_url());
    let served: Value = admin.get_json("/openapi.json").await.json().await.unwrap();
    assert_eq!(printed.json(), served);
    let mut judge = Command::new(format!("{FOLDER}/.venv/bin/python"));
    let mut judge = judge
        .arg(format!("{FOLDER}/valid.py"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts (make setup)");
    let mut input = judge.stdin.take().unwrap();
    input.write_all(printed.stdout.as_bytes()).unwrap();
    drop(input);
    let said = judge.wait_with_output().unwrap().stdout;
    assert_eq!(String::from_utf8(said).unwrap().trim(), "valid");
}
