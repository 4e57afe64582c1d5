//! Values that configuration writes as text and code wants typed, with errors that say what to write.

use std::net::{IpAddr, SocketAddr};

use ipnet::IpNet;
use serde::{
    Deserialize, Deserializer,
    de::{Error, IntoDeserializer, value::StringDeserializer},
};
use url::Url;

/// Reads a text and parses it, keeping the parser's own words as the error.
pub(super) fn parsed<'de, D, T>(
    deserializer: D,
    parse: impl Fn(&str) -> Result<T, String>,
) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
{
    let text = String::deserialize(deserializer)?;
    parse(&text).map_err(D::Error::custom)
}

/// An address to listen on.
pub(super) fn socket<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SocketAddr, D::Error> {
    parsed(deserializer, |text| {
        text.parse().map_err(|_| {
            format!("{text:?} is no IP address with a port; write one such as \"127.0.0.1:4180\"")
        })
    })
}

/// An absolute URL.
pub(super) fn url<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Url, D::Error> {
    parsed(deserializer, parse_url)
}

/// An absolute URL that may be left out.
pub(super) fn optional_url<'de, D>(deserializer: D) -> Result<Option<Url>, D::Error>
where
    D: Deserializer<'de>,
{
    let text = Option::<String>::deserialize(deserializer)?;
    text.map(|text| parse_url(&text).map_err(D::Error::custom))
        .transpose()
}

/// One of a few words. Read as a text first, because numbers would pass as positions in the list.
pub(super) fn word<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    let text = String::deserialize(deserializer)?;
    let word: StringDeserializer<D::Error> = text.into_deserializer();
    T::deserialize(word)
}

/// One of a few words that may be left out.
pub(super) fn optional_word<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    let text = Option::<String>::deserialize(deserializer)?;
    let word = |text: String| -> StringDeserializer<D::Error> { text.into_deserializer() };
    text.map(|text| T::deserialize(word(text))).transpose()
}

fn parse_url(text: &str) -> Result<Url, String> {
    Url::parse(text).map_err(|error| {
        format!("this is no absolute URL ({error}); write one such as \"https://app.example.org\"")
    })
}

/// Networks in CIDR notation; a bare address stands for itself alone.
pub(super) fn networks<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<IpNet>, D::Error> {
    let networks = Vec::<Network>::deserialize(deserializer)?;
    Ok(networks.into_iter().map(|network| network.0).collect())
}

struct Network(IpNet);

impl<'de> Deserialize<'de> for Network {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        parsed(deserializer, |text| {
            let alone = || text.parse::<IpAddr>().map(IpNet::from).ok();
            let network = text.parse().ok().or_else(alone).ok_or_else(|| {
                format!("{text:?} is no network; write one such as \"10.0.0.0/8\"")
            })?;
            Ok(Self(network))
        })
    }
}
