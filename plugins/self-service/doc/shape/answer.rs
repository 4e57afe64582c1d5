//! What flows end with, and what is told beside them.

use portcullis_kit::doc::shape::Moment;
use serde_json::Value;
use utoipa::ToSchema;

use super::person::{Identity, Session};

/// Somebody is signed in.
#[derive(ToSchema)]
pub(crate) struct SignedIn {
    session: Session,
    /// The token of the session, for applications.
    #[schema(nullable = false)]
    session_token: Option<String>,
    /// What comes next, the first before the rest.
    #[schema(nullable = false)]
    continue_with: Option<Vec<ContinueWith>>,
}

/// Somebody new is here, and signed in unless an address has to be proved before.
#[derive(ToSchema)]
pub(crate) struct Registered {
    identity: Identity,
    #[schema(nullable = false)]
    session: Option<Session>,
    /// The token of the session, for applications.
    #[schema(nullable = false)]
    session_token: Option<String>,
    /// What comes next, the first before the rest.
    #[schema(nullable = false)]
    continue_with: Option<Vec<ContinueWith>>,
}

/// Something that comes next.
#[derive(ToSchema)]
pub(crate) struct ContinueWith {
    action: ContinueAction,
    /// Where the browser goes.
    #[schema(nullable = false)]
    redirect_browser_to: Option<String>,
    /// The flow to show.
    #[schema(nullable = false)]
    flow: Option<ContinueFlow>,
    /// The token of the session that an application has from now on.
    #[schema(nullable = false)]
    ory_session_token: Option<String>,
}

/// What comes next: another flow, another page, or a session.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(crate) enum ContinueAction {
    RedirectBrowserTo,
    ShowVerificationUi,
    ShowRecoveryUi,
    ShowSettingsUi,
    SetOrySessionToken,
}

/// A flow that comes next.
#[derive(ToSchema)]
pub(crate) struct ContinueFlow {
    #[schema(format = "uuid")]
    id: String,
    /// Its page.
    #[schema(nullable = false)]
    url: Option<String>,
    /// The address that it proves.
    #[schema(nullable = false)]
    verifiable_address: Option<String>,
}

/// How a browser signs out.
#[derive(ToSchema)]
pub(crate) struct LogoutFlow {
    /// Where it does.
    logout_url: String,
    /// What that address has to bring.
    logout_token: String,
}

/// How many sessions ended.
#[derive(ToSchema)]
pub(crate) struct SessionsEnded {
    count: u64,
}

/// The session that waited for an application.
#[derive(ToSchema)]
pub(crate) struct Exchanged {
    session: Session,
    session_token: String,
}

/// An error that was kept for a page of one's own.
#[derive(ToSchema)]
pub(crate) struct KeptError {
    #[schema(format = "uuid")]
    id: String,
    error: portcullis_kit::doc::shape::Problem,
    created_at: Moment,
    updated_at: Moment,
}

/// A schema in a list.
#[derive(ToSchema)]
pub(crate) struct ListedSchema {
    id: String,
    /// The document, without what people do not see.
    #[schema(value_type = Object)]
    schema: Value,
}

/// A schema's document (JSON Schema), without what people do not see.
#[derive(ToSchema)]
#[schema(value_type = Object)]
pub(crate) struct PersonSchema(Value);

/// The name of something that people can be made to do.
#[derive(ToSchema)]
pub(crate) struct ActionAlias(String);
