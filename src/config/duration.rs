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
