//! What GitHub needs to be told.

use std::sync::Arc;

use portcullis_core::{clock::Clock, id::ProviderId, trust::TrustRules};
use portcullis_oidc::{Client, InvalidConfig};
use url::Url;

use crate::{
    endpoints::Endpoints,
    plain::{GitHub, PlainOAuth},
    plain_config::PlainConfig,
};

/// GitHub's address, which is its issuer in links.
const BASE: &str = "https://github.com";

/// Where GitHub's API is.
const API: &str = "https://api.github.com";

/// GitHub, as configured.
#[derive(Debug, Clone)]
pub struct Config {
    /// The client that asks, which needs a secret.
    pub client: Client,
    /// The address of an enterprise server, for `https://github.com`.
    pub base_url: Option<String>,
    /// Its API; default: below `/api/v3` of an enterprise server.
    pub api_url: Option<String>,
}

impl Config {
    /// The defaults for this client.
    pub fn new(client: Client) -> Self {
        Self {
            client,
            base_url: None,
            api_url: None,
        }
    }

    /// What stands for the issuer in links.
    pub fn issuer(&self) -> String {
        self.clone().plain().issuer
    }

    /// Everything that is wrong, found without asking anybody; empty when all is well.
    pub fn problems(&self) -> Vec<InvalidConfig> {
        let is_no_url = |api: &String| Url::parse(api).is_err();
        let mut problems = self.clone().plain().problems();
        if self.api_url.as_ref().is_some_and(is_no_url) {
            // One of the endpoints is none for that reason, whatever the issuer is.
            problems.retain(|problem| problem.key != "issuer_url");
            problems.push(InvalidConfig {
                key: "api_url",
                reason: "it is no URL".to_owned(),
            });
        }
        problems
    }

    /// Which addresses count as verified: the primary one, once GitHub has had it confirmed.
    pub fn trust(&self) -> TrustRules {
        TrustRules::verified()
    }

    /// The provider called `id`.
    pub fn build(self, id: ProviderId, clock: Arc<dyn Clock>) -> Result<GitHub, InvalidConfig> {
        if let Some(problem) = self.problems().into_iter().next() {
            return Err(problem);
        }
        PlainOAuth::new(id, self.plain(), clock)
    }

    fn plain(self) -> PlainConfig {
        let base = self.base_url.as_deref().unwrap_or(BASE);
        let base = base.trim_end_matches('/').to_owned();
        let api = match (self.api_url, self.base_url) {
            (Some(api), _) => api.trim_end_matches('/').to_owned(),
            (None, Some(_)) => format!("{base}/api/v3"),
            (None, None) => API.to_owned(),
        };
        PlainConfig {
            endpoints: Endpoints::github(&base, &api, &self.client.id),
            issuer: base,
            client: self.client,
        }
    }
}
