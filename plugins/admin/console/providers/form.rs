//! Adding a provider by its kind, and changing one.

use std::sync::Arc;

use axum::{
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use http::StatusCode;
use portcullis_core::{
    administration::{Change, Kind, Leave, ProviderRecord, Secrets},
    catalogue::Code,
    id::ProviderId,
};
use portcullis_kit::{Failure, Outcome, Visit};
use serde::Serialize;
use serde_json::{Map, Value};

use super::{
    NEW,
    fields::{self, Field, Typed},
    findings, label, list, place, text, typed,
};
use crate::{
    caller::Caller,
    console::{
        areas::PROVIDERS,
        notice,
        told::bare,
        view::{self, Page},
    },
    desk::Desk,
    providers,
};

/// The kinds to choose from.
#[derive(Debug, Serialize)]
struct Choice {
    kinds: Vec<(String, String)>,
}

/// A form as a template reads it.
#[derive(Debug, Serialize)]
struct Form {
    action: String,
    back: String,
    kind: String,
    kind_label: String,
    /// The name of one that is added, which is part of its redirect URI.
    id: Option<String>,
    redirect_uri: String,
    fields: Vec<Field>,
    /// What is wrong with no field in particular: the key it is about, where there is one, and what.
    troubles: Vec<(String, String)>,
}

/// What a form is about.
struct Subject<'a> {
    kind: &'a Kind,
    id: &'a ProviderId,
    /// The provider, where it is there already.
    record: Option<&'a ProviderRecord>,
}

pub(super) async fn new(State(desk): State<Arc<Desk>>, caller: Caller, visit: Visit) -> Outcome {
    let named = visit.query("kind");
    let Some(kind) = named.and_then(|name| providers::kind(&desk, name)) else {
        let href = |kind: Kind| (format!("{NEW}?kind={}", kind.name), kind.label);
        let choice = Choice {
            kinds: providers::kinds(&desk).into_iter().map(href).collect(),
        };
        let page = titled("Add a provider", "provider-kinds.html");
        return Ok(view::draw(&desk, (&caller, &visit), page, choice));
    };
    let (id, wrong) = match visit.query("id").map(str::parse) {
        Some(Ok(id)) => (id, None),
        Some(Err(_)) => (free_name(&desk, &kind).await?, Some(NO_NAME)),
        None => (free_name(&desk, &kind).await?, None),
    };
    let subject = Subject {
        kind: &kind,
        id: &id,
        record: None,
    };
    let wrong = wrong.map(|wrong| (String::new(), wrong.to_owned()));
    let wrong: Vec<_> = wrong.into_iter().collect();
    let status = status(&wrong);
    let form = form(&desk, &subject, &Typed::new(), wrong);
    let page = titled("Add a provider", "provider-form.html");
    Ok((status, view::draw(&desk, (&caller, &visit), page, form)).into_response())
}

const NO_NAME: &str = "This is no name: write up to 64 letters, digits, - and _.";

pub(super) async fn add(State(desk): State<Arc<Desk>>, caller: Caller, visit: Visit) -> Outcome {
    let typed = typed(&visit);
    let value = |key: &str| typed.get(key).map_or("", String::as_str);
    let kind = providers::kind(&desk, value("kind")).ok_or(Code::BadRequest)?;
    let id: ProviderId = value("id").parse().map_err(|_| Code::BadRequest)?;
    let mut table = fields::members(&kind, &typed);
    table.insert("kind".to_owned(), kind.name.as_str().into());
    table.insert("id".to_owned(), id.as_str().into());
    match providers::add(&desk, &caller, table).await {
        Ok(added) => notice::redirect(&desk, &place(added.id.as_str()), "The provider was added."),
        Err(failure) => {
            let subject = Subject {
                kind: &kind,
                id: &id,
                record: None,
            };
            again(&desk, (&caller, &visit), &subject, (&typed, failure))
        }
    }
}

pub(super) async fn open(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(id): Path<String>,
    visit: Visit,
) -> Outcome {
    let record = providers::changeable(&desk, &id).await?;
    let kind = kind_of(&desk, &record)?;
    let typed = fields::stored(&kind, &record);
    let subject = Subject {
        kind: &kind,
        id: &record.id,
        record: Some(&record),
    };
    let form = form(&desk, &subject, &typed, Vec::new());
    let label = label(&record);
    let page = titled(&label, "provider-form.html");
    Ok(view::draw(&desk, (&caller, &visit), page, form))
}

