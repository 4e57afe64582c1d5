//! What administrators did to somebody, the newest first.

use std::collections::BTreeSet;

use portcullis_core::{
    audit::{AuditEntry, AuditFilter, DONE},
    part::Part,
};
use portcullis_kit::{Line, Outcome};
use serde::Serialize;
use serde_json::Value;

use super::{call::Call, head::Tab};
use crate::{
    audit::reading,
    console::audit::{value, words},
};

/// How many entries a page has.
const SIZE: u32 = 50;

/// The page as a template reads it.
#[derive(Serialize)]
struct History {
    rows: Vec<Row>,
    first: Option<String>,
    prev: Option<String>,
    next: Option<String>,
}

/// An entry.
#[derive(Serialize)]
struct Row {
    at: Line,
    who: String,
    /// What was done, in words; its name where there are none.
    what: String,
    client: Option<String>,
    /// What the code means that refused it.
    refused: Option<String>,
    changes: Vec<Change>,
}

/// What is different.
#[derive(Serialize)]
struct Change {
    name: String,
    before: Option<String>,
    after: Option<String>,
}

pub(super) async fn page(call: Call) -> Outcome {
    let filter = AuditFilter {
        object_kind: Some("identity".to_owned()),
        object_id: Some(call.id.clone()),
        ..AuditFilter::default()
    };
    let part = reading::part(call.visit.query("page_token")).unwrap_or(Part::First);
    let (entries, around) = reading::page(&call.desk, &filter, (part, SIZE)).await?;
    let here = call.path(Tab::History.end());
    let to = |token: String| format!("{here}?page_token={token}");
    let shown = History {
        rows: entries.into_iter().map(|entry| row(&call, entry)).collect(),
        prev: around.prev.map(to),
        next: around.next.map(to),
        first: (part != Part::First).then_some(here),
    };
    Ok(call.show(Tab::History, "person-history.html", shown))
}

fn row(call: &Call, entry: AuditEntry) -> Row {
    let known = words::known_done(&entry);
    let who = words::who(&entry.actor, &entry.actor_label);
    let is_refused = entry.outcome != DONE;
    Row {
        at: call.moment(entry.at),
        changes: changes(call, entry.before.as_ref(), entry.after.as_ref()),
        who: call.locale.text(&who),
        what: known.map_or(entry.verb, |words| call.locale.text(words)),
        client: entry.client,
        refused: is_refused.then(|| words::refusal(&call.locale, &entry.outcome)),
    }
}

fn changes(call: &Call, before: Option<&Value>, after: Option<&Value>) -> Vec<Change> {
    let names = |value: Option<&Value>| {
        let members = value.and_then(Value::as_object);
        let names = members.into_iter().flat_map(|one| one.keys().cloned());
        names.collect::<BTreeSet<String>>()
    };
    let mut all = names(before);
    all.extend(names(after));
    let told = |value: Option<&Value>, name: &str| {
        let value = value?.get(name).filter(|value| !value.is_null())?;
        Some(value::told(&call.locale, name, value))
    };
    let change = |name: String| Change {
        before: told(before, &name),
        after: told(after, &name),
        name: match words::fact(Some("identity"), &name) {
            Some(words) => call.locale.text(words),
            None => name,
        },
    };
    all.into_iter().map(change).collect()
}
