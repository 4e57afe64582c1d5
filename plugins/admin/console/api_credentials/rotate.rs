//! Giving an API credential a new secret.

use std::sync::Arc;

use axum::extract::{Path, State};
use portcullis_core::catalogue::Code;
use portcullis_kit::{Outcome, Visit};

use super::{create::shown, one::OVERLAPS};
use crate::{caller::Caller, console::choice::text, desk::Desk, programs};

pub(super) async fn rotate(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(id): Path<String>,
    visit: Visit,
) -> Outcome {
    let fields = visit.fields()?;
    let asked = text(&fields, "overlap");
    let is_offered = OVERLAPS.iter().any(|(overlap, _)| *overlap == asked);
    let overlap = humantime::parse_duration(asked).ok().filter(|_| is_offered);
    let overlap = overlap.ok_or(Code::BadRequest)?;
    let (rotated, secret) = programs::rotate(&desk, &caller, (&id, overlap)).await?;
    Ok(shown(&desk, (&caller, &visit), (&rotated, &secret)))
}
