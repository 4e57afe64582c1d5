//! One API credential, and its name.

use std::sync::Arc;

use axum::{
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use portcullis_core::{api_credential::ApiCredential, catalogue::Code};
use portcullis_kit::{Line, Outcome, Visit};
use serde::Serialize;

use super::{complaint, place, row::Row};
use crate::{
    caller::Caller,
    console::{
        areas::API_CREDENTIALS,
        choice::text,
        notice, sending,
        view::{self, Page},
    },
    credential::Change,
    desk::Desk,
    programs,
};

#[derive(Serialize)]
struct View {
    one: Row,
    /// What the form of a new secret is known by.
    form: String,
    facts: Vec<(&'static str, Line)>,
    /// Its name, or what was typed in its place.
    name: String,
    trouble: Option<&'static str>,
    overlaps: [(&'static str, &'static str); 5],
    /// The one of them that is chosen.
    overlap: &'static str,
}

/// How long old secrets can be good for beside a new one.
pub(super) const OVERLAPS: [(&str, &str); 5] = [
    ("0s", "They end at once"),
    ("1h", "For an hour more"),
    (USUAL, "For a day more"),
    ("7d", "For a week more"),
    ("30d", "For thirty days more"),
];
/// The one that is chosen.
const USUAL: &str = "1d";

pub(super) async fn page(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(id): Path<String>,
    visit: Visit,
) -> Outcome {
    let one = programs::find(&desk, &id).await?;
    Ok(draw(&desk, (&caller, &visit), (&one, None)))
}

pub(super) async fn rename(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(id): Path<String>,
    visit: Visit,
) -> Outcome {
    let name = text(&visit.fields()?, "name").to_owned();
    let change = Change {
        name: Some(name.clone()),
        ..Change::default()
    };
    match programs::change(&desk, &caller, (&id, &change)).await {
        Ok(_) => notice::redirect(&desk, &place(&id), "It is renamed."),
        Err(failure) => match complaint(&failure) {
            None => Err(failure),
            Some((_, trouble)) => {
                let one = programs::find(&desk, &id).await?;
                let page = draw(&desk, (&caller, &visit), (&one, Some((name, trouble))));
                Ok((Code::BadRequest.status(), page).into_response())
            }
        },
    }
}

fn draw(
    desk: &Desk,
    asked: (&Caller, &Visit),
    (one, typed): (&ApiCredential, Option<(String, &'static str)>),
) -> Response {
    let locale = view::locale(desk, asked.1);
    let row = Row::of(one, &locale, desk.services.clock.now());
    let issuer = desk.issuer();
    let (name, trouble) = typed.unzip();
    let view = View {
        facts: vec![
            ("Client id", one.client_id.clone().into()),
            ("Shown by", row.auth_method.into()),
            ("Token endpoint", issuer.token_endpoint().into()),
            ("Audience", issuer.audience().into()),
        ],
        name: name.unwrap_or_else(|| one.name.clone()),
        trouble,
        overlaps: OVERLAPS,
        overlap: USUAL,
        one: row,
        form: sending::mark(desk),
    };
    let page = Page {
        area: API_CREDENTIALS,
        title: &one.name,
        template: "api-credential.html",
    };
    view::draw(desk, asked, page, view)
}
