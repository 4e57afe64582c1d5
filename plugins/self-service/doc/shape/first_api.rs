//! The first profile API: a flow whose fields stand by name.

use std::collections::BTreeMap;

use portcullis_kit::doc::shape::Moment;
use serde_json::Value;
use utoipa::ToSchema;

/// A flow in which people change their profile.
#[derive(ToSchema)]
pub(crate) struct ProfileFlow {
    #[schema(format = "uuid")]
    id: String,
    expires_at: Moment,
    issued_at: Moment,
    /// The address that began it.
    request_url: String,
    form: ProfileForm,
    identity: ProfileIdentity,
}

/// Its form.
#[derive(ToSchema)]
pub(crate) struct ProfileForm {
    /// Where it is submitted to.
    action: String,
    method: String,
    fields: BTreeMap<String, ProfileField>,
    #[schema(nullable = false)]
    errors: Option<Vec<ProfileError>>,
}

/// One field of it.
#[derive(ToSchema)]
pub(crate) struct ProfileField {
    name: String,
    #[schema(rename = "type")]
    kind: ProfileFieldType,
    #[schema(nullable = false)]
    required: Option<bool>,
    #[schema(required = false)]
    value: Value,
    #[schema(nullable = false)]
    errors: Option<Vec<ProfileError>>,
}

/// What browsers make of a field.
#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
pub(crate) enum ProfileFieldType {
    Text,
    Number,
    Checkbox,
    Hidden,
}

/// Something that is wrong.
#[derive(ToSchema)]
pub(crate) struct ProfileError {
    message: String,
}

/// Whom it is about.
#[derive(ToSchema)]
pub(crate) struct ProfileIdentity {
    #[schema(format = "uuid")]
    id: String,
    traits_schema_id: String,
    traits_schema_url: String,
    #[schema(value_type = Object)]
    traits: Value,
}
