//! Where the admin listener is: at an address on the network, or at a Unix socket, which only those open
//! whom the file system lets.

use std::{fmt, net::SocketAddr, path::PathBuf};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::text;

/// What stands before the path of a socket.
const SOCKET: &str = "unix:";

/// The longest path of a socket in bytes, with the zero behind it on every system (`sun_path`).
const LONGEST_PATH: usize = 103;

/// Where `/health` and the admin API are answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AdminListener {
    /// An IP address with a port.
    Network(SocketAddr),
    /// A Unix socket at this absolute path.
    Socket(PathBuf),
}

/// Who may open a socket beside whoever runs the gateway, as `chmod` writes it.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
pub enum SocketMode {
    /// Nobody.
    #[default]
    #[serde(rename = "0600")]
    Owner,
    /// The socket's group.
    #[serde(rename = "0660")]
    Group,
    /// Every process of the machine.
    #[serde(rename = "0666")]
    Everybody,
}

impl SocketMode {
    /// The bits.
    pub fn bits(self) -> u32 {
        match self {
            Self::Owner => 0o600,
            Self::Group => 0o660,
            Self::Everybody => 0o666,
        }
    }
}

impl AdminListener {
    /// Whether other machines may reach it.
    pub fn is_open(&self) -> bool {
        match self {
            Self::Network(address) => !address.ip().is_loopback(),
            Self::Socket(_) => false,
        }
    }

    /// The path of a socket that is written as `unix:/path`; nothing where it is written otherwise.
    pub(crate) fn socket(text: &str) -> Option<Result<PathBuf, String>> {
        let written = text.strip_prefix(SOCKET)?;
        // As a URL has it: without a host.
        let path = written.strip_prefix("//").unwrap_or(written);
        let is_path = path.starts_with('/') && !path.ends_with('/') && !path.contains('\0');
        Some(match is_path {
            false => Err(format!(
                "{text:?} names no socket by an absolute path; write one such as \
                 \"unix:/run/portcullis/admin.sock\""
            )),
            true if path.len() > LONGEST_PATH => Err(format!(
                "the path of a socket has at most {LONGEST_PATH} bytes; choose a shorter one than \
                 {path:?}"
            )),
            true => Ok(PathBuf::from(path)),
        })
    }

    fn read(text: &str) -> Result<Self, String> {
        if let Some(socket) = Self::socket(text) {
            return socket.map(Self::Socket);
        }
        text.parse().map(Self::Network).map_err(|_| {
            format!(
                "{text:?} is neither an IP address with a port nor a socket; write one such as \
                 \"127.0.0.1:4434\" or \"unix:/run/portcullis/admin.sock\""
            )
        })
    }
}

impl fmt::Display for AdminListener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Network(address) => write!(f, "{address}"),
            Self::Socket(path) => write!(f, "{SOCKET}{}", path.display()),
        }
    }
}

impl From<SocketAddr> for AdminListener {
    fn from(address: SocketAddr) -> Self {
        Self::Network(address)
    }
}

impl Serialize for AdminListener {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for AdminListener {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        text::parsed(deserializer, Self::read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listener_is_an_address_or_the_absolute_path_of_a_socket() {
        for (text, expected) in [
            ("127.0.0.1:4434", "127.0.0.1:4434"),
            ("[::1]:4434", "[::1]:4434"),
            (
                "unix:/run/portcullis/admin.sock",
                "unix:/run/portcullis/admin.sock",
            ),
            ("unix:///run/admin.sock", "unix:/run/admin.sock"),
        ] {
            let read = AdminListener::read(text).map(|one| one.to_string());
            assert_eq!(read, Ok(expected.to_owned()));
        }
        let long = format!("unix:/{}", "x".repeat(LONGEST_PATH));
        for text in [
            "",
            "4434",
            "localhost:4434",
            "/run/admin.sock",
            "unix:",
            "unix:/",
            "unix:admin.sock",
            "unix://host/admin.sock",
            "unix:/run/",
            "unix:/run/a\0b",
            &long,
        ] {
            assert!(AdminListener::read(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn nobody_elsewhere_opens_a_socket() {
        let is_open = |text| AdminListener::read(text).map(|one| one.is_open());
        assert_eq!(is_open("unix:/run/admin.sock"), Ok(false));
        assert_eq!(is_open("[::1]:4434"), Ok(false));
        assert_eq!(is_open("0.0.0.0:4434"), Ok(true));
    }
}
