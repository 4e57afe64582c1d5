//! Somebody whom another system knew, in our words, before the schema has been asked.

use std::fmt;

use jiff::Timestamp;
use portcullis_core::{
    credential::CredentialKind, id::IdentityId, identity::Identity, schema::Unmanaged,
    secret::Secret,
};
use serde_json::{Map, Value};

use super::{Loss, Losses};

/// Somebody whom another system knew.
#[derive(Debug, Clone, Default)]
pub(crate) struct Newcomer {
    /// The id that they keep.
    pub(crate) id: Option<IdentityId>,
    /// What they are, in the words of the schema.
    pub(crate) traits: Value,
    /// What no schema describes.
    pub(crate) unmanaged: Unmanaged,
    /// Whether they may not sign in.
    pub(crate) is_inactive: bool,
    /// Addresses that somebody proved to hold.
    pub(crate) proved: Vec<Proved>,
    pub(crate) password: Option<Password>,
    pub(crate) accounts: Vec<Account>,
    /// Second factors and passkeys.
    pub(crate) factors: Vec<KeptFactor>,
    pub(crate) required_actions: Vec<String>,
    pub(crate) roles: Vec<String>,
    pub(crate) metadata_public: Option<Value>,
    pub(crate) metadata_admin: Option<Value>,
    pub(crate) created_at: Option<Timestamp>,
    /// What they are called elsewhere.
    pub(crate) external_id: Option<String>,
    /// What has no place here.
    pub(crate) losses: Vec<Loss>,
}

/// An address that somebody proved to hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Proved {
    pub(crate) address: String,
    /// When; the moment of the import where nobody says.
    pub(crate) at: Option<Timestamp>,
}

/// A password as the other system knew it.
#[derive(Debug, Clone)]
pub(crate) enum Password {
    /// Its hash, in the notation that is read here.
    Hashed(Secret),
    /// The password itself.
    Plain(Secret),
}

/// What the other system keeps of a kind of second factor, or of passkeys, in the words of the dialect.
#[derive(Clone)]
pub(crate) struct KeptFactor {
    pub(crate) kind: CredentialKind,
    pub(crate) config: Value,
}

impl fmt::Debug for KeptFactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("KeptFactor");
        shown.field("kind", &self.kind).finish_non_exhaustive()
    }
}

/// An account at a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Account {
    /// The provider's name in the other system.
    pub(crate) provider: String,
    pub(crate) subject: String,
}

/// What the other system says is nobody.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NobodyKnown {
    /// It cannot be read as somebody.
    #[error("{0}")]
    Malformed(&'static str),
    /// It can be read, and is no person.
    #[error("{0}")]
    NoPerson(&'static str),
}

/// Roles that open the administration here. Nobody gets one because another system had a role of
/// the same name.
const RESERVED: [&str; 5] = [
    "admin",
    "viewer",
    "user-manager",
    "provider-manager",
    "impersonator",
];

impl Newcomer {
    /// Where to tell what of this attribute is lost.
    pub(crate) fn losses<'a>(&'a mut self, attribute: &'a str) -> Losses<'a> {
        Losses::of(attribute, &mut self.losses)
    }

    /// Takes a role over, unless it would open more here than it did there.
    pub(crate) fn grant(&mut self, role: &str) {
        if RESERVED.contains(&role) {
            let why = "it opens the administration here; give it yourself to whoever is meant";
            self.losses("roles").add(format!("role {role}"), why);
        } else if !Identity::is_role(role) {
            let why = "the name of a role has up to 64 letters, digits and signs here, no spaces";
            self.losses("roles").add(format!("role {role}"), why);
        } else if !self.roles.iter().any(|own| own == role) {
            self.roles.push(role.to_owned());
        }
    }
}

/// What a credential of this type is called; it may have none.
pub(super) fn credential(kind: &str) -> &str {
    match kind {
        "" => "a credential",
        kind => kind,
    }
}

/// The texts of a list.
pub(super) fn texts(value: &Value) -> impl Iterator<Item = &str> {
    let items = value.as_array().into_iter().flatten();
    items.filter_map(Value::as_str)
}

/// Whether nothing is said.
pub(super) fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

/// Puts a value where a dotted path leads, unless something else stands in the way.
pub(super) fn put(traits: &mut Map<String, Value>, path: &str, value: Value) {
    match path.split_once('.') {
        None => {
            traits.insert(path.to_owned(), value);
        }
        Some((first, rest)) => {
            let inner = traits
                .entry(first)
                .or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(inner) = inner {
                put(inner, rest, value);
            }
        }
    }
}
