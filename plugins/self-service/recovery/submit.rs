//! Submitting the recovery form.

use std::sync::Arc;

use axum::extract::State;
use portcullis_core::flow::FlowKind;
use portcullis_kit::{Outcome, Visit};

use super::settle;
use crate::{
    codes::{prove::Step, step::step},
    desk::Desk,
};

/// Answers a submission of the recovery form.
pub(crate) async fn submit(State(desk): State<Arc<Desk>>, visit: Visit) -> Outcome {
    match step(&desk, &visit, FlowKind::Recovery).await? {
        Step::Answered(response) => Ok(response),
        Step::Proved(submission, proved) => settle::enter(&desk, visit, submission, &proved).await,
    }
}
