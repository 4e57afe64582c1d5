//! What is sent to flows: fields of their forms. Others are passed over, for forms have what their
//! nodes say, plugins' own among it.

use serde_json::Value;
use utoipa::ToSchema;

/// Fields of the form that signs somebody in.
#[derive(ToSchema)]
pub(crate) struct LoginSent {
    /// The node of this name; browsers have to send it, here or as `X-CSRF-Token`.
    #[schema(nullable = false)]
    csrf_token: Option<String>,
    /// The way to sign in: `password`, `code`, `oidc`, `passkey`, `webauthn`, `totp` or `lookup_secret`.
    #[schema(nullable = false)]
    method: Option<String>,
    /// What somebody signs in with.
    #[schema(nullable = false)]
    identifier: Option<String>,
    #[schema(nullable = false)]
    password: Option<String>,
    /// The id of a provider to go to.
    #[schema(nullable = false)]
    provider: Option<String>,
    /// A code that was mailed.
    #[schema(nullable = false)]
    code: Option<String>,
    /// `code`: it is mailed again.
    #[schema(nullable = false)]
    resend: Option<String>,
    #[schema(nullable = false)]
    totp_code: Option<String>,
    #[schema(nullable = false)]
    lookup_secret: Option<String>,
    /// What a security key signed, as JSON.
    #[schema(nullable = false)]
    webauthn_login: Option<String>,
    /// What a passkey signed, as JSON.
    #[schema(nullable = false)]
    passkey_login: Option<String>,
}

/// Fields of the form that lets somebody new in.
#[derive(ToSchema)]
pub(crate) struct RegistrationSent {
    /// The node of this name; browsers have to send it, here or as `X-CSRF-Token`.
    #[schema(nullable = false)]
    csrf_token: Option<String>,
    /// The way to register: `password`, `oidc` or `profile`.
    #[schema(nullable = false)]
    method: Option<String>,
    #[schema(nullable = false)]
    password: Option<String>,
    /// The id of a provider to go to.
    #[schema(nullable = false)]
    provider: Option<String>,
    /// What fits the schema; in forms, and here, `traits.name.first` is the same as nested members.
    #[schema(value_type = Option<Object>, nullable = false)]
    traits: Option<Value>,
}

/// Fields of the form that changes what belongs to somebody.
#[derive(ToSchema)]
pub(crate) struct SettingsSent {
    /// The node of this name; browsers have to send it, here or as `X-CSRF-Token`.
    #[schema(nullable = false)]
    csrf_token: Option<String>,
    /// What changes: `profile`, `password`, `totp`, `lookup_secret`, `webauthn`, `passkey` or
    /// `delete_account`.
    #[schema(nullable = false)]
    method: Option<String>,
    #[schema(value_type = Option<Object>, nullable = false)]
    traits: Option<Value>,
    #[schema(nullable = false)]
    password: Option<String>,
    /// The id of a provider to be linked to.
    #[schema(nullable = false)]
    link: Option<String>,
    /// The id of a provider to be linked to no more, or `provider:subject`.
    #[schema(nullable = false)]
    unlink: Option<String>,
    #[schema(nullable = false)]
    totp_code: Option<String>,
    /// The credential that is offered first from now on.
    #[schema(nullable = false)]
    credential_first: Option<String>,
}

/// Fields of the forms that write to people.
#[derive(ToSchema)]
pub(crate) struct MailedSent {
    /// The node of this name; browsers have to send it, here or as `X-CSRF-Token`.
    #[schema(nullable = false)]
    csrf_token: Option<String>,
    /// How the proof goes: `code` or `link`.
    #[schema(nullable = false)]
    method: Option<String>,
    /// Whom to write to.
    #[schema(nullable = false)]
    email: Option<String>,
    /// The code that was mailed.
    #[schema(nullable = false)]
    code: Option<String>,
    /// What a mailed link brings.
    #[schema(nullable = false)]
    token: Option<String>,
}

/// Fields of the first profile API's form.
#[derive(ToSchema)]
pub(crate) struct ProfileSent {
    #[schema(nullable = false)]
    csrf_token: Option<String>,
    #[schema(value_type = Option<Object>, nullable = false)]
    traits: Option<Value>,
}

/// Which session a native application signs out of.
#[derive(ToSchema)]
pub(crate) struct NativeLogout {
    session_token: String,
}

/// What a provider says of a session that has ended.
#[derive(ToSchema)]
pub(crate) struct LogoutNotice {
    /// A signed token (OpenID Connect Back-Channel Logout 1.0, section 2.4).
    logout_token: String,
}

/// What a provider answers by form, beside what else it sends.
#[derive(ToSchema)]
pub(crate) struct ProviderAnswer {
    #[schema(nullable = false)]
    state: Option<String>,
    #[schema(nullable = false)]
    code: Option<String>,
    #[schema(nullable = false)]
    error: Option<String>,
}

/// A button of a page.
#[derive(ToSchema)]
pub(crate) struct Pressed {
    csrf_token: String,
}

/// A button that ends sessions.
#[derive(ToSchema)]
pub(crate) struct SessionsPressed {
    csrf_token: String,
    /// The session that ends, or `others`.
    session: String,
}

/// The button by which somebody begins to act as somebody else.
#[derive(ToSchema)]
pub(crate) struct ImpersonationPressed {
    csrf_token: String,
    /// What an administrator was given.
    code: String,
}
