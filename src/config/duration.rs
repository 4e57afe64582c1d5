//! Durations such as "15m" or "1h 30m", for `#[serde(with = "duration")]`.

use std::time::Duration;

use serde::{Deserializer, Serializer};

use super::text;

/// Writes a duration the way it is read.
pub(super) fn serialize<S: Serializer>(value: &Duration, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(&humantime::format_duration(*value))
}

/// Reads a duration with its unit.
pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
    text::parsed(from, parse)
}

/// Parses a duration with its unit.
pub(super) fn parse(text: &str) -> Result<Duration, String> {
    humantime::parse_duration(text).map_err(|error| {
        format!("{text:?} is no duration ({error}); write one such as \"15m\" or \"1h 30m\"")
    })
}

/// Durations that may be left out, for `#[serde(with = "duration::optional")]`.
pub(super) mod optional {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    use super::parse;

    /// Writes a duration the way it is read.
    #[expect(clippy::ref_option, reason = "serde hands it over like this")]
    pub(in crate::config) fn serialize<S: Serializer>(
        value: &Option<Duration>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        match value {
            Some(value) => super::serialize(value, to),
            None => to.serialize_none(),
        }
    }

    /// Reads a duration with its unit.
    pub(in crate::config) fn deserialize<'de, D>(from: D) -> Result<Option<Duration>, D::Error>
    where
        D: Deserializer<'de>,
    {
        let text = Option::<String>::deserialize(from)?;
        text.map(|text| parse(&text).map_err(D::Error::custom))
            .transpose()
    }
}
