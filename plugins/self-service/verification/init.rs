//! Beginning to prove an address.

use std::sync::Arc;

use axum::extract::State;
use portcullis_core::flow::FlowKind;
use portcullis_kit::{Outcome, Visit};

use crate::{
    codes,
    desk::Desk,
    init::{self, Opening},
};

/// Begins a browser's verification flow.
pub(crate) async fn browser(State(desk): State<Arc<Desk>>, visit: Visit) -> Outcome {
    codes::require_offered(&desk, FlowKind::Verification)?;
    init::browser(&desk, &visit, FlowKind::Verification, Opening::default()).await
}

/// Begins a native client's verification flow.
pub(crate) async fn native(State(desk): State<Arc<Desk>>, visit: Visit) -> Outcome {
    codes::require_offered(&desk, FlowKind::Verification)?;
    init::native(&desk, &visit, FlowKind::Verification, Opening::default()).await
}
