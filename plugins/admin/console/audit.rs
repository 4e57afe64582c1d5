//! The audit log: who did what, found, looked at and taken along.

mod entry;
mod filter;
mod names;
pub(super) mod value;
pub(super) mod words;

use std::sync::Arc;

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::{
    Method, StatusCode,
    header::{CONTENT_DISPOSITION, CONTENT_TYPE},
};
use portcullis_core::{
    audit::{AuditEntry, DONE},
    part::Part,
};
use portcullis_kit::{Failure, Line, Locale, Outcome, Visit};
use serde::Serialize;

use self::names::Names;
use super::{areas::AUDIT, narrowing::Narrowing, pages::Pages, view};
use crate::{
    audit::reading::{self, EXPORT, LINES},
    caller::Caller,
    desk::Desk,
    need::Need,
};

/// How many entries are on a page.
const SIZE: u32 = 50;
const TAKEN: &str = "/ui/audit/export";

/// The list as a template reads it.
#[derive(Debug, Serialize)]
struct List {
    narrowing: Narrowing,
    trouble: Option<&'static str>,
    rows: Vec<Row>,
    first: Option<String>,
    prev: Option<String>,
    next: Option<String>,
    /// Where the list is taken along from.
    export: String,
    /// How much of it is.
    most: String,
}

/// An entry, in short.
#[derive(Debug, Serialize)]
struct Row {
    href: String,
    at: Line,
    verb: String,
    what: &'static str,
    who: String,
    client: Option<String>,
    kind: Option<&'static str>,
    object: Option<String>,
    /// What the thing is called now; of a session whose it is.
    name: Option<String>,
    is_done: bool,
}

/// Adds the area to the table.
pub(crate) fn pages(table: Pages) -> Pages {
    let read = Need::Permission(AUDIT.permission);
    table
        .at((Method::GET, AUDIT.path), read, list)
        .at((Method::GET, TAKEN), read, export)
        .at((Method::GET, "/ui/audit/{place}"), read, entry::page)
}

async fn list(State(desk): State<Arc<Desk>>, caller: Caller, visit: Visit) -> Outcome {
    let narrowing = filter::form(&visit);
    let locale = view::locale(&desk, &visit);
    let most = format!("The file has the newest {EXPORT} entries that fit.");
    let mut list = List {
        trouble: None,
        rows: Vec::new(),
        first: None,
        prev: None,
        next: None,
        export: narrowing.address(TAKEN, &[]),
        most: locale.text(&most),
        narrowing,
    };
    match filter::asked(&desk, &visit).await? {
        Err(trouble) => list.trouble = Some(trouble),
        Ok(asked) => {
            let (entries, around) = reading::page(&desk, &asked.filter, (asked.part, SIZE)).await?;
            let names = Names::of(&desk, &caller, &entries).await?;
            let rows = entries.iter().map(|one| row(&locale, one, &names));
            list.rows = rows.collect();
            let to = |others: &[(&str, &str)]| list.narrowing.address(AUDIT.path, others);
            list.first = (asked.part != Part::First).then(|| to(&[]));
            list.prev = around.prev.map(|prev| to(&[("page_token", &prev)]));
            list.next = around.next.map(|next| to(&[("page_token", &next)]));
        }
    }
    Ok(answer(&desk, (&caller, &visit), list))
}

fn answer(desk: &Desk, asked: (&Caller, &Visit), list: List) -> Response {
    let status = match list.trouble {
        Some(_) => StatusCode::BAD_REQUEST,
        None => StatusCode::OK,
    };
    let page = view::Page {
        area: AUDIT,
        title: AUDIT.label,
        template: "audit.html",
    };
    (status, view::draw(desk, asked, page, list)).into_response()
}

fn row(locale: &Locale, entry: &AuditEntry, names: &Names) -> Row {
    Row {
        href: format!("{}/{}", AUDIT.path, reading::token(entry.place())),
        at: Line::at(entry.at, locale.moment(entry.at)),
        what: words::done(entry),
        verb: entry.verb.clone(),
        who: words::who(&entry.actor, &entry.actor_label),
        client: entry.client.clone(),
        kind: entry.object_kind.as_deref().map(words::kind),
        object: entry.object_id.clone(),
        name: names.of_entry(entry).map(str::to_owned),
        is_done: entry.outcome == DONE,
    }
}

async fn export(State(desk): State<Arc<Desk>>, visit: Visit) -> Outcome {
    let asked = filter::asked(&desk, &visit).await?;
    let asked = asked.map_err(refused)?;
    let (entries, _) = reading::page(&desk, &asked.filter, (Part::First, EXPORT)).await?;
    let file = "attachment; filename=\"audit-log.ndjson\"";
    let headers = [(CONTENT_TYPE, LINES), (CONTENT_DISPOSITION, file)];
    Ok((headers, reading::lines(&entries)?).into_response())
}

fn refused(trouble: &'static str) -> Failure {
    crate::people::refusal::refused(trouble).way_out("Back to the audit log", AUDIT.path)
}
