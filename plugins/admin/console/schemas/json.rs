//! The document as it is written.

use std::sync::Arc;

use axum::{
    extract::{Path, State},
    response::Response,
};
use http::StatusCode;
use portcullis_core::schema::runtime::SchemaRecord;
use portcullis_kit::{Outcome, Visit};
use serde::Serialize;

use super::{
    Head, JSON_TAB, answer, find, head, place,
    save::{self, Report, look, save},
    typed, value,
};
use crate::{
    caller::Caller,
    console::{
        notice,
        typed_json::{self, pretty},
        view,
    },
    desk::Desk,
};

#[derive(Debug, Serialize)]
struct Content {
    #[serde(flatten)]
    head: Head,
    text: String,
    /// Why what was typed is no document at all.
    trouble: Option<String>,
    report: Option<Report>,
    /// What somebody else has saved meanwhile.
    saved: Option<String>,
}

pub(super) async fn page(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(id): Path<String>,
    visit: Visit,
) -> Outcome {
    let record = find(&desk, &id).await?;
    let report = Report {
        lints: Some(record.lints.clone()).filter(|lints| !lints.is_empty()),
        ..Report::default()
    };
    let text = pretty(&record.schema);
    let told = (StatusCode::OK, report);
    Ok(shown(&desk, (&caller, &visit), &record, (text, Ok(told))))
}

pub(super) async fn check(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(id): Path<String>,
    visit: Visit,
) -> Outcome {
    let mut record = find(&desk, &id).await?;
    let typed = typed(&visit);
    let text = value(&typed, "document").to_owned();
    let told = match typed_json::read(&view::locale(&desk, &visit), &text) {
        Ok(document) => Ok(look(&desk, &id, &document).await?),
        Err(trouble) => Err(trouble),
    };
    // Whoever only checks has not seen what was saved meanwhile.
    record.etag = value(&typed, "etag").to_owned();
    Ok(shown(&desk, (&caller, &visit), &record, (text, told)))
}

pub(super) async fn submit(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(id): Path<String>,
    visit: Visit,
) -> Outcome {
    let record = find(&desk, &id).await?;
    let typed = typed(&visit);
    let text = value(&typed, "document").to_owned();
    let told = match typed_json::read(&view::locale(&desk, &visit), &text) {
        Err(trouble) => Err(trouble),
        Ok(document) => {
            let terms = save::terms(&typed);
            match save(&desk, &caller, (&record, document), &terms).await? {
                Some(refused) => Ok(refused),
                None => {
                    let place = format!("{}/json", place(&id));
                    return notice::redirect(&desk, &place, "The schema is saved.");
                }
            }
        }
    };
    Ok(shown(&desk, (&caller, &visit), &record, (text, told)))
}

fn shown(
    desk: &Desk,
    asked: (&Caller, &Visit),
    record: &SchemaRecord,
    (text, told): (String, Result<save::Refused, String>),
) -> Response {
    let (status, report, trouble) = match told {
        Ok((status, report)) => (status, Some(report), None),
        Err(trouble) => (StatusCode::BAD_REQUEST, None, Some(trouble)),
    };
    let is_changed = report.as_ref().is_some_and(|report| report.is_changed);
    let content = Content {
        head: head(asked.0, record, JSON_TAB),
        text,
        trouble,
        report,
        saved: is_changed.then(|| pretty(&record.schema)),
    };
    let sheet = (&*record.id, "profile-json.html");
    answer(desk, asked, status, sheet, content)
}
