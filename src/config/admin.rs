//! `[plugins.admin]`: the admin API.

use std::{net::SocketAddr, time::Duration};

use serde::{Deserialize, Serialize};
use url::Url;

use super::{duration, finding::Check, text};

/// `[plugins.admin]`: the admin API, on `[listen] admin`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Admin {
    /// Who is let in; default `token`.
    pub auth: AdminAuth,
    /// Where administrators' browsers reach the admin listener; default: its address over `http`.
    #[serde(deserialize_with = "text::optional_url")]
    pub public_url: Option<Url>,
    /// Further hosts that requests may be sent to; none by default.
    pub allowed_hosts: Vec<String>,
    /// How long an access token of `/oauth2/token` is good for; default `1h`.
    #[serde(with = "duration")]
    pub token_lifespan: Duration,
    /// Whether there are pages for administrators at `/ui`; default `true`.
    pub console: bool,
}

/// Who is let in.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum AdminAuth {
    /// Whoever shows an access token or an administrator's session.
    #[default]
    Token,
    /// Everybody who reaches the listener.
    None,
}

impl Default for Admin {
    fn default() -> Self {
        Self {
            auth: AdminAuth::Token,
            public_url: None,
            allowed_hosts: Vec::new(),
            token_lifespan: Duration::from_secs(60 * 60),
            console: true,
        }
    }
}

impl Admin {
    /// Where administrators' browsers reach the admin listener at this address.
    pub fn url(&self, listener: SocketAddr) -> Option<Url> {
        let own = || Url::parse(&format!("http://{listener}")).ok();
        self.public_url.clone().or_else(own)
    }

    pub(super) fn validate(&self, listener: SocketAddr, check: &mut Check<'_>) {
        if self.auth == AdminAuth::None {
            match listener.ip().is_loopback() {
                true => check.under("auth").warn(
                    "whoever reaches the admin listener of this machine may do everything; write \
                     \"token\" outside of tests",
                ),
                false => check.under("auth").problem(format!(
                    "{listener} is reachable from outside this machine, and nobody would be asked \
                     who they are; write \"token\", or listen on 127.0.0.1"
                )),
            }
        }
        if let Some(url) = &self.public_url {
            let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
            if !bare || !matches!(url.scheme(), "http" | "https") {
                check.under("public_url").problem(
                    "it is an origin without a path; write one such as \"https://admin.example.org\"",
                );
            }
        }
        for (index, host) in self.allowed_hosts.iter().enumerate() {
            if !is_host(host) {
                check.under("allowed_hosts").item(index).problem(format!(
                    "{host:?} is no host; write one in lower case without a port, such as \
                     \"admin.example.org\""
                ));
            }
        }
        if self.token_lifespan < Duration::from_secs(30) {
            check
                .under("token_lifespan")
                .problem("nothing is done within 30 seconds; write \"1h\" or so");
        }
    }
}

/// Whether it is a name or an address in lower case, without a port.
fn is_host(text: &str) -> bool {
    let host = url::Host::parse(text);
    host.is_ok_and(|host| host.to_string() == text)
}
