//! The list behind a range server, which learns five of forty digits and answers with every password
//! that has them (k-anonymity), as Have I Been Pwned serves it.

use std::time::Duration;

use async_trait::async_trait;
use reqwest::{Client, ClientBuilder, redirect::Policy};
use url::Url;

use super::{Breaches, Fingerprint, Unasked, read_line, spelt};

/// How many digits the server learns.
const PREFIX: usize = 5;

/// An answer with padding has some forty thousand bytes.
const MOST_BYTES: usize = 1024 * 1024;

/// A range server.
#[derive(Debug)]
pub struct BreachRange {
    client: Client,
    url: Url,
}

/// No range server can be asked so.
#[derive(Debug, thiserror::Error)]
#[error("the range server cannot be asked: {reason}")]
pub struct InvalidRange {
    /// Why not.
    pub reason: String,
}

impl BreachRange {
    /// The server that answers below this address, which is given so long to; asked by such a client.
    pub fn new(url: Url, timeout: Duration, client: ClientBuilder) -> Result<Self, InvalidRange> {
        let invalid = |reason: String| InvalidRange { reason };
        if !matches!(url.scheme(), "http" | "https") {
            let reason = "its address begins with neither https nor http";
            return Err(invalid(reason.to_owned()));
        }
        let client = client
            .redirect(Policy::none())
            .timeout(timeout)
            .build()
            .map_err(|error| invalid(error.without_url().to_string()))?;
        Ok(Self { client, url })
    }

    fn url_of(&self, prefix: &str) -> Url {
        let mut url = self.url.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().push(prefix);
        }
        url
    }
}

#[async_trait]
impl Breaches for BreachRange {
    async fn count(&self, fingerprint: &Fingerprint) -> Result<u64, Unasked> {
        let spelt = spelt(fingerprint);
        let (prefix, suffix) = spelt.split_at(PREFIX);
        let request = self.client.get(self.url_of(prefix));
        // All answers are of like length, so that theirs does not tell the prefix.
        let answer = request.header("Add-Padding", "true").send().await;
        let mut answer = answer.map_err(|error| unasked(&error))?;
        if !answer.status().is_success() {
            let reason = format!("it answered with status {}", answer.status().as_u16());
            return Err(Unasked { reason });
        }
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(|error| unasked(&error))? {
            if body.len() + chunk.len() > MOST_BYTES {
                let reason = "its answer is too large".to_owned();
                return Err(Unasked { reason });
            }
            body.extend_from_slice(&chunk);
        }
        count(&String::from_utf8_lossy(&body), suffix)
    }
}

/// How often the list has the suffix. Padding is counted zero times.
fn count(list: &str, suffix: &str) -> Result<u64, Unasked> {
    for line in list.lines().filter(|line| !line.trim().is_empty()) {
        let read = read_line(line).filter(|(hash, _)| hash.len() == suffix.len());
        let Some((hash, count)) = read else {
            let reason = "its answer is no list of passwords".to_owned();
            return Err(Unasked { reason });
        };
        if hash.eq_ignore_ascii_case(suffix) {
            return Ok(count);
        }
    }
    Ok(0)
}

/// The library's own text names the address, which holds the prefix.
fn unasked(error: &reqwest::Error) -> Unasked {
    let reason = match error {
        _ if error.is_timeout() => "it did not answer in time",
        _ if error.is_connect() => "no connection to it could be made",
        _ => "its answer broke off",
    };
    Unasked {
        reason: reason.to_owned(),
    }
}
