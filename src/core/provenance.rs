//! Provenance: who set a trait, and when, so that what a provider keeps up to date is read-only for
//! the person and two providers do not fight over it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{id::ProviderId, secret::TokenHash};

/// Who set which trait, by the trait's dotted path. A trait that is not in it was set here.
pub type Provenance = BTreeMap<String, Origin>;

/// Where it is noted who set the roles, which no trait's path is.
pub const ROLES: &str = "roles:";

/// Who set one trait.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// The provider whose claims it came from.
    pub source: ProviderId,
    /// When they last changed it.
    pub synced_at: Timestamp,
    /// Whether the provider keeps it up to date; then nobody else changes it.
    pub sync: Sync,
    /// The account there that gave the roles ([`crate::link::LinkKey::mark`]); nothing else has one, nor have
    /// roles that somebody here has vouched for since.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub account: Option<TokenHash>,
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

/// Whether the dotted `path` is `whole` or a part of it.
pub fn is_within(path: &str, whole: &str) -> bool {
    let rest = path.strip_prefix(whole);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}
