//! Which addresses the gateway may be sent to. Discovery documents name further addresses, so a
//! provider could otherwise make the gateway ask whatever stands behind it (server-side request
//! forgery).

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

/// The address may not be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Forbidden(pub(crate) &'static str);

const NO_SCHEME: Forbidden = Forbidden("its address is neither https nor http");
const PUBLIC_HTTP: Forbidden =
    Forbidden("it is asked for over plain http outside a private network");
pub(crate) const PRIVATE: Forbidden = Forbidden(
    "it is at a private address, and neither allow_private_network nor allowed_hosts lets it be \
     asked",
);

pub(crate) const UNRESOLVED: Forbidden = Forbidden(
    "what its name stands for could not be found out here, and the proxy might find a private \
     address",
);
/// How resolvers say that there is no such name; the standard library keeps their words alone.
const NO_SUCH_NAME: [&str; 6] = [
    // glibc, musl, systems of BSD's kind.
    "Name or service not known",
    "No address associated with hostname",
    "Name does not resolve",
    "Name has no usable address",
    "nodename nor servname provided, or not known",
    "No address associated with nodename",
];

/// Knows whose addresses may be private.
#[derive(Debug)]
pub(crate) struct Guard {
    private: Vec<String>,
}

/// How a connection is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Protection {
    /// By TLS.
    Tls,
    /// By nothing; only for private networks.
    Plain,
}

impl Guard {
    /// Hosts in `private` may be at private addresses.
    pub(crate) fn new(private: impl IntoIterator<Item = String>) -> Self {
        let private = private.into_iter().map(|host| bare(&host)).collect();
        Self { private }
    }

    /// Whether `url` may be asked, as far as its text tells; names are judged when they resolve.
    pub(crate) fn check(&self, url: &Url) -> Result<Protection, Forbidden> {
        let protection = match url.scheme() {
            "https" => Protection::Tls,
            "http" => Protection::Plain,
            _ => return Err(NO_SCHEME),
        };
        match url.host() {
            Some(Host::Ipv4(ip)) => self.judge(url, IpAddr::V4(ip), protection),
            Some(Host::Ipv6(ip)) => self.judge(url, IpAddr::V6(ip), protection),
            Some(Host::Domain(name)) => match protection {
                Protection::Plain if !self.admits_private(name) => Err(PUBLIC_HTTP),
                _ => Ok(protection),
            },
            None => Err(NO_SCHEME),
        }
    }

    fn judge(
        &self,
        url: &Url,
        ip: IpAddr,
        protection: Protection,
    ) -> Result<Protection, Forbidden> {
        let host = url.host_str().unwrap_or_default();
        self.admits(host, ip, protection).map(|()| protection)
    }

    fn admits(&self, host: &str, ip: IpAddr, protection: Protection) -> Result<(), Forbidden> {
        match (is_private(ip), protection) {
            (true, _) if !self.admits_private(host) => Err(PRIVATE),
            (false, Protection::Plain) => Err(PUBLIC_HTTP),
            _ => Ok(()),
        }
    }

    /// Whether all that the name in `url` resolves to here may be asked: for a proxy that will
    /// resolve it once more, and connect to whichever it likes.
    pub(crate) async fn look_up(
        &self,
        url: &Url,
        protection: Protection,
        patience: Duration,
    ) -> Result<(), Forbidden> {
        let Some(Host::Domain(name)) = url.host() else {
            return Ok(());
        };
        if protection == Protection::Tls && self.admits_private(name) {
            return Ok(());
        }
        let found = in_time(patience, tokio::net::lookup_host((name, 0))).await;
        let found = found.map(|all| all.map(|one| one.ip()).collect());
        self.judge_found(name, found, protection)
    }

    /// Whether a proxy may be sent to a name of which this was found here. Whoever owns the name says
    /// what is found, and when: only a name that does not exist here is the proxy's to judge.
    fn judge_found(
        &self,
        name: &str,
        found: io::Result<Vec<IpAddr>>,
        protection: Protection,
    ) -> Result<(), Forbidden> {
        match found {
            Ok(ips) if ips.is_empty() => Err(UNRESOLVED),
            Ok(ips) => ips
                .into_iter()
                .try_for_each(|ip| self.admits(name, ip, protection)),
            Err(error) if protection == Protection::Tls && is_no_such_name(&error) => Ok(()),
            Err(_) => Err(UNRESOLVED),
        }
    }

    fn admits_private(&self, host: &str) -> bool {
        self.private.contains(&bare(host))
    }
}

