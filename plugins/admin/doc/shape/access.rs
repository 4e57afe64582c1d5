//! API credentials, tokens and the audit log.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::Moment;

/// How a program shows its secret.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(crate) enum ClientAuthMethod {
    ClientSecretBasic,
    ClientSecretPost,
}

/// What administrators may have.
#[derive(ToSchema)]
#[schema(rename_all = "kebab-case")]
pub(crate) enum Role {
    Viewer,
    UserManager,
    ProviderManager,
    Impersonator,
    Admin,
}

/// What tokens can be narrowed to; `openid` narrows nothing.
#[derive(ToSchema)]
#[schema(rename_all = "kebab-case")]
pub(crate) enum Scope {
    Openid,
    Viewer,
    UserManager,
    ProviderManager,
    Impersonator,
    Admin,
}

/// What a program proves itself with.
#[derive(ToSchema)]
pub(crate) struct ApiCredential {
    #[schema(format = "uuid")]
    id: String,
    name: String,
    client_id: String,
    /// Only in the answer that makes it.
    #[schema(nullable = false)]
    client_secret: Option<String>,
    token_endpoint_auth_method: ClientAuthMethod,
    token_endpoint: String,
    audience: String,
    roles: Vec<String>,
    scopes: Vec<String>,
    secrets: Vec<ApiSecret>,
    created_at: Moment,
    updated_at: Moment,
    #[schema(required = true)]
    expires_at: Option<Moment>,
    #[schema(required = true)]
    last_used_at: Option<Moment>,
}

/// What is known of one of its secrets.
#[derive(ToSchema)]
pub(crate) struct ApiSecret {
    created_at: Moment,
    #[schema(required = true)]
    expires_at: Option<Moment>,
}

/// An access token.
#[derive(ToSchema)]
pub(crate) struct AccessToken {
    access_token: String,
    /// In seconds.
    expires_in: u64,
    scope: String,
    token_type: String,
}

/// What is known of an access token.
#[derive(ToSchema)]
pub(crate) struct Introspection {
    active: bool,
    #[schema(nullable = false)]
    scope: Option<String>,
    #[schema(nullable = false)]
    client_id: Option<String>,
    #[schema(nullable = false)]
    sub: Option<String>,
    #[schema(nullable = false)]
    token_type: Option<String>,
    #[schema(nullable = false)]
    iss: Option<String>,
    #[schema(nullable = false)]
    aud: Option<Vec<String>>,
    #[schema(nullable = false)]
    iat: Option<i64>,
    #[schema(nullable = false)]
    nbf: Option<i64>,
    #[schema(nullable = false)]
    exp: Option<i64>,
}

/// Asks for an access token.
#[derive(Deserialize, ToSchema)]
pub(crate) struct TokenForm {
    grant_type: GrantType,
    /// Names, with spaces between them.
    #[schema(nullable = false)]
    scope: Option<String>,
    #[schema(nullable = false)]
    audience: Option<String>,
    /// Where the credential's way is `client_secret_post`.
    #[schema(nullable = false)]
    client_id: Option<String>,
    #[schema(nullable = false)]
    client_secret: Option<String>,
    /// Others are passed over, as long as none of them is there twice.
    #[serde(flatten)]
    others: BTreeMap<String, String>,
}

/// The only one.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum GrantType {
    ClientCredentials,
}

/// Names an access token.
#[derive(Deserialize, ToSchema)]
pub(crate) struct TokenNamed {
    #[schema(min_length = 1)]
    token: String,
    #[schema(nullable = false)]
    token_type_hint: Option<String>,
    #[schema(nullable = false)]
    client_id: Option<String>,
    #[schema(nullable = false)]
    client_secret: Option<String>,
    /// Others are passed over, as long as none of them is there twice.
    #[serde(flatten)]
    others: BTreeMap<String, String>,
}

/// One thing that somebody did, or tried to.
#[derive(ToSchema)]
pub(crate) struct AuditEntry {
    #[schema(format = "uuid")]
    id: String,
    at: Moment,
    /// `identity:<id>`, `api-credential:<id>`, `command` or `anybody`.
    actor: String,
    actor_label: String,
    verb: String,
    #[schema(required = true)]
    object_kind: Option<String>,
    #[schema(required = true)]
    object_id: Option<String>,
    #[schema(required = true)]
    client: Option<String>,
    #[schema(required = true)]
    request_id: Option<String>,
    /// `done`, or the code of what refused it.
    outcome: String,
    before: Value,
    after: Value,
}
