//! The way to servers elsewhere which the gateway itself asks: straight or through a proxy, and whose
//! certificates vouch for them beside the public ones.

use std::{fmt, net::IpAddr, str::FromStr};

use ipnet::IpNet;
use url::{Host, Url};

/// How servers elsewhere are reached; straight, and with public certificates, by default.
#[derive(Clone, Default)]
pub struct Way {
    proxy: Option<Url>,
    straight: Vec<Straight>,
    authorities: Vec<Vec<u8>>,
}

/// Servers that are reached without the proxy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Straight {
    /// The host of this name.
    Host(String),
    /// Every host whose name ends in this, which begins with a dot.
    Below(String),
    /// Hosts that are written as an address of this network.
    Network(IpNet),
}

impl Way {
    /// Through this proxy, except where it is straight.
    pub fn new(proxy: Option<Url>, straight: Vec<Straight>) -> Self {
        Self {
            proxy,
            straight,
            authorities: Vec::new(),
        }
    }

    /// The same with further certificates, in DER, that may vouch for servers.
    #[must_use]
    pub fn with_authorities(self, authorities: Vec<Vec<u8>>) -> Self {
        Self {
            authorities,
            ..self
        }
    }

    /// The proxy that any server is asked through.
    pub fn proxy(&self) -> Option<&Url> {
        self.proxy.as_ref()
    }

    /// The proxy that this server is asked through.
    pub fn proxy_for(&self, url: &Url) -> Option<&Url> {
        let is_straight = self.straight.iter().any(|one| one.has(url));
        self.proxy.as_ref().filter(|_| !is_straight)
    }

    /// The further certificates, in DER.
    pub fn authorities(&self) -> impl Iterator<Item = &[u8]> {
        self.authorities.iter().map(Vec::as_slice)
    }
}

/// The proxy's address may hold a password.
impl fmt::Debug for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Way")
            .field("proxy", &self.proxy.as_ref().and_then(Url::host_str))
            .field("straight", &self.straight)
            .field("authorities", &self.authorities.len())
            .finish()
    }
}

impl Straight {
    fn has(&self, url: &Url) -> bool {
        let name = match url.host() {
            None => return false,
            Some(Host::Ipv4(ip)) => return self.has_address(ip.into()),
            Some(Host::Ipv6(ip)) => return self.has_address(ip.into()),
            Some(Host::Domain(name)) => name.trim_end_matches('.'),
        };
        match self {
            Self::Host(host) => name.eq_ignore_ascii_case(host),
            Self::Below(end) => name.to_ascii_lowercase().ends_with(end),
            Self::Network(_) => false,
        }
    }

    fn has_address(&self, ip: IpAddr) -> bool {
        let plain = ip.to_canonical();
        let has = |network: &IpNet| network.contains(&ip) || network.contains(&plain);
        matches!(self, Self::Network(network) if has(network))
    }
}

/// It is neither a host nor a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is neither a host's name nor an address nor a network")]
pub struct NotStraight;

impl FromStr for Straight {
    type Err = NotStraight;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bare = text.trim_matches(['[', ']']);
        if let Ok(ip) = bare.parse::<IpAddr>() {
            return Ok(Self::Network(ip.to_canonical().into()));
        }
        if let Ok(network) = text.parse() {
            return Ok(Self::Network(network));
        }
        let (name, is_below) = match text.strip_prefix("*.") {
            Some(name) => (name, true),
            None => (text, false),
        };
        let name = match Host::parse(name.strip_suffix('.').unwrap_or(name)) {
            Ok(Host::Domain(name)) if !name.contains('*') => name,
            _ => return Err(NotStraight),
        };
        Ok(match is_below {
            true => Self::Below(format!(".{name}")),
            false => Self::Host(name),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn way(straight: &[&str]) -> Way {
        let proxy = Url::parse("http://gate:hush@proxy.test:3128").unwrap();
        let straight = straight.iter().map(|text| text.parse().unwrap());
        Way::new(Some(proxy), straight.collect())
    }

    fn is_proxied(way: &Way, url: &str) -> bool {
        way.proxy_for(&Url::parse(url).unwrap()).is_some()
    }

    /// CU-30.
    #[test]
    fn a_proxy_is_for_all_but_the_named_hosts_and_networks() {
        let way = way(&["idp.test", "*.inside.test", "10.0.0.0/8", "[::1]"]);
        for straight in [
            "https://idp.test/x",
            "https://IdP.test./x",
            "https://a.b.inside.test",
            "http://10.9.8.7:80",
            "http://[::1]:8080",
        ] {
            assert!(!is_proxied(&way, straight), "{straight}");
        }
        for proxied in [
            "https://not-idp.test",
            "https://sub.idp.test",
            "https://inside.test",
            "https://11.0.0.1",
            "https://[::2]",
        ] {
            assert!(is_proxied(&way, proxied), "{proxied}");
        }
        assert!(!is_proxied(&Way::default(), "https://idp.test"));
    }

    #[test]
    fn a_dot_at_the_end_and_another_way_to_write_an_address_change_nothing() {
        let way = way(&[
            "idp.test.",
            "*.inside.test.",
            "127.0.0.0/8",
            "::ffff:10.0.0.1",
        ]);
        for straight in [
            "https://idp.test",
            "https://idp.test.",
            "https://a.inside.test",
            "http://[::ffff:127.0.0.1]:8080",
            "http://10.0.0.1",
            "http://[::ffff:10.0.0.1]",
        ] {
            assert!(!is_proxied(&way, straight), "{straight}");
        }
        for proxied in ["http://[::ffff:128.0.0.1]", "https://sub.idp.test"] {
            assert!(is_proxied(&way, proxied), "{proxied}");
        }
    }

    #[test]
    fn the_proxys_password_is_not_printed() {
        let printed = format!("{:?}", way(&["idp.test"]));
        assert!(printed.contains("proxy.test"), "{printed}");
        assert!(!printed.contains("hush"), "{printed}");
    }

    #[test]
    fn what_is_no_host_is_refused() {
        for text in [
            "",
            "*",
            "*.",
            ".",
            "https://idp.test",
            "a b",
            "10.0.0.0/99",
            "x.*.test",
        ] {
            assert_eq!(text.parse::<Straight>(), Err(NotStraight), "{text}");
        }
    }
}
