//! Somebody and their session, as they themselves read of them.

use portcullis_kit::doc::shape::{
    Moment,
    dialect::{
        Aal, AuthenticationMethod, IdentityState, RecoveryAddress, SessionDevice, VerifiableAddress,
    },
};
use serde_json::Value;
use utoipa::ToSchema;

/// Somebody.
#[derive(ToSchema)]
pub(crate) struct Identity {
    #[schema(format = "uuid")]
    id: String,
    schema_id: String,
    /// Where the schema is read.
    schema_url: String,
    state: IdentityState,
    state_changed_at: Moment,
    /// What is known of them and shown to them, by their schema.
    #[schema(value_type = Object)]
    traits: Value,
    verifiable_addresses: Vec<VerifiableAddress>,
    recovery_addresses: Vec<RecoveryAddress>,
    /// Facts that they may see and not change.
    metadata_public: Value,
    /// Always null.
    #[schema(required = true)]
    organization_id: Option<String>,
    tenant: String,
    roles: Vec<String>,
    /// What they have to do before they are let through.
    required_actions: Vec<String>,
    created_at: Moment,
    updated_at: Moment,
}

/// A session.
#[derive(ToSchema)]
pub(crate) struct Session {
    #[schema(format = "uuid")]
    id: String,
    active: bool,
    expires_at: Moment,
    authenticated_at: Moment,
    authenticator_assurance_level: Aal,
    authentication_methods: Vec<AuthenticationMethod>,
    issued_at: Moment,
    /// What has to be done before it lets anybody through.
    required_actions: Vec<String>,
    identity: Identity,
    devices: Vec<SessionDevice>,
    /// Who acts in it.
    #[schema(nullable = false)]
    actor: Option<String>,
    /// Whether they only look.
    #[schema(nullable = false)]
    read_only: Option<bool>,
}
