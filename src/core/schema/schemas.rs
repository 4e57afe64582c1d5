//! The schemas of a gateway, and the identities that obey them.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use arc_swap::ArcSwap;
use http::HeaderName;
use serde_json::Value;

use super::{FoundAddress, Schema, TraitError, Viewer};
use crate::{
    clock::Clock,
    entropy::Entropy,
    id::{AddressId, IdentityId},
    identity::{Address, Identity},
    message::Message,
    path::at,
};

/// The schemas of a gateway. They are swapped as a whole when one of them changes, so that nobody
/// ever sees half of a change; whoever holds one finishes with it.
#[derive(Debug)]
pub struct Schemas {
    present: ArcSwap<Present>,
    required_actions: Vec<String>,
    /// Those of them that count only while people are let in by mail.
    by_mail: Vec<String>,
    selectable: Vec<String>,
    is_partial: AtomicBool,
}

/// The schemas of one moment.
#[derive(Debug)]
struct Present {
    schemas: Vec<Arc<Schema>>,
    default: Arc<Schema>,
    /// The headers in which they hand traits to applications.
    exposed: Vec<HeaderName>,
}

impl Present {
    fn new(schemas: Vec<Arc<Schema>>, default_id: &str) -> Option<Self> {
        let mut all = schemas.iter();
        let default = Arc::clone(all.find(|schema| schema.id == default_id)?);
        let exposed = schemas.iter().flat_map(|schema| schema.exposed());
        Some(Self {
            exposed: exposed.map(|(name, _)| name.clone()).collect(),
            schemas,
            default,
        })
    }
}

impl Schemas {
    /// These schemas, with the one called `default_id` as default; `None` when it is not among them.
    pub fn new(schemas: Vec<Arc<Schema>>, default_id: &str) -> Option<Self> {
        Some(Self {
            present: ArcSwap::from_pointee(Present::new(schemas, default_id)?),
            required_actions: Vec::new(),
            by_mail: Vec::new(),
            selectable: Vec::new(),
            is_partial: AtomicBool::new(false),
        })
    }

    /// Puts others in their place, the one called `default_id` as default; `false`, and nothing done,
    /// when it is not among them.
    pub fn replace_with(&self, schemas: Vec<Arc<Schema>>, default_id: &str) -> bool {
        let present = Present::new(schemas, default_id);
        let found = present.map(|present| self.present.store(Arc::new(present)));
        found.is_some()
    }

    /// Notes whether something was written that these are served without.
    pub(super) fn note_partial(&self, is_partial: bool) {
        self.is_partial.store(is_partial, Ordering::Relaxed);
    }

    /// Whether something may be written that these are served without: what cannot be read, or could
    /// not be looked for. Nobody who is stored is changed by such schemas.
    pub fn is_partial(&self) -> bool {
        self.is_partial.load(Ordering::Relaxed)
    }

    /// The same, where people who register may choose these, by id, beside the default one.
    #[must_use]
    pub fn offering(mut self, selectable: Vec<String>) -> Self {
        self.selectable = selectable;
        self
    }

    /// The same, where whoever is new has to do these actions, by alias.
    #[must_use]
    pub fn asking(mut self, required_actions: Vec<String>) -> Self {
        self.required_actions = required_actions;
        self
    }

    /// The same, where these of those actions are asked only while people who register can sign in with
    /// an address that mail proves and lets them back in by.
    #[must_use]
    pub fn asking_by_mail(mut self, required_actions: Vec<String>) -> Self {
        self.by_mail = required_actions;
        self
    }

    /// Whether whoever is new has to do the action of this alias now, where that is asked at all.
    pub fn asks_now(&self, alias: &str) -> bool {
        !self.by_mail.iter().any(|own| own == alias) || self.lets_in_by_mail()
    }

    /// Whether people who register can have a schema by which mail lets them in.
    fn lets_in_by_mail(&self) -> bool {
        let all = self.all().into_iter();
        let mut offered = all.filter(|schema| self.is_selectable(&schema.id));
        offered.any(|schema| schema.signs_in_by_mail())
    }

    /// All of them, in the order configured.
    pub fn all(&self) -> Vec<Arc<Schema>> {
        self.present.load().schemas.clone()
    }

    /// The schema of this name.
    pub fn find(&self, id: &str) -> Option<Arc<Schema>> {
        let present = self.present.load();
        let mut all = present.schemas.iter();
        all.find(|schema| schema.id == id).cloned()
    }

    /// The schema of this name, where people who register may choose it.
    pub fn selectable(&self, id: &str) -> Option<Arc<Schema>> {
        self.find(id).filter(|_| self.is_selectable(id))
    }

    /// Whether people who register may choose the schema of this name.
    pub fn is_selectable(&self, id: &str) -> bool {
        self.present.load().default.id == id || self.selectable.iter().any(|other| *other == id)
    }

    /// The name of the schema for new identities.
    pub fn default_id(&self) -> String {
        self.present.load().default.id.clone()
    }

