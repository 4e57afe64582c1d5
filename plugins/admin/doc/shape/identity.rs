//! Identities as administrators see them.

use std::collections::BTreeMap;

pub(crate) use portcullis_kit::doc::shape::dialect::IdentityState;
use portcullis_kit::doc::shape::dialect::{RecoveryAddress, VerifiableAddress};
use serde_json::Value;
use utoipa::ToSchema;

use super::{Moment, action::ActionAlias};

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
    /// What is known of it, by its schema.
    #[schema(value_type = Object)]
    traits: Value,
    verifiable_addresses: Vec<VerifiableAddress>,
    recovery_addresses: Vec<RecoveryAddress>,
    /// Facts that it may see.
    metadata_public: Value,
    /// Facts that only administrators see.
    #[schema(required = false)]
    metadata_admin: Value,
    /// What it is called elsewhere.
    #[schema(nullable = false)]
    external_id: Option<String>,
    /// Always null.
    #[schema(required = true)]
    organization_id: Option<String>,
    tenant: String,
    roles: Vec<String>,
    /// What it has to do before it is let through.
    required_actions: Vec<String>,
    /// The terms it accepted, the oldest first.
    #[schema(nullable = false)]
    accepted_terms: Option<Vec<AcceptedTerms>>,
    /// Which provider set which trait, and when.
    #[schema(value_type = Object, required = false)]
    provenance: Value,
    /// What it signs in with, by type.
    #[schema(nullable = false)]
    credentials: Option<BTreeMap<String, IdentityCredentials>>,
    created_at: Moment,
    updated_at: Moment,
}

/// Terms that somebody accepted.
#[derive(ToSchema)]
pub(crate) struct AcceptedTerms {
    alias: String,
    version: String,
    accepted_at: Moment,
}

/// The credentials of one type.
#[derive(ToSchema)]
pub(crate) struct IdentityCredentials {
    #[schema(rename = "type")]
    kind: super::credential::CredentialType,
    identifiers: Vec<String>,
    version: i64,
    created_at: Moment,
    updated_at: Moment,
    /// What is no secret of how they are set up, where that was asked for.
    #[schema(nullable = false)]
    config: Option<Value>,
}

/// What goes with an identity, or would go.
#[derive(ToSchema)]
pub(crate) struct Belongings {
    #[schema(format = "uuid")]
    identity_id: String,
    /// Always false: this only tells.
    deleted: bool,
    credentials: u64,
    links: u64,
    sessions: u64,
}

/// What became of many.
#[derive(ToSchema)]
pub(crate) struct BatchAnswer {
    identities: Vec<BatchResult>,
}

/// What became of one of many.
#[derive(ToSchema)]
pub(crate) struct BatchResult {
    action: BatchAction,
    /// The id of the new identity.
    #[schema(format = "uuid", nullable = false)]
    identity: Option<String>,
    /// What the request called it.
    #[schema(nullable = false)]
    patch_id: Option<String>,
    #[schema(nullable = false)]
    error: Option<super::Problem>,
}

/// Whether it came about.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(crate) enum BatchAction {
    Create,
    Error,
}

/// Attributes that no schema describes.
#[derive(ToSchema)]
pub(crate) struct Attributes(BTreeMap<String, Vec<String>>);

/// What an identity has been asked to do, pending or not.
#[derive(ToSchema)]
pub(crate) struct AskedActions {
    #[schema(format = "uuid")]
    identity_id: String,
    required_actions: Vec<String>,
}

/// What an identity is to do more, and what no more, by alias.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangedActions {
    add: Option<Vec<ActionAlias>>,
    remove: Option<Vec<String>>,
}

/// An account that an identity is linked to, or may be.
#[derive(ToSchema)]
pub(crate) struct ListedLink {
    /// How the account is called.
    credential_id: String,
    #[schema(format = "uuid")]
    id: String,
    provider: String,
    #[schema(nullable = false)]
    issuer: Option<String>,
    #[schema(nullable = false)]
    subject: Option<String>,
    /// What people recognise it by.
    #[schema(required = true)]
    label: Option<String>,
    /// Whether it waits for the first account with the address.
    prepared: bool,
    created_at: Moment,
}

/// An account that an identity is to be linked to.
#[derive(ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "only the shape is read")]
pub(crate) enum NewAccount {
    Named(NamedAccount),
    Awaited(AwaitedAccount),
}

/// The account of this name.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NamedAccount {
    #[schema(pattern = "^[A-Za-z0-9_-]{1,64}$")]
    provider: String,
    /// Its name there, letter by letter.
    #[schema(
        min_length = 1,
        max_length = 255,
        pattern = r"^[^\u0000-\u001f\u007f-\u009f]*$"
    )]
    subject: String,
    /// Its issuer, where that is not the provider's.
    #[schema(
        min_length = 1,
        max_length = 2048,
        pattern = r"^[^\u0000-\u001f\u007f-\u009f]*$"
    )]
    issuer: Option<String>,
}

/// The first account with this address.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AwaitedAccount {
    #[schema(pattern = "^[A-Za-z0-9_-]{1,64}$")]
    provider: String,
    /// The address that its provider has to vouch for.
    #[schema(
        min_length = 1,
        max_length = 255,
        pattern = r"^[^\u0000-\u001f\u007f-\u009f]*@[^\u0000-\u001f\u007f-\u009f]*$"
    )]
    address: String,
}

/// Something that people can be made to do.
#[derive(ToSchema)]
pub(crate) struct RequiredAction {
    alias: String,
    enabled: bool,
    /// Whether everybody new has to do it.
    default: bool,
    priority: i64,
    /// How long ago somebody may have proved who they are.
    max_auth_age: String,
}
