//! What an OAuth 2.0 provider in general needs to be told.

use portcullis_core::secret::Secret;
use portcullis_oidc::{Client, ClientAuthentication, InvalidConfig};
use url::Url;

use crate::endpoints::Endpoints;

/// An OAuth 2.0 provider, as configured.
#[derive(Debug, Clone)]
pub struct PlainConfig {
    /// What stands for the issuer in links.
    pub issuer: String,
    /// Where it is asked.
    pub endpoints: Endpoints,
    /// The client that asks, which needs a secret.
    pub client: Client,
}

impl PlainConfig {
    /// Everything that is wrong, found without asking anybody; empty when all is well.
    pub fn problems(&self) -> Vec<InvalidConfig> {
        let problem = |key, reason: &str| InvalidConfig {
            key,
            reason: reason.to_owned(),
        };
        let mut problems = Vec::new();
        if !self.endpoints.are_addresses() || Url::parse(&self.issuer).is_err() {
            problems.push(problem("issuer_url", "it is no URL"));
        }
        problems.extend(self.client.problem_of_id());
        if self.secret().is_empty() {
            problems.push(problem("client_secret", "it is missing"));
        }
        problems.extend(self.client.problems_of_parameters());
        problems
    }

    /// The client's secret; without OpenID Connect there is nothing else to prove itself with.
    pub(crate) fn secret(&self) -> Secret {
        match &self.client.authentication {
            ClientAuthentication::Secret(secret) => secret.clone(),
            _ => Secret::default(),
        }
    }

    /// The hosts that may be at private addresses.
    pub(crate) fn private_hosts(&self) -> Vec<String> {
        let hosts = self.endpoints.asked().filter_map(|url| {
            let url = Url::parse(url).ok()?;
            url.host_str().map(str::to_owned)
        });
        hosts
            .filter(|_| self.client.allow_private_network)
            .chain(self.client.allowed_hosts.clone())
            .collect()
    }
}
