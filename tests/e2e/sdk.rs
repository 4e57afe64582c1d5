//! Published clients of the dialect drive the gateway as they are: register, sign in, whoami, settings,
//! verification, recovery and sign-out. Nothing on the wire is bent for them; what one of them cannot
//! read is written down here.

mod administered;
mod exchange;
mod rust;

use std::process::Command;

use crate::support::{Route, SmtpServer, TestGateway};

const SUPPORT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support");

/// A gateway that anybody may register at, and that sends mail.
async fn gate() -> (TestGateway, SmtpServer) {
    let mail = SmtpServer::start().await;
    let gateway = TestGateway::builder()
        .registration()
        .table(&format!(
            "{}\n[identity.code]\npasswordless = true",
            mail.table()
        ))
        .route(&Route::signed_in("/", "echo:"))
        .start()
        .await;
    (gateway, mail)
}

/// Runs a program of this folder against a gateway of its own, to its end.
async fn drive(folder: &str, program: &str, script: &str) {
    let (gateway, mail) = gate().await;
    let mut command = Command::new(program);
    command
        .arg(script)
        .current_dir(format!("{SUPPORT}/{folder}"))
        .env("GATE", format!("{}/.portcullis", gateway.url()))
        .env("MAIL_LOG", mail.log_file());
    let run = tokio::task::spawn_blocking(move || command.output());
    let output = run.await.expect("it runs").expect("it starts (make setup)");
    let (said, complained) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    let ended = (output.status.success(), said.trim_end());
    assert_eq!(ended, (true, "done"), "{complained}\n{}", gateway.log());
}

/// npm `@ory/client-fetch`. B.5, B.8, CU-28.
#[tokio::test]
async fn the_javascript_client_does_every_flow() {
    drive("client-fetch", "node", "drive.mjs").await;
}

/// PyPI `ory-kratos-client`. B.5, B.8, CU-28.
#[tokio::test]
async fn the_python_client_does_every_flow() {
    let python = format!("{SUPPORT}/client-python/.venv/bin/python");
    drive("client-python", &python, "drive.py").await;
}
