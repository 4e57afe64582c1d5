//! Where an OAuth 2.0 provider is asked, since it publishes no discovery document.

use serde::Deserialize;
use url::Url;

/// The addresses and habits of one provider.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Endpoints {
    /// Where the browser is sent.
    pub authorize: String,
    /// Where codes and refresh tokens are exchanged.
    pub token: String,
    /// Where tokens are revoked as in RFC 7009, if they can be.
    #[serde(default)]
    pub revoke: Option<String>,
    /// Where an application takes back a token as at GitHub.
    #[serde(default)]
    pub application: Option<String>,
    /// The document that says whose access token it is.
    pub profile: String,
    /// A list of addresses as at GitHub; its primary one takes the place of the document's.
    #[serde(default)]
    pub addresses: Option<String>,
    /// The document's member that names the account for ever.
    pub subject: String,
    /// Whether the code is bound to the attempt (RFC 7636); only for providers that break on it
    /// not.
    #[serde(default = "yes")]
    pub pkce: bool,
    /// Whether the client's secret goes into the body.
    #[serde(default)]
    pub secret_in_body: bool,
}

fn yes() -> bool {
    true
}

impl Endpoints {
    /// GitHub's, below these addresses without a slash at their ends.
    pub(crate) fn github(base: &str, api: &str, client_id: &str) -> Self {
        Self {
            authorize: format!("{base}/login/oauth/authorize"),
            token: format!("{base}/login/oauth/access_token"),
            revoke: None,
            application: Some(format!("{api}/applications/{client_id}/token")),
            profile: format!("{api}/user"),
            addresses: Some(format!("{api}/user/emails")),
            subject: "id".to_owned(),
            pkce: true,
            secret_in_body: false,
        }
    }

    /// Every address that the gateway itself asks.
    pub(crate) fn asked(&self) -> impl Iterator<Item = &str> {
        let optional = [&self.revoke, &self.application, &self.addresses];
        let optional = optional.into_iter().filter_map(Option::as_deref);
        [self.token.as_str(), self.profile.as_str()]
            .into_iter()
            .chain(optional)
    }

    /// Whether every address is one.
    pub(crate) fn are_addresses(&self) -> bool {
        let is_url = |text: &str| Url::parse(text).is_ok_and(|url| url.has_host());
        is_url(&self.authorize) && self.asked().all(is_url)
    }
}
