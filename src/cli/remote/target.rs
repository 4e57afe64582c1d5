//! Where a running gateway is asked: at an address, or at the Unix socket of its admin listener.

use std::{fmt, path::PathBuf};

use reqwest::ClientBuilder;
use url::{Host, Url};

use crate::config::AdminListener;

/// Where a running gateway is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::cli) enum Target {
    /// At this address.
    Web(Url),
    /// At the socket of this path.
    Socket(PathBuf),
}

impl Target {
    /// A target as it is written on the command line.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        match AdminListener::socket(text) {
            Some(socket) => socket.map(Self::Socket),
            None => Url::parse(text).map(Self::Web).map_err(|error| {
                format!(
                    "this is no absolute URL ({error}); write one such as \
                     \"https://admin.example.org\", or \"unix:/run/portcullis/admin.sock\""
                )
            }),
        }
    }

    /// What paths are put behind.
    pub(super) fn base(&self) -> &str {
        match self {
            Self::Web(url) => url.as_str().trim_end_matches('/'),
            // Every gateway answers to it there.
            Self::Socket(_) => "http://localhost",
        }
    }

    /// Whether what is asked runs on this machine.
    pub(super) fn is_here(&self) -> bool {
        match self {
            Self::Socket(_) => true,
            Self::Web(url) => match url.host() {
                Some(Host::Domain(name)) => name == "localhost",
                Some(Host::Ipv4(ip)) => ip.is_loopback(),
                Some(Host::Ipv6(ip)) => ip.is_loopback(),
                None => false,
            },
        }
    }

    /// The client that asks there. A proxy would read the token, which needs no protection on its way to
    /// this machine.
    pub(super) fn reached(&self, client: ClientBuilder) -> ClientBuilder {
        let client = match self.is_here() {
            true => client.no_proxy(),
            false => client,
        };
        match self {
            Self::Socket(path) => client.unix_socket(path.as_path()),
            Self::Web(_) => client,
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Web(url) => write!(f, "{url}"),
            Self::Socket(path) => write!(f, "unix:{}", path.display()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_proxy_is_between_what_runs_here() {
        for (target, expected) in [
            ("http://127.0.0.1:4434", true),
            ("http://[::1]:4434", true),
            ("http://localhost:4434", true),
            ("http://localhost.test:4434", false),
            ("http://10.0.0.1", false),
            ("unix:/run/admin.sock", true),
        ] {
            assert_eq!(
                Target::read(target).unwrap().is_here(),
                expected,
                "{target}"
            );
        }
    }

    #[test]
    fn a_socket_is_told_from_an_address() {
        let socket = Target::read("unix:/run/admin.sock").unwrap();
        assert_eq!(socket, Target::Socket("/run/admin.sock".into()));
        assert_eq!(socket.to_string(), "unix:/run/admin.sock");
        assert!(matches!(Target::read("http://a.test"), Ok(Target::Web(_))));
        for odd in ["", "admin.example.org", "unix:admin.sock", "unix://host/x"] {
            assert!(Target::read(odd).is_err(), "{odd}");
        }
    }
}
