//! The visitor's other sessions.

use std::sync::Arc;

use axum::{extract::State, response::Json};
use portcullis_core::session::Session;
use portcullis_kit::{Outcome, Visit, dialect, pages::Page};
use serde_json::Value;

use super::principal;
use crate::desk::Desk;

/// Answers with the visitor's live sessions but for the one that asks.
pub(crate) async fn list(State(desk): State<Arc<Desk>>, visit: Visit) -> Outcome {
    let page = Page::of(&visit)?;
    let principal = principal(&desk, &visit)?;
    let identity = &principal.identity;
    let lifetimes = desk.services.sessions.lifetimes();
    let now = desk.now();
    let sessions = desk.services.sessions.store().list(identity.id).await?;
    let is_other = |one: &Session| one.id != principal.session.id && lifetimes.is_live(one, now);
    let others: Vec<Session> = sessions.into_iter().filter(is_other).collect();
    let (part, around) = page.part_of(others, dialect::newest_first)?;
    let part = part
        .iter()
        .map(|session| dialect::session(&desk.services, session, identity));
    let part: Vec<Value> = part.collect();
    Ok(page.linked(&visit, (Json(part), around)))
}
