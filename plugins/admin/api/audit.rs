//! `/admin/x/audit`: who did what, to read and to take along.

use std::sync::Arc;

use axum::{Json, extract::State, response::IntoResponse};
use http::{
    HeaderMap, Method,
    header::{ACCEPT, CONTENT_TYPE},
};
use jiff::Timestamp;
use portcullis_core::{
    audit::{AuditFilter, AuditOutcome, AuditPlace},
    part::Part,
};
use portcullis_kit::{Failure, Outcome, Visit};

use super::{
    document,
    pages::{Page, sent},
};
use crate::{
    audit::reading::{self, EXPORT, LINES},
    desk::Desk,
    doc::access,
    endpoints::Endpoints,
    need::Need,
    people::refusal::mistaken,
    role::Permission,
};

const PATH: &str = "/admin/x/audit";
/// How many entries a page has, unless somebody says otherwise, and at most.
const PAGE: u32 = 250;
const LONGEST_PAGE: u32 = 1000;

/// The endpoints of this part.
pub(crate) fn endpoints(table: Endpoints) -> Endpoints {
    table.at(
        (Method::GET, PATH),
        Need::Permission(Permission::ReadAudit),
        "Lists who did what, the newest first; as JSON lines where `Accept` names `application/x-ndjson`.",
        list,
    ).told(access::audit)
}

async fn list(State(desk): State<Arc<Desk>>, visit: Visit) -> Outcome {
    let as_lines = names_lines(&visit.headers);
    let filter = filter(&visit)?;
    let (size, part) = (size(&visit, as_lines)?, part(&visit)?);
    let (entries, around) = reading::page(&desk, &filter, (part, size)).await?;
    let answer = match as_lines {
        true => ([(CONTENT_TYPE, LINES)], reading::lines(&entries)?).into_response(),
        false => Json(&entries).into_response(),
    };
    // Which part it is, is read already.
    let page = Page::ByToken { token: None, size };
    Ok(page.linked(&visit, (answer, around)))
}

fn names_lines(headers: &HeaderMap) -> bool {
    let all = headers.get_all(ACCEPT).iter();
    let ranges = all.filter_map(|value| value.to_str().ok());
    let mut ranges = ranges.flat_map(|value| value.split(','));
    ranges.any(|range| range.split(';').next().unwrap_or_default().trim() == LINES)
}

/// What the query asks for. `object` is `<kind>:<id>`, or an id alone.
fn filter(visit: &Visit) -> Result<AuditFilter, Failure> {
    let text = |name: &str| visit.query(name).map(str::to_owned);
    let (object_kind, object_id) = match visit.query("object") {
        None => (None, None),
        Some(object) => match object.split_once(':') {
            Some((kind, id)) => (Some(kind.to_owned()), Some(id.to_owned())),
            None => (None, Some(object.to_owned())),
        },
    };
    Ok(AuditFilter {
        actor: text("actor"),
        verb: text("verb"),
        object_kind,
        object_id: object_id.filter(|id| !id.is_empty()),
        client: client(visit)?,
        outcome: visit.query("outcome").map(AuditOutcome::named),
        since: moment(visit, "since")?,
        until: moment(visit, "until")?,
    })
}

fn client(visit: &Visit) -> Result<Option<String>, Failure> {
    let read = sent(visit, "client").map(reading::client).transpose();
    read.map_err(|_| invalid("client", "it is an address on the network, or unix"))
}

fn moment(visit: &Visit, name: &'static str) -> Result<Option<Timestamp>, Failure> {
    let read = sent(visit, name).map(document::moment).transpose();
    read.map_err(|why| mistaken(name, why))
}

fn size(visit: &Visit, as_lines: bool) -> Result<u32, Failure> {
    let (usual, most) = match as_lines {
        true => (EXPORT, EXPORT),
        false => (PAGE, LONGEST_PAGE),
    };
    let asked = match sent(visit, "page_size") {
        None => Some(usual),
        Some(text) => text.parse().ok(),
    };
    asked
        .filter(|size| (1..=most).contains(size))
        .ok_or_else(|| invalid("page_size", &format!("it is a number from 1 to {most}")))
}

/// A page's token: when and which the entry is that it begins behind, or ends before.
fn part(visit: &Visit) -> Result<Part<AuditPlace>, Failure> {
    let part = reading::part(visit.query("page_token"));
    part.ok_or_else(|| invalid("page_token", "it is none that was handed out here"))
}

fn invalid(member: &'static str, why: &str) -> Failure {
    mistaken(member, format!("{why}."))
}
