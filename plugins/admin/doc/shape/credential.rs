//! What somebody signs in with.

use serde_json::Value;
use utoipa::ToSchema;

use super::{Moment, action::ActionAlias};
use crate::doc::schema;

/// What a credential is.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(crate) enum CredentialType {
    Password,
    Oidc,
    Totp,
    LookupSecret,
    Webauthn,
    Passkey,
}

/// A credential.
#[derive(ToSchema)]
pub(crate) struct Credential {
    #[schema(format = "uuid")]
    id: String,
    #[schema(rename = "type")]
    kind: CredentialType,
    /// What its person calls it.
    #[schema(required = true)]
    label: Option<String>,
    /// Where it is offered: the smallest first.
    priority: i64,
    created_at: Moment,
    updated_at: Moment,
    #[schema(required = true)]
    last_used_at: Option<Moment>,
    /// What is no secret about it, where that was asked for.
    #[schema(value_type = Option<Object>, nullable = false)]
    data: Option<Value>,
}

/// What a credential is to be called; nothing takes the label away.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Label {
    #[schema(max_length = 100, pattern = r"^[^\u0000-\u001f\u007f-\u009f]*$")]
    label: Option<String>,
}

/// A password for somebody.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewPassword {
    #[schema(min_length = 1)]
    password: String,
    /// Whether it has to be changed at the next sign-in.
    temporary: Option<bool>,
}

/// What became of a password.
#[derive(ToSchema)]
pub(crate) struct PasswordGiven {
    #[schema(format = "uuid")]
    identity_id: String,
    temporary: bool,
    sessions_ended: u64,
}

/// Who is to get back in.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RecoveryAsked {
    #[schema(format = "uuid")]
    identity_id: String,
    /// A length of time such as `1h30m`, or a number of seconds; a year at most.
    #[schema(schema_with = schema::lifespan)]
    expires_in: Option<Value>,
    flow_type: Option<FlowType>,
}

/// Who is to get back in by a link.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RecoveryLinkAsked {
    #[schema(format = "uuid")]
    identity_id: String,
    /// A length of time such as `1h30m`, or a number of seconds; a year at most.
    #[schema(schema_with = schema::lifespan)]
    expires_in: Option<Value>,
    flow_type: Option<LinkFlowType>,
}

/// Who opens a link.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(crate) enum LinkFlowType {
    /// A browser.
    Browser,
}

/// Who takes what is handed out.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(crate) enum FlowType {
    /// A browser, on the page of the answer.
    Browser,
    /// An application, which sends the code to the flow that the answer names.
    Api,
}

/// A code that lets somebody back in.
#[derive(ToSchema)]
pub(crate) struct RecoveryCode {
    recovery_code: String,
    /// The page that takes it.
    recovery_link: String,
    expires_at: Moment,
}

/// A link that lets somebody back in.
#[derive(ToSchema)]
pub(crate) struct RecoveryLink {
    recovery_link: String,
    expires_at: Moment,
}

/// What somebody is asked to do by mail.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ErrandAsked {
    /// The actions, by alias.
    #[schema(min_items = 1)]
    actions: Vec<ActionAlias>,
    /// A length of time such as `1h30m`, or a number of seconds; a year at most.
    #[schema(schema_with = schema::lifespan)]
    lifespan: Option<Value>,
    /// Where people end when it is done.
    return_to: Option<String>,
}

/// What was sent.
#[derive(ToSchema)]
pub(crate) struct ErrandSent {
    #[schema(format = "uuid")]
    identity_id: String,
    sent_to: String,
    required_actions: Vec<String>,
    expires_at: Moment,
}
