//! What is seldom changed of somebody: what they are called elsewhere, and metadata as JSON.

use axum::response::Response;
use portcullis_core::identity::Identity;
use portcullis_kit::{Failure, Outcome};
use serde::Serialize;
use serde_json::Value;

use super::{
    call::{self, Call},
    details, traits,
};
use crate::{
    console::told,
    people::{self, Wanted},
};

const NAME: &str = "external_id";
const PUBLIC: &str = "metadata_public";
const ADMIN: &str = "metadata_admin";

/// The fold as a template reads it.
#[derive(Serialize)]
pub(super) struct Advanced {
    version: i64,
    external_id: String,
    /// What is wrong with that.
    name_trouble: Option<String>,
    documents: [Area; 2],
    /// What is wrong with all of it.
    trouble: Option<String>,
    /// Whether it is shown at once.
    is_open: bool,
    /// The schemas they can be moved to.
    schemas: Vec<String>,
}

/// A document to type into.
#[derive(Serialize)]
struct Area {
    name: &'static str,
    label: &'static str,
    note: &'static str,
    text: String,
    trouble: Option<String>,
    /// What is stored, where something else was typed over it.
    saved: Option<String>,
}

impl Area {
    fn of(name: &'static str, stored: Option<&Value>) -> Self {
        let (label, note) = match name {
            PUBLIC => ("Public metadata", "They see it and do not change it."),
            _ => ("Metadata of administrators", "Only administrators see it."),
        };
        Self {
            name,
            label,
            note,
            text: stored.map(pretty).unwrap_or_default(),
            trouble: None,
            saved: None,
        }
    }

    /// The same with what was typed over it.
    fn typed(mut self, call: &Call) -> Self {
        let typed = call.text(self.name).to_owned();
        let stored = std::mem::replace(&mut self.text, typed);
        let trouble = document(&self.text).err();
        self.trouble = trouble.map(|text| call.locale.text(&text));
        self.saved = Some(stored);
        self
    }
}

impl Advanced {
    /// It as it is stored.
    pub(super) fn stored(call: &Call) -> Self {
        let identity = &call.identity;
        let all = call.desk.services.schemas.all();
        let others = all.iter().map(|schema| schema.id());
        let others = others.filter(|id| *id != identity.schema_id);
        Self {
            version: identity.version,
            external_id: identity.external_id.clone().unwrap_or_default(),
            name_trouble: None,
            documents: [
                Area::of(PUBLIC, identity.metadata_public.as_ref()),
                Area::of(ADMIN, identity.metadata_admin.as_ref()),
            ],
            trouble: None,
            is_open: false,
            schemas: others.map(str::to_owned).collect(),
        }
    }

    /// It with what was typed, and what is wrong with that.
    fn typed(call: &Call, failure: Option<&Failure>) -> Self {
        let stored = Self::stored(call);
        let said = failure.map(|failure| told::told(&call.locale, failure));
        let is_overtaken = failure.is_some_and(call::is_overtaken);
        let mut documents = stored.documents.map(|area| area.typed(call));
        if !is_overtaken {
            documents.iter_mut().for_each(|area| area.saved = None);
        }
        let (trouble, name_trouble) = match is_overtaken {
            true => (said, None),
            false => (None, said),
        };
        Self {
            external_id: call.text(NAME).to_owned(),
            name_trouble,
            documents,
            trouble,
            is_open: true,
            ..stored
        }
    }
}

/// Saves it, all or nothing.
pub(super) async fn save(call: Call) -> Outcome {
    let documents = [PUBLIC, ADMIN].map(|name| document(call.text(name)));
    let [Ok(public), Ok(admin)] = documents else {
        return Ok(again(&call, None));
    };
    let want = |identity: &Identity| {
        call.require_shown(identity)?;
        Ok(Wanted {
            external_id: Some(call.text(NAME).trim().to_owned()),
            metadata_public: Some(public.clone()),
            metadata_admin: Some(admin.clone()),
            ..Wanted::default()
        })
    };
    match people::change(&call.desk, &call.caller, &call.id, want).await {
        Ok(_) => call.done("", "Saved."),
        Err(failure) if call::is_told(&failure) => Ok(again(&call, Some(&failure))),
        Err(failure) => Err(failure),
    }
}

/// The page once more, with what was typed.
fn again(call: &Call, failure: Option<&Failure>) -> Response {
    let trouble = call.wrong("advanced", "Nothing was saved.");
    let advanced = Advanced::typed(call, failure);
    details::draw_with(call, (&traits::form(call), advanced), Some(trouble))
}

/// What was typed, as JSON; null where nothing was.
fn document(text: &str) -> Result<Value, String> {
    if text.trim().is_empty() {
        return Ok(Value::Null);
    }
    serde_json::from_str(text).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        format!("This is no JSON: line {line}, column {column}.")
    })
}

fn pretty(document: &Value) -> String {
    serde_json::to_string_pretty(document).unwrap_or_default()
}
