//! Pages: how a plugin answers requests in process, behind the same decision as every route.

use std::{
    fmt::{self, Debug},
    net::{IpAddr, Ipv4Addr},
    sync::Arc,
};

use async_trait::async_trait;
use http::{Request, Response};

use crate::{head::Scheme, principal::Principal};

/// Answers requests below the gateway's prefix.
///
/// A request's body is complete and within the limit for own pages; its extensions hold a
/// [`Visitor`]. Its URI is the path and query as the client sent them, prefix included.
#[async_trait]
pub trait Pages: Debug + Send + Sync {
    /// The answer, whatever happens.
    async fn respond(&self, request: Request<Vec<u8>>) -> Response<Vec<u8>>;
}

/// Who visits a page.
#[derive(Debug, Clone)]
pub struct Visitor {
    /// The request id that answers show.
    pub request_id: String,
    /// Where the client is.
    pub client: Client,
    /// How the client reached us.
    pub scheme: Scheme,
    /// The host as sent, with its port.
    pub authority: String,
    /// Who is signed in, if anybody.
    pub principal: Option<Arc<Principal>>,
}

/// Where a visitor is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Client {
    /// At this address on the network.
    Network(IpAddr),
    /// On this machine, at a Unix socket; nobody there has an address.
    Socket,
}

impl Client {
    /// The address on the network, for whoever has one.
    pub fn ip(self) -> Option<IpAddr> {
        match self {
            Self::Network(address) => Some(address),
            Self::Socket => None,
        }
    }

    /// What counts as the address: whoever opens a socket is on this machine, so that they share its
    /// limits and nobody else's.
    pub fn address(self) -> IpAddr {
        self.ip().unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST))
    }
}

impl fmt::Display for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Network(address) => write!(f, "{address}"),
            Self::Socket => f.write_str("unix"),
        }
    }
}

impl From<IpAddr> for Client {
    fn from(address: IpAddr) -> Self {
        Self::Network(address)
    }
}

impl From<[u8; 4]> for Client {
    fn from(address: [u8; 4]) -> Self {
        Self::Network(address.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_opens_a_socket_has_no_address_and_counts_as_this_machine() {
        let socket = Client::Socket;
        assert_eq!(socket.to_string(), "unix");
        assert_eq!(socket.ip(), None);
        assert_eq!(socket.address(), IpAddr::from([127, 0, 0, 1]));
        let client = Client::from([192, 0, 2, 1]);
        assert_eq!(client.to_string(), "192.0.2.1");
        assert_eq!(client.ip(), Some(client.address()));
    }
}
