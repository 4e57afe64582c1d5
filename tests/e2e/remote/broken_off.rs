//! A gateway that stops answering in the middle of an import.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use super::House;
use crate::support::gateway::Output;

const IMPORT: [&str; 5] = ["import", "kratos-identities", "-", "--output", "json"];

/// A way to the gateway that leads nowhere from the second part of people on: its address.
async fn breaking_off(house: &House) -> String {
    let gateway = house.gateway.admin_url().replacen("http://", "", 1);
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let parts = Arc::new(AtomicUsize::new(0));
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let (gateway, parts) = (gateway.clone(), Arc::clone(&parts));
            tokio::spawn(async move { lead(client, &gateway, &parts).await });
        }
    });
    url
}

/// Ends with either connection.
async fn lead(mut client: TcpStream, gateway: &str, parts: &AtomicUsize) -> Option<()> {
    let mut gateway = TcpStream::connect(gateway).await.ok()?;
    let (mut asked, mut told) = (vec![0; 1 << 16], vec![0; 1 << 16]);
    loop {
        tokio::select! {
            read = client.read(&mut asked) => {
                let asked = asked[..read.ok()?].to_vec();
                let is_part = asked.starts_with(b"PATCH ");
                if asked.is_empty() || (is_part && parts.fetch_add(1, Ordering::SeqCst) > 0) {
                    return None;
                }
                gateway.write_all(&asked).await.ok()?;
            }
            read = gateway.read(&mut told) => {
                let told = &told[..read.ok()?];
                if told.is_empty() {
                    return None;
                }
                client.write_all(told).await.ok()?;
            }
        }
    }
}

/// Five people, of whom two at most are sent together, for there is much to say of each.
fn people() -> String {
    let person = |name: &str| {
        let traits =
            json!({"email": format!("{name}@example.org"), "name": {"first": name, "last": "B"}});
        json!({"traits": traits, "metadata_admin": {"text": "x".repeat(1200 * 1024)}})
    };
    let people = ["one", "two", "three", "four", "five"].map(person);
    json!(people).to_string()
}

/// What is told of each entry that is not in.
fn outcomes(output: &Output) -> Vec<(u64, String)> {
    let lines = output.stderr.lines();
    let told = lines.filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let told = told.filter_map(|line| {
        let outcome = line["outcome"].as_str()?.to_owned();
        Some((line["entry"].as_u64()?, outcome))
    });
    told.collect()
}

fn counts(output: &Output) -> Value {
    let mut told = output.json();
    told["seconds"].take();
    told
}

/// KC-090.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_stops_where_the_gateway_does_and_goes_on_once_it_answers() {
    let house = House::stand().await;
    let url = breaking_off(&house).await;
    let secret = house.secret.display().to_string();
    let reach = ["--admin-url", &url, "--admin-client-id", &house.client];
    let own = ["--admin-client-secret-file", &secret];
    let people = people();
    let broken = [&IMPORT[..], &reach, &own].concat();
    let stopped = house.gateway.run(&broken, &people);
    assert_eq!(stopped.code, 1, "{}", stopped.stderr);
    assert_eq!(
        counts(&stopped),
        json!({
            "dry_run": false, "read": 5, "imported": 2, "already_there": 0, "left_out": 0,
            "refused": 0, "imported_with_losses": 0, "unknown": 2, "not_sent": 1, "seconds": null,
        })
    );
    let unknown = |entry: u64| (entry, "unknown".to_owned());
    let told = [unknown(3), unknown(4), (5, "not sent".to_owned())];
    assert_eq!(outcomes(&stopped), told, "{}", stopped.stderr);
    for told in [
        "they may be in",
        "cannot be asked",
        "the same command again",
    ] {
        assert!(stopped.stderr.contains(told), "{told}: {}", stopped.stderr);
    }

    let done = house.remotely(&IMPORT, &people);
    assert_eq!(done.code, 0, "{}", done.stderr);
    let told = done.json();
    assert_eq!(
        (&told["already_there"], &told["imported"]),
        (&json!(2), &json!(3)),
        "{told}"
    );
}
