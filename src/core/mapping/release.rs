//! What is left of a provider's word when an identity is not linked to it any more.

use serde_json::Value;

use super::{METADATA_ADMIN, METADATA_PUBLIC, ROLES, remove};
use crate::{clock::Clock, entropy::Entropy, id::ProviderId, identity::Identity, schema::Schemas};

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
        let origins = identity.provenance.iter();
        let mut keys = origins
            .filter(|(_, origin)| origin.source == *provider)
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
        released.provenance.retain(|_, o| o.source != *provider);
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
        self.refreshed(identity, traits, clock, entropy).ok()
    }
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
