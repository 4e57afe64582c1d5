//! The list of providers, each with a light and a word of how it is.

use std::sync::Arc;

use axum::extract::State;
use portcullis_core::{
    administration::{ProviderRecord, ProviderSource},
    provider::ProviderStatus,
};
use portcullis_kit::{Outcome, Visit};
use serde::Serialize;

use super::{NEW, is_on, label, place, text};
use crate::{
    caller::Caller,
    console::{
        areas::PROVIDERS,
        view::{self, Page},
    },
    desk::Desk,
    providers,
    role::Permission,
};

/// The list as a template reads it.
#[derive(Debug, Serialize)]
struct List {
    rows: Vec<Row>,
    /// Where one is added, for those who may.
    add: Option<&'static str>,
    /// Why those of the sources do not serve as they are written.
    trouble: Option<String>,
}

#[derive(Debug, Serialize)]
struct Row {
    href: String,
    id: String,
    label: String,
    kind: String,
    source: &'static str,
    light: Light,
}

/// How a provider is.
#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct Light {
    /// The class of the badge.
    class: &'static str,
    /// The same in words.
    word: &'static str,
}

/// What became of the last question to a provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::console) enum Answer {
    /// It answered, or has nothing to be asked for.
    Heard,
    /// It did not, or not well.
    Missing,
    /// There was none yet.
    NotAsked,
}

/// What is known of a provider of which this was last seen.
pub(in crate::console) fn answer(status: &ProviderStatus) -> Answer {
    match status.discovery {
        _ if status.last_error.is_some() => Answer::Missing,
        _ if [status.discovery, status.jwks].contains(&"failed") => Answer::Missing,
        "ok" | "none" => Answer::Heard,
        _ => Answer::NotAsked,
    }
}

impl Light {
    /// The light of a provider of which this was last seen.
    pub(super) fn of(is_on: bool, status: Option<&ProviderStatus>) -> Self {
        let (class, word) = match status.map(|status| (answer(status), status.discovery)) {
            _ if !is_on => ("plain", "Switched off"),
            Some((Answer::Missing, _)) => ("bad", "Does not answer"),
            Some((Answer::Heard, "none")) => ("good", "Ready"),
            Some((Answer::Heard, _)) => ("good", "Answers"),
            Some((Answer::NotAsked, _)) | None => ("plain", "Not asked yet"),
        };
        Self { class, word }
    }
}

/// What people call a kind.
pub(super) fn kind(desk: &Desk, record: &ProviderRecord) -> String {
    let name = text(record, "kind");
    providers::kind(desk, name).map_or_else(|| name.to_owned(), |kind| kind.label)
}

/// Where a provider comes from, in words.
pub(super) fn source(source: ProviderSource) -> &'static str {
    match source {
        ProviderSource::Config => "The configuration",
        ProviderSource::File => "A file",
        ProviderSource::Runtime => "The console or API",
    }
}

pub(super) async fn page(State(desk): State<Arc<Desk>>, caller: Caller, visit: Visit) -> Outcome {
    let mut rows = Vec::new();
    for record in providers::list(&desk).await? {
        let report = providers::report(&desk, &record.id).await.ok();
        rows.push(Row {
            href: place(record.id.as_str()),
            label: label(&record),
            kind: kind(&desk, &record),
            source: source(record.source),
            light: Light::of(is_on(&record), report.as_ref().map(|report| &report.status)),
            id: record.id.to_string(),
        });
    }
    let list = List {
        rows,
        add: caller
            .roles
            .permit(Permission::WriteProviders)
            .then_some(NEW),
        trouble: providers::trouble(&desk).await,
    };
    let page = Page {
        area: PROVIDERS,
        title: PROVIDERS.label,
        template: "providers.html",
    };
    Ok(view::draw(&desk, (&caller, &visit), page, list))
}
