//! Adding an attribute, and changing one.

use std::sync::Arc;

use axum::extract::{Path, State};
use http::StatusCode;
use portcullis_core::{catalogue::Code, schema::runtime::SchemaRecord};
use portcullis_kit::{Outcome, Visit};
use serde::Serialize;

use super::{
    ATTRIBUTES_TAB, Head, about, answer,
    fields::{self, Section},
    find, head, place,
    save::{self, Report, save},
    typed, value,
};
use crate::{
    caller::Caller,
    console::notice,
    desk::Desk,
    profile::{self, Settings, Trouble},
};

#[derive(Debug, Serialize)]
struct Content {
    #[serde(flatten)]
    head: Head,
    action: String,
    /// The attribute, where it is there already.
    path: Option<String>,
    /// What it is to be called.
    name: String,
    name_error: Option<&'static str>,
    remove: Option<String>,
    sections: Vec<Section>,
    report: Option<Report>,
}

/// What is told beside a pattern that nobody can read.
const NO_PATTERN: Trouble = ("pattern", "This is no regular expression.");

/// What a form is about: a schema, and the attribute of it that is changed.
type Subject<'a> = (&'a SchemaRecord, Option<&'a str>);

/// Why a form is shown again.
#[derive(Default)]
struct Told {
    troubles: Vec<Trouble>,
    refused: Option<save::Refused>,
}

fn form(
    desk: &Desk,
    asked: (&Caller, &Visit),
    (record, path): Subject<'_>,
    (settings, mut told): (&Settings, Told),
) -> Outcome {
    let problems = told.refused.iter().flat_map(|(_, report)| &report.problems);
    let mut pointers = problems.map(|problem| problem.pointer.as_str());
    if pointers.any(|pointer| pointer.ends_with("/pattern")) {
        told.troubles.push(NO_PATTERN);
    }
    let stands = kind(record, path);
    let name_error = told.troubles.iter().find(|(name, _)| *name == "name");
    let place = place(&record.id);
    let page = path.map_or("add-attribute", |_| "attribute");
    let (status, report) = match (told.refused, told.troubles.is_empty()) {
        (Some((status, report)), _) => (status, Some(report)),
        (None, true) => (StatusCode::OK, None),
        (None, false) => (StatusCode::BAD_REQUEST, None),
    };
    let groups = profile::groups(&record.schema);
    let content = Content {
        head: head(asked.0, record, ATTRIBUTES_TAB),
        action: format!("{place}/{page}"),
        path: path.map(str::to_owned),
        name: value(settings, "name").to_owned(),
        name_error: name_error.map(|(_, text)| *text),
        remove: path.map(|path| about(&place, "remove-attribute", ("path", path))),
        sections: fields::sections((settings, &stands), &groups, &told.troubles),
        report,
    };
    let title = path.unwrap_or("Add an attribute");
    let sheet = (title, "profile-attribute.html");
    Ok(answer(desk, asked, status, sheet, content))
}

/// The type that an attribute has.
fn kind(record: &SchemaRecord, path: Option<&str>) -> String {
    let found = path.and_then(|path| profile::find(&record.schema, path));
    found.map_or_else(
        || "string".to_owned(),
        |one| value(&one.settings, "kind").to_owned(),
    )
}

pub(super) async fn new(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(id): Path<String>,
    visit: Visit,
) -> Outcome {
    let record = find(&desk, &id).await?;
    let ticked = ["view_user", "view_admin", "edit_user", "edit_admin", "trim"];
    let ticked = ticked.map(|name| (name.to_owned(), "true".to_owned()));
    let mut settings = Settings::from(ticked);
    settings.insert("kind".to_owned(), "string".to_owned());
    settings.insert("most".to_owned(), "255".to_owned());
    let told = Told::default();
    form(&desk, (&caller, &visit), (&record, None), (&settings, told))
}

pub(super) async fn add(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(id): Path<String>,
    visit: Visit,
) -> Outcome {
    let record = find(&desk, &id).await?;
    let mut typed = typed(&visit);
    fields::complete(&mut typed, "string");
    let mut document = record.schema.clone();
    let name = value(&typed, "name").trim();
    let told = match profile::add(&mut document, name, &typed) {
        Err(troubles) => Told {
            troubles,
            refused: None,
        },
        Ok(()) => {
            let terms = save::terms(&typed);
            let refused = save(&desk, &caller, (&record, document), &terms).await?;
            if refused.is_none() {
                return notice::redirect(&desk, &place(&id), "The attribute is added.");
            }
            Told {
                troubles: Vec::new(),
                refused,
            }
        }
    };
    form(&desk, (&caller, &visit), (&record, None), (&typed, told))
}

pub(super) async fn open(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(id): Path<String>,
    visit: Visit,
) -> Outcome {
    let record = find(&desk, &id).await?;
    let path = visit.query("path").unwrap_or_default();
    let found = profile::find(&record.schema, path).filter(|one| !one.is_reference);
    let found = found.ok_or(Code::RecordNotFound)?;
    let filled = (&found.settings, Told::default());
    form(&desk, (&caller, &visit), (&record, Some(path)), filled)
}

pub(super) async fn change(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(id): Path<String>,
    visit: Visit,
) -> Outcome {
    let record = find(&desk, &id).await?;
    let mut typed = typed(&visit);
    let path = value(&typed, "path").to_owned();
    fields::complete(&mut typed, &kind(&record, Some(&path)));
    let mut document = record.schema.clone();
    let told = match profile::change(&mut document, &path, &typed) {
        Err(troubles) => Told {
            troubles,
            refused: None,
        },
        Ok(()) => {
            let terms = save::terms(&typed);
            let refused = save(&desk, &caller, (&record, document), &terms).await?;
            if refused.is_none() {
                return notice::redirect(&desk, &place(&id), "The attribute is saved.");
            }
            Told {
                troubles: Vec::new(),
                refused,
            }
        }
    };
    let subject = (&record, Some(&*path));
    form(&desk, (&caller, &visit), subject, (&typed, told))
}
