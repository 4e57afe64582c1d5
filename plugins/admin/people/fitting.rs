//! What fits: the schema of an identity, attributes that it does not describe, and what is not too long.

use std::sync::Arc;

use portcullis_core::{
    identity::Identity,
    schema::{Schema, Viewer},
};
use portcullis_kit::Failure;
use serde_json::Value;

use super::refusal;
use crate::desk::Desk;

/// The longest identifier, in bytes; nobody signs in with a longer one.
const LONGEST_IDENTIFIER: usize = 1024;

/// The schema of this name, or the default one.
pub(super) fn schema(desk: &Desk, id: Option<&str>) -> Result<Arc<Schema>, Failure> {
    let schemas = &desk.services.schemas;
    let found = match id.filter(|id| !id.is_empty()) {
        Some(id) => schemas.find(id),
        None => Some(schemas.default_schema()),
    };
    found.ok_or_else(|| refusal::mistaken("schema_id", "there is no such schema, see /schemas."))
}

/// The identity with these attributes that its schema does not describe.
pub(super) fn with_attributes(
    desk: &Desk,
    identity: Identity,
    sent: &Value,
) -> Result<Identity, Failure> {
    let (schemas, clock) = (&desk.services.schemas, &*desk.services.clock);
    let viewer = Viewer::Administrator;
    let changed = schemas.with_attributes(identity, viewer, sent, clock);
    changed.map_err(|errors| refusal::attributes(&errors))
}

/// Refuses what is too long to sign in with.
pub(super) fn require_short(identity: &Identity) -> Result<(), Failure> {
    let mut all = identity.identifiers.iter();
    match all.any(|identifier| identifier.len() > LONGEST_IDENTIFIER) {
        true => Err(refusal::mistaken(
            "traits",
            "what they would sign in with is too long.",
        )),
        false => Ok(()),
    }
}
