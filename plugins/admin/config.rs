//! What the operator can choose: `[plugins.admin]`.

use std::{fmt, net::SocketAddr, path::PathBuf, time::Duration};

use url::Url;

/// `[plugins.admin]`.
#[derive(Debug, Clone)]
pub struct Config {
    /// Who is let in.
    pub auth: Auth,
    /// Where administrators' browsers, or programs at least, reach the admin listener.
    pub public_url: Url,
    /// Further hosts that requests may be sent to.
    pub allowed_hosts: Vec<String>,
    /// Where the admin listener is.
    pub listener: Listener,
    /// The address of the listener that proxies.
    pub proxy_listener: SocketAddr,
    /// The address of the listener for metrics.
    pub metrics_listener: SocketAddr,
    /// How long an access token is good for.
    pub token_lifespan: Duration,
    /// Whether there are pages for administrators.
    pub console: bool,
    /// Whether the sessions of whoever loses a credential end, as when they remove it themselves.
    pub end_sessions: bool,
}

/// Where the admin listener is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Listener {
    /// At this address on the network.
    Network(SocketAddr),
    /// At the Unix socket of this path.
    Socket(PathBuf),
}

impl fmt::Display for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Network(address) => write!(f, "{address}"),
            Self::Socket(path) => write!(f, "unix:{}", path.display()),
        }
    }
}

/// Who is let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Auth {
    /// Whoever shows an access token or an administrator's session.
    Token,
    /// Everybody who reaches the listener, with every right.
    None,
}
