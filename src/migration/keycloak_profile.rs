//! Keycloak's user profile as a schema of ours, and the way back.
//!
//! The way there tells of each thing it has no word for. The way back is checked by going there
//! again: whatever does not come back as it was is told.

mod attribute;
mod difference;
mod export;
mod find;
mod import;
mod leaves;
mod pattern;
mod validation;

use serde_json::Value;

pub(crate) use self::{export::export, import::import};
use super::Loss;

/// What all four of Keycloak's own attributes are called.
const SPECIAL: [&str; 4] = ["username", "email", "firstName", "lastName"];

/// A document in the other system's words, and what it could not say.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Translated {
    /// The document.
    pub(crate) document: Value,
    /// What is lost.
    pub(crate) losses: Vec<Loss>,
}

/// A document cannot be read as what it should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Unreadable(pub(crate) String);

#[cfg(test)]
mod tests;
