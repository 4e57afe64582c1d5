//! Mapping: how a provider's claims become traits.

use std::{collections::BTreeMap, sync::Arc};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{expression::Expression, provider::Claims};

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

/// When a mapped value is taken over.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sync {
    /// When the identity is created.
    #[default]
    Import,
    /// At every sign-in.
    Force,
    /// At every sign-in, as long as the trait has no value.
    IfEmpty,
}

impl Mapping {
    /// The traits of a new identity; an expression that errors leaves its trait out.
    pub fn create(&self, claims: &Claims) -> Value {
        let mut traits = Value::Object(serde_json::Map::new());
        for entry in self.entries.iter() {
            if let Some(value) = entry.value_of(claims) {
                entry.set(&mut traits, value);
            }
        }
        traits
    }

    /// The traits of a known identity after a sign-in with these claims; equal to `traits` when
    /// nothing changes.
    pub fn refresh(&self, traits: &Value, claims: &Claims) -> Value {
        let mut fresh = traits.clone();
        for entry in self.entries.iter() {
            let is_due = match entry.sync {
                Sync::Import => false,
                Sync::Force => true,
                Sync::IfEmpty => entry.is_empty(traits),
            };
            if let Some(value) = is_due.then(|| entry.value_of(claims)).flatten() {
                entry.set(&mut fresh, value);
            }
        }
        fresh
    }

    /// `traits` with every forced trait as the claims have it, whatever somebody filled in.
    pub fn enforce(&self, traits: &Value, claims: &Claims) -> Value {
        let mut enforced = traits.clone();
        for entry in self.entries.iter().filter(|e| e.sync == Sync::Force) {
            if let Some(value) = entry.value_of(claims) {
                entry.set(&mut enforced, value);
            }
        }
        enforced
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

    fn value_of(&self, claims: &Claims) -> Option<Value> {
        match self.value.over_claims(&claims.document) {
            Ok(value) => value,
            Err(error) => {
                tracing::warn!(trait.path = self.path, %error, "a claim is not mapped");
                None
            }
        }
    }

    fn names(&self) -> Vec<String> {
        self.path.split('.').map(str::to_owned).collect()
    }

    fn set(&self, traits: &mut Value, value: Value) {
        put(traits, &self.names(), value);
    }

    fn is_empty(&self, traits: &Value) -> bool {
        let value = self.path.split('.').try_fold(traits, |v, name| v.get(name));
        value.is_none_or(|value| value.is_null() || value == "")
    }
}

/// Sets a value below `traits`, making the objects it needs; does nothing where something else
/// stands in the way.
pub(crate) fn put(traits: &mut Value, path: &[String], value: Value) {
    let Some((first, rest)) = path.split_first() else {
        *traits = value;
        return;
    };
    if let Value::Object(members) = traits {
        let member = members
            .entry(first.clone())
            .or_insert_with(|| Value::Object(serde_json::Map::new()));
        put(member, rest, value);
    }
}

/// Removes a value below `traits`.
pub(crate) fn remove(traits: &mut Value, path: &[String]) {
    let Some((last, parents)) = path.split_last() else {
        return;
    };
    let parent = parents
        .iter()
        .try_fold(traits, |value, name| value.get_mut(name));
    if let Some(Value::Object(members)) = parent {
        members.shift_remove(last);
    }
}

#[cfg(test)]
mod tests;
