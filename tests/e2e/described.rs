//! The description of the admin API is true: a program of others that reads it sends all kinds of requests,
//! those that fit and those that do not, and finds no answer that the description does not foretell.

mod covered;
mod lived_in;

use std::{
    collections::BTreeSet,
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use reqwest::Method;
use serde_json::Value;

use self::{covered::never_done, lived_in::House};
use crate::support::{Anonymous, Route, TestGateway};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/schemathesis");

async fn running() -> TestGateway {
    TestGateway::builder()
        .table("[plugins.admin]")
        .route(&Route::signed_in("/", "echo:"))
        .start()
        .await
}

/// What nobody can be seen to have done, and why.
const NEVER_DONE: [(&str, &str); 1] = [(
    "getOpenApi",
    "it is how the judge begins, which is not kept among its requests",
)];

/// Has the program judge these operations of the admin API of a gateway that is lived in: which of all
/// operations it was never told a success of.
async fn judge(operations: &[&str]) -> BTreeSet<String> {
    let house = House::build().await;
    let (gateway, program) = (&house.gateway, &house.program);
    let settings = fs::read_to_string(format!("{FOLDER}/schemathesis.toml")).unwrap();
    let path = gateway.folder().join("schemathesis.toml");
    fs::write(&path, settings + &house.furnish().await).unwrap();
    let kept = gateway.folder().join("kept.har");
    let mut command = program_at(&path, &format!("{}/openapi.json", gateway.admin_url()));
    command
        .args(["--mode", "all", "--report-har-path"])
        .arg(&kept)
        .args(operations)
        .env("CLIENT_ID", &program.client_id)
        .env("CLIENT_SECRET", &program.client_secret)
        .env("TOKEN", &program.bearer);
    finish(gateway, command).await;
    let admin = Anonymous::without_cookies(&gateway.admin_url());
    let request = admin.request(Method::GET, "/admin/x/api-credentials");
    let answer = request.bearer_auth(&program.bearer).send().await.unwrap();
    let is_one = operations.contains(&"--include-operation-id");
    assert!(
        is_one || answer.status() == 200,
        "it kept its token to the end"
    );
    let description = admin.get_json("/openapi.json").await;
    never_done(&description.json().await.unwrap(), &kept)
}

/// The program that reads the description at this address.
fn program_at(settings: &Path, description: &str) -> Command {
    let mut command = Command::new(format!("{FOLDER}/.venv/bin/schemathesis"));
    command
        .arg("--config-file")
        .arg(settings)
        .arg("run")
        .arg(description)
        .args(["--checks", "all", "--max-examples", "20"])
        .args(["--no-color", "--warnings", "off"]);
    command
}

/// Waits until it has found nothing.
async fn finish(gateway: &TestGateway, mut command: Command) {
    command.current_dir(gateway.folder());
    let run = tokio::task::spawn_blocking(move || command.output());
    let output = run.await.expect("it runs").expect("it starts (make setup)");
    let said = String::from_utf8_lossy(&output.stdout);
    let complained = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{said}\n{complained}\n{}",
        gateway.log()
    );
}

/// HA-12: what programs read of the pages by which people sign in.
#[tokio::test]
async fn a_stranger_who_is_not_signed_in_finds_no_lie() {
    let gateway = running().await;
    let settings = PathBuf::from(format!("{FOLDER}/self-service.toml"));
    let description = format!("{}/.portcullis/openapi.json", gateway.url());
    let mut command = program_at(&settings, &description);
    let programs = "^/(sessions|schemas|openapi|self-service/(.*/(api|flows)$|actions|errors))";
    command.args(["--mode", "positive", "--include-path-regex", programs]);
    finish(&gateway, command).await;
}

/// HA-12: and every operation was done what it is for at least once, so that not only its refusals were
/// looked at. Removing API credentials is judged by itself: it would end the judge's own.
#[tokio::test]
async fn a_stranger_who_reads_the_description_finds_no_lie() {
    let removal = "deleteApiCredential";
    let others = judge(&["--exclude-operation-id", removal]).await;
    let removals = judge(&["--include-operation-id", removal]).await;
    let never: BTreeSet<&str> = others.intersection(&removals).map(String::as_str).collect();
    assert_eq!(never, BTreeSet::from(NEVER_DONE.map(|(id, _)| id)));
}

/// HA-12: a description is the same wherever it is read, and what is official says that it is one.
#[tokio::test]
async fn the_description_is_printed_as_it_is_served() {
    let gateway = running().await;
    let printed = gateway.run(&["openapi"], "");
    assert_eq!(printed.code, 0, "{printed:?}");
    let admin = Anonymous::without_cookies(&gateway.admin_url());
    let served: Value = admin.get_json("/openapi.json").await.json().await.unwrap();
    assert_eq!(printed.json(), served);
    assert_eq!(official(&printed.stdout), "valid");
}

/// HA-12: so is that of the pages by which people sign in, but for a cookie that is called after the
/// gateway's address.
#[tokio::test]
async fn each_plugin_is_described() {
    let gateway = running().await;
    let printed = gateway.run(&["openapi", "--plugin", "self-service"], "");
    assert_eq!(printed.code, 0, "{printed:?}");
    let anybody = Anonymous::without_cookies(&gateway.url());
    let served = anybody.get_json("/.portcullis/openapi.json").await;
    let mut served: Value = served.json().await.unwrap();
    let name = "/components/securitySchemes/csrf_cookie/name";
    let own = served.pointer_mut(name).unwrap().take();
    assert!(own.as_str().unwrap().starts_with("csrf_token_"));
    let mut told = printed.json();
    told.pointer_mut(name).unwrap().take();
    assert_eq!(told, served);
    assert_eq!(official(&printed.stdout), "valid");
}

/// What the official schema of OpenAPI 3.1 says of a description.
fn official(description: &str) -> String {
    let mut judge = Command::new(format!("{FOLDER}/.venv/bin/python"));
    let mut judge = judge
        .arg(format!("{FOLDER}/valid.py"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts (make setup)");
    let mut input = judge.stdin.take().unwrap();
    input.write_all(description.as_bytes()).unwrap();
    drop(input);
    let said = judge.wait_with_output().unwrap().stdout;
    String::from_utf8(said).unwrap().trim().to_owned()
}
