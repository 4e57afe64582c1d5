//! Giving an API credential a new secret; where the old ones end at once, that is asked first.

use std::sync::Arc;

use axum::{
    extract::{Path, State},
    response::Response,
};
use portcullis_core::{api_credential::ApiCredential, catalogue::Code};
use portcullis_kit::{Outcome, Visit};

use super::{create::shown, one::OVERLAPS, place};
use crate::{
    caller::Caller,
    console::{
        areas::API_CREDENTIALS,
        choice::text,
        question::{self, Question},
        view,
    },
    desk::Desk,
    programs,
};

/// Where the form says that it was asked.
const SURE: &str = "sure";

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
    if overlap.is_zero() && text(&fields, SURE).is_empty() {
        let one = programs::find(&desk, &id).await?;
        return Ok(ask(&desk, (&caller, &visit), (&one, asked)));
    }
    let (rotated, secret) = programs::rotate(&desk, &caller, (&id, overlap)).await?;
    Ok(shown(&desk, (&caller, &visit), (&rotated, &secret)))
}

fn ask(desk: &Desk, asked: (&Caller, &Visit), (one, overlap): (&ApiCredential, &str)) -> Response {
    let now = desk.services.clock.now();
    let live = one.secrets.iter();
    let live = live.filter(|secret| secret.expires_at.is_none_or(|end| now < end));
    let losses = [
        format!("Secrets that end now: {}", live.count()),
        "Its program gets no access token until it has the new secret.".to_owned(),
        "Access tokens that it has got already are good until they end.".to_owned(),
    ];
    let locale = view::locale(desk, asked.1);
    let question = Question {
        heading: "Make a new secret",
        losses: losses.map(|loss| locale.text(&loss)).to_vec(),
        hidden: vec![
            ("overlap".to_owned(), overlap.to_owned()),
            (SURE.to_owned(), "yes".to_owned()),
        ],
        label: "Make a new secret",
        back: place(&one.id.to_string()),
        ..Question::default()
    };
    question::ask(desk, asked, (API_CREDENTIALS, &one.name), question)
}