    /// The schema for new identities.
    pub fn default_schema(&self) -> Arc<Schema> {
        Arc::clone(&self.present.load().default)
    }

    /// Whether one of the headers in which traits are handed to applications is meant.
    pub fn exposes(&self, is_meant: impl Fn(&HeaderName) -> bool) -> bool {
        self.present.load().exposed.iter().any(is_meant)
    }

    /// A new active identity with these traits, not yet stored; every error when they are invalid.
    pub fn identity(
        &self,
        schema: &Schema,
        traits: Value,
        clock: &dyn Clock,
        entropy: &dyn Entropy,
    ) -> Result<Identity, Vec<TraitError>> {
        let now = clock.now();
        let asked = self.required_actions.iter();
        let asked = asked.filter(|alias| self.asks_now(alias));
        let blank = Identity {
            required_actions: asked.cloned().collect(),
            ..Identity::blank(IdentityId::generate(entropy), &schema.id, now)
        };
        let mut traits = traits;
        schema.fill_in_defaults(&mut traits);
        with_traits(schema, blank, traits, clock, entropy)
    }

    /// A stored identity with other traits: its identifiers and addresses follow them, and an
    /// address that stays keeps its id and its proof. Every error when the traits are invalid.
    pub fn refreshed(
        &self,
        identity: &Identity,
        traits: Value,
        clock: &dyn Clock,
        entropy: &dyn Entropy,
    ) -> Result<Identity, Vec<TraitError>> {
        let Some(schema) = self.find(&identity.schema_id) else {
            return Err(unknown());
        };
        with_traits(&schema, identity.clone(), traits, clock, entropy)
    }

    /// The same with traits that [`Schema::accept_of_stored`] accepts: what was wrong in them before
    /// may still be.
    pub fn changed(
        &self,
        identity: &Identity,
        traits: Value,
        clock: &dyn Clock,
        entropy: &dyn Entropy,
    ) -> Result<Identity, Vec<TraitError>> {
        let schema = self.find(&identity.schema_id).ok_or_else(unknown)?;
        let traits = schema.normalised(traits);
        Ok(carrying(
            &schema,
            identity.clone(),
            traits,
            (clock, entropy),
        ))
    }

    /// An identity with the attributes that this viewer sends, as [`Schema::accept_unmanaged`] reads
    /// them. Every error when they are not accepted.
    pub fn with_attributes(
        &self,
        mut identity: Identity,
        viewer: Viewer,
        sent: &Value,
        clock: &dyn Clock,
    ) -> Result<Identity, Vec<TraitError>> {
        let schema = self.find(&identity.schema_id).ok_or_else(unknown)?;
        let attributes = schema.accept_unmanaged(viewer, sent, &identity.unmanaged)?;
        if attributes != identity.unmanaged {
            identity.unmanaged = attributes;
            identity.updated_at = clock.now();
        }
        Ok(identity)
    }
}

fn unknown() -> Vec<TraitError> {
    vec![TraitError {
        path: String::new(),
        message: Message::invalid(
            "This profile is of a kind that is not known here any more. Please ask for help.",
        ),
    }]
}

fn with_traits(
    schema: &Schema,
    identity: Identity,
    traits: Value,
    clock: &dyn Clock,
    entropy: &dyn Entropy,
) -> Result<Identity, Vec<TraitError>> {
    let traits = schema.normalised(traits);
    let errors = schema.errors(&traits);
    match errors.is_empty() {
        true => Ok(carrying(schema, identity, traits, (clock, entropy))),
        false => Err(errors),
    }
}

/// An identity with these traits, and what they make it sign in with and be reached by.
pub(super) fn carrying(
    schema: &Schema,
    mut identity: Identity,
    traits: Value,
    (clock, entropy): (&dyn Clock, &dyn Entropy),
) -> Identity {
    let old = std::mem::take(&mut identity.addresses);
    identity.identifiers = schema.identifiers(&traits);
    identity.addresses = schema
        .addresses(&traits)
        .into_iter()
        .map(|found| address(found, &old, clock, entropy))
        .collect();
    // What somebody changes here is no provider's any more.
    let before = std::mem::replace(&mut identity.traits, traits);
    let is_kept = |path: &String| at(&before, path) == at(&identity.traits, path);
    identity.provenance.retain(|path, _| is_kept(path));
    identity.updated_at = clock.now();
    identity
}

fn address(
    found: FoundAddress,
    old: &[Address],
    clock: &dyn Clock,
    entropy: &dyn Entropy,
) -> Address {
    let same = |known: &&Address| known.value == found.value && known.via == found.via;
    if let Some(known) = old.iter().find(same) {
        return Address {
            purpose: found.purpose,
            ..known.clone()
        };
    }
    let now = clock.now();
    Address {
        id: AddressId::generate(entropy),
        value: found.value,
        via: found.via,
        purpose: found.purpose,
        verified_at: None,
        created_at: now,
        updated_at: now,
    }
}

#[cfg(test)]
mod tests;
