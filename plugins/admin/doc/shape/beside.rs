//! What the gateway itself answers on the admin listener.

use serde_json::Value;
use utoipa::ToSchema;

/// All is well.
#[derive(ToSchema)]
pub(crate) struct Status {
    status: String,
}

/// Something is missing.
#[derive(ToSchema)]
pub(crate) struct Lack {
    status: String,
    /// What the gateway cannot do without and has not.
    missing: Vec<String>,
}

/// How the providers are.
#[derive(ToSchema)]
pub(crate) struct ProvidersHealth {
    /// Each with its `id`, `source`, `enabled`, `status` and `redirect_uri`.
    #[schema(value_type = Vec<Object>)]
    providers: Vec<Value>,
    /// What is wrong with what was read last.
    configuration_error: Option<String>,
}

/// A schema in a list.
#[derive(ToSchema)]
pub(crate) struct IdentitySchema {
    id: String,
    /// The document.
    #[schema(value_type = Object)]
    schema: Value,
}

/// A schema.
#[derive(ToSchema)]
#[schema(value_type = Object)]
pub(crate) struct TraitsSchema(Value);
