//! `[providers.<id>.map]`: which claim becomes which trait, and when.

use std::{collections::BTreeMap, fmt};

use portcullis_core::{
    mapping::{Sync, Target},
    schema::Schema,
};
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{Error, MapAccess, Visitor, value::MapAccessDeserializer},
};

use super::Provider;
use crate::config::{
    expression::{self, Scope},
    finding::Check,
    text,
    wording::nearest,
};

/// How one trait gets its value: a CEL text, or a table with `value` and conditions.
#[derive(Clone, Debug, Default, Serialize, PartialEq)]
pub struct MappedTrait {
    /// CEL over `claims`; a claim that is absent leaves the trait as it is.
    pub value: String,
    /// What it is part of: `traits` (default), `metadata_public`, `metadata_admin` or `roles`.
    pub target: Target,
    /// When the value is taken: `import`, `force` or `if_empty`; default: the provider's `sync`.
    pub sync: Option<Sync>,
    /// CEL over `claims` and `trusted_email` that must be true for the value to count.
    pub only_if: Option<String>,
    /// Other names for texts, such as a group's for its id.
    pub rename: BTreeMap<String, String>,
}

impl Provider {
    /// The map as written, or the kind's own, with every `sync` filled in.
    pub fn mapped_traits(&self) -> BTreeMap<String, MappedTrait> {
        let mut map = match self.map.is_empty() {
            true => self.kind.preset().map.clone(),
            false => self.map.clone(),
        };
        for mapped in map.values_mut() {
            mapped.sync.get_or_insert(self.sync);
        }
        map
    }

    pub(super) fn validate_map(&self, check: &mut Check<'_>) {
        for (path, mapped) in &self.map {
            let mut check = check.under(path);
            if path.is_empty() || path.split('.').any(str::is_empty) {
                check.problem("this is no trait path; write one such as \"name.first\"");
            }
            if let Err(reason) = expression::validate(&mapped.value, Scope::Claims) {
                check.problem(reason);
            }
            if let Some(condition) = &mapped.only_if
                && let Err(reason) = expression::validate_claims_condition(condition)
            {
                check.under("only_if").problem(reason);
            }
            if mapped.target == Target::Roles && !self.allow_privileged {
                check.under("target").problem(
                    "whoever writes the claim would hand out roles here; write \
                     allow_privileged = true if the provider may do that",
                );
            }
        }
    }

    /// Refuses to map traits that only administrators may edit, as the schema marks them, and those
    /// that the schema of new identities has no place for.
    pub(in crate::config) fn validate_traits(
        &self,
        schemas: &[Schema],
        default: &str,
        check: &mut Check<'_>,
    ) {
        if let Some(schema) = schemas.iter().find(|schema| schema.id() == default) {
            self.validate_places(schema, schemas, check);
        }
        if self.allow_privileged {
            return;
        }
        for (path, mapped) in &self.map {
            let mut schemas = schemas.iter();
            let is_editable = schemas.all(|schema| schema.is_editable_by_person(path));
            if mapped.target == Target::Traits && !is_editable {
                check.under("map").under(path).problem(
                    "the schema lets only administrators edit this trait; write \
                     allow_privileged = true if the provider may, too",
                );
            }
        }
    }
}

impl Provider {
    /// Refuses to map what the schema of new identities has no place for, and no other describes.
    fn validate_places(&self, schema: &Schema, all: &[Schema], check: &mut Check<'_>) {
        for (path, mapped) in &self.map {
            let is_described = || all.iter().any(|other| other.paths().contains(path));
            if mapped.target == Target::Traits && schema.forbids(path) && !is_described() {
                let known = schema.paths();
                let known: Vec<&str> = known.iter().map(String::as_str).collect();
                check.under("map").under(path).problem(format!(
                    "the schema {:?} has no such trait and allows no others; {}",
                    schema.id(),
                    nearest(path, &known)
                ));
            }
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    value: String,
    #[serde(default, deserialize_with = "text::word")]
    target: Target,
    #[serde(default, deserialize_with = "text::optional_word")]
    sync: Option<Sync>,
    #[serde(default)]
    only_if: Option<String>,
    #[serde(default)]
    rename: BTreeMap<String, String>,
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
            ..MappedTrait::default()
        })
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<MappedTrait, A::Error> {
        let table = Table::deserialize(MapAccessDeserializer::new(map))?;
        Ok(MappedTrait {
            value: table.value,
            target: table.target,
            sync: table.sync,
            only_if: table.only_if,
            rename: table.rename,
        })
    }
}
