//! `[plugins.admin]`: the admin API.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use url::Url;

use super::{admin_listener::AdminListener, duration, finding::Check, text};

/// `[plugins.admin]`: the admin API, on `[listen] admin`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Admin {
    /// Who is let in; default `token`.
    pub auth: AdminAuth,
    /// Where administrators' browsers reach the admin listener; default: its address over `http`, which
    /// a socket has none of.
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
    /// Where programs reach the admin listener, by which its tokens are told from others'. Whoever opens
    /// a socket finds one gateway there, so that it goes by the name of this machine.
    pub fn url(&self, listener: &AdminListener) -> Option<Url> {
        let own = || match listener {
            AdminListener::Network(address) => Url::parse(&format!("http://{address}")).ok(),
            AdminListener::Socket(_) => Url::parse("http://localhost").ok(),
        };
        self.public_url.clone().or_else(own)
    }

    /// Where the console is, if a browser can open it: a socket it opens only by what passes it on.
    pub fn console_url(&self, listener: &AdminListener) -> Option<Url> {
        let is_reached = match listener {
            AdminListener::Network(_) => true,
            AdminListener::Socket(_) => self.public_url.is_some(),
        };
        (self.console && is_reached).then(|| self.url(listener))?
    }

    pub(super) fn validate(&self, listener: &AdminListener, check: &mut Check<'_>) {
        if self.auth == AdminAuth::None {
            match (listener, listener.is_open()) {
                (AdminListener::Socket(_), _) => check.under("auth").warn(
                    "whoever may open the admin socket may do everything; see admin_socket_mode, and \
                     write \"token\" outside of tests",
                ),
                (_, false) => check.under("auth").warn(
                    "whoever reaches the admin listener of this machine may do everything; write \
                     \"token\" outside of tests",
                ),
                (_, true) => check.under("auth").problem(format!(
                    "{listener} is reachable from outside this machine, and nobody would be asked \
                     who they are; write \"token\", or listen on 127.0.0.1 or a Unix socket"
                )),
            }
        }
        if self.console && self.console_url(listener).is_none() {
            check.under("console").warn(
                "no browser opens a socket, so there is no console; write as public_url where what \
                 passes it on is reached, such as \"http://localhost:4434\" behind ssh -L, or \
                 console = false",
            );
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
                    "{host:?} is no host; write each one in lower case without a port, such as \
                     \"admin.example.org\"; no wildcard is read here"
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

/// Whether it is a name or an address in lower case, without a port. A wildcard would be a name that
/// nobody has.
fn is_host(text: &str) -> bool {
    let is_plain = |c: u8| c.is_ascii_alphanumeric() || b"-_.:[]".contains(&c);
    let host = url::Host::parse(text);
    text.bytes().all(is_plain) && host.is_ok_and(|host| host.to_string() == text)
}
