//! Providers.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

/// Where a provider comes from.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(crate) enum ProviderSource {
    Config,
    File,
    Runtime,
}

/// A provider: the keys of its table, without any secret, and what follows from them.
#[derive(Deserialize, ToSchema)]
pub(crate) struct Provider {
    id: String,
    #[schema(value_type = ProviderSource)]
    source: String,
    /// What to register at the provider.
    redirect_uri: String,
    post_logout_redirect_uri: String,
    backchannel_logout_uri: String,
    frontchannel_logout_uri: String,
    has_client_secret: bool,
    has_private_key: bool,
    /// What is weak about it, where one provider is shown.
    #[schema(nullable = false)]
    warnings: Option<Vec<ProviderProblem>>,
    /// Its table with all defaults, as the configuration writes it.
    #[serde(flatten)]
    table: BTreeMap<String, Value>,
}

/// What is wrong with a provider.
#[derive(Deserialize, ToSchema)]
pub(crate) struct ProviderProblem {
    /// The key; empty for the table as a whole.
    key: String,
    message: String,
}

/// The table of a new provider, as the configuration writes it.
#[derive(Deserialize, ToSchema)]
#[schema(examples(json!({
    "id": "example", "kind": "oidc", "issuer_url": "https://id.example.org",
    "client_id": "portcullis", "client_secret": "hush",
})))]
pub(crate) struct NewProvider {
    /// Made of its client where nothing is said.
    #[schema(nullable = false, pattern = "^[A-Za-z0-9_-]{1,64}$")]
    id: Option<String>,
    #[schema(examples("oidc"))]
    kind: String,
    #[serde(flatten)]
    table: BTreeMap<String, Value>,
}

/// The table of a provider as a whole; only a secret that is not said is kept.
#[derive(Deserialize, ToSchema)]
#[schema(examples(json!({
    "kind": "oidc", "issuer_url": "https://id.example.org", "client_id": "portcullis",
    "client_secret": "hush",
})))]
pub(crate) struct WholeProvider {
    #[schema(examples("oidc"))]
    kind: String,
    #[serde(flatten)]
    table: BTreeMap<String, Value>,
}

/// Keys of a provider's table that change, and null for those that go; a secret that is not said is kept.
#[derive(ToSchema)]
#[schema(examples(json!({"label": "Example"})))]
pub(crate) struct ProviderTable(BTreeMap<String, Value>);

/// What became of a provider, or would.
#[derive(ToSchema)]
pub(crate) struct ProviderGone {
    id: String,
    removed: bool,
    /// How many links went with it.
    #[schema(nullable = false)]
    links_removed: Option<u64>,
    /// How many sessions did.
    #[schema(nullable = false)]
    sessions_ended: Option<u64>,
    /// How many links hang on it.
    #[schema(nullable = false)]
    links: Option<u64>,
    /// How many sessions do.
    #[schema(nullable = false)]
    sessions: Option<u64>,
}

/// How a provider is.
#[derive(ToSchema)]
pub(crate) struct ProviderStatus {
    id: String,
    source: ProviderSource,
    enabled: bool,
    /// `ok`, `failed`, `pending` or `none`.
    discovery: String,
    /// Likewise.
    jwks: String,
    #[schema(required = true)]
    last_error: Option<String>,
    /// By how many seconds its clock was ahead of ours.
    #[schema(required = true)]
    clock_skew: Option<i64>,
    redirect_uri: String,
}

/// Claims as a provider sends them.
#[derive(ToSchema)]
#[schema(examples(json!({"sub": "4711", "email": "ada@example.org", "email_verified": true})))]
pub(crate) struct ProviderClaims(BTreeMap<String, Value>);

/// What would become of claims.
#[derive(ToSchema)]
pub(crate) struct ProviderDryRun {
    /// The identity that they lead to, where there is exactly one.
    #[schema(required = true, format = "uuid")]
    identity_id: Option<String>,
    schema_id: String,
    traits: Value,
    metadata_public: Value,
    metadata_admin: Value,
    roles: Vec<String>,
    /// What is wrong: pairs of a path and why.
    errors: Vec<Vec<String>>,
    /// The address that counts as verified, and why.
    trusted: Value,
    /// The rule that would fire.
    rule: String,
    why: String,
}

/// The addresses of the gateway.
#[derive(ToSchema)]
pub(crate) struct Addresses {
    public_url: String,
    own_pages: String,
    /// `{provider}` stands for the provider's id.
    redirect_uri_pattern: String,
    /// Address and port that serve applications and own pages, this API and the console, and `/metrics`.
    proxy_listener: String,
    /// Or `unix:` and the path of a socket.
    admin_listener: String,
    metrics_listener: String,
    #[schema(nullable = false)]
    provider: Option<ProviderAddresses>,
}

/// What is to be registered at a provider.
#[derive(ToSchema)]
pub(crate) struct ProviderAddresses {
    id: String,
    redirect_uri: String,
    post_logout_redirect_uri: String,
    backchannel_logout_uri: String,
    frontchannel_logout_uri: String,
}
