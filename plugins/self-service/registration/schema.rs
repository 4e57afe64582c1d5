//! The schema that somebody registers with: the default one, or another that may be chosen.

use std::sync::Arc;

use portcullis_core::{catalogue::Code, flow::Flow, schema::Schema};
use portcullis_kit::{Failure, Visit};
use serde_json::Value;

use crate::{desk::Desk, forms, init::Opening, remembered, scopes};

/// The query parameter that names it.
const PARAMETER: &str = "identity_schema";

/// How a registration begins with the schema that a visit asks for.
pub(super) fn asked(desk: &Desk, visit: &Visit) -> Result<Opening, Failure> {
    let Some(id) = visit.query(PARAMETER).filter(|id| !id.is_empty()) else {
        return Ok(Opening::default());
    };
    let schema = desk.services.schemas.selectable(id).ok_or_else(|| {
        let begin = desk.begin_page(portcullis_core::flow::FlowKind::Registration, None);
        Failure::from(Code::BadRequest)
            .because("This schema is not offered to people who register.")
            .way_out("Sign up", begin)
    })?;
    let is_default = schema.id() == desk.services.schemas.default_schema().id();
    Ok(Opening {
        context: match is_default {
            true => Value::Null,
            false => remembered::schema(schema.id()),
        },
        nodes: Some(forms::registration::nodes(
            desk,
            schema,
            &scopes::of_visit(visit),
        )),
        ..Opening::default()
    })
}

/// The schema of the identity that a registration flow makes.
pub(crate) fn of_flow<'a>(desk: &'a Desk, flow: &Flow) -> &'a Arc<Schema> {
    let schemas = &desk.services.schemas;
    let chosen = remembered::identity_schema(flow).and_then(|id| schemas.selectable(id));
    chosen.unwrap_or_else(|| schemas.default_schema())
}
