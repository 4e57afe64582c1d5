//! Upstreams: where a route's requests go, in turn, and which of its addresses to try next.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use pingora::upstreams::peer::HttpPeer;
use url::Url;

use crate::route::{Route, Target, Timeouts};

pub use address::{Address, UnreachableAddress};

mod address;
mod websocket;

/// The upstreams of all routes.
#[derive(Debug, Default)]
pub struct Upstreams {
    /// By route id.
    groups: Vec<Option<Group>>,
}

/// The addresses of one route.
#[derive(Debug)]
pub struct Group {
    addresses: Box<[Address]>,
    timeouts: Timeouts,
    turn: AtomicUsize,
}

/// Where one request stands in its group: whose turn it was first, how often it failed, and which
/// address it tried last.
#[derive(Debug, Clone, Copy, Default)]
pub struct Turn {
    first: usize,
    failures: usize,
    tried: usize,
}

/// An upstream's URL cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("the upstream {url} of route {route} is no http or https address")]
pub struct InvalidUpstream {
    /// The route.
    pub route: String,
    /// The URL, without credentials.
    pub url: String,
}

impl Upstreams {
    /// Prepares the upstreams of these routes.
    pub fn build<'a>(
        routes: impl IntoIterator<Item = &'a Arc<Route>>,
    ) -> Result<Self, InvalidUpstream> {
        let mut groups = Vec::new();
        for route in routes {
            let Target::Upstream(urls) = &route.target else {
                continue;
            };
            let id = route.id as usize;
            if groups.len() <= id {
                groups.resize_with(id + 1, || None);
            }
            groups[id] = Some(Group::build(route, urls)?);
        }
        Ok(Self { groups })
    }

    /// The addresses of a route.
    pub fn group(&self, route: &Route) -> Option<&Group> {
        self.groups.get(route.id as usize)?.as_ref()
    }
}

impl Group {
    fn build(route: &Route, urls: &[Url]) -> Result<Self, InvalidUpstream> {
        let addresses = urls.iter().map(|url| {
            Address::parse(url).ok_or_else(|| InvalidUpstream {
                route: route.name.clone(),
                url: url.origin().ascii_serialization(),
            })
        });
        Ok(Self {
            addresses: addresses.collect::<Result<_, _>>()?,
            timeouts: route.timeouts,
            turn: AtomicUsize::new(0),
        })
    }

    /// The next request's turn.
    pub fn turn(&self) -> Turn {
        Turn {
            first: self.turn.fetch_add(1, Ordering::Relaxed),
            ..Turn::default()
        }
    }

    /// The address to try. One that did not answer a moment ago is passed over for as long as there
    /// are others.
    pub fn pick(&self, turn: &mut Turn) -> Option<&Address> {
        let count = self.addresses.len();
        let start = turn.first.wrapping_add(turn.failures).checked_rem(count)?;
        turn.tried = (start..start + count)
            .map(|index| index % count)
            .find(|index| !self.addresses[*index].is_avoided())
            .unwrap_or(start);
        self.tried(*turn)
    }

    /// The address that was tried last.
    pub fn tried(&self, turn: Turn) -> Option<&Address> {
        self.addresses.get(turn.tried)
    }

    /// Where to connect to.
    pub async fn peer(&self, address: &Address) -> Result<Box<HttpPeer>, UnreachableAddress> {
        let mut peer = address.peer().await?;
        let options = &mut peer.options;
        options.connection_timeout = Some(self.timeouts.connect);
        options.total_connection_timeout = Some(self.timeouts.connect);
        options.read_timeout = self.timeouts.read;
        options.write_timeout = Some(self.timeouts.write);
        Ok(peer)
    }

    /// Where to connect to for a WebSocket.
    pub async fn websocket_peer(
        &self,
        address: &Address,
    ) -> Result<Box<HttpPeer>, UnreachableAddress> {
        let mut peer = self.peer(address).await?;
        websocket::prepare(&mut peer);
        Ok(peer)
    }

    /// Notes that the address tried last could not be connected to and says whether another try
    /// makes sense. Nothing was sent yet, so trying again is safe for every method.
    pub fn failed(&self, turn: &mut Turn) -> bool {
        if let Some(address) = self.tried(*turn) {
            address.avoid();
        }
        turn.failures += 1;
        turn.failures < self.addresses.iter().map(Address::ways).sum()
    }
}

#[cfg(test)]
mod tests;
