//! Mapping: how a provider's claims become traits.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{expression::Expression, provider::Claims};

/// How claims become traits, trait by trait in the order written.
#[derive(Debug, Clone, Default)]
pub struct Mapping {
    /// The entries.
    pub entries: Arc<[MappingEntry]>,
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
        let _ = claims;
        todo!()
    }

    /// The traits of a known identity after a sign-in with these claims; equal to `traits` when
    /// nothing changes.
    pub fn refresh(&self, traits: &Value, claims: &Claims) -> Value {
        let _ = claims;
        traits.clone()
    }
}
