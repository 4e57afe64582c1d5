//! `[store]` and `[redis]`: where records live and what nodes share.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{connection::ConnectionUrl, finding::Check};

/// `[store]`: the database of records.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Store {
    /// `sqlite://FILE` (relative to the configuration file's folder) or `postgres://…`; default
    /// `sqlite://portcullis.db`.
    pub url: ConnectionUrl,
    /// A file that holds `url`.
    pub url_file: Option<PathBuf>,
}

/// `[redis]`: the cache and bus that nodes share; none by default.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Redis {
    /// `redis://…`, or `rediss://…` over TLS.
    pub url: Option<ConnectionUrl>,
    /// A file that holds `url`.
    pub url_file: Option<PathBuf>,
}

const STORE_SCHEMES: [&str; 3] = ["sqlite", "postgres", "postgresql"];
const REDIS_SCHEMES: [&str; 2] = ["redis", "rediss"];

impl Default for Store {
    fn default() -> Self {
        Self {
            url: ConnectionUrl::embedded(),
            url_file: None,
        }
    }
}

impl Store {
    pub(super) fn validate(&self, check: &mut Check<'_>) {
        if !STORE_SCHEMES.contains(&self.url.scheme()) {
            check.under("url").problem(format!(
                "{}: is no database the gateway speaks; write \"sqlite://FILE\" or \"postgres://…\"",
                self.url.scheme()
            ));
        }
    }
}

impl Redis {
    pub(super) fn validate(&self, check: &mut Check<'_>) {
        let Some(url) = &self.url else { return };
        if !REDIS_SCHEMES.contains(&url.scheme()) {
            check.under("url").problem(format!(
                "{}: is no Redis address; write \"redis://…\" or \"rediss://…\"",
                url.scheme()
            ));
        }
    }
}
