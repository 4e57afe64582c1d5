//! What is seldom changed of somebody: what they are called elsewhere, and metadata as JSON.

use portcullis_kit::{Failure, Locale};
use serde::Serialize;
use serde_json::Value;

use super::call::{self, Call};
use crate::{
    console::{
        told,
        typed_json::{self, pretty},
    },
    people::Wanted,
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
        self.trouble = document(&call.locale, &self.text).err();
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
    pub(super) fn typed(call: &Call, failure: Option<&Failure>) -> Self {
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

/// What is wanted of somebody by what was typed; nothing where that is no JSON.
pub(super) fn wanted(call: &Call) -> Option<Wanted> {
    let documents = [PUBLIC, ADMIN].map(|name| document(&call.locale, call.text(name)));
    let [Ok(public), Ok(admin)] = documents else {
        return None;
    };
    Some(Wanted {
        external_id: Some(call.text(NAME).trim().to_owned()),
        metadata_public: Some(public),
        metadata_admin: Some(admin),
        ..Wanted::default()
    })
}

/// What was typed, as JSON; null where nothing was.
fn document(locale: &Locale, text: &str) -> Result<Value, String> {
    match text.trim().is_empty() {
        true => Ok(Value::Null),
        false => typed_json::read(locale, text),
    }
}
