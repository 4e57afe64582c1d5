//! Rates such as "300/1m".

use std::{fmt, str::FromStr, time::Duration};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{duration, text};

/// How often something may happen within a window of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// How many times, at least once.
    pub count: u32,
    /// The window, longer than zero.
    pub per: Duration,
}

impl Rate {
    /// That many times in that many seconds.
    pub const fn new(count: u32, seconds: u64) -> Self {
        Self {
            count,
            per: Duration::from_secs(seconds),
        }
    }
}

impl FromStr for Rate {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let invalid = || format!("{text:?} is no rate; write one such as \"300/1m\"");
        let (count, per) = text.split_once('/').ok_or_else(invalid)?;
        let count = count.trim().parse().map_err(|_| invalid())?;
        let per = duration::parse(per.trim())?;
        match count > 0 && !per.is_zero() {
            true => Ok(Self { count, per }),
            false => Err(invalid()),
        }
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.count, humantime::format_duration(self.per))
    }
}

impl Serialize for Rate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Rate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        text::parsed(deserializer, str::parse)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_read_and_written_back() {
        assert_eq!("300/1m".parse(), Ok(Rate::new(300, 60)));
        assert_eq!(Rate::new(10, 300).to_string(), "10/5m");
    }

    #[test]
    fn a_rate_that_never_or_always_allows_is_refused() {
        for text in ["0/1m", "3/0s", "3", "/1m", "3/1"] {
            assert!(text.parse::<Rate>().is_err(), "{text}");
        }
    }
}
