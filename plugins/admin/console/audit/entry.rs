//! One entry of the log, with what was before and what is after side by side.

use std::{collections::BTreeSet, slice, sync::Arc};

use axum::extract::{Path, State};
use portcullis_core::{audit::AuditEntry, catalogue::Code};
use portcullis_kit::{Failure, Locale, Outcome, Visit};
use serde::Serialize;
use serde_json::Value;

use super::{
    Row,
    names::{self, Names},
    row, value, words,
};
use crate::{
    audit::reading,
    caller::Caller,
    console::{areas::AUDIT, areas::PEOPLE, view},
    desk::Desk,
};

/// The page as a template reads it.
#[derive(Debug, Serialize)]
struct Shown {
    entry: Row,
    actor: String,
    request_id: Option<String>,
    /// The code of what refused it, and what that means.
    refused: Option<(String, String)>,
    /// Whom it was done to, or to a session of whom, where they are here still: where they are, and
    /// their name.
    person: Option<(String, String)>,
    facts: Vec<Fact>,
}

/// A fact before and after.
#[derive(Debug, Serialize)]
struct Fact {
    name: String,
    before: Option<String>,
    after: Option<String>,
    is_changed: bool,
}

pub(super) async fn page(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(place): Path<String>,
    visit: Visit,
) -> Outcome {
    let nothing =
        || Failure::from(Code::RecordNotFound).way_out("Back to the audit log", AUDIT.path);
    let place = reading::place(&place).ok_or_else(nothing)?;
    let found = reading::find(&desk, place).await;
    let found = found.map_err(|failure| failure.way_out("Back to the audit log", AUDIT.path))?;
    let locale = view::locale(&desk, &visit);
    let names = Names::of(&desk, &caller, slice::from_ref(&found)).await?;
    let shown = shown(&locale, &found, &names);
    let page = view::Page {
        area: AUDIT,
        title: shown.entry.what,
        template: "audit-entry.html",
    };
    Ok(view::draw(&desk, (&caller, &visit), page, shown))
}

fn shown(locale: &Locale, entry: &AuditEntry, names: &Names) -> Shown {
    let short = row(locale, entry, names);
    let person = names::person(entry).zip(short.name.clone());
    Shown {
        refused: (!short.is_done).then(|| {
            (
                entry.outcome.clone(),
                words::refusal(locale, &entry.outcome),
            )
        }),
        entry: short,
        actor: entry.actor.clone(),
        request_id: entry.request_id.clone(),
        person: person.map(|(id, name)| (format!("{}/{id}", PEOPLE.path), name)),
        facts: facts(locale, entry),
    }
}

/// Whether there is something to read; of a new person, much was never said.
fn is_said(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Array(items) => !items.is_empty(),
        Value::Object(members) => !members.is_empty(),
        _ => true,
    }
}

fn facts(locale: &Locale, entry: &AuditEntry) -> Vec<Fact> {
    let (before, after) = (entry.before.as_ref(), entry.after.as_ref());
    let members = [before, after].into_iter().flatten();
    let names: BTreeSet<&String> = members
        .filter_map(Value::as_object)
        .flat_map(serde_json::Map::keys)
        .collect();
    let fact = |name: &String| {
        let [old, new] = [before, after].map(|whole| whole.and_then(|one| one.get(name)));
        let is_empty = ![old, new].into_iter().flatten().any(is_said);
        if is_empty {
            return None;
        }
        let told = |value: &Value| value::told(locale, name, value);
        let label = words::fact(entry.object_kind.as_deref(), name);
        Some(Fact {
            name: label.map_or_else(|| name.clone(), |label| locale.text(label)),
            is_changed: before.is_some() && after.is_some() && old != new,
            before: old.map(told),
            after: new.map(told),
        })
    };
    names.into_iter().filter_map(fact).collect()
}
