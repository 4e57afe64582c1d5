//! Flows: a form, whom it is for, and how long it can be submitted.

use portcullis_kit::doc::shape::{Moment, dialect::Aal};
use utoipa::ToSchema;

use super::{
    answer::ContinueWith,
    form::Ui,
    person::{Identity, Session},
};

/// Who uses a flow: a browser with cookies, or an application without.
#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
pub(crate) enum FlowType {
    Browser,
    Api,
}

/// How far a flow is.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(crate) enum FlowState {
    ChooseMethod,
    ShowForm,
    SentEmail,
    PassedChallenge,
    Success,
}

/// A flow that signs somebody in.
#[derive(ToSchema)]
pub(crate) struct LoginFlow {
    #[schema(format = "uuid")]
    id: String,
    /// Always null.
    #[schema(required = true)]
    organization_id: Option<String>,
    #[schema(rename = "type")]
    kind: FlowType,
    expires_at: Moment,
    issued_at: Moment,
    /// The address that began it.
    request_url: String,
    ui: Ui,
    state: FlowState,
    #[schema(nullable = false)]
    return_to: Option<String>,
    /// The method that was submitted last.
    #[schema(nullable = false)]
    active: Option<String>,
    created_at: Moment,
    updated_at: Moment,
    /// Whether somebody who is signed in confirms that it is them.
    refresh: bool,
    requested_aal: Aal,
    /// The application's half of what a browser's session is exchanged by.
    #[schema(nullable = false)]
    session_token_exchange_code: Option<String>,
    /// What comes next, once it is done.
    #[schema(nullable = false)]
    continue_with: Option<Vec<ContinueWith>>,
}

/// A flow that lets somebody new in.
#[derive(ToSchema)]
pub(crate) struct RegistrationFlow {
    #[schema(format = "uuid")]
    id: String,
    /// Always null.
    #[schema(required = true)]
    organization_id: Option<String>,
    #[schema(rename = "type")]
    kind: FlowType,
    expires_at: Moment,
    issued_at: Moment,
    /// The address that began it.
    request_url: String,
    ui: Ui,
    state: FlowState,
    #[schema(nullable = false)]
    return_to: Option<String>,
    /// The method that was submitted last.
    #[schema(nullable = false)]
    active: Option<String>,
    /// The schema of whoever registers, where it was chosen.
    #[schema(nullable = false)]
    identity_schema: Option<String>,
    /// The application's half of what a browser's session is exchanged by.
    #[schema(nullable = false)]
    session_token_exchange_code: Option<String>,
}

/// A flow in which people change what belongs to them.
#[derive(ToSchema)]
pub(crate) struct SettingsFlow {
    #[schema(format = "uuid")]
    id: String,
    /// Always null.
    #[schema(required = true)]
    organization_id: Option<String>,
    #[schema(rename = "type")]
    kind: FlowType,
    expires_at: Moment,
    issued_at: Moment,
    /// The address that began it.
    request_url: String,
    ui: Ui,
    state: FlowState,
    #[schema(nullable = false)]
    return_to: Option<String>,
    /// The method that was submitted last.
    #[schema(nullable = false)]
    active: Option<String>,
    /// Whom it is about, as they are now.
    identity: Identity,
    /// What comes next, once something is done.
    #[schema(nullable = false)]
    continue_with: Option<Vec<ContinueWith>>,
}

/// A flow that lets somebody back in, or one that proves an address.
#[derive(ToSchema)]
pub(crate) struct MailedFlow {
    #[schema(format = "uuid")]
    id: String,
    /// Always null.
    #[schema(required = true)]
    organization_id: Option<String>,
    #[schema(rename = "type")]
    kind: FlowType,
    expires_at: Moment,
    issued_at: Moment,
    /// The address that began it.
    request_url: String,
    ui: Ui,
    state: FlowState,
    #[schema(nullable = false)]
    return_to: Option<String>,
    /// The method that was submitted last.
    #[schema(nullable = false)]
    active: Option<String>,
    /// What comes next, once it is done.
    #[schema(nullable = false)]
    continue_with: Option<Vec<ContinueWith>>,
    /// The session of whoever an application let back in.
    #[schema(nullable = false)]
    session: Option<Session>,
    /// The token of that session.
    #[schema(nullable = false)]
    session_token: Option<String>,
}
