//! `[identity.password.breached]`: passwords that data breaches have made known.

use std::{path::PathBuf, time::Duration};

use portcullis_local::{BreachFile, OnFailure};
use serde::{Deserialize, Serialize};
use url::Url;

use super::{duration, finding::Check, is_loopback, text};

/// Passwords that data breaches have made known.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Breached {
    /// Whether they are refused; default `false`.
    pub enabled: bool,
    /// The range server that tells them, by the first five digits of their SHA-1; default: that of
    /// Have I Been Pwned.
    #[serde(deserialize_with = "text::optional_url")]
    pub url: Option<Url>,
    /// A list of lines `SHA1:COUNT`, in the order of the hashes; it is asked in place of a server.
    pub file: Option<PathBuf>,
    /// How long the server may take to answer; default `2s`.
    #[serde(with = "duration")]
    pub timeout: Duration,
    /// What becomes of a password when the list cannot be asked; default `allow`.
    #[serde(deserialize_with = "text::word")]
    pub on_failure: OnFailure,
    /// How often a password may have been found and still be used; default `0`.
    pub max_breaches: u64,
}

/// Whoever waits longer than this gives up.
const LONGEST_TIMEOUT: Duration = Duration::from_secs(30);

/// The range server of Have I Been Pwned.
const HAVE_I_BEEN_PWNED: &str = "https://api.pwnedpasswords.com/range/";

impl Default for Breached {
    fn default() -> Self {
        Self {
            enabled: false,
            url: None,
            file: None,
            timeout: Duration::from_secs(2),
            on_failure: OnFailure::Allow,
            max_breaches: 0,
        }
    }
}

impl Breached {
    /// The address of the range server.
    pub fn address(&self) -> Result<Url, url::ParseError> {
        match &self.url {
            Some(url) => Ok(url.clone()),
            None => Url::parse(HAVE_I_BEEN_PWNED),
        }
    }

    pub(super) fn validate(&self, check: &mut Check<'_>) {
        match &self.url {
            Some(url) if url.scheme() == "http" && !is_loopback(url) => check
                .under("url")
                .warn("whoever listens learns parts of passwords' hashes; write \"https://…\""),
            Some(url) if !matches!(url.scheme(), "http" | "https") => check
                .under("url")
                .problem("a range server is asked by https; write \"https://…\""),
            _ => {}
        }
        if self.timeout.is_zero() || self.timeout > LONGEST_TIMEOUT {
            check
                .under("timeout")
                .problem("nobody waits that long, or at all; write a duration such as \"2s\"");
        }
        let file = self.file.as_ref().filter(|_| self.enabled);
        if let Some(Err(error)) = file.map(|file| BreachFile::open(file)) {
            check.under("file").problem(format!(
                "{error}; write the name of a file with lines SHA1:COUNT in the order of the hashes"
            ));
        }
    }
}
