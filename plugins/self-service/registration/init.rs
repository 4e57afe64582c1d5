//! Beginning to register.

use std::sync::Arc;

use axum::extract::State;
use portcullis_core::{catalogue::Code, flow::FlowKind};
use portcullis_kit::{Failure, Outcome, Visit};
use serde_json::Value;

use crate::{
    desk::Desk,
    forms,
    init::{self, Opening},
    login::init::already,
    remembered, return_to, scopes,
};

/// The query parameter that names the schema.
const PARAMETER: &str = "identity_schema";

/// Begins a browser's registration flow.
pub(crate) async fn browser(State(desk): State<Arc<Desk>>, visit: Visit) -> Outcome {
    require_enabled(&desk)?;
    if visit.visitor.principal.is_some() {
        let return_to = return_to::lenient(&desk, &visit);
        return already(&desk, &visit, return_to.as_deref());
    }
    let opening = asked(&desk, &visit)?;
    init::browser(&desk, &visit, FlowKind::Registration, opening).await
}

/// Begins a native client's registration flow.
pub(crate) async fn native(State(desk): State<Arc<Desk>>, visit: Visit) -> Outcome {
    require_enabled(&desk)?;
    if visit.visitor.principal.is_some() {
        return Err(Code::SessionAlreadyAvailable.into());
    }
    let opening = asked(&desk, &visit)?;
    init::native(&desk, &visit, FlowKind::Registration, opening).await
}

/// How a registration begins with the schema that a visit asks for.
fn asked(desk: &Desk, visit: &Visit) -> Result<Opening, Failure> {
    let Some(id) = visit.query(PARAMETER).filter(|id| !id.is_empty()) else {
        return Ok(Opening::default());
    };
    let schema = desk.services.schemas.selectable(id).ok_or_else(|| {
        let begin = desk.begin_page(FlowKind::Registration, None);
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
        form: Some(forms::registration::nodes(desk, &schema, &scopes::of_visit(visit)).into()),
        ..Opening::default()
    })
}

/// The answer where registration is off.
pub(crate) fn disabled(desk: &Desk) -> Failure {
    Failure::from(Code::FlowDisabled)
        .because("Registration is switched off here.")
        .way_out("Sign in", desk.begin_page(FlowKind::Login, None))
}

fn require_enabled(desk: &Desk) -> Result<(), Failure> {
    match desk.config.registration.enabled {
        true => Ok(()),
        false => Err(disabled(desk)),
    }
}
