//! The attributes of a schema, in the order of forms.

use std::sync::Arc;

use axum::extract::{Path, State};
use http::StatusCode;
use portcullis_core::schema::runtime::SchemaRecord;
use portcullis_kit::{Outcome, Visit};
use serde::Serialize;

use super::{
    ATTRIBUTES_TAB, Head, about, answer, find, head, place,
    save::{self, Report, save},
    typed, value,
};
use crate::{
    caller::Caller,
    console::notice,
    desk::Desk,
    profile::{self, Attribute, Sibling},
};

#[derive(Debug, Serialize)]
struct Content {
    #[serde(flatten)]
    head: Head,
    rows: Vec<Row>,
    report: Option<Report>,
}

#[derive(Debug, Serialize)]
struct Row {
    path: String,
    /// What people call it, where it has a name of its own for them.
    title: String,
    depth: usize,
    kind: &'static str,
    group: String,
    required: &'static str,
    sees: &'static str,
    changes: &'static str,
    marks: Vec<&'static str>,
    /// Where it is changed; nowhere where it is described at another place.
    change: Option<String>,
    remove: String,
    is_first: bool,
    is_last: bool,
}

pub(super) async fn page(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(id): Path<String>,
    visit: Visit,
) -> Outcome {
    let record = find(&desk, &id).await?;
    draw(&desk, (&caller, &visit), &record, None)
}

/// Lets an attribute change places with the one before or after it, which changes nothing for anybody
/// who is here already.
pub(super) async fn shift(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(id): Path<String>,
    visit: Visit,
) -> Outcome {
    let record = find(&desk, &id).await?;
    let typed = typed(&visit);
    let sibling = match value(&typed, "to") {
        "before" => Sibling::Before,
        _ => Sibling::After,
    };
    let mut document = record.schema.clone();
    profile::shift(&mut document, value(&typed, "path"), sibling);
    let mut terms = save::terms(&typed);
    terms.force = true;
    match save(&desk, &caller, (&record, document), &terms).await? {
        None => notice::redirect(&desk, &place(&id), "The order is saved."),
        told => draw(&desk, (&caller, &visit), &record, told),
    }
}

fn draw(
    desk: &Desk,
    asked: (&Caller, &Visit),
    record: &SchemaRecord,
    told: Option<save::Refused>,
) -> Outcome {
    let (status, report) = told.map_or((StatusCode::OK, None), |(status, report)| {
        (status, Some(report))
    });
    let place = place(&record.id);
    let all = profile::attributes(&record.schema).into_iter();
    let content = Content {
        head: head(asked.0, record, ATTRIBUTES_TAB),
        rows: all.map(|one| row(&place, one)).collect(),
        report,
    };
    let sheet = (&*record.id, "profile-attributes.html");
    Ok(answer(desk, asked, status, sheet, content))
}

fn row(place: &str, attribute: Attribute) -> Row {
    let set = |name: &str| value(&attribute.settings, name);
    let holds = |name: &str| set(name) == "true";
    let marks = [
        (holds("identifier"), "Signs in"),
        (!set("verification").is_empty(), "Is verified"),
        (!set("recovery").is_empty(), "Recovers"),
        (holds("searchable"), "Searchable"),
        (holds("protected"), "Protected"),
    ];
    let marks = marks.into_iter().filter(|(holds, _)| *holds);
    let required = match (holds("required"), set("required_for")) {
        (true, _) => "Required",
        (_, "user") => "From people",
        (_, "admin") => "From administrators",
        (_, "both") => "From everybody",
        _ => "Optional",
    };
    let change = ("path", &*attribute.path);
    Row {
        title: set("title").to_owned(),
        depth: attribute.depth,
        kind: kind(set("kind")),
        group: set("group").to_owned(),
        required,
        sees: who(holds("view_user"), holds("view_admin")),
        changes: who(holds("edit_user"), holds("edit_admin")),
        marks: marks.map(|(_, mark)| mark).collect(),
        change: (!attribute.is_reference).then(|| about(place, "attribute", change)),
        remove: about(place, "remove-attribute", change),
        is_first: attribute.is_first,
        is_last: attribute.is_last,
        path: attribute.path,
    }
}

fn kind(kind: &str) -> &'static str {
    let known = super::fields::KINDS.iter().find(|(name, _)| *name == kind);
    known.map_or("Something else", |(_, label)| label)
}

fn who(person: bool, administrator: bool) -> &'static str {
    match (person, administrator) {
        (true, true) => "Everybody",
        (true, false) => "They themselves",
        (false, true) => "Administrators only",
        (false, false) => "Nobody",
    }
}
