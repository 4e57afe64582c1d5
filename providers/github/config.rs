//! What GitHub, and an OAuth 2.0 provider in general, needs to be told.

use std::{collections::BTreeMap, sync::Arc};

use portcullis_core::{clock::Clock, id::ProviderId, secret::Secret, trust::TrustRules};
use portcullis_oidc::{InvalidConfig, check_parameter};
use serde::Deserialize;
use url::Url;

use crate::{
    endpoints::Endpoints,
    plain::{GitHub, PlainOAuth},
};

/// GitHub's address, which is its issuer in links.
const BASE: &str = "https://github.com";

/// Where GitHub's API is.
const API: &str = "https://api.github.com";

/// GitHub, as configured.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The id GitHub gave this gateway.
    pub client_id: String,
    /// The secret GitHub gave this gateway.
    #[serde(default)]
    pub client_secret: Option<Secret>,
    /// What is asked for; default `["read:user", "user:email"]`.
    #[serde(default = "scopes")]
    pub scopes: Vec<String>,
    /// The address of an enterprise server, for `https://github.com`.
    #[serde(default)]
    pub base_url: Option<String>,
    /// Its API; default: below `/api/v3` of an enterprise server.
    #[serde(default)]
    pub api_url: Option<String>,
    /// Whether it may be at a private address; default `true`.
    #[serde(default = "yes")]
    pub allow_private_network: bool,
    /// More hosts that may be at private addresses.
    #[serde(default)]
    pub allowed_hosts: Vec<String>,
    /// More parameters of the authorization request.
    #[serde(default)]
    pub authorization_parameters: BTreeMap<String, String>,
}

/// An OAuth 2.0 provider, as configured.
#[derive(Debug, Clone)]
pub struct PlainConfig {
    /// What stands for the issuer in links.
    pub issuer: String,
    /// Where it is asked.
    pub endpoints: Endpoints,
    /// The id the provider gave this gateway.
    pub client_id: String,
    /// The secret the provider gave this gateway.
    pub client_secret: Option<Secret>,
    /// What is asked for.
    pub scopes: Vec<String>,
    /// Whether it may be at a private address.
    pub allow_private_network: bool,
    /// More hosts that may be at private addresses.
    pub allowed_hosts: Vec<String>,
    /// More parameters of the authorization request.
    pub authorization_parameters: BTreeMap<String, String>,
}

fn scopes() -> Vec<String> {
    ["read:user", "user:email"].map(str::to_owned).to_vec()
}

fn yes() -> bool {
    true
}

impl Config {
    /// The defaults for this client.
    pub fn new(client_id: impl Into<String>) -> Self {
        Self {
            client_id: client_id.into(),
            client_secret: None,
            scopes: scopes(),
            base_url: None,
            api_url: None,
            allow_private_network: true,
            allowed_hosts: Vec::new(),
            authorization_parameters: BTreeMap::new(),
        }
    }

    /// Which addresses count as verified: the primary one, once GitHub has had it confirmed.
    pub fn trust(&self) -> TrustRules {
        TrustRules::verified()
    }

    /// The provider called `id`.
    pub fn build(self, id: ProviderId, clock: Arc<dyn Clock>) -> Result<GitHub, InvalidConfig> {
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
            endpoints: Endpoints::github(&base, &api, &self.client_id),
            issuer: base,
            client_id: self.client_id,
            client_secret: self.client_secret,
            scopes: self.scopes,
            allow_private_network: self.allow_private_network,
            allowed_hosts: self.allowed_hosts,
            authorization_parameters: self.authorization_parameters,
        }
    }
}

impl PlainConfig {
    /// Everything that is wrong, found without asking anybody; empty when all is well.
    pub fn problems(&self) -> Vec<InvalidConfig> {
        let mut problems = Vec::new();
        let mut problem = |key, reason: String| problems.push(InvalidConfig { key, reason });
        if !self.endpoints.are_addresses() || Url::parse(&self.issuer).is_err() {
            problem("issuer_url", "it is no URL".to_owned());
        }
        if self.client_id.is_empty() {
            problem("client_id", "it is missing".to_owned());
        }
        if self.client_secret.as_ref().is_none_or(Secret::is_empty) {
            problem("client_secret", "it is missing".to_owned());
        }
        for name in self.authorization_parameters.keys() {
            if let Err(reason) = check_parameter(name) {
                problem("authorization_parameters", reason);
            }
        }
        problems
    }

    /// The hosts that may be at private addresses.
    pub(crate) fn private_hosts(&self) -> Vec<String> {
        let hosts = self.endpoints.asked().filter_map(|url| {
            let url = Url::parse(url).ok()?;
            url.host_str().map(str::to_owned)
        });
        hosts
            .filter(|_| self.allow_private_network)
            .chain(self.allowed_hosts.clone())
            .collect()
    }
}
