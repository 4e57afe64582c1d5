//! Beginning to register.

use std::sync::Arc;

use axum::extract::State;
use portcullis_core::{catalogue::Code, flow::FlowKind};
use portcullis_kit::{Failure, Outcome, Visit};

use super::schema;
use crate::{desk::Desk, init, login::init::already, return_to};

/// Begins a browser's registration flow.
pub(crate) async fn browser(State(desk): State<Arc<Desk>>, visit: Visit) -> Outcome {
    require_enabled(&desk)?;
    if visit.visitor.principal.is_some() {
        let return_to = return_to::lenient(&desk, &visit);
        return already(&desk, &visit, return_to.as_deref());
    }
    let opening = schema::asked(&desk, &visit)?;
    init::browser(&desk, &visit, FlowKind::Registration, opening).await
}

/// Begins a native client's registration flow.
pub(crate) async fn native(State(desk): State<Arc<Desk>>, visit: Visit) -> Outcome {
    require_enabled(&desk)?;
    if visit.visitor.principal.is_some() {
        return Err(Code::SessionAlreadyAvailable.into());
    }
    let opening = schema::asked(&desk, &visit)?;
    init::native(&desk, &visit, FlowKind::Registration, opening).await
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
