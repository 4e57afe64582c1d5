//! Who a request comes from and how it reached us: the connection's own facts, or what a trusted
//! proxy says about them.

use std::net::IpAddr;

use http::HeaderMap;
use ipnet::IpNet;
use portcullis_core::head::Scheme;

use super::canonical::{Ambiguous, Authority};

/// The networks whose `X-Forwarded-*` headers are believed.
#[derive(Debug, Clone, Default)]
pub struct TrustedProxies(Vec<IpNet>);

/// A connection's other end, as the socket knows it.
#[derive(Debug, Clone, Copy)]
pub struct Peer {
    /// Its address.
    pub address: IpAddr,
    /// The protocol it speaks.
    pub scheme: Scheme,
}

/// The client behind a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// Its address.
    pub address: IpAddr,
    /// How it reached us, or the first trusted proxy.
    pub scheme: Scheme,
    /// The host it asked for, where a trusted proxy says so.
    pub authority: Option<Authority>,
    /// What the upstream is told as `X-Forwarded-For`: from the client on, nothing before it.
    pub forwarded_for: String,
}

impl TrustedProxies {
    /// Believes the peers in these networks.
    pub fn new(networks: Vec<IpNet>) -> Self {
        Self(networks)
    }

    /// Whether the peer's word is believed.
    pub fn trusts(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address))
    }

    /// The client behind a request of `peer`.
    ///
    /// Fails when a trusted proxy names a host that is none: guessing another would match another
    /// route.
    pub fn client(&self, peer: Peer, headers: &HeaderMap) -> Result<Client, Ambiguous> {
        let address = peer.address.to_canonical();
        if !self.trusts(address) {
            return Ok(Client {
                address,
                scheme: peer.scheme,
                authority: None,
                forwarded_for: address.to_string(),
            });
        }
        let (address, forwarded_for) = self.walk(address, headers);
        Ok(Client {
            address,
            scheme: forwarded_scheme(headers).unwrap_or(peer.scheme),
            authority: nearest(headers, "x-forwarded-host")
                .map(Authority::parse)
                .transpose()?,
            forwarded_for,
        })
    }

    /// Walks `X-Forwarded-For` from the right for as long as the hops are trusted: what stands
    /// left of the first other address is only that client's word.
    fn walk(&self, peer: IpAddr, headers: &HeaderMap) -> (IpAddr, String) {
        let mut client = peer;
        let mut chain = peer.to_string();
        let lines = headers.get_all("x-forwarded-for");
        let hops = lines
            .iter()
            .rev()
            .flat_map(|line| line.to_str().unwrap_or("?").rsplit(','));
        for hop in hops {
            let Some(address) = hop_address(hop.trim()) else {
                break;
            };
            client = address;
            chain = format!("{address}, {chain}");
            if !self.trusts(address) {
                break;
            }
        }
        (client, chain)
    }
}

fn hop_address(hop: &str) -> Option<IpAddr> {
    let bare = hop.trim_start_matches('[').trim_end_matches(']');
    let address = bare.parse().ok();
    address
        .or_else(|| {
            hop.parse()
                .ok()
                .map(|with_port: std::net::SocketAddr| with_port.ip())
        })
        .map(|address: IpAddr| address.to_canonical())
}

fn forwarded_scheme(headers: &HeaderMap) -> Option<Scheme> {
    let scheme = nearest(headers, "x-forwarded-proto")?;
    if scheme.eq_ignore_ascii_case("https") {
        Some(Scheme::Https)
    } else if scheme.eq_ignore_ascii_case("http") {
        Some(Scheme::Http)
    } else {
        None
    }
}

/// The last entry of a header: the one the nearest proxy wrote.
fn nearest<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let last = headers.get_all(name).iter().next_back()?;
    Some(last.to_str().unwrap_or("?").rsplit(',').next()?.trim())
}

#[cfg(test)]
mod tests {
    use http::{HeaderName, HeaderValue};

    use super::*;

    fn client(peer: &str, headers: &[(&'static str, &'static str)]) -> Result<Client, Ambiguous> {
        let trusted = vec!["10.0.0.0/8".parse().unwrap(), "fd00::/8".parse().unwrap()];
        let headers = headers
            .iter()
            .map(|(name, value)| {
                (
                    HeaderName::from_static(name),
                    HeaderValue::from_static(value),
                )
            })
            .collect();
        let peer = Peer {
            address: peer.parse().unwrap(),
            scheme: Scheme::Http,
        };
        TrustedProxies::new(trusted).client(peer, &headers)
    }

    const SPOOF: &[(&str, &str)] = &[
        ("x-forwarded-for", "1.2.3.4"),
        ("x-forwarded-proto", "https"),
        ("x-forwarded-host", "evil.test"),
    ];

    #[test]
    fn a_strangers_word_is_not_believed() {
        let client = client("192.0.2.1", SPOOF).unwrap();
        assert_eq!(client.address.to_string(), "192.0.2.1");
        assert_eq!(client.scheme, Scheme::Http);
        assert_eq!(client.authority, None);
        assert_eq!(client.forwarded_for, "192.0.2.1");
    }

    #[test]
    fn a_trusted_proxys_word_is_believed() {
        let client = client("::ffff:10.0.0.1", SPOOF).unwrap();
        assert_eq!(client.address.to_string(), "1.2.3.4");
        assert_eq!(client.scheme, Scheme::Https);
        assert_eq!(client.authority.unwrap().as_str(), "evil.test");
        assert_eq!(client.forwarded_for, "1.2.3.4, 10.0.0.1");
    }

    #[test]
    fn what_a_client_says_before_itself_is_dropped() {
        let client = client(
            "10.0.0.1",
            &[
                ("x-forwarded-for", "9.9.9.9"),
                ("x-forwarded-for", "8.8.8.8, 192.0.2.7:4711 , 10.0.0.2"),
                ("x-forwarded-proto", "https, http"),
            ],
        )
        .unwrap();
        assert_eq!(client.address.to_string(), "192.0.2.7");
        assert_eq!(client.forwarded_for, "192.0.2.7, 10.0.0.2, 10.0.0.1");
        assert_eq!(client.scheme, Scheme::Http);
    }

    #[test]
    fn an_odd_hop_ends_the_walk() {
        let client = client(
            "10.0.0.1",
            &[("x-forwarded-for", "1.1.1.1, x, [fd00::1]:80")],
        )
        .unwrap();
        assert_eq!(client.address.to_string(), "fd00::1");
    }

    #[test]
    fn an_odd_forwarded_host_is_refused() {
        assert!(client("10.0.0.1", &[("x-forwarded-host", "a b")]).is_err());
    }
}
