//! Taking back what was written here.

use std::sync::Arc;

use axum::extract::{Path, State};
use http::StatusCode;
use portcullis_core::{catalogue::Code, schema::runtime::SchemaSource};
use portcullis_kit::{Outcome, Visit};

use super::{
    JSON_TAB, answer, find, head, people, place,
    removal::Question,
    save::{self, refused},
    typed,
};
use crate::{
    caller::Caller,
    console::{areas::SCHEMAS, notice},
    desk::Desk,
    schemas,
};

async fn draw(
    desk: &Desk,
    (caller, visit): (&Caller, &Visit),
    id: &str,
    told: Option<save::Refused>,
) -> Outcome {
    let record = find(desk, id).await?;
    if record.source == SchemaSource::Config {
        return Err(Code::SchemaConfigured.into());
    }
    let is_overlay = record.source == SchemaSource::Overlay;
    let (what, note, button) = match is_overlay {
        true => (
            "What was changed here is lost; what the configuration says counts again:",
            "Whoever obeys this schema has to fit that one, too.",
            "Back to the configuration",
        ),
        false => (
            "This schema is removed:",
            "Nobody may obey it any more before it goes.",
            "Remove",
        ),
    };
    let place = place(id);
    let (status, report) = told.map_or((StatusCode::OK, None), |(status, report)| {
        (status, Some(report))
    });
    let content = Question {
        head: head(caller, &record, JSON_TAB),
        what,
        object: record.id.clone(),
        action: format!("{place}/restore"),
        back: format!("{place}/json"),
        hidden: vec![("etag", record.etag.clone())],
        button,
        people: people(desk, id)
            .await?
            .map(|count| ("People who obey it", count)),
        note,
        warnings: Vec::new(),
        members: Vec::new(),
        report,
    };
    let sheet = (&*record.id, "profile-remove.html");
    Ok(answer(desk, (caller, visit), status, sheet, content))
}

pub(super) async fn ask(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(id): Path<String>,
    visit: Visit,
) -> Outcome {
    draw(&desk, (&caller, &visit), &id, None).await
}

pub(super) async fn submit(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(id): Path<String>,
    visit: Visit,
) -> Outcome {
    let record = find(&desk, &id).await?;
    let terms = save::terms(&typed(&visit));
    match schemas::take_back(&desk, &caller, &id, &terms).await {
        Ok(()) if record.source == SchemaSource::Overlay => {
            let done = "What the configuration says counts again.";
            notice::redirect(&desk, &place(&id), done)
        }
        Ok(()) => notice::redirect(&desk, SCHEMAS.path, "The schema is removed."),
        Err(error) => draw(&desk, (&caller, &visit), &id, Some(refused(error)?)).await,
    }
}
