//! Networks: what counts as one place, since nobody who has one address of it has only that.

use std::{
    fmt,
    net::{IpAddr, Ipv6Addr},
};

use serde::{Deserialize, Serialize};

/// One place on the network, as far as its addresses tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Network {
    first: IpAddr,
    bits: u8,
}

impl Network {
    /// What counts as one address.
    pub fn of(address: IpAddr) -> Self {
        // A site has a whole /64 to itself (RFC 6177).
        Self::cut(address, 64)
    }

    /// What counts as one place that nobody has many of: who has a /64 may well have the /48 it is in.
    pub fn site(address: IpAddr) -> Self {
        Self::cut(address, 48)
    }

    /// Whether the address is in it.
    pub fn contains(&self, address: IpAddr) -> bool {
        Self::cut(address, self.bits) == *self
    }

    /// The network of an address: an IPv4 address is one of its own, and so is one that is written as
    /// IPv6.
    fn cut(address: IpAddr, bits: u8) -> Self {
        match address.to_canonical() {
            IpAddr::V6(v6) => {
                let kept = u128::MAX
                    .checked_shl(128 - u32::from(bits))
                    .unwrap_or_default();
                Self {
                    first: Ipv6Addr::from(u128::from(v6) & kept).into(),
                    bits,
                }
            }
            v4 => Self {
                first: v4,
                bits: 32,
            },
        }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.first {
            IpAddr::V4(v4) => v4.fmt(f),
            IpAddr::V6(v6) => write!(f, "{v6}/{}", self.bits),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn neighbours_are_one_network_and_a_mapped_address_is_the_one_it_maps() {
        let network = Network::of(at("2001:db8:1:2::3"));
        assert_eq!(network.to_string(), "2001:db8:1:2::/64");
        assert!(network.contains(at("2001:db8:1:2:ffff::")));
        assert!(!network.contains(at("2001:db8:1:3::3")));
        let site = Network::site(at("2001:db8:1:2::3"));
        assert_eq!(site.to_string(), "2001:db8:1::/48");
        assert!(site.contains(at("2001:db8:1:3::3")) && !site.contains(at("192.0.2.1")));
        let four = Network::of(at("192.0.2.1"));
        assert_eq!(four, Network::site(at("::ffff:192.0.2.1")));
        assert_eq!(four.to_string(), "192.0.2.1");
        assert!(four.contains(at("192.0.2.1")) && !four.contains(at("192.0.2.2")));
    }
}
