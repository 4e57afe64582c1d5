//! What is left of a provider's word when an identity is not linked to it any more.

use serde_json::Value;

use super::{METADATA_ADMIN, METADATA_PUBLIC};
use crate::{
    clock::Clock,
    entropy::Entropy,
    id::ProviderId,
    identity::Identity,
    path::remove,
    provenance::{Origin, ROLES},
    schema::Schemas,
};

impl Schemas {
    /// The identity without the provider's hold: the roles, the metadata and the traits for
    /// administrators that it gave are gone, other traits are the identity's own from here on.
    /// `None` when the provider had set nothing.
    pub fn released(
        &self,
        identity: &Identity,
        provider: &ProviderId,
        clock: &dyn Clock,
        entropy: &dyn Entropy,
    ) -> Option<Identity> {
        let is_given_up = |_: &str, origin: &Origin| origin.source == *provider;
        self.without_word(identity, is_given_up, clock, entropy)
    }

    /// The same for one account of several at the provider: its privileges are gone, and come
    /// again if another account has them, too. Other traits are still the provider's to force.
    pub fn released_of_privileges(
        &self,
        identity: &Identity,
        provider: &ProviderId,
        clock: &dyn Clock,
        entropy: &dyn Entropy,
    ) -> Option<Identity> {
        let schema = self.find(&identity.schema_id);
        let is_given_up = |key: &str, origin: &Origin| {
            let is_own = || {
                schema
                    .as_ref()
                    .is_some_and(|schema| schema.is_editable_by_person(key))
            };
            origin.source == *provider && (!is_trait(key) || !is_own())
        };
        self.without_word(identity, is_given_up, clock, entropy)
    }

    fn without_word(
        &self,
        identity: &Identity,
        is_given_up: impl Fn(&str, &Origin) -> bool,
        clock: &dyn Clock,
        entropy: &dyn Entropy,
    ) -> Option<Identity> {
        let origins = identity.provenance.iter();
        let mut keys = origins
            .filter(|(key, origin)| is_given_up(key, origin))
            .map(|(key, _)| key)
            .peekable();
        keys.peek()?;
        let mut released = identity.clone();
        for key in keys {
            if key == ROLES {
                released.roles.clear();
            } else if let Some(path) = key.strip_prefix(METADATA_PUBLIC) {
                take(&mut released.metadata_public, path);
            } else if let Some(path) = key.strip_prefix(METADATA_ADMIN) {
                take(&mut released.metadata_admin, path);
            } else if let Some(fresh) = self.without(&released, key, clock, entropy) {
                released = fresh;
            }
        }
        released.provenance.retain(|key, o| !is_given_up(key, o));
        released.updated_at = clock.now();
        Some(released)
    }

    /// The identity without a trait that only administrators may edit; `None` for other traits,
    /// and where its schema requires the trait.
    fn without(
        &self,
        identity: &Identity,
        path: &str,
        clock: &dyn Clock,
        entropy: &dyn Entropy,
    ) -> Option<Identity> {
        let schema = self.find(&identity.schema_id)?;
        if schema.is_editable_by_person(path) {
            return None;
        }
        let mut traits = identity.traits.clone();
        remove(&mut traits, &names(path));
        match self.refreshed(identity, traits.clone(), clock, entropy) {
            Ok(fresh) => Some(fresh),
            // What was not valid before either keeps nobody's privileges.
            Err(left) => {
                let is_worse = left.len() > schema.errors(&identity.traits).len();
                (!is_worse && !schema.is_reached_by(path)).then(|| Identity {
                    traits,
                    ..identity.clone()
                })
            }
        }
    }
}

fn is_trait(key: &str) -> bool {
    let is_metadata = key.starts_with(METADATA_PUBLIC) || key.starts_with(METADATA_ADMIN);
    key != ROLES && !is_metadata
}

fn take(metadata: &mut Option<Value>, path: &str) {
    if let Some(facts) = metadata {
        remove(facts, &names(path));
        if facts.as_object().is_some_and(|members| members.is_empty()) {
            *metadata = None;
        }
    }
}

fn names(path: &str) -> Vec<String> {
    path.split('.').map(str::to_owned).collect()
}
