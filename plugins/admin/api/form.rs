//! `/admin/x/form`: the form by which administrators enter somebody's traits.

use std::sync::Arc;

use axum::{Json, extract::State, response::IntoResponse};
use http::Method;
use portcullis_core::{
    catalogue::Code,
    schema::{Evaluation, ProfileContext},
    ui::Node,
};
use portcullis_kit::{Outcome, Visit};
use serde::Serialize;
use serde_json::json;

use crate::{desk::Desk, doc::upkeep, endpoints::Endpoints, need::Need, role::Permission};

/// The nodes' group on the wire.
const GROUP: &str = "profile";

/// A form.
#[derive(Debug, Serialize)]
struct Form {
    /// The schema it is made of.
    schema_id: String,
    /// Its fields.
    nodes: Vec<Node>,
}

/// The endpoints of this part.
pub(crate) fn endpoints(table: Endpoints) -> Endpoints {
    table.at(
        (Method::GET, "/admin/x/form"),
        Need::Permission(Permission::ReadSchemas),
        "Shows the fields by which administrators enter the traits of a schema (`schema_id`; otherwise the default one).",
        form,
    ).told(upkeep::form)
}

async fn form(State(desk): State<Arc<Desk>>, visit: Visit) -> Outcome {
    let schemas = &desk.services.schemas;
    let schema = match visit.query("schema_id").filter(|id| !id.is_empty()) {
        Some(id) => schemas.find(id).ok_or(Code::RecordNotFound)?,
        None => schemas.default_schema(),
    };
    let evaluation = Evaluation::of(ProfileContext::Admin);
    let form = Form {
        schema_id: schema.id().to_owned(),
        nodes: schema.nodes(&evaluation, &json!({}), GROUP),
    };
    Ok(Json(form).into_response())
}
