//! What the operator can choose: `[plugins.admin]`.

use std::{net::SocketAddr, time::Duration};

use url::Url;

/// `[plugins.admin]`.
#[derive(Debug, Clone)]
pub struct Config {
    /// Who is let in.
    pub auth: Auth,
    /// Where administrators' browsers reach the admin listener.
    pub public_url: Url,
    /// Further hosts that requests may be sent to.
    pub allowed_hosts: Vec<String>,
    /// The address of the admin listener.
    pub listener: SocketAddr,
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

/// Who is let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Auth {
    /// Whoever shows an access token or an administrator's session.
    Token,
    /// Everybody who reaches the listener, with every right.
    None,
}
