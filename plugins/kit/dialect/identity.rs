//! An identity as the dialect writes it: for its owner without anything for administrators, and for
//! them with all there is but credentials.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use portcullis_core::{
    identity::{Address, Identity},
    plugin::Services,
    provenance::Origin,
    schema::Viewer,
};
use serde_json::{Map, Value, json};

/// The identity as its owner may see it.
pub fn identity(services: &Services, identity: &Identity) -> Value {
    written(services, identity, Viewer::Person)
}

/// The identity as administrators see it; [`super::credentials()`] adds what it signs in with.
pub fn identity_for_administrators(services: &Services, identity: &Identity) -> Value {
    let mut json = written(services, identity, Viewer::Administrator);
    if let Some(name) = &identity.external_id {
        json["external_id"] = json!(name);
    }
    json["metadata_admin"] = json!(identity.metadata_admin);
    json["accepted_terms"] = json!(identity.accepted_terms);
    json["provenance"] = provenance(identity);
    json
}

/// Who set what of it; which account gave its roles is nobody's business.
fn provenance(identity: &Identity) -> Value {
    let shown = identity.provenance.iter().map(|(path, origin)| {
        let Origin {
            source,
            synced_at,
            sync,
            ..
        } = origin;
        let told = json!({"source": source, "synced_at": synced_at, "sync": sync});
        (path.clone(), told)
    });
    Value::Object(shown.collect())
}

fn written(services: &Services, identity: &Identity, viewer: Viewer) -> Value {
    let schema = services.schemas.find(&identity.schema_id);
    let traits = match &schema {
        Some(schema) => schema.visible(viewer, &identity.traits),
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
    let pending = services.actions.pending(identity);
    json!({
        "id": identity.id,
        "schema_id": identity.schema_id,
        "schema_url": schema_url(services, &identity.schema_id),
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
fn schema_url(services: &Services, id: &str) -> String {
    let id = URL_SAFE_NO_PAD.encode(id);
    services.addresses.own(&format!("/schemas/{id}"))
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
