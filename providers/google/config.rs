//! What Google needs to be told.

use std::sync::Arc;

use portcullis_core::{
    clock::Clock,
    id::ProviderId,
    secret::Secret,
    trust::{TrustRule, TrustRules},
};
use portcullis_oidc::{InvalidConfig, Oidc};
use serde::Deserialize;

use crate::rules::GoogleRules;

/// Google's issuer.
const ISSUER: &str = "https://accounts.google.com";

/// Domains whose addresses only Google gives out.
const CONSUMER_DOMAINS: [&str; 2] = ["gmail.com", "googlemail.com"];

/// Google, as configured.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The id Google gave this gateway.
    pub client_id: String,
    /// The secret Google gave this gateway.
    #[serde(default)]
    pub client_secret: Option<Secret>,
    /// Only members of these Workspace domains may sign in; default: everybody.
    #[serde(default)]
    pub hosted_domains: Vec<String>,
    /// Whether addresses of a Workspace domain count as verified; default `false`, because a domain
    /// that has lapsed can be registered again by somebody else.
    #[serde(default)]
    pub trust_workspace_email: bool,
    /// What is asked for; default `["openid", "email", "profile"]`.
    #[serde(default = "scopes")]
    pub scopes: Vec<String>,
    /// Another issuer than Google's own, for private clouds and tests.
    #[serde(default)]
    pub issuer_url: Option<String>,
    /// Whether the issuer may be at a private address; default `true`.
    #[serde(default = "yes")]
    pub allow_private_network: bool,
    /// More hosts that the discovery document may name although their addresses are private.
    #[serde(default)]
    pub allowed_hosts: Vec<String>,
}

fn scopes() -> Vec<String> {
    ["openid", "email", "profile"].map(str::to_owned).to_vec()
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
            hosted_domains: Vec::new(),
            trust_workspace_email: false,
            scopes: scopes(),
            issuer_url: None,
            allow_private_network: true,
            allowed_hosts: Vec::new(),
        }
    }

    /// Everything that is wrong, found without asking anybody; empty when all is well.
    pub fn problems(&self) -> Vec<InvalidConfig> {
        let mut problems = self.clone().generic().problems();
        if self.hosted_domains.iter().any(|domain| domain.is_empty()) {
            problems.push(InvalidConfig {
                key: "hosted_domains",
                reason: "a domain is empty".to_owned(),
            });
        }
        problems
    }

    /// Which addresses count as verified. Google verifies addresses of other domains once and never
    /// again, so only those it gives out itself are trusted, and a Workspace's own where the
    /// operator vouches for the domain.
    pub fn trust(&self) -> TrustRules {
        let consumer = TrustRule {
            why: "only Google gives out addresses of this domain".to_owned(),
            email_verified: true,
            domains: CONSUMER_DOMAINS.map(str::to_owned).to_vec(),
            ..TrustRule::default()
        };
        let workspace = TrustRule {
            why: "the Workspace owns the domain, and trust_workspace_email says so".to_owned(),
            email_verified: true,
            domain_claim: Some("hd".to_owned()),
            ..TrustRule::default()
        };
        let workspace = self.trust_workspace_email.then_some(workspace);
        TrustRules(std::iter::once(consumer).chain(workspace).collect())
    }

    /// The provider called `id`.
    pub fn build(self, id: ProviderId, clock: Arc<dyn Clock>) -> Result<Oidc, InvalidConfig> {
        if let Some(problem) = self.problems().into_iter().next() {
            return Err(problem);
        }
        let rules = GoogleRules {
            hosted_domains: self.hosted_domains.clone(),
        };
        Oidc::new(id, self.generic(), Arc::new(rules), clock)
    }

    fn generic(self) -> portcullis_oidc::Config {
        let issuer = self.issuer_url.unwrap_or_else(|| ISSUER.to_owned());
        let mut config = portcullis_oidc::Config::new(issuer, self.client_id);
        config.client_secret = self.client_secret;
        config.scopes = self.scopes;
        // Google's ID tokens hold everything that its userinfo endpoint would add.
        config.userinfo = false;
        config.allow_private_network = self.allow_private_network;
        config.allowed_hosts = self.allowed_hosts;
        // A hint for Google's page; what counts is the claim. `*` stands for any Workspace domain.
        let hint = match self.hosted_domains.as_slice() {
            [] => None,
            [one] => Some(one.clone()),
            _ => Some("*".to_owned()),
        };
        let hint = hint.map(|domain| ("hd".to_owned(), domain));
        config.authorization_parameters.extend(hint);
        config
    }
}
