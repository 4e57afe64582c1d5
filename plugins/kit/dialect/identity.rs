//! An identity as the dialect writes it: for its owner without anything for administrators, and for
//! them with all there is but credentials.

use std::collections::BTreeMap;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use portcullis_core::{
    action::Action,
    id::{AddressId, IdentityId, ProviderId},
    identity::{AcceptedTerms, Address, Identity, IdentityState},
    plugin::Services,
    provenance::{Origin, Sync},
    schema::Viewer,
};
use serde::Serialize;
use serde_json::{Map, Value};

/// The identity as its owner may see it.
pub fn identity(services: &Services, identity: &Identity) -> Value {
    serde_json::to_value(ShownIdentity::of(services, identity, Viewer::Person)).unwrap_or_default()
}

/// The identity as administrators see it; [`super::credentials()`] adds what it signs in with.
pub fn identity_for_administrators(services: &Services, identity: &Identity) -> Value {
    serde_json::to_value(ShownIdentity::for_administrators(services, identity)).unwrap_or_default()
}

/// An identity on its way to somebody, written as it stands: a page has hundreds.
#[derive(Debug, Serialize)]
pub struct ShownIdentity<'a> {
    id: IdentityId,
    schema_id: &'a str,
    schema_url: String,
    state: IdentityState,
    state_changed_at: Timestamp,
    traits: Value,
    verifiable_addresses: Vec<Verifiable<'a>>,
    recovery_addresses: Vec<Reachable<'a>>,
    metadata_public: &'a Option<Value>,
    organization_id: Option<&'a str>,
    tenant: &'a str,
    roles: &'a [String],
    required_actions: Vec<Action>,
    created_at: Timestamp,
    updated_at: Timestamp,
    #[serde(flatten)]
    for_administrators: Option<ForAdministrators<'a>>,
}

/// What only administrators see.
#[derive(Debug, Serialize)]
struct ForAdministrators<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    external_id: Option<&'a str>,
    metadata_admin: &'a Option<Value>,
    accepted_terms: &'a [AcceptedTerms],
    provenance: BTreeMap<&'a str, Told<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    credentials: Option<Value>,
}

/// Who set a trait; which account gave the roles is nobody's business.
#[derive(Debug, Serialize)]
struct Told<'a> {
    source: &'a ProviderId,
    synced_at: Timestamp,
    sync: Sync,
}

#[derive(Debug, Serialize)]
struct Reachable<'a> {
    id: AddressId,
    value: &'a str,
    via: &'a str,
    created_at: Timestamp,
    updated_at: Timestamp,
}

#[derive(Debug, Serialize)]
struct Verifiable<'a> {
    #[serde(flatten)]
    address: Reachable<'a>,
    verified: bool,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    verified_at: Option<Timestamp>,
}

impl<'a> ShownIdentity<'a> {
    /// As administrators see it.
    pub fn for_administrators(services: &Services, identity: &'a Identity) -> Self {
        let told = |(path, origin): (&'a String, &'a Origin)| (path.as_str(), Told::of(origin));
        Self {
            for_administrators: Some(ForAdministrators {
                external_id: identity.external_id.as_deref(),
                metadata_admin: &identity.metadata_admin,
                accepted_terms: &identity.accepted_terms,
                provenance: identity.provenance.iter().map(told).collect(),
                credentials: None,
            }),
            ..Self::of(services, identity, Viewer::Administrator)
        }
    }

    /// With what it signs in with, as [`super::credentials()`] writes it.
    #[must_use]
    pub fn with(mut self, credentials: Value) -> Self {
        if let Some(further) = &mut self.for_administrators {
            further.credentials = Some(credentials);
        }
        self
    }

    fn of(services: &Services, identity: &'a Identity, viewer: Viewer) -> Self {
        let schema = services.schemas.find(&identity.schema_id);
        let traits = match &schema {
            Some(schema) => schema.visible(viewer, &identity.traits),
            // Nobody knows what may be shown of it.
            None => Value::Object(Map::new()),
        };
        let seen = schema.map(|schema| schema.addresses(&traits));
        let seen = seen.unwrap_or_default();
        let is_seen = |a: &&Address| {
            seen.iter()
                .any(|own| own.value == a.value && own.via == a.via)
        };
        let usable = || identity.addresses.iter().filter(is_seen);
        let verifiable = usable().filter(|a| a.purpose.verification);
        let recovery = usable().filter(|a| a.purpose.recovery);
        Self {
            id: identity.id,
            schema_id: &identity.schema_id,
            schema_url: schema_url(services, &identity.schema_id),
            state: identity.state,
            state_changed_at: identity.state_changed_at,
            verifiable_addresses: verifiable.map(Verifiable::of).collect(),
            recovery_addresses: recovery.map(Reachable::of).collect(),
            traits,
            metadata_public: &identity.metadata_public,
            organization_id: None,
            tenant: &identity.tenant,
            roles: &identity.roles,
            required_actions: services.actions.pending(identity),
            created_at: identity.created_at,
            updated_at: identity.updated_at,
            for_administrators: None,
        }
    }
}

impl<'a> Told<'a> {
    fn of(origin: &'a Origin) -> Self {
        Self {
            source: &origin.source,
            synced_at: origin.synced_at,
            sync: origin.sync,
        }
    }
}

impl<'a> Reachable<'a> {
    fn of(address: &'a Address) -> Self {
        Self {
            id: address.id,
            value: &address.value,
            via: &address.via,
            created_at: address.created_at,
            updated_at: address.updated_at,
        }
    }
}

impl<'a> Verifiable<'a> {
    fn of(address: &'a Address) -> Self {
        let verified = address.verified_at.is_some();
        Self {
            address: Reachable::of(address),
            verified,
            status: if verified { "completed" } else { "pending" },
            verified_at: address.verified_at,
        }
    }
}

/// Where the schema of this name is read.
fn schema_url(services: &Services, id: &str) -> String {
    let id = URL_SAFE_NO_PAD.encode(id);
    services.addresses.own(&format!("/schemas/{id}"))
}
