//! What Google needs to be told.

use std::sync::Arc;

use portcullis_core::{
    clock::Clock,
    id::ProviderId,
    trust::{TrustRule, TrustRules},
};
use portcullis_oidc::{Client, InvalidConfig, Oidc};

use crate::rules::{ANY_DOMAIN, GoogleRules};

/// Google's issuer.
const ISSUER: &str = "https://accounts.google.com";

/// The scope that asks for a refresh token (OpenID Connect Core 1.0, section 11).
const OFFLINE_ACCESS: &str = "offline_access";

/// Domains whose addresses only Google gives out.
const CONSUMER_DOMAINS: [&str; 2] = ["gmail.com", "googlemail.com"];

/// Google, as configured.
#[derive(Debug, Clone)]
pub struct Config {
    /// The client that asks. `offline_access` among its scopes, which Google does not know, becomes
    /// the parameters that bring a refresh token.
    pub client: Client,
    /// Only members of these Workspace domains may sign in, `*` standing for any; default:
    /// everybody.
    pub hosted_domains: Vec<String>,
    /// Whether addresses of a Workspace domain count as verified; default `false`, because a domain
    /// that has lapsed can be registered again by somebody else.
    pub trust_workspace_email: bool,
    /// Another issuer than Google's own, for private clouds and tests.
    pub issuer_url: Option<String>,
}

impl Config {
    /// The defaults for this client.
    pub fn new(client: Client) -> Self {
        Self {
            client,
            hosted_domains: Vec::new(),
            trust_workspace_email: false,
            issuer_url: None,
        }
    }

    /// The issuer of all accounts.
    pub fn issuer(&self) -> &str {
        self.issuer_url.as_deref().unwrap_or(ISSUER)
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

    fn generic(mut self) -> portcullis_oidc::Config {
        let issuer = self.issuer().to_owned();
        let asked = self.client.scopes.len();
        self.client.scopes.retain(|scope| scope != OFFLINE_ACCESS);
        let is_offline = self.client.scopes.len() < asked;
        let mut config = portcullis_oidc::Config::new(issuer, self.client);
        // Google's ID tokens hold everything that its userinfo endpoint would add.
        config.userinfo = false;
        let parameters = &mut config.client.authorization_parameters;
        let mut parameter = |name: &str, value: &str| {
            let entry = parameters.entry(name.to_owned());
            entry.or_insert_with(|| value.to_owned());
        };
        // A hint for Google's page; what counts is the claim. `*` stands for any Workspace domain.
        match self.hosted_domains.as_slice() {
            [] => {}
            [one] => parameter("hd", one),
            _ => parameter("hd", ANY_DOMAIN),
        }
        if is_offline {
            // Without consent anew, Google gives a refresh token only the very first time.
            parameter("access_type", "offline");
            parameter("prompt", "consent");
        }
        config
    }
}
