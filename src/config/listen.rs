//! `[listen]`: the addresses the gateway answers on and whom it believes there.

use std::{net::SocketAddr, path::PathBuf};

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use super::{
    admin_listener::{AdminListener, SocketMode},
    finding::Check,
    text, tls,
};

/// Addresses to listen on.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Listen {
    /// Where browsers and clients are answered; default `127.0.0.1:4180`.
    #[serde(deserialize_with = "text::socket")]
    pub proxy: SocketAddr,
    /// Where `/health` and the admin API are answered: an address, or `unix:` and the path of a socket;
    /// default `127.0.0.1:4434`.
    pub admin: AdminListener,
    /// Who may open that socket; default `0600`, whoever runs the gateway.
    #[serde(deserialize_with = "text::word")]
    pub admin_socket_mode: SocketMode,
    /// Where `/metrics` is answered; default `127.0.0.1:9464`.
    #[serde(deserialize_with = "text::socket")]
    pub metrics: SocketAddr,
    /// Networks whose `X-Forwarded-*` is believed; none by default.
    #[serde(deserialize_with = "text::networks")]
    pub trusted_proxies: Vec<IpNet>,
    /// TLS of the proxy listener; plain HTTP by default.
    pub tls: Tls,
}

/// `[listen.tls]`: certificate and key of the proxy listener.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Tls {
    /// PEM file with the certificate and its chain, the own one first.
    pub certificate_file: Option<PathBuf>,
    /// PEM file with the private key.
    pub key_file: Option<PathBuf>,
}

impl Default for Listen {
    fn default() -> Self {
        let loopback = |port| SocketAddr::from(([127, 0, 0, 1], port));
        Self {
            proxy: loopback(4180),
            admin: loopback(4434).into(),
            admin_socket_mode: SocketMode::default(),
            metrics: loopback(9464),
            trusted_proxies: Vec::new(),
            tls: Tls::default(),
        }
    }
}

impl Listen {
    pub(super) fn validate(&self, check: &mut Check<'_>) {
        self.validate_distinct(check);
        self.validate_admin(check);
        for (index, network) in self.trusted_proxies.iter().enumerate() {
            if network.prefix_len() == 0 {
                check.under("trusted_proxies").item(index).warn(format!(
                    "{network} believes X-Forwarded-* from anybody; name the proxies' own networks"
                ));
            }
        }
        self.tls.validate(&mut check.under("tls"));
    }

    fn validate_admin(&self, check: &mut Check<'_>) {
        let admin = &self.admin;
        if admin.is_open() {
            check.under("admin").warn(format!(
                "{admin} is reachable from outside this machine; bind it to 127.0.0.1 or fence it off"
            ));
        }
        let weakness = match (admin, self.admin_socket_mode) {
            (AdminListener::Socket(_), SocketMode::Everybody) => {
                "every process of this machine may open the socket; write \"0660\" for those of its group"
            }
            (AdminListener::Network(_), SocketMode::Group | SocketMode::Everybody) => {
                "this does nothing, for listen.admin is no socket"
            }
            _ => return,
        };
        check.under("admin_socket_mode").warn(weakness);
    }

    fn validate_distinct(&self, check: &mut Check<'_>) {
        let admin = match self.admin {
            AdminListener::Network(address) => Some(("admin", address)),
            // A socket in the file system takes no port.
            AdminListener::Socket(_) => None,
        };
        let named = [
            Some(("proxy", self.proxy)),
            admin,
            Some(("metrics", self.metrics)),
        ];
        let named: Vec<_> = named.into_iter().flatten().collect();
        for (index, (name, address)) in named.iter().enumerate() {
            let clash = named[..index]
                .iter()
                .find(|(_, earlier)| collide(*earlier, *address));
            if let Some((earlier, _)) = clash {
                check.under(name).problem(format!(
                    "{address} is already taken by listen.{earlier}; choose another port"
                ));
            }
        }
    }
}

/// Whether two listeners cannot both be bound; port 0 is a new port each time.
fn collide(one: SocketAddr, other: SocketAddr) -> bool {
    let overlap =
        one.ip() == other.ip() || one.ip().is_unspecified() || other.ip().is_unspecified();
    one.port() != 0 && one.port() == other.port() && overlap
}

impl Tls {
    /// Certificate and key file when TLS is wanted.
    pub fn files(&self) -> Option<(&PathBuf, &PathBuf)> {
        self.certificate_file.as_ref().zip(self.key_file.as_ref())
    }

    fn validate(&self, check: &mut Check<'_>) {
        match (&self.certificate_file, &self.key_file) {
            (None, None) => {}
            (Some(_), None) => check
                .under("key_file")
                .problem("the certificate has no key; name the key's PEM file here"),
            (None, Some(_)) => check
                .under("certificate_file")
                .problem("the key has no certificate; name the certificate's PEM file here"),
            (Some(certificate), Some(key)) => tls::validate(certificate, key, check),
        }
    }
}
