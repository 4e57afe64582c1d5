//! npm `@ory/client-fetch` exchanges codes, as a native application whose person signs in elsewhere.

use std::process::Stdio;

use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    process::Command,
};

use super::SUPPORT;
use crate::{
    e2e::provider::exchange::{BACK, code, gate, through},
    support::Anonymous,
};

/// CU-28.
#[tokio::test]
async fn the_javascript_client_exchanges_codes() {
    let (gateway, _provider) = gate().await;
    let mut client = Command::new("node")
        .arg("exchange.mjs")
        .current_dir(format!("{SUPPORT}/client-fetch"))
        .env("GATE", format!("{}/.portcullis", gateway.url()))
        .env("RETURN_TO", BACK)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("it starts (make setup)");
    let mut said = BufReader::new(client.stdout.take().unwrap()).lines();
    let page = said.next_line().await.unwrap().expect("a page");
    let browser: Anonymous = gateway.anonymous();
    let address = through(&browser, &page, "bob").await;
    let mut input = client.stdin.take().unwrap();
    let line = format!("{}\n", code(&address));
    input.write_all(line.as_bytes()).await.unwrap();
    let ended = said.next_line().await.unwrap();
    assert_eq!(ended.as_deref(), Some("done"), "{}", gateway.log());
    assert!(client.wait().await.unwrap().success());
}
