//! What an OpenID provider needs to be told.

use url::Url;

use crate::{
    client::{Client, InvalidConfig},
    proof::Prover,
};

/// An OpenID provider, as configured.
#[derive(Debug, Clone)]
pub struct Config {
    /// The issuer, letter by letter as its discovery document spells it.
    pub issuer_url: String,
    /// The client that asks; the scope `openid` is added when it is missing.
    pub client: Client,
    /// Whether claims are completed from the userinfo endpoint, if there is one; default `true`.
    pub userinfo: bool,
    /// How the answer comes back: `query` (the default) or `form_post`.
    pub response_mode: Option<String>,
}

impl Config {
    /// The defaults for this client at this issuer.
    pub fn new(issuer_url: impl Into<String>, client: Client) -> Self {
        Self {
            issuer_url: issuer_url.into(),
            client,
            userinfo: true,
            response_mode: None,
        }
    }

    /// Everything that is wrong, found without asking anybody; empty when all is well.
    pub fn problems(&self) -> Vec<InvalidConfig> {
        let problem = |key, reason: &str| InvalidConfig {
            key,
            reason: reason.to_owned(),
        };
        let mut problems = Vec::new();
        if let Err(reason) = self.issuer() {
            problems.push(problem("issuer_url", reason));
        }
        problems.extend(self.client.problem_of_id());
        problems.extend(Prover::problem(&self.client.authentication));
        let modes = [None, Some("query"), Some("form_post")];
        if !modes.contains(&self.response_mode.as_deref()) {
            problems.push(problem("response_mode", "it is query or form_post"));
        }
        problems.extend(self.client.problems_of_parameters());
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
