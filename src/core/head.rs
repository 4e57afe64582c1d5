//! The request head as every stage sees it: canonical, unambiguous and already cleaned.

use std::net::IpAddr;

use http::{HeaderMap, Method};
use jiff::Timestamp;

/// A request's head after canonicalisation. What is matched here is what is sent upstream.
#[derive(Debug, Clone, Copy)]
pub struct RequestHead<'a> {
    /// The request id that logs, answers and the upstream share.
    pub id: &'a str,
    /// The method; never `TRACE` or `CONNECT`.
    pub method: &'a Method,
    /// How the client reached us, or how a trusted proxy says it did.
    pub scheme: Scheme,
    /// The host in lower case, without port.
    pub host: &'a str,
    /// The host as sent, in lower case, with its port where one was given.
    pub authority: &'a str,
    /// The canonical path.
    pub path: &'a str,
    /// The query without its question mark, byte for byte.
    pub query: Option<&'a str>,
    /// The headers, reserved and hop-by-hop ones already removed.
    pub headers: &'a HeaderMap,
    /// The client, as far as trusted proxies tell.
    pub client: IpAddr,
    /// When the request arrived.
    pub received_at: Timestamp,
}

/// How a client reaches the gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// In the clear.
    Http,
    /// Over TLS.
    Https,
}

impl Scheme {
    /// The scheme as written in URLs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }
}
