//! The list of schemas.

use std::sync::Arc;

use axum::extract::State;
use http::StatusCode;
use portcullis_kit::{Outcome, Visit};
use serde::Serialize;

use super::{answer, people, place, source};
use crate::{
    caller::Caller, console::areas::SCHEMAS, desk::Desk, role::Permission::WriteSchemas, schemas,
};

#[derive(Debug, Serialize)]
struct Row {
    id: String,
    href: String,
    source: &'static str,
    people: Option<u64>,
    is_default: bool,
    is_selectable: bool,
}

#[derive(Debug, Serialize)]
struct List {
    rows: Vec<Row>,
    may_write: bool,
}

pub(super) async fn page(State(desk): State<Arc<Desk>>, caller: Caller, visit: Visit) -> Outcome {
    let all = desk.services.schema_desk.list().await;
    let mut rows = Vec::new();
    for record in all.map_err(schemas::failure)? {
        rows.push(Row {
            href: place(&record.id),
            source: source(record.source),
            people: people(&desk, &record.id).await?,
            is_default: record.is_default,
            is_selectable: record.is_selectable,
            id: record.id,
        });
    }
    let sheet = (SCHEMAS.label, "profile-schemas.html");
    let asked = (&caller, &visit);
    let may_write = caller.roles.permit(WriteSchemas);
    let list = List { rows, may_write };
    Ok(answer(&desk, asked, StatusCode::OK, sheet, list))
}
