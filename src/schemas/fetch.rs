//! Fetching a schema from the address that the configuration writes: that address and no other, for a
//! short time, and no more than a schema is long.

use std::time::Duration;

use portcullis_core::{outbound::Way, schema::runtime::SchemaProblem};
use reqwest::{Error, StatusCode};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use url::Url;

use crate::{config, outbound};

/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(3);
/// How long everything may take.
const PATIENCE: Duration = Duration::from_secs(8);
/// No schema is larger.
const LARGEST: usize = 1024 * 1024;

/// What was fetched.
#[derive(Debug)]
pub(super) struct Fetched {
    /// The document, of which a schema can be made.
    pub(super) document: Value,
    /// The SHA-256 of the bytes, in hexadecimal digits.
    pub(super) digest: String,
}

/// Fetches the schema of this name, which has to be the one of this digest.
pub(super) async fn fetch(
    (id, url): (&str, &Url),
    sha256: Option<&str>,
    way: &Way,
) -> Result<Fetched, String> {
    let bytes = bytes(url, way).await?;
    let digest = digest(&bytes);
    if let Some(expected) = sha256
        && !is_same(expected, &digest)
    {
        return Err(format!(
            "it is another one than sha256 says: its own is {digest}"
        ));
    }
    let document = serde_json::from_slice(&bytes).map_err(|_| "it is no JSON".to_owned())?;
    let (_, problems) = config::schema_problems(id, &document);
    match problems.into_iter().next() {
        None => Ok(Fetched { document, digest }),
        Some((pointer, reason)) => Err(SchemaProblem { pointer, reason }.told()),
    }
}

/// The SHA-256 of these bytes, in hexadecimal digits.
pub(super) fn digest(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Whether two digests are the same, however they are written.
pub(super) fn is_same(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
}

/// An address as it is told: a query may hold a secret.
pub(super) fn shown(url: &Url) -> String {
    let mut shown = url.clone();
    shown.set_query(None);
    shown.set_fragment(None);
    shown.to_string()
}

async fn bytes(url: &Url, way: &Way) -> Result<Vec<u8>, String> {
    let client = outbound::client(way, url).map_err(|error| why(&error))?;
    let client = client.connect_timeout(CONNECT).timeout(PATIENCE).build();
    let request = client.map_err(|error| why(&error))?.get(url.clone());
    let request = request.header("accept", "application/schema+json, application/json");
    let mut response = request.send().await.map_err(|error| why(&error))?;
    if response.status() != StatusCode::OK {
        return Err(format!("it answered with status {}", response.status()));
    }
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| why(&error))? {
        if bytes.len() + chunk.len() > LARGEST {
            return Err("it is larger than 1 MiB".to_owned());
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// The library's own text may name addresses with queries, so only its kind is kept.
fn why(error: &Error) -> String {
    let told = if error.is_timeout() {
        "it did not answer in time"
    } else if error.is_connect() {
        "no connection to it could be made"
    } else if error.is_builder() {
        "no client for it could be made"
    } else {
        "its answer broke off"
    };
    told.to_owned()
}