/// Resolves names, and leaves out the addresses that may not be asked. The connection is made to
/// what is returned here, so a name cannot change its mind after it was judged.
#[derive(Debug)]
pub(crate) struct Resolver {
    pub(crate) guard: Arc<Guard>,
    pub(crate) protection: Protection,
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let (guard, protection) = (Arc::clone(&self.guard), self.protection);
        Box::pin(async move {
            let host = name.as_str();
            let mut refusal = None;
            let mut addresses: Vec<SocketAddr> = Vec::new();
            for address in tokio::net::lookup_host((host, 0)).await? {
                match guard.admits(host, address.ip(), protection) {
                    Ok(()) => addresses.push(address),
                    Err(forbidden) => refusal = Some(forbidden),
                }
            }
            match refusal {
                Some(forbidden) if addresses.is_empty() => Err(forbidden.into()),
                _ => Ok(Box::new(addresses.into_iter()) as Addrs),
            }
        })
    }
}

/// What is found within this time.
async fn in_time<T>(
    patience: Duration,
    look: impl Future<Output = io::Result<T>>,
) -> io::Result<T> {
    let found = tokio::time::timeout(patience, look).await;
    found.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}

fn is_no_such_name(error: &io::Error) -> bool {
    let told = error.to_string();
    NO_SUCH_NAME.iter().any(|words| told.contains(words))
}

fn bare(host: &str) -> String {
    host.trim_matches(['[', ']'])
        .trim_end_matches('.')
        .to_ascii_lowercase()
}

/// Whether an address is anything but one host on the open internet.
fn is_private(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_private_v4(ip),
        IpAddr::V6(ip) => is_private_v6(ip),
    }
}

fn is_private_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let special = matches!(
        (a, b, c),
        (0, ..) | (100, 64..=127, _) | (192, 0, 0) | (198, 18..=19, _)
    );
    special
        || ip.is_loopback()
        || ip.is_private()
        || ip.is_link_local()
        || ip.is_multicast()
        || a >= 240
}

