//! Giving an API credential a new secret; where old ones end at once, that is asked first.

use std::{sync::Arc, time::Duration};

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
        notice,
        question::{self, Question},
        sending::{self, Sending},
        view,
    },
    credential::{MOST_SECRETS, ending},
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
    if text(&fields, SURE).is_empty() {
        let one = programs::find(&desk, &id).await?;
        let losses = losses(&desk, &one, overlap);
        if !losses.is_empty() {
            return Ok(ask(&desk, (&caller, &visit), (&one, asked, losses)));
        }
    }
    if Sending::of(&desk, &fields).await? == Sending::Again {
        return notice::redirect(&desk, &place(&id), sending::AGAIN_SAID);
    }
    let (rotated, secret) = programs::rotate(&desk, &caller, (&id, overlap)).await?;
    Ok(shown(&desk, (&caller, &visit), (&rotated, &secret)))
}

/// What goes at once with a new secret, line by line; nothing where all are good for a while.
fn losses(desk: &Desk, one: &ApiCredential, overlap: Duration) -> Vec<String> {
    let now = desk.services.clock.now();
    let good = one.secrets.iter();
    let good = good.filter(|secret| secret.expires_at.is_none_or(|end| now < end));
    let ending = ending(good.count(), overlap);
    if ending == 0 {
        return Vec::new();
    }
    let why = match overlap.is_zero() {
        true => "Its program gets no access token until it has the new secret.".to_owned(),
        false => {
            format!("No more secrets than {MOST_SECRETS} are good at once, so the oldest ends.")
        }
    };
    vec![
        format!("Secrets that end now: {ending}"),
        why,
        "Access tokens that it has got already are good until they end.".to_owned(),
    ]
}

fn ask(
    desk: &Desk,
    asked: (&Caller, &Visit),
    (one, overlap, losses): (&ApiCredential, &str, Vec<String>),
) -> Response {
    let locale = view::locale(desk, asked.1);
    let question = Question {
        heading: "Make a new secret",
        losses: losses.iter().map(|loss| locale.text(loss)).collect(),
        hidden: vec![
            ("overlap".to_owned(), overlap.to_owned()),
            (SURE.to_owned(), "yes".to_owned()),
            (sending::FIELD.to_owned(), sending::mark(desk)),
        ],
        label: "Make a new secret",
        back: place(&one.id.to_string()),
        ..Question::default()
    };
    question::ask(desk, asked, (API_CREDENTIALS, &one.name), question)
}
