//! Removing an attribute.

use std::sync::Arc;

use axum::extract::{Path, State};
use http::StatusCode;
use portcullis_core::{catalogue::Code, schema::runtime::SchemaRecord};
use portcullis_kit::{Outcome, Visit};
use serde::Serialize;

use super::{
    ATTRIBUTES_TAB, Head, answer, find, head, place,
    save::{self, Report, save},
    typed, value,
};
use crate::{caller::Caller, console::notice, desk::Desk, profile, schemas};

const SIGNED_IN_WITH: &str =
    "People sign in with it. Once it is removed, nobody can sign in with what stands there.";
const REACHED_BY: &str = "Mail goes there: letters that prove an address, or let people back in. Once \
                          it is removed, none do.";

/// A page that asks before something goes.
#[derive(Debug, Serialize)]
pub(super) struct Question {
    #[serde(flatten)]
    pub(super) head: Head,
    pub(super) what: &'static str,
    pub(super) object: String,
    pub(super) action: String,
    pub(super) back: String,
    pub(super) hidden: Vec<(&'static str, String)>,
    pub(super) button: &'static str,
    /// How many people it concerns, where that is known.
    pub(super) people: Option<(&'static str, u64)>,
    pub(super) note: &'static str,
    /// What people lose with it.
    pub(super) warnings: Vec<&'static str>,
    /// The attributes that keep it.
    pub(super) members: Vec<String>,
    pub(super) report: Option<Report>,
}

async fn draw(
    desk: &Desk,
    asked: (&Caller, &Visit),
    (record, path): (&SchemaRecord, &str),
    told: Option<save::Refused>,
) -> Outcome {
    let found = profile::find(&record.schema, path);
    let found = found.ok_or(Code::RecordNotFound)?;
    let place = place(&record.id);
    let (status, report) = told.map_or((StatusCode::OK, None), |(status, report)| {
        (status, Some(report))
    });
    let content = Question {
        head: head(asked.0, record, ATTRIBUTES_TAB),
        what: "Nobody is asked for it or sees it any more:",
        object: found.path,
        action: format!("{place}/remove-attribute"),
        back: place,
        hidden: vec![("etag", record.etag.clone()), ("path", path.to_owned())],
        button: "Remove",
        people: Some((
            "People who have a value",
            schemas::holders(desk, &record.id, path).await?,
        )),
        note: "Their values stay stored. Where the schema allows nothing else, whoever has one does not fit it any more.",
        warnings: warnings(desk, (&record.id, path)),
        members: Vec::new(),
        report,
    };
    let sheet = ("Remove an attribute", "profile-remove.html");
    Ok(answer(desk, asked, status, sheet, content))
}

/// What people do by an attribute, or by one that is part of it, which then ends.
fn warnings(desk: &Desk, (id, path): (&str, &str)) -> Vec<&'static str> {
    let Some(schema) = desk.services.schemas.find(id) else {
        return Vec::new();
    };
    let names = schema.is_signed_in_with(path).then_some(SIGNED_IN_WITH);
    let letters = schema.gets_letters(path).then_some(REACHED_BY);
    names.into_iter().chain(letters).collect()
}

pub(super) async fn ask(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(id): Path<String>,
    visit: Visit,
) -> Outcome {
    let record = find(&desk, &id).await?;
    let path = visit.query("path").unwrap_or_default();
    draw(&desk, (&caller, &visit), (&record, path), None).await
}

pub(super) async fn submit(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(id): Path<String>,
    visit: Visit,
) -> Outcome {
    let record = find(&desk, &id).await?;
    let typed = typed(&visit);
    let path = value(&typed, "path");
    let mut document = record.schema.clone();
    if !profile::remove(&mut document, path) {
        return Err(Code::RecordNotFound.into());
    }
    let terms = save::terms(&typed);
    match save(&desk, &caller, (&record, document), &terms).await? {
        None => notice::redirect(&desk, &place(&id), "The attribute is removed."),
        told => draw(&desk, (&caller, &visit), (&record, path), told).await,
    }
}
