//! What an OpenID provider needs to be told.

use std::collections::BTreeMap;

use serde::Deserialize;
use url::Url;

use crate::{authentication::ClientAuthentication, proof::Prover};

/// The authorization request's parameters that a configuration may set. Whatever binds the answer
/// to the browser, or names a person, is not among them.
const PARAMETERS: [&str; 11] = [
    "access_type",
    "acr_values",
    "audience",
    "auth_type",
    "claims_locales",
    "display",
    "domain_hint",
    "hd",
    "prompt",
    "resource",
    "ui_locales",
];

/// An OpenID provider, as configured.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The issuer, letter by letter as its discovery document spells it.
    pub issuer_url: String,
    /// The id the provider gave this gateway.
    pub client_id: String,
    /// What the gateway proves with that it is this client; default: nothing.
    #[serde(default)]
    pub authentication: ClientAuthentication,
    /// What is asked for; default `["openid", "email", "profile"]`. `openid` is added when missing.
    #[serde(default = "scopes")]
    pub scopes: Vec<String>,
    /// Whether claims are completed from the userinfo endpoint, if there is one; default `true`.
    #[serde(default = "yes")]
    pub userinfo: bool,
    /// How the answer comes back: `query` (the default) or `form_post`.
    #[serde(default)]
    pub response_mode: Option<String>,
    /// More parameters of the authorization request, such as `prompt`.
    #[serde(default)]
    pub authorization_parameters: BTreeMap<String, String>,
    /// Whether the issuer may be at a private address; default `true`.
    #[serde(default = "yes")]
    pub allow_private_network: bool,
    /// More hosts that the discovery document may name although their addresses are private.
    #[serde(default)]
    pub allowed_hosts: Vec<String>,
}

/// A value that cannot work.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{key}: {reason}")]
pub struct InvalidConfig {
    /// The key it stands under.
    pub key: &'static str,
    /// What is wrong with it.
    pub reason: String,
}

/// Whether a configuration may set this parameter of the authorization request.
pub fn check_parameter(name: &str) -> Result<(), String> {
    match PARAMETERS.contains(&name) {
        true => Ok(()),
        false => Err(format!(
            "{name:?} cannot be set; what can be: {}",
            PARAMETERS.join(", ")
        )),
    }
}

fn scopes() -> Vec<String> {
    ["openid", "email", "profile"].map(str::to_owned).to_vec()
}

fn yes() -> bool {
    true
}

impl Config {
    /// The defaults for this client at this issuer.
    pub fn new(issuer_url: impl Into<String>, client_id: impl Into<String>) -> Self {
        Self {
            issuer_url: issuer_url.into(),
            client_id: client_id.into(),
            authentication: ClientAuthentication::default(),
            scopes: scopes(),
            userinfo: true,
            response_mode: None,
            authorization_parameters: BTreeMap::new(),
            allow_private_network: true,
            allowed_hosts: Vec::new(),
        }
    }

    /// Everything that is wrong, found without asking anybody; empty when all is well.
    pub fn problems(&self) -> Vec<InvalidConfig> {
        let mut problems = Vec::new();
        let mut problem = |key, reason: String| problems.push(InvalidConfig { key, reason });
        if let Err(reason) = self.issuer() {
            problem("issuer_url", reason.to_owned());
        }
        if self.client_id.is_empty() {
            problem("client_id", "it is missing".to_owned());
        }
        problems.extend(Prover::problem(&self.authentication));
        let mut problem = |key, reason: String| problems.push(InvalidConfig { key, reason });
        let modes = [None, Some("query"), Some("form_post")];
        if !modes.contains(&self.response_mode.as_deref()) {
            problem("response_mode", "it is query or form_post".to_owned());
        }
        for name in self.authorization_parameters.keys() {
            if let Err(reason) = check_parameter(name) {
                problem("authorization_parameters", reason);
            }
        }
        problems
    }

    /// The issuer as an address, without query and fragment (OpenID Connect Discovery 1.0,
    /// section 3).
    pub(crate) fn issuer(&self) -> Result<Url, &'static str> {
        let url = Url::parse(&self.issuer_url).map_err(|_| "it is no URL")?;
        if !matches!(url.scheme(), "https" | "http") || url.host_str().is_none() {
            return Err("an issuer begins with https://");
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err("an issuer has no query and no fragment");
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err("an issuer has no user name and no password");
        }
        Ok(url)
    }
}
