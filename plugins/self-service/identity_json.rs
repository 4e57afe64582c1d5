//! An identity as the dialect writes it for its owner: no credentials, nothing for administrators.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use portcullis_core::{
    identity::{Address, Identity},
    schema::Viewer,
};
use serde_json::{Map, Value, json};

use crate::desk::Desk;

/// The identity as its owner may see it.
pub(crate) fn identity(desk: &Desk, identity: &Identity) -> Value {
    let schema = desk.services.schemas.find(&identity.schema_id);
    let traits = match schema {
        Some(schema) => schema.visible(Viewer::Person, &identity.traits),
        // Nobody knows what may be shown of it.
        None => json!({}),
    };
    let seen = schema
        .map(|schema| schema.addresses(&traits))
        .unwrap_or_default();
    let is_seen = |a: &Address| {
        seen.iter()
            .any(|own| own.value == a.value && own.via == a.via)
    };
    let usable = |wanted: fn(&Address) -> bool, render: fn(&Address) -> Value| -> Vec<Value> {
        let addresses = identity.addresses.iter();
        let shown = addresses.filter(|a| wanted(a) && is_seen(a));
        shown.map(render).collect()
    };
    let pending = desk.services.actions.pending(identity);
    json!({
        "id": identity.id,
        "schema_id": identity.schema_id,
        "schema_url": schema_url(desk, &identity.schema_id),
        "state": identity.state,
        "state_changed_at": identity.state_changed_at,
        "traits": traits,
        "verifiable_addresses": usable(|a| a.purpose.verification, verifiable),
        "recovery_addresses": usable(|a| a.purpose.recovery, recovery),
        "metadata_public": identity.metadata_public,
        "organization_id": null,
        "tenant": identity.tenant,
        "roles": identity.roles,
        "required_actions": pending,
        "created_at": identity.created_at,
        "updated_at": identity.updated_at,
    })
}

/// Where the schema of this name is read.
fn schema_url(desk: &Desk, id: &str) -> String {
    desk.own(&format!("/schemas/{}", URL_SAFE_NO_PAD.encode(id)))
}

fn common(address: &Address) -> Map<String, Value> {
    let mut map = Map::new();
    map.insert("id".to_owned(), json!(address.id));
    map.insert("value".to_owned(), json!(address.value));
    map.insert("via".to_owned(), json!(address.via));
    map.insert("created_at".to_owned(), json!(address.created_at));
    map.insert("updated_at".to_owned(), json!(address.updated_at));
    map
}

fn recovery(address: &Address) -> Value {
    Value::Object(common(address))
}

fn verifiable(address: &Address) -> Value {
    let mut map = common(address);
    let verified = address.verified_at.is_some();
    let status = if verified { "completed" } else { "pending" };
    map.insert("verified".to_owned(), json!(verified));
    map.insert("status".to_owned(), json!(status));
    if let Some(at) = address.verified_at {
        map.insert("verified_at".to_owned(), json!(at));
    }
    Value::Object(map)
}