pub(super) async fn change(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(id): Path<String>,
    visit: Visit,
) -> Outcome {
    let record = providers::changeable(&desk, &id).await?;
    let kind = kind_of(&desk, &record)?;
    let typed = typed(&visit);
    let change = (changes(&kind, &typed, &record), Leave::default());
    match providers::change(&desk, &caller, &id, change).await {
        Ok(_) => notice::redirect(&desk, &place(&id), "The provider was changed."),
        Err(failure) => {
            let subject = Subject {
                kind: &kind,
                id: &record.id,
                record: Some(&record),
            };
            again(&desk, (&caller, &visit), &subject, (&typed, failure))
        }
    }
}

/// What a form changes: what it shows as it is, no change names.
fn changes(kind: &Kind, typed: &Typed, record: &ProviderRecord) -> Change {
    let shown = fields::stored(kind, record);
    let before = fields::members(kind, &shown);
    let after: Map<String, Value> = fields::members(kind, typed);
    let is_new = |(key, value): &(String, Value)| before.get(key) != Some(value);
    Change::Merge(after.into_iter().filter(is_new).collect())
}

/// The form once more, with what is wrong; other failures go on.
fn again(
    desk: &Desk,
    asked: (&Caller, &Visit),
    subject: &Subject<'_>,
    (typed, failure): (&Typed, Failure),
) -> Outcome {
    let errors: Vec<(String, String)> = match failure.code() {
        Code::ProviderMistaken => {
            let errors = failure.detail_of("errors").and_then(Value::as_array);
            let text =
                |error: &Value, key: &str| error[key].as_str().unwrap_or_default().to_owned();
            let pair = |error: &Value| (text(error, "path"), text(error, "message"));
            errors.into_iter().flatten().map(pair).collect()
        }
        code if code.status().is_client_error() => {
            let reason = failure.reason().unwrap_or(code.meaning());
            vec![(String::new(), bare(reason).to_owned())]
        }
        _ => return Err(failure),
    };
    let title = subject
        .record
        .map_or_else(|| "Add a provider".to_owned(), label);
    let locale = view::locale(desk, asked.1);
    let said = |(key, message): (String, String)| (key, findings::said(&locale, &message));
    let errors = errors.into_iter().map(said).collect();
    let form = form(desk, subject, typed, errors);
    let drawn: Response = view::draw(desk, asked, titled(&title, "provider-form.html"), form);
    Ok((failure.code().status(), drawn).into_response())
}

fn form(
    desk: &Desk,
    subject: &Subject<'_>,
    typed: &Typed,
    mut errors: Vec<(String, String)>,
) -> Form {
    let (kind, id) = (subject.kind, subject.id.as_str());
    let secrets = subject
        .record
        .map_or_else(Secrets::default, |record| record.secrets);
    let fields = fields::fields(kind, typed, secrets, &mut errors);
    let (action, back) = match subject.record {
        Some(_) => (format!("{}/change", place(id)), place(id)),
        None => (NEW.to_owned(), NEW.to_owned()),
    };
    Form {
        action,
        back,
        kind: kind.name.clone(),
        kind_label: kind.label.clone(),
        id: subject.record.is_none().then(|| id.to_owned()),
        redirect_uri: desk.services.addresses.redirect_uri(subject.id),
        fields,
        troubles: errors,
    }
}

/// A name that no provider has yet.
async fn free_name(desk: &Desk, kind: &Kind) -> Result<ProviderId, Failure> {
    let taken = providers::list(desk).await?;
    let names = (1..).map(|number| match number {
        1 => kind.name.clone(),
        number => format!("{}-{number}", kind.name),
    });
    let mut names = names.filter_map(|name| name.parse::<ProviderId>().ok());
    let free = names.find(|name| taken.iter().all(|one| one.id != *name));
    free.ok_or_else(|| Code::Internal.into())
}

fn kind_of(desk: &Desk, record: &ProviderRecord) -> Result<Kind, Failure> {
    let kind = providers::kind(desk, text(record, "kind"));
    kind.ok_or_else(|| Failure::from(Code::ProviderMistaken).because(list::kind(desk, record)))
}

fn titled<'a>(title: &'a str, template: &'static str) -> Page<'a> {
    Page {
        area: PROVIDERS,
        title,
        template,
    }
}

fn status(errors: &[(String, String)]) -> StatusCode {
    match errors {
        [] => StatusCode::OK,
        _ => StatusCode::BAD_REQUEST,
    }
}
