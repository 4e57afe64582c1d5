//! Signing out of a native application.

use std::sync::Arc;

use axum::{extract::State, response::IntoResponse};
use http::StatusCode;
use portcullis_core::{catalogue::Code, secret::TokenHash};
use portcullis_kit::{Failure, Outcome, Visit};
use serde_json::Value;

use crate::{desk::Desk, impersonation};

/// Ends the session that the body's `session_token` opens.
pub(crate) async fn end(State(desk): State<Arc<Desk>>, visit: Visit) -> Outcome {
    let fields = visit.fields()?;
    let token = fields.get("session_token").and_then(Value::as_str);
    let token = token
        .ok_or_else(|| Failure::from(Code::BadRequest).because("The session_token is missing."))?;
    let store = desk.services.sessions.store();
    let session = store.find(&TokenHash::of(token)).await?.ok_or_else(|| {
        Failure::from(Code::AccessDenied).because("The session_token opens no session.")
    })?;
    if store.revoke(session.id).await? {
        impersonation::end::tell(&desk, &visit.visitor, &session).await;
    }
    Ok(StatusCode::NO_CONTENT.into_response())
}