fn is_private_v6(ip: Ipv6Addr) -> bool {
    let segments = ip.segments();
    let embedded = match segments {
        // IPv4 compatible, mapped and translated, NAT64 (RFC 6052).
        [0, 0, 0, 0, 0, 0 | 0xffff, high, low]
        | [0, 0, 0, 0, 0xffff, 0, high, low]
        | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => Some((high, low)),
        // 6to4 (RFC 3056).
        [0x2002, high, low, ..] => Some((high, low)),
        _ => None,
    };
    let embeds_private = embedded.is_some_and(|(high, low)| {
        is_private_v4(Ipv4Addr::from((u32::from(high) << 16) | u32::from(low)))
    });
    // Teredo (RFC 4380) and local NAT64 (RFC 8215) lead wherever a translator takes them; the last
    // are the site-local addresses of old (RFC 3879).
    let special = matches!(
        segments,
        [0x2001, 0, ..] | [0x64, 0xff9b, 1, ..] | [0xfec0..=0xfeff, ..]
    );
    embeds_private
        || special
        || ip.is_loopback()
        || ip.is_unspecified()
        || ip.is_multicast()
        || ip.is_unique_local()
        || ip.is_unicast_link_local()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(guard: &Guard, url: &str) -> Result<Protection, Forbidden> {
        guard.check(&Url::parse(url).unwrap())
    }

    #[test]
    fn only_named_hosts_may_be_private() {
        let guard = Guard::new(["10.0.0.1".to_owned(), "[::1]".to_owned(), "IdP".to_owned()]);
        assert_eq!(check(&guard, "http://10.0.0.1/x"), Ok(Protection::Plain));
        assert_eq!(check(&guard, "https://[::1]:8443/x"), Ok(Protection::Tls));
        assert_eq!(check(&guard, "http://idp:8080/x"), Ok(Protection::Plain));
        assert_eq!(
            check(&guard, "https://idp.example.org/x"),
            Ok(Protection::Tls)
        );
        assert_eq!(check(&guard, "http://idp.example.org/x"), Err(PUBLIC_HTTP));
        assert_eq!(check(&guard, "http://93.184.216.34/x"), Err(PUBLIC_HTTP));
        assert_eq!(check(&guard, "file:///etc/passwd"), Err(NO_SCHEME));
        for private in [
            "127.0.0.1",
            "169.254.169.254",
            "[::ffff:10.0.0.2]",
            "[fd00::1]",
            "2130706433",
        ] {
            assert_eq!(
                check(&guard, &format!("https://{private}/")),
                Err(PRIVATE),
                "{private}"
            );
        }
    }

    #[test]
    fn every_special_range_counts_as_private() {
        for ip in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.9.9.9",
            "169.254.1.1",
            "172.16.0.1",
            "192.168.0.1",
            "192.0.0.8",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "fe80::1",
            "fc00::1",
            "ff02::1",
            "::ffff:127.0.0.1",
            "64:ff9b::a00:1",
            "2002:7f00:1::",
            "2002:a9fe:a9fe::1",
            "64:ff9b::169.254.169.254",
            "64:ff9b:1::a00:1",
            "64:ff9b:1:ffff:8:800:808:808",
            "::ffff:169.254.169.254",
            "::ffff:0:10.0.0.1",
            "::ffff:0:127.0.0.1",
            "2001::1",
            "2001:0:4136:e378:8000:63bf:3fff:fdd2",
            "fec0::1",
            "feff::1",
        ] {
            assert!(is_private(ip.parse().unwrap()), "{ip}");
        }
        for ip in [
            "8.8.8.8",
            "2606:4700::1111",
            "64:ff9b::808:808",
            "::ffff:8.8.8.8",
            "::ffff:0:8.8.8.8",
            "2001:4860:4860::8888",
            "2002:808:808::1",
        ] {
            assert!(!is_private(ip.parse().unwrap()), "{ip}");
        }
    }

    /// CU-30: an issuer's name server may stall us and answer the proxy.
    #[test]
    fn a_proxy_is_sent_to_no_name_that_could_not_be_resolved_unless_there_is_none() {
        let guard = Guard::new(["inside".to_owned()]);
        let (tls, plain) = (Protection::Tls, Protection::Plain);
        let judge = |name: &str, found, protection| guard.judge_found(name, found, protection);
        let failed = |words: &str| {
            let words = format!("failed to lookup address information: {words}");
            Err(io::Error::other(words))
        };
        for words in NO_SUCH_NAME {
            assert_eq!(judge("idp.test", failed(words), tls), Ok(()), "{words}");
            assert_eq!(judge("inside", failed(words), plain), Err(UNRESOLVED));
        }
        for words in ["Temporary failure in name resolution", "Try again"] {
            assert_eq!(judge("idp.test", failed(words), tls), Err(UNRESOLVED));
        }
        let late = || Err(io::ErrorKind::TimedOut.into());
        assert_eq!(judge("idp.test", late(), tls), Err(UNRESOLVED));
        assert_eq!(judge("inside", late(), plain), Err(UNRESOLVED));
        assert_eq!(judge("idp.test", Ok(Vec::new()), tls), Err(UNRESOLVED));
        let ips = |all: &[&str]| Ok(all.iter().map(|ip| ip.parse().unwrap()).collect());
        let (one, both) = (ips(&["8.8.8.8"]), ips(&["8.8.8.8", "10.0.0.1"]));
        assert_eq!(judge("idp.test", one, tls), Ok(()));
        assert_eq!(judge("idp.test", both, tls), Err(PRIVATE));
        assert_eq!(judge("inside", ips(&["10.0.0.1"]), plain), Ok(()));
        assert_eq!(judge("inside", ips(&["8.8.8.8"]), plain), Err(PUBLIC_HTTP));
    }

    #[tokio::test]
    async fn a_name_that_is_not_resolved_in_time_is_refused() {
        let guard = Guard::new(["inside.test".to_owned()]);
        let late = in_time(Duration::ZERO, std::future::pending()).await;
        let judged = guard.judge_found("idp.test", late, Protection::Tls);
        assert_eq!(judged, Err(UNRESOLVED));
        let url = Url::parse("https://inside.test").unwrap();
        let look = guard.look_up(&url, Protection::Tls, Duration::ZERO);
        assert_eq!(look.await, Ok(()), "wherever it is");
    }

    #[tokio::test]
    async fn a_name_that_resolves_to_a_private_address_is_refused() {
        let resolver = |private: &[&str]| Resolver {
            guard: Arc::new(Guard::new(private.iter().map(|&host| host.to_owned()))),
            protection: Protection::Tls,
        };
        let name = || "localhost".parse::<Name>().unwrap();
        let refused = resolver(&[]).resolve(name()).await.err().unwrap();
        assert_eq!(refused.downcast_ref(), Some(&PRIVATE));
        assert!(resolver(&["localhost"]).resolve(name()).await.is_ok());
    }
}
