//! `[outbound]`: how servers elsewhere are reached that the gateway itself asks.

use std::path::PathBuf;

use portcullis_core::outbound::{Straight, Way};
use serde::{Deserialize, Serialize};
use url::Url;

use super::{connection::ConnectionUrl, finding::Check, tls};

/// `[outbound]`: straight, with public certificates, by default. The environment's usual variables for
/// proxies are not read.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Outbound {
    /// The proxy that providers, captcha services and range servers are asked through; none by
    /// default. A name and password may stand before its host.
    pub proxy: Option<ConnectionUrl>,
    /// A file that holds `proxy`.
    pub proxy_file: Option<PathBuf>,
    /// Hosts (`*.` stands for one or more labels), addresses and networks that are asked without it;
    /// default: this machine.
    pub no_proxy: Vec<String>,
    /// A PEM file of certificates that may vouch for servers beside the public ones.
    pub ca_file: Option<PathBuf>,
}

impl Default for Outbound {
    fn default() -> Self {
        Self {
            proxy: None,
            proxy_file: None,
            no_proxy: ["localhost", "127.0.0.0/8", "::1"]
                .map(str::to_owned)
                .into(),
            ca_file: None,
        }
    }
}

impl Outbound {
    /// The way that is configured, with the certificates of the file.
    pub(crate) fn way(&self) -> Result<Way, String> {
        let proxy = self.proxy.as_ref().map(|proxy| Url::parse(proxy.expose()));
        let proxy = proxy.transpose().map_err(|error| error.to_string())?;
        let straight = self.no_proxy.iter().filter_map(|text| text.parse().ok());
        let way = Way::new(proxy, straight.collect());
        let Some(file) = &self.ca_file else {
            return Ok(way);
        };
        let read = tls::certificates(file);
        let authorities = read.map_err(|error| format!("{}: {error}", file.display()))?;
        let authorities = authorities.into_iter().map(|one| one.to_vec());
        Ok(way.with_authorities(authorities.collect()))
    }

    pub(super) fn validate(&self, check: &mut Check<'_>) {
        if let Some(proxy) = &self.proxy
            && !is_proxy(proxy)
        {
            check.under("proxy").problem(
                "this is no proxy; write scheme, host and port only, such as \"http://proxy:3128\"",
            );
        }
        for (index, text) in self.no_proxy.iter().enumerate() {
            if text.parse::<Straight>().is_err() {
                check.under("no_proxy").item(index).problem(format!(
                    "{text:?} is no host; write one such as \"idp.example.org\", \
                     \"*.example.org\" or \"10.0.0.0/8\""
                ));
            }
        }
        if let Some(file) = &self.ca_file {
            tls::validate_authorities(file, &mut check.under("ca_file"));
        }
    }
}

fn is_proxy(proxy: &ConnectionUrl) -> bool {
    Url::parse(proxy.expose()).is_ok_and(|url| {
        let is_bare = matches!(url.path(), "" | "/") && url.query().is_none();
        matches!(url.scheme(), "http" | "https")
            && url.has_host()
            && is_bare
            && url.fragment().is_none()
    })
}
