//! The groups of a schema.

use std::sync::Arc;

use axum::extract::{Path, State};
use http::StatusCode;
use portcullis_core::{
    catalogue::Code,
    schema::{groups::members, runtime::SchemaRecord},
};
use portcullis_kit::{Outcome, Visit};
use serde::Serialize;
use serde_json::Value;

use super::{
    GROUPS_TAB, Head, about, answer, find, head, place,
    removal::Question,
    save::{self, Report, save},
    typed, value,
};
use crate::{
    caller::Caller,
    console::notice,
    desk::Desk,
    profile::{self, Group, Settings},
};

#[derive(Debug, Serialize)]
struct List {
    #[serde(flatten)]
    head: Head,
    rows: Vec<Row>,
}

#[derive(Debug, Serialize)]
struct Row {
    name: String,
    header: String,
    description: String,
    members: String,
    change: String,
    remove: String,
}

/// The form of a group.
#[derive(Debug, Serialize)]
struct Form {
    #[serde(flatten)]
    head: Head,
    action: String,
    is_new: bool,
    name: String,
    header: String,
    description: String,
    error: Option<&'static str>,
    report: Option<Report>,
}

pub(super) async fn page(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(id): Path<String>,
    visit: Visit,
) -> Outcome {
    let record = find(&desk, &id).await?;
    let place = place(&id);
    let row = |group: Group| Row {
        members: members(&record.schema, &group.name).join(", "),
        change: about(&place, "group", ("name", &group.name)),
        remove: about(&place, "remove-group", ("name", &group.name)),
        name: group.name,
        header: group.header,
        description: group.description,
    };
    let groups = profile::groups(&record.schema).into_iter();
    let list = List {
        head: head(&caller, &record, GROUPS_TAB),
        rows: groups.map(row).collect(),
    };
    let sheet = (&*record.id, "profile-groups.html");
    let asked = (&caller, &visit);
    Ok(answer(&desk, asked, StatusCode::OK, sheet, list))
}

/// Why a form is shown again.
type Told = (Option<&'static str>, Option<save::Refused>);

fn form(
    desk: &Desk,
    asked: (&Caller, &Visit),
    (record, group, is_new): (&SchemaRecord, Group, bool),
    (error, refused): Told,
) -> Outcome {
    let (status, report) = match (refused, error) {
        (Some((status, report)), _) => (status, Some(report)),
        (None, None) => (StatusCode::OK, None),
        (None, Some(_)) => (StatusCode::BAD_REQUEST, None),
    };
    let page = if is_new { "add-group" } else { "group" };
    let content = Form {
        head: head(asked.0, record, GROUPS_TAB),
        action: format!("{}/{page}", place(&record.id)),
        is_new,
        name: group.name.clone(),
        header: group.header,
        description: group.description,
        error,
        report,
    };
    let title = if is_new { "Add a group" } else { &*group.name };
    let sheet = (title, "profile-group.html");
    Ok(answer(desk, asked, status, sheet, content))
}

pub(super) async fn new(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(id): Path<String>,
    visit: Visit,
) -> Outcome {
    let record = find(&desk, &id).await?;
    let subject = (&record, Group::default(), true);
    form(&desk, (&caller, &visit), subject, (None, None))
}

pub(super) async fn open(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(id): Path<String>,
    visit: Visit,
) -> Outcome {
    let record = find(&desk, &id).await?;
    let name = visit.query("name").unwrap_or_default();
    let mut groups = profile::groups(&record.schema).into_iter();
    let group = groups.find(|group| group.name == name);
    let subject = (&record, group.ok_or(Code::RecordNotFound)?, false);
    form(&desk, (&caller, &visit), subject, (None, None))
}

pub(super) async fn add(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(id): Path<String>,
    visit: Visit,
) -> Outcome {
    submit(&desk, (&caller, &visit), &id, true).await
}

pub(super) async fn change(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(id): Path<String>,
    visit: Visit,
) -> Outcome {
    submit(&desk, (&caller, &visit), &id, false).await
}

async fn submit(desk: &Desk, asked: (&Caller, &Visit), id: &str, is_new: bool) -> Outcome {
    let record = find(desk, id).await?;
    let typed = typed(asked.1);
    let text = |name: &str| value(&typed, name).trim().to_owned();
    let group = Group {
        name: text("name"),
        header: text("header"),
        description: text("description"),
    };
    let mut document = record.schema.clone();
    let told = match profile::change_group(&mut document, &group, is_new) {
        Err(troubles) => (troubles.first().map(|(_, text)| *text), None),
        Ok(()) => match saved(desk, asked.0, (&record, document), &typed).await? {
            None => {
                let place = format!("{}/groups", place(id));
                return notice::redirect(desk, &place, "The group is saved.");
            }
            refused => (None, refused),
        },
    };
    form(desk, asked, (&record, group, is_new), told)
}

/// Saves what is other groups only: whoever fits the schema now fits it then.
async fn saved(
    desk: &Desk,
    caller: &Caller,
    document: (&SchemaRecord, Value),
    typed: &Settings,
) -> Result<Option<save::Refused>, portcullis_kit::Failure> {
    let mut terms = save::terms(typed);
    terms.force = true;
    save(desk, caller, document, &terms).await
}

fn question(
    desk: &Desk,
    asked: (&Caller, &Visit),
    (record, name): (&SchemaRecord, &str),
    told: Option<save::Refused>,
) -> Outcome {
    let mut groups = profile::groups(&record.schema).into_iter();
    let group = groups.find(|group| group.name == name);
    let group = group.ok_or(Code::RecordNotFound)?;
    let members = members(&record.schema, name);
    let (status, report) = match told {
        Some((status, report)) => (status, Some(report)),
        None if asked.1.method.is_safe() || members.is_empty() => (StatusCode::OK, None),
        None => (StatusCode::CONFLICT, None),
    };
    let place = place(&record.id);
    let content = Question {
        head: head(asked.0, record, GROUPS_TAB),
        what: "The group goes; no attribute does:",
        object: group.name,
        action: format!("{place}/remove-group"),
        back: format!("{place}/groups"),
        hidden: vec![("etag", record.etag.clone()), ("name", name.to_owned())],
        button: "Remove",
        people: None,
        note: "",
        warnings: Vec::new(),
        members,
        report,
    };
    let sheet = ("Remove a group", "profile-remove.html");
    Ok(answer(desk, asked, status, sheet, content))
}

pub(super) async fn ask_remove(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(id): Path<String>,
    visit: Visit,
) -> Outcome {
    let record = find(&desk, &id).await?;
    let name = visit.query("name").unwrap_or_default();
    question(&desk, (&caller, &visit), (&record, name), None)
}

pub(super) async fn remove(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(id): Path<String>,
    visit: Visit,
) -> Outcome {
    let record = find(&desk, &id).await?;
    let typed = typed(&visit);
    let name = value(&typed, "name");
    let mut document = record.schema.clone();
    let told = match profile::remove_group(&mut document, name) {
        Err(_) => None,
        Ok(()) => match saved(&desk, &caller, (&record, document), &typed).await? {
            None => {
                let place = format!("{}/groups", place(&id));
                return notice::redirect(&desk, &place, "The group is removed.");
            }
            refused => refused,
        },
    };
    question(&desk, (&caller, &visit), (&record, name), told)
}
