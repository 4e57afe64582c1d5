//! Who the visitor is.

use std::sync::Arc;

use axum::{
    extract::State,
    response::{IntoResponse, Json},
};
use http::HeaderName;
use portcullis_core::catalogue::Code;
use portcullis_kit::{Failure, Outcome, Visit, dialect};

use super::principal;
use crate::{actions, desk::Desk};

const IDENTITY_ID: HeaderName = HeaderName::from_static("x-kratos-authenticated-identity-id");

/// Answers with the visitor's session and identity.
pub(crate) async fn whoami(State(desk): State<Arc<Desk>>, visit: Visit) -> Outcome {
    let principal = principal(&desk, &visit)?;
    if visit.query("tokenize_as").is_some() {
        return Err(
            Failure::from(Code::BadRequest).because("There is no token template of this name.")
        );
    }
    if let Some(action) = principal.pending.first()
        && desk.config.whoami_enforces_actions
    {
        let page = actions::begin::page(&desk, *action, None);
        return Err(Failure::from(Code::ActionsPending).member("redirect_browser_to", page));
    }
    let identity = &principal.identity;
    let session = dialect::session(&desk.services, &principal.session, identity);
    let header = [(IDENTITY_ID, identity.id.to_string())];
    Ok((header, Json(session)).into_response())
}
