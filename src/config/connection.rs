//! URLs of stores, mail servers and proxies, which may carry a password and therefore never print whole.

use std::{fmt, path::Path};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use url::Url;

use super::text;

/// The URL of a store; printing leaves out its password and query.
#[derive(Clone)]
pub struct ConnectionUrl(String);

impl ConnectionUrl {
    /// Parses `text`; the error never repeats it.
    pub fn parse(text: &str) -> Result<Self, String> {
        Url::parse(text)
            .map(|_| Self(text.to_owned()))
            .map_err(|error| {
                format!(
                    "this is no URL ({error}); write it whole, such as \"postgres://host/name\""
                )
            })
    }

    /// The SQLite file that serves when nothing is configured.
    pub(super) fn embedded() -> Self {
        Self("sqlite://portcullis.db".to_owned())
    }

    /// The same, with a relative SQLite file counted from `folder`.
    #[must_use]
    pub(super) fn settled(&self, folder: &Path) -> Self {
        let Some(path) = self.0.strip_prefix("sqlite:") else {
            return self.clone();
        };
        let path = path.strip_prefix("//").unwrap_or(path);
        let is_file = !path.is_empty() && !path.starts_with(':');
        match is_file && !folder.as_os_str().is_empty() {
            true => {
                // What follows `?` is no part of the file's name, and `%` begins an escape.
                let folder = folder.display().to_string();
                let folder = folder.replace('%', "%25").replace('?', "%3F");
                Self(format!(
                    "sqlite://{}",
                    Path::new(&folder).join(path).display()
                ))
            }
            false => self.clone(),
        }
    }

    /// The whole URL, password included, for the one place that connects.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The scheme as written.
    pub fn scheme(&self) -> &str {
        self.0.split_once(':').map_or("", |(scheme, _)| scheme)
    }
}

impl fmt::Display for ConnectionUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Ok(mut safe) = Url::parse(&self.0) else {
            return f.write_str("…");
        };
        if safe.password().is_none() && safe.query().is_none() {
            return f.write_str(&self.0);
        }
        safe.set_query(None);
        // Refused only for URLs that cannot carry a password at all.
        let _ = safe.set_password(None);
        write!(f, "{safe}")
    }
}

impl fmt::Debug for ConnectionUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ConnectionUrl({self})")
    }
}

impl Serialize for ConnectionUrl {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ConnectionUrl {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        text::parsed(deserializer, Self::parse)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_in_a_store_url_never_prints() {
        for text in [
            "postgres://app:hunter2@db/app",
            "postgres://db/app?password=hunter2",
        ] {
            let url = ConnectionUrl::parse(text).expect("valid");
            assert!(url.expose().contains("hunter2"));
            assert!(!format!("{url} {url:?}").contains("hunter2"));
        }
    }
}
