//! Bodies of any size pass in constant memory.

use std::fs;

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use reqwest::{Body, Method};
use serde_json::Value;

use crate::support::{Anonymous, Route, TestGateway, Upstream};

const GIBIBYTE: u64 = 1 << 30;
const CHUNK: usize = 1 << 18;
/// What a gateway may grow by while a body passes: buffers, not bodies.
const GROWTH: u64 = 64 << 20;

/// The most memory a process ever held, in bytes.
fn high_water(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .unwrap();
    let kibibytes: u64 = line.trim().trim_end_matches(" kB").parse().unwrap();
    kibibytes * 1024
}

async fn gate(upstream: &Upstream) -> TestGateway {
    TestGateway::builder()
        .route(&Route::public("/", &upstream.url()))
        .start()
        .await
}

/// A client with patience for a gibibyte in an unoptimised build.
fn patient(gateway: &TestGateway, method: Method, target: &str) -> reqwest::RequestBuilder {
    let client = Anonymous::without_cookies(&gateway.url());
    client
        .request(method, target)
        .timeout(std::time::Duration::from_secs(300))
}

#[tokio::test]
async fn a_gibibyte_comes_down_in_constant_memory() {
    let upstream = Upstream::start().await;
    let gateway = gate(&upstream).await;
    let warm = patient(&gateway, Method::GET, "/zeros/1000000")
        .send()
        .await
        .unwrap();
    assert_eq!(warm.bytes().await.unwrap().len(), 1_000_000);
    let before = high_water(gateway.id());
    let answer = patient(&gateway, Method::GET, &format!("/zeros/{GIBIBYTE}"))
        .send()
        .await
        .unwrap();
    let mut stream = answer.bytes_stream();
    let mut read = 0;
    while let Some(chunk) = stream.next().await {
        read += chunk.unwrap().len() as u64;
    }
    assert_eq!(read, GIBIBYTE);
    let grown = high_water(gateway.id()) - before;
    assert!(grown < GROWTH, "the gateway grew by {grown} bytes");
}

#[tokio::test]
async fn a_gibibyte_goes_up_in_constant_memory() {
    let upstream = Upstream::start().await;
    let gateway = gate(&upstream).await;
    let warm = patient(&gateway, Method::PUT, "/")
        .body(vec![0; 1_000_000])
        .send()
        .await
        .unwrap();
    assert_eq!(warm.status(), 200);
    let before = high_water(gateway.id());
    let chunk = Bytes::from(vec![0; CHUNK]);
    let count = usize::try_from(GIBIBYTE).unwrap() / CHUNK;
    let chunks = stream::iter((0..count).map(move |_| Ok::<_, std::io::Error>(chunk.clone())));
    let request = patient(&gateway, Method::PUT, "/").body(Body::wrap_stream(chunks));
    let shown: Value = request.send().await.unwrap().json().await.unwrap();
    assert_eq!(shown["body_length"], GIBIBYTE);
    let grown = high_water(gateway.id()) - before;
    assert!(grown < GROWTH, "the gateway grew by {grown} bytes");
}
