//! Mapping: how a provider's claims become traits, metadata and roles.

mod facts;
mod release;
mod transfer;

use std::{collections::BTreeMap, sync::Arc};

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use self::{
    facts::Facts,
    transfer::{Occasion, Source, Transfer},
};
pub use crate::provenance::Sync;
use crate::{claims::Claims, expression::Expression, provenance::ROLES, schema::Schema};

/// How claims become traits, trait by trait in the order written.
#[derive(Debug, Clone, Default)]
pub struct Mapping {
    /// The entries.
    pub entries: Arc<[MappingEntry]>,
    /// Whether they may also set roles and traits that only administrators may edit.
    pub allow_privileged: bool,
}

/// How one trait gets its value.
#[derive(Debug)]
pub struct MappingEntry {
    /// The trait's dotted path, such as `name.first`.
    pub path: String,
    /// Its value over `claims`; an absent claim leaves the trait as it is.
    pub value: Expression,
    /// When the value is taken.
    pub sync: Sync,
    /// What it is part of.
    pub target: Target,
    /// Whether the value counts at all, over the same claims; an error counts as no.
    pub only_if: Option<Expression>,
    /// Other names for texts, and for the texts of a list, such as a group's id.
    pub rename: BTreeMap<String, String>,
}

/// What a mapped value is part of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// The traits, as the schema describes them.
    #[default]
    Traits,
    /// Facts the identity may see but not change.
    MetadataPublic,
    /// Facts only administrators see.
    MetadataAdmin,
    /// The roles; needs `allow_privileged`.
    Roles,
}

impl Mapping {
    /// The first claim a provider keeps back although an entry reads it: it must not pass for
    /// absent.
    pub fn withheld<'c>(&self, claims: &'c Claims) -> Option<&'c str> {
        let reads = |name: &&String| self.entries.iter().any(|entry| entry.reads(name));
        claims.withheld.iter().find(reads).map(String::as_str)
    }

    /// The entries that set what only administrators may set, although nothing allows it; they
    /// are as good as not written.
    pub fn privileged<'m>(&'m self, schema: &'m Schema) -> impl Iterator<Item = &'m MappingEntry> {
        let entries = self.entries.iter();
        entries.filter(|entry| !self.allow_privileged && entry.is_privileged(schema))
    }

    /// The dotted paths of the traits that are the provider's alone while it says these claims.
    pub fn forced(&self, claims: &Claims, schema: &Schema) -> Vec<String> {
        let is_forced = |entry: &&MappingEntry| {
            entry.target == Target::Traits
                && entry.sync == Sync::Force
                && !schema.forbids(&entry.path)
                && (self.allow_privileged || !entry.is_privileged(schema))
                && entry.value_of(claims).is_some()
        };
        let entries = self.entries.iter().filter(is_forced);
        entries.map(|entry| entry.path.clone()).collect()
    }
}

impl MappingEntry {
    /// An entry that sets a trait under no condition.
    pub fn of_trait(path: &str, value: Expression, sync: Sync) -> Self {
        Self {
            path: path.to_owned(),
            value,
            sync,
            target: Target::default(),
            only_if: None,
            rename: BTreeMap::new(),
        }
    }

    /// Where it is noted who set the value; for a trait its path.
    fn key(&self) -> String {
        match self.target {
            Target::Traits => self.path.clone(),
            Target::MetadataPublic => format!("{METADATA_PUBLIC}{}", self.path),
            Target::MetadataAdmin => format!("{METADATA_ADMIN}{}", self.path),
            Target::Roles => ROLES.to_owned(),
        }
    }

    fn reads(&self, claim: &str) -> bool {
        self.value.reads_claim(claim)
            || self
                .only_if
                .as_ref()
                .is_some_and(|condition| condition.reads_claim(claim))
    }

    /// Whether the schema has a place for it. Nobody could ever fill in what it has none for, so
    /// asking for it would keep everybody out.
    fn has_place(&self, schema: &Schema) -> bool {
        let has_place = self.target != Target::Traits || !schema.forbids(&self.path);
        if !has_place {
            let (path, schema) = (&self.path, schema.id());
            tracing::warn!(trait.path = path, schema, "a mapped trait is in no schema: left out");
        }
        has_place
    }

    fn is_privileged(&self, schema: &Schema) -> bool {
        match self.target {
            Target::Traits => !schema.is_editable_by_person(&self.path),
            Target::Roles => true,
            Target::MetadataPublic | Target::MetadataAdmin => false,
        }
    }

    /// What it makes of the claims; `None` where a claim is absent, the condition does not hold,
    /// or an expression errors.
    fn value_of(&self, claims: &Claims) -> Option<Value> {
        let evaluated = |expression: &Expression| {
            let value = expression.over_claims(&claims.document, claims.trusted.is_some());
            value.unwrap_or_else(|error| {
                tracing::warn!(trait.path = self.path, %error, "a claim is not mapped");
                None
            })
        };
        if let Some(condition) = &self.only_if
            && evaluated(condition) != Some(Value::Bool(true))
        {
            return None;
        }
        evaluated(&self.value).map(|value| self.renamed(value))
    }

    fn renamed(&self, value: Value) -> Value {
        match value {
            Value::String(text) => match self.rename.get(&text) {
                Some(other) => Value::String(other.clone()),
                None => Value::String(text),
            },
            Value::Array(items) => items.into_iter().map(|item| self.renamed(item)).collect(),
            other => other,
        }
    }

    fn names(&self) -> Vec<String> {
        self.path.split('.').map(str::to_owned).collect()
    }
}

/// What goes before the paths of metadata where it is noted who set them.
const METADATA_PUBLIC: &str = "metadata_public:";
const METADATA_ADMIN: &str = "metadata_admin:";

#[cfg(test)]
mod tests;
