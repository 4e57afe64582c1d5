//! What a map may change of an identity, as one value.

use serde_json::{Map, Value};

use super::{MappingEntry, Target};
use crate::{
    identity::Identity,
    path::{at, put, remove},
    provenance::Provenance,
};

/// What a map may change of an identity.
#[derive(Debug, Clone, PartialEq)]
pub struct Facts {
    /// The traits.
    pub traits: Value,
    /// The facts it may see.
    pub metadata_public: Option<Value>,
    /// The facts only administrators see.
    pub metadata_admin: Option<Value>,
    /// The roles.
    pub roles: Vec<String>,
    /// Who set which of them.
    pub provenance: Provenance,
}

impl Default for Facts {
    fn default() -> Self {
        Self {
            traits: Value::Object(Map::new()),
            metadata_public: None,
            metadata_admin: None,
            roles: Vec::new(),
            provenance: Provenance::new(),
        }
    }
}

impl Facts {
    /// What is known of an identity.
    pub fn of(identity: &Identity) -> Self {
        Self {
            traits: identity.traits.clone(),
            metadata_public: identity.metadata_public.clone(),
            metadata_admin: identity.metadata_admin.clone(),
            roles: identity.roles.clone(),
            provenance: identity.provenance.clone(),
        }
    }

    /// Gives an identity that has these traits already all the rest.
    pub fn complete(self, identity: &mut Identity) {
        identity.metadata_public = self.metadata_public;
        identity.metadata_admin = self.metadata_admin;
        identity.roles = self.roles;
        identity.provenance = self.provenance;
    }

    /// What an entry would set, as it is now.
    pub(super) fn value(&self, entry: &MappingEntry) -> Option<&Value> {
        match entry.target {
            Target::Traits => at(&self.traits, &entry.path),
            Target::MetadataPublic => at(self.metadata_public.as_ref()?, &entry.path),
            Target::MetadataAdmin => at(self.metadata_admin.as_ref()?, &entry.path),
            Target::Roles => None,
        }
    }

    pub(super) fn is_empty(&self, entry: &MappingEntry) -> bool {
        match entry.target {
            Target::Roles => self.roles.is_empty(),
            _ => self
                .value(entry)
                .is_none_or(|value| value.is_null() || value == ""),
        }
    }

    pub(super) fn set(&mut self, entry: &MappingEntry, value: Value) {
        let facts = match entry.target {
            Target::Traits => &mut self.traits,
            Target::MetadataPublic => object(&mut self.metadata_public),
            Target::MetadataAdmin => object(&mut self.metadata_admin),
            Target::Roles => return,
        };
        put(facts, &entry.names(), value);
    }

    /// Removes what an entry would set.
    pub(super) fn clear(&mut self, entry: &MappingEntry) {
        let facts = match entry.target {
            Target::Traits => Some(&mut self.traits),
            Target::MetadataPublic => self.metadata_public.as_mut(),
            Target::MetadataAdmin => self.metadata_admin.as_mut(),
            Target::Roles => None,
        };
        if let Some(facts) = facts {
            remove(facts, &entry.names());
        }
    }
}

fn object(metadata: &mut Option<Value>) -> &mut Value {
    let value = metadata.get_or_insert(Value::Null);
    if value.is_null() {
        *value = Value::Object(Map::new());
    }
    value
}
