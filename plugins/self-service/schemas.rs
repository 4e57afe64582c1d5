//! The identity schemas, for whoever builds forms; nobody reads here of traits that people do not
//! see.

use std::sync::Arc;

use axum::{
    extract::{Path, State},
    response::{IntoResponse, Json},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use portcullis_core::{
    catalogue::Code,
    schema::{Schema, Viewer},
};
use portcullis_kit::{Outcome, Visit, pages::Page};
use serde_json::{Value, json};

use crate::desk::Desk;

/// Answers with every schema.
pub(crate) async fn list(State(desk): State<Arc<Desk>>, visit: Visit) -> Outcome {
    let page = Page::of(&visit)?;
    let (part, around) = page.part_in_order(desk.services.schemas.all())?;
    let entry = |schema: &Arc<Schema>| json!({"id": schema.id(), "schema": shown(schema)});
    let entries: Vec<Value> = part.iter().map(entry).collect();
    Ok(page.linked(&visit, (Json(entries), around)))
}

/// Answers with one schema's document; its name comes in base64url, or plain.
pub(crate) async fn find(State(desk): State<Arc<Desk>>, Path(id): Path<String>) -> Outcome {
    let schemas = &desk.services.schemas;
    let decoded = URL_SAFE_NO_PAD.decode(&id).ok();
    let decoded = decoded.and_then(|bytes| String::from_utf8(bytes).ok());
    let schema = decoded
        .and_then(|id| schemas.find(&id))
        .or_else(|| schemas.find(&id))
        .ok_or(Code::RecordNotFound)?;
    Ok(Json(shown(&schema)).into_response())
}

fn shown(schema: &Schema) -> Value {
    schema.projection(Viewer::Person)
}
