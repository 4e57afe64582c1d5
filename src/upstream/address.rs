//! One address of an upstream: a fixed one, or a name that is looked up as it ages.

use std::{
    io,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use arc_swap::ArcSwapOption;
use pingora::{
    protocols::l4::socket::SocketAddr as PeerAddress,
    upstreams::peer::{HttpPeer, HttpUpstreamRequestPolicy},
};
use url::{Host, Url};

/// How long a name's addresses are used before they are looked up again.
const FRESH: Duration = Duration::from_secs(10);
/// How long an address is passed over after it could not be connected to.
const AVOIDED: Duration = Duration::from_secs(2);
/// How long an idle connection is kept for the next request.
const IDLE: Duration = Duration::from_secs(60);

/// One address of an upstream.
#[derive(Debug)]
pub struct Address {
    name: String,
    host: String,
    port: u16,
    template: HttpPeer,
    lookup: Option<Lookup>,
    epoch: Instant,
    avoided_until: AtomicU64,
}

/// The addresses behind a name.
#[derive(Debug, Default)]
struct Lookup {
    found: ArcSwapOption<Found>,
    /// How often the preferred address changed because it failed.
    shift: AtomicUsize,
}

#[derive(Debug)]
struct Found {
    addresses: Vec<SocketAddr>,
    at: Instant,
}

/// A name leads to no address.
#[derive(Debug, thiserror::Error)]
#[error("the upstream's name cannot be resolved")]
pub struct UnreachableAddress(#[source] pub Option<io::Error>);

impl Address {
    /// The address of an `http` or `https` URL; its path is not used.
    pub fn parse(url: &Url) -> Option<Self> {
        let tls = match url.scheme() {
            "http" => false,
            "https" => true,
            _ => return None,
        };
        let port = url.port_or_known_default()?;
        let (host, fixed) = match url.host()? {
            Host::Domain(name) => (name.to_owned(), None),
            Host::Ipv4(address) => (address.to_string(), Some(address.into())),
            Host::Ipv6(address) => (address.to_string(), Some(address.into())),
        };
        let any = SocketAddr::from(([0, 0, 0, 0], port));
        let at = fixed.map_or(any, |address: std::net::IpAddr| (address, port).into());
        let mut template = HttpPeer::new(at, tls, host.clone());
        template.options.idle_timeout = Some(IDLE);
        // Every request is cleaned before it is judged, so that nothing is left to strip here.
        template.options.http_upstream_request_policy = HttpUpstreamRequestPolicy::preserve();
        Some(Self {
            name: url.origin().ascii_serialization(),
            host,
            port,
            template,
            lookup: fixed.is_none().then(Lookup::default),
            epoch: Instant::now(),
            avoided_until: AtomicU64::new(0),
        })
    }

    /// Scheme, host and port, for logs.
    pub fn name(&self) -> &str {
        &self.name
    }

    pub(super) async fn peer(&self) -> Result<Box<HttpPeer>, UnreachableAddress> {
        let mut peer = Box::new(self.template.clone());
        if let Some(lookup) = &self.lookup {
            let found = lookup.of(&self.host, self.port).await?;
            let shift = lookup.shift.load(Ordering::Relaxed);
            let address = found.addresses.get(shift % found.addresses.len().max(1));
            peer._address = PeerAddress::Inet(*address.ok_or(UnreachableAddress(None))?);
        }
        Ok(peer)
    }

    /// How many ways there are to connect to it.
    pub(super) fn ways(&self) -> usize {
        let found = self
            .lookup
            .as_ref()
            .and_then(|lookup| lookup.found.load_full());
        found.map_or(1, |found| found.addresses.len().max(1))
    }

    pub(super) fn avoid(&self) {
        let until = self.epoch.elapsed() + AVOIDED;
        let until = u64::try_from(until.as_millis()).unwrap_or(u64::MAX);
        self.avoided_until.store(until, Ordering::Relaxed);
        if let Some(lookup) = &self.lookup {
            lookup.shift.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(super) fn is_avoided(&self) -> bool {
        let until = self.avoided_until.load(Ordering::Relaxed);
        until > 0 && u128::from(until) > self.epoch.elapsed().as_millis()
    }
}

impl Lookup {
    /// The addresses of `host`; old ones when it cannot be looked up now.
    async fn of(&self, host: &str, port: u16) -> Result<Arc<Found>, UnreachableAddress> {
        let known = self.found.load_full();
        if let Some(known) = known.as_ref().filter(|known| known.at.elapsed() < FRESH) {
            return Ok(known.clone());
        }
        match tokio::net::lookup_host((host, port)).await {
            Ok(addresses) => {
                let found = Arc::new(Found {
                    addresses: addresses.collect(),
                    at: Instant::now(),
                });
                self.found.store(Some(found.clone()));
                Ok(found)
            }
            Err(error) => known.ok_or(UnreachableAddress(Some(error))),
        }
    }
}
