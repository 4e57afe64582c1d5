//! Beginning to get back in.

use std::sync::Arc;

use axum::extract::State;
use portcullis_core::{catalogue::Code, flow::FlowKind};
use portcullis_kit::{Outcome, Visit};

use crate::{
    codes,
    desk::Desk,
    init::{self, Opening},
    login::init::already,
    return_to,
};

/// Begins a browser's recovery flow.
pub(crate) async fn browser(State(desk): State<Arc<Desk>>, visit: Visit) -> Outcome {
    codes::require_offered(&desk, FlowKind::Recovery)?;
    if visit.visitor.principal.is_some() {
        let return_to = return_to::lenient(&desk, &visit);
        return already(&desk, &visit, return_to.as_deref());
    }
    init::browser(&desk, &visit, FlowKind::Recovery, Opening::default()).await
}

/// Begins a native client's recovery flow.
pub(crate) async fn native(State(desk): State<Arc<Desk>>, visit: Visit) -> Outcome {
    codes::require_offered(&desk, FlowKind::Recovery)?;
    if visit.visitor.principal.is_some() {
        return Err(Code::SessionAlreadyAvailable.into());
    }
    init::native(&desk, &visit, FlowKind::Recovery, Opening::default()).await
}
