//! What the audit log keeps of an identity: nothing that proves anybody, and nothing that its schema
//! keeps from administrators.

use portcullis_core::{identity::Identity, schema::Viewer};
use serde_json::{Value, json};

use crate::desk::Desk;

/// The facts about an identity.
pub(super) fn of(desk: &Desk, identity: &Identity) -> Value {
    let schema = desk.services.schemas.find(&identity.schema_id);
    let traits = schema.map(|schema| schema.visible(Viewer::Administrator, &identity.traits));
    let addresses = identity.addresses.iter();
    let verified: Vec<_> = addresses
        .filter(|one| one.verified_at.is_some())
        .map(|one| one.id)
        .collect();
    json!({
        "schema_id": identity.schema_id,
        "state": identity.state,
        "traits": traits,
        "metadata_public": identity.metadata_public,
        "metadata_admin": identity.metadata_admin,
        "external_id": identity.external_id,
        "roles": identity.roles,
        "required_actions": identity.required_actions,
        "unmanaged": identity.unmanaged,
        "verified_addresses": verified,
    })
}
