//! Which actions there are to ask for.

use std::sync::Arc;

use axum::{
    extract::State,
    response::{IntoResponse, Json},
};
use portcullis_kit::{Outcome, Visit};

use crate::desk::Desk;

/// Answers with the aliases of the actions that are switched on.
pub(crate) async fn list(State(desk): State<Arc<Desk>>, _: Visit) -> Outcome {
    let enabled = desk.services.actions.enabled();
    let aliases: Vec<_> = enabled.iter().map(|action| action.alias()).collect();
    Ok(Json(aliases).into_response())
}
