//! What an identity is to be, as it is sent.

use serde_json::Value;
use utoipa::ToSchema;

use super::{
    Moment,
    factors::{KeysCredential, LookupSecretCredential, TotpCredential},
    identity::IdentityState,
};

/// A new identity.
#[derive(ToSchema)]
#[schema(examples(json!({
    "schema_id": "default",
    "traits": {"email": "ada@example.org", "name": {"first": "Ada", "last": "Archer"}},
})))]
#[serde(deny_unknown_fields)]
pub(crate) struct NewIdentity {
    /// The id that it keeps from elsewhere.
    #[schema(format = "uuid")]
    id: Option<String>,
    /// Since when it is known there; this moment at the latest.
    created_at: Option<Moment>,
    /// Attributes that its schema keeps without describing them.
    #[schema(value_type = Option<Object>)]
    unmanaged: Option<Value>,
    /// The default schema where nothing is said.
    #[schema(examples("default"))]
    schema_id: Option<String>,
    /// What fits its schema.
    #[schema(value_type = Option<Object>)]
    traits: Value,
    state: Option<IdentityState>,
    /// Facts that it may see.
    #[schema(required = false)]
    metadata_public: Value,
    /// Facts that only administrators see.
    #[schema(required = false)]
    metadata_admin: Value,
    #[schema(max_length = 255, pattern = r"^[^\u0000-\u001f\u007f-\u009f]*$")]
    external_id: Option<String>,
    roles: Option<Vec<RoleName>>,
    /// What it has to do, beside what everybody new has to.
    required_actions: Option<Vec<String>>,
    /// Addresses among the traits that are proved already, or are not.
    verifiable_addresses: Option<Vec<ProvedAddress>>,
    /// Not looked at: they follow from the traits.
    recovery_addresses: Option<Value>,
    /// Not looked at: there are no organisations here.
    organization_id: Option<Value>,
    /// Not looked at: there are no regions here.
    region: Option<Value>,
    credentials: Option<NewCredentials>,
}

/// All that an identity is to be: what is not said goes, but `roles`, `required_actions` and credentials.
/// What `GET` shows beside is not looked at.
#[derive(ToSchema)]
#[schema(examples(json!({
    "schema_id": "default", "state": "active",
    "traits": {"email": "grace@example.org", "name": {"first": "Grace", "last": "Gardner"}},
})))]
#[serde(deny_unknown_fields)]
pub(crate) struct WholeIdentity {
    #[schema(min_length = 1, examples("default"))]
    schema_id: String,
    #[schema(value_type = Object)]
    traits: Value,
    state: IdentityState,
    #[schema(required = false)]
    metadata_public: Value,
    #[schema(required = false)]
    metadata_admin: Value,
    #[schema(max_length = 255, pattern = r"^[^\u0000-\u001f\u007f-\u009f]*$")]
    external_id: Option<String>,
    roles: Option<Vec<RoleName>>,
    required_actions: Option<Vec<String>>,
    verifiable_addresses: Option<Vec<ProvedAddress>>,
    credentials: Option<NewCredentials>,
    id: Option<Value>,
    schema_url: Option<Value>,
    state_changed_at: Option<Value>,
    recovery_addresses: Option<Value>,
    organization_id: Option<Value>,
    region: Option<Value>,
    tenant: Option<Value>,
    accepted_terms: Option<Value>,
    provenance: Option<Value>,
    created_at: Option<Value>,
    updated_at: Option<Value>,
}

/// The name of a role.
#[derive(ToSchema)]
#[schema(pattern = "^[!-~]{1,64}$")]
pub(crate) struct RoleName(String);

/// An address of which it is known whether somebody proved to hold it.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProvedAddress {
    #[schema(min_length = 1)]
    value: String,
    verified: Option<bool>,
    verified_at: Option<Moment>,
    /// `completed` says the same as `verified`.
    status: Option<String>,
    via: Option<Value>,
    id: Option<Value>,
    created_at: Option<Value>,
    updated_at: Option<Value>,
}

/// What it signs in with.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewCredentials {
    password: Option<PasswordCredential>,
    oidc: Option<OidcCredential>,
    totp: Option<TotpCredential>,
    lookup_secret: Option<LookupSecretCredential>,
    webauthn: Option<KeysCredential>,
    passkey: Option<KeysCredential>,
}

given! {
    /// Its password.
    PasswordCredential of PasswordConfig
}

/// The password itself, or what another system made of it.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PasswordConfig {
    password: Option<String>,
    hashed_password: Option<String>,
    /// Not known here: only false.
    use_password_migration_hook: Option<bool>,
}

given! {
    /// Its accounts at providers.
    OidcCredential of OidcConfig
}

/// Its accounts at providers.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OidcConfig {
    providers: Option<Vec<NewLink>>,
}

/// An account at a provider.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewLink {
    #[schema(min_length = 1)]
    provider: String,
    /// Its name there; of a link that is only prepared, its address.
    #[schema(min_length = 1)]
    subject: String,
    /// Whether the first account with this address takes the link's place.
    use_auto_link: Option<bool>,
    /// Not looked at, as the rest, which `GET` shows here or in Kratos.
    label: Option<Value>,
    organization: Option<Value>,
    initial_id_token: Option<Value>,
    initial_access_token: Option<Value>,
    initial_refresh_token: Option<Value>,
}

/// Up to 1,000 identities, up to 200 of them with passwords to be hashed.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Batch {
    #[schema(max_items = 1000)]
    identities: Vec<BatchEntry>,
}

/// One of them.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BatchEntry {
    create: NewIdentity,
    /// What the answer calls it.
    #[schema(format = "uuid")]
    patch_id: Option<String>,
}

/// Operations on what `GET` shows (RFC 6902), 1,000 at most.
#[derive(ToSchema)]
pub(crate) struct Operations(Vec<Operation>);

/// One operation.
#[derive(ToSchema)]
pub(crate) struct Operation {
    op: OperationName,
    /// Where, as a JSON pointer.
    #[schema(pattern = "^(/.*)?$")]
    path: String,
    /// From where, of `move` and `copy`.
    #[schema(nullable = false)]
    from: Option<String>,
    /// What, of `add`, `replace` and `test`.
    #[schema(required = false)]
    value: Value,
}

/// What it does.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(crate) enum OperationName {
    Add,
    Remove,
    Replace,
    Move,
    Copy,
    Test,
}

/// Members that change, and null for those that go (RFC 7396).
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MergePatch {
    schema_id: Option<String>,
    #[schema(value_type = Option<Object>)]
    traits: Option<Value>,
    state: Option<IdentityState>,
    #[schema(required = false)]
    metadata_public: Value,
    #[schema(required = false)]
    metadata_admin: Value,
    external_id: Option<String>,
    roles: Option<Vec<String>>,
    required_actions: Option<Vec<String>>,
    verifiable_addresses: Option<Vec<ProvedAddress>>,
}
