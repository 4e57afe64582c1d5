//! The visitor's other sessions.

use std::sync::Arc;

use axum::{
    extract::State,
    response::{IntoResponse, Json},
};
use http::HeaderName;
use portcullis_kit::{Outcome, Visit, dialect};
use serde_json::Value;

use super::principal;
use crate::desk::Desk;

const TOTAL: HeaderName = HeaderName::from_static("x-total-count");

/// Answers with the visitor's live sessions but for the one that asks.
pub(crate) async fn list(State(desk): State<Arc<Desk>>, visit: Visit) -> Outcome {
    let principal = principal(&desk, &visit)?;
    let identity = &principal.identity;
    let lifetimes = desk.services.sessions.lifetimes();
    let now = desk.now();
    let sessions = desk.services.sessions.store().list(identity.id).await?;
    let others: Vec<Value> = sessions
        .iter()
        .filter(|session| session.id != principal.session.id && lifetimes.is_live(session, now))
        .map(|session| dialect::session(&desk.services, session, identity))
        .collect();
    let total = [(TOTAL, others.len().to_string())];
    Ok((total, Json(others)).into_response())
}
