//! People and sessions as the dialect writes them, whoever reads of them.

use utoipa::ToSchema;

use super::Moment;

/// Whether an identity may sign in.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum IdentityState {
    /// It may.
    Active,
    /// It may not.
    Inactive,
}

/// An address that can be proved.
#[derive(Debug, ToSchema)]
pub struct VerifiableAddress {
    #[schema(format = "uuid")]
    id: String,
    value: String,
    /// How it is reached.
    via: String,
    verified: bool,
    /// `completed` or `pending`.
    status: String,
    #[schema(nullable = false)]
    verified_at: Option<Moment>,
    created_at: Moment,
    updated_at: Moment,
}

/// An address at which somebody gets back in.
#[derive(Debug, ToSchema)]
pub struct RecoveryAddress {
    #[schema(format = "uuid")]
    id: String,
    value: String,
    /// How it is reached.
    via: String,
    created_at: Moment,
    updated_at: Moment,
}

/// Authenticator assurance level.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "lowercase")]
pub enum Aal {
    /// Nothing is proved.
    Aal0,
    /// One factor is.
    Aal1,
    /// Two are.
    Aal2,
}

/// A way to prove oneself.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum Method {
    /// A password.
    Password,
    /// A provider.
    Oidc,
    /// An authenticator app.
    Totp,
    /// A backup code.
    LookupSecret,
    /// A security key.
    Webauthn,
    /// A code that was mailed, to sign in with.
    Code,
    /// A passkey.
    Passkey,
    /// The form of the traits.
    Profile,
    /// A provider that speaks SAML.
    Saml,
    /// A link to get back in with.
    LinkRecovery,
    /// A code to get back in with.
    CodeRecovery,
}

/// A proof that somebody gave.
#[derive(Debug, ToSchema)]
pub struct AuthenticationMethod {
    /// How; absent where the dialect has no name for it, as for an API credential.
    #[schema(nullable = false)]
    method: Option<Method>,
    aal: Aal,
    completed_at: Moment,
    /// The provider that vouched.
    #[schema(nullable = false)]
    provider: Option<String>,
    #[schema(nullable = false)]
    proved_at: Option<Moment>,
    #[schema(nullable = false)]
    upstream_acr: Option<String>,
    #[schema(nullable = false)]
    upstream_amr: Option<Vec<String>>,
}

/// Where a session was begun.
#[derive(Debug, ToSchema)]
pub struct SessionDevice {
    #[schema(format = "uuid")]
    id: String,
    ip_address: String,
    user_agent: String,
    location: String,
    first_seen: Moment,
    last_seen: Moment,
    #[schema(nullable = false)]
    browser: Option<String>,
    #[schema(nullable = false)]
    os: Option<String>,
}
