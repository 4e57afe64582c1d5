//! Sizes such as "64KiB".

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::text;

/// A number of bytes, written with its unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ByteSize(u64);

/// Longest unit names first, so that "KiB" is not taken for "B".
const UNITS: [(&str, u64); 7] = [
    ("GiB", 1 << 30),
    ("MiB", 1 << 20),
    ("KiB", 1 << 10),
    ("GB", 1_000_000_000),
    ("MB", 1_000_000),
    ("kB", 1_000),
    ("B", 1),
];

impl ByteSize {
    /// That many bytes.
    pub const fn bytes(bytes: u64) -> Self {
        Self(bytes)
    }

    /// That many kibibytes (1024 bytes each).
    pub const fn kib(kib: u64) -> Self {
        Self(kib * 1024)
    }

    /// The number of bytes.
    pub const fn as_u64(self) -> u64 {
        self.0
    }

    /// The number of bytes as a length in memory, the largest one if it is larger still.
    pub fn as_usize(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }
}

impl FromStr for ByteSize {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let invalid =
            || format!("{text:?} is no size with a unit; write one such as \"64KiB\" or \"1MiB\"");
        let (number, unit) = UNITS
            .iter()
            .find_map(|(name, unit)| Some((text.strip_suffix(name)?, *unit)))
            .ok_or_else(invalid)?;
        let number: u64 = number.trim().parse().map_err(|_| invalid())?;
        number.checked_mul(unit).map(Self).ok_or_else(invalid)
    }
}

impl fmt::Display for ByteSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let even = |unit: u64| self.0 > 0 && self.0.is_multiple_of(unit);
        let binary = UNITS[..3].iter().find(|(_, unit)| even(*unit));
        let (name, unit) = binary.unwrap_or(&UNITS[6]);
        write!(f, "{}{name}", self.0 / unit)
    }
}

impl Serialize for ByteSize {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ByteSize {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        text::parsed(deserializer, str::parse)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_read_with_its_unit_and_written_back() {
        for (text, bytes) in [("64KiB", 65_536), ("19MiB", 19_922_944), ("100B", 100)] {
            let size: ByteSize = text.parse().expect("valid");
            assert_eq!(size.as_u64(), bytes);
            assert_eq!(size.to_string(), text);
        }
        assert_eq!("2 kB".parse(), Ok(ByteSize(2000)));
    }

    #[test]
    fn a_size_without_unit_or_beyond_all_bounds_is_refused() {
        for text in [
            "64",
            "",
            "KiB",
            "-1KiB",
            "99999999999999999999GiB",
            "18446744073709551615GiB",
        ] {
            assert!(text.parse::<ByteSize>().is_err(), "{text}");
        }
    }
}
