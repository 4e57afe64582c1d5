//! Addresses of applications.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use url::Url;

use super::text;

/// Where a route leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Upstream {
    /// The built-in application that shows the request it received; written `echo:`.
    Echo,
    /// An application's origin; written `http://host:port` or `https://host:port`.
    Origin(Url),
}

impl FromStr for Upstream {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "echo:" {
            return Ok(Self::Echo);
        }
        // The text may carry a password, so no message repeats it.
        let url = Url::parse(text).map_err(|error| {
            format!("this is no address ({error}); write one such as \"http://127.0.0.1:3000\"")
        })?;
        if !matches!(url.scheme(), "http" | "https") {
            let scheme = url.scheme();
            return Err(format!(
                "{scheme}: is no upstream scheme; write http:// or https://"
            ));
        }
        refuse_more_than_an_origin(&url)?;
        Ok(Self::Origin(url))
    }
}

/// The path of a request is sent as it was matched, so an upstream has none of its own.
fn refuse_more_than_an_origin(url: &Url) -> Result<(), String> {
    let origin = url.origin().ascii_serialization();
    if !url.username().is_empty() || url.password().is_some() {
        return Err(format!(
            "an upstream takes no credentials; write {origin:?}"
        ));
    }
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
        return Err(format!(
            "an upstream takes no path, query or fragment; write {origin:?}"
        ));
    }
    Ok(())
}

impl fmt::Display for Upstream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Echo => f.write_str("echo:"),
            Self::Origin(url) => f.write_str(url.as_str().trim_end_matches('/')),
        }
    }
}

impl Serialize for Upstream {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Upstream {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        text::parsed(deserializer, str::parse)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_read_and_written_back() {
        let written = |text: &str| {
            text.parse::<Upstream>()
                .map(|upstream| upstream.to_string())
        };
        assert_eq!(written("echo:"), Ok("echo:".to_owned()));
        assert_eq!(written("http://app"), Ok("http://app".to_owned()));
        assert_eq!(written("https://app/"), Ok("https://app".to_owned()));
        assert_eq!(
            written("http://[::1]:3000"),
            Ok("http://[::1]:3000".to_owned())
        );
    }

    #[test]
    fn anything_beyond_an_origin_is_refused() {
        for text in [
            "http://a/path",
            "http://a?q",
            "http://a/#f",
            "http://u:p@a",
            "ftp://a",
            "a:80",
            "",
        ] {
            assert!(text.parse::<Upstream>().is_err(), "{text}");
        }
    }

    #[test]
    fn credentials_in_an_address_are_not_repeated() {
        let refused = "http://u:hunter2@a"
            .parse::<Upstream>()
            .expect_err("refused");
        assert!(!refused.contains("hunter2"), "{refused}");
    }
}
