//! `[providers.<id>.map]`: which claim becomes which trait, and when.

use std::{collections::BTreeMap, fmt};

use portcullis_core::mapping::Sync;
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{Error, MapAccess, Visitor, value::MapAccessDeserializer},
};

use super::{provider::Provider, text};

/// How one trait gets its value: a CEL text, or a table with `value` and `sync`.
#[derive(Clone, Debug, Default, Serialize, PartialEq)]
pub struct MappedTrait {
    /// CEL over `claims`; a claim that is absent leaves the trait as it is.
    pub value: String,
    /// When the value is taken: `import` (default), `force` or `if_empty`.
    pub sync: Sync,
}

/// What a map contains when none is written: the claims of OpenID Connect Core, section 5.1.
const STANDARD: [(&str, &str); 3] = [
    ("email", "claims.email"),
    ("name.first", "claims.given_name"),
    ("name.last", "claims.family_name"),
];

impl Provider {
    /// The map as written, or the one for the standard claims.
    pub fn mapped_traits(&self) -> BTreeMap<String, MappedTrait> {
        if !self.map.is_empty() {
            return self.map.clone();
        }
        let mapped = |value: &str| MappedTrait {
            value: value.to_owned(),
            sync: Sync::default(),
        };
        STANDARD
            .iter()
            .map(|(path, value)| ((*path).to_owned(), mapped(value)))
            .collect()
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    value: String,
    #[serde(default, deserialize_with = "text::word")]
    sync: Sync,
}

impl<'de> Deserialize<'de> for MappedTrait {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextOrTable)
    }
}

struct TextOrTable;

impl<'de> Visitor<'de> for TextOrTable {
    type Value = MappedTrait;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "a CEL text such as \"claims.email\", or a table { value = \"…\", sync = \"…\" }",
        )
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<MappedTrait, E> {
        Ok(MappedTrait {
            value: text.to_owned(),
            sync: Sync::default(),
        })
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<MappedTrait, A::Error> {
        let Table { value, sync } = Table::deserialize(MapAccessDeserializer::new(map))?;
        Ok(MappedTrait { value, sync })
    }
}
