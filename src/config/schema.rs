//! `[[identity.schemas]]`: where the documents of identity schemas come from.

use std::path::{Path, PathBuf};

use base64::{Engine, engine::general_purpose::STANDARD};
use portcullis_core::schema::Schema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    finding::{Check, Place},
    json_position,
};

/// One schema, with exactly one source unless it is built in.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct SchemaSource {
    /// Its name, unique; `default` alone is built in.
    pub id: String,
    /// A file with the document.
    pub file: Option<PathBuf>,
    /// The document itself, as a text of JSON.
    pub inline: Option<String>,
    /// The document in base64.
    pub base64: Option<String>,
    /// The document, once it has been read.
    #[serde(skip)]
    pub(super) document: Option<Value>,
}

/// The built-in schema's document.
const PRESET_DOCUMENT: &str = include_str!("../../config/schemas/default.json");

impl SchemaSource {
    /// The id that needs no source.
    pub const PRESET: &str = "default";

    /// The built-in schema's document.
    pub(super) fn preset_document() -> Option<Value> {
        serde_json::from_str(PRESET_DOCUMENT).ok()
    }

    /// Reads the document and checks that it is a schema.
    pub(super) fn read(&mut self, check: &mut Check<'_>) {
        let key = match (&self.file, &self.inline) {
            (Some(_), _) => "file",
            (None, Some(_)) => "inline",
            (None, None) => "base64",
        };
        let mut check = check.under(key);
        let text = match self.text() {
            Ok(Some(text)) => text,
            Ok(None) => return,
            Err(reason) => return check.problem(reason),
        };
        match serde_json::from_str(&text) {
            Ok(document) => {
                self.refuse_invalid(&document, &text, &mut check);
                self.document = Some(document);
            }
            Err(error) => {
                let position = (error.line(), Some(error.column()));
                let place = place(self.file.as_deref(), position);
                report(
                    &mut check,
                    place,
                    format!("the schema is no JSON: {}", without_place(&error)),
                );
            }
        }
    }

    fn text(&self) -> Result<Option<String>, String> {
        if let Some(file) = &self.file {
            let text = std::fs::read_to_string(file);
            return text
                .map(Some)
                .map_err(|error| format!("{}: {error}", file.display()));
        }
        if self.inline.is_some() {
            return Ok(self.inline.clone());
        }
        let Some(encoded) = &self.base64 else {
            return Ok(None);
        };
        let compact: String = encoded.split_ascii_whitespace().collect();
        let bytes = STANDARD
            .decode(compact)
            .map_err(|error| format!("this is no base64: {error}"))?;
        String::from_utf8(bytes)
            .map(Some)
            .map_err(|_| "the decoded bytes are no UTF-8".to_owned())
    }

    pub(super) fn validate(&self, check: &mut Check<'_>) {
        let known = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        if self.id.is_empty() || !self.id.bytes().all(known) {
            check.under("id").problem(format!(
                "{:?} is no schema id; write letters, digits, `-`, `_` and `.`",
                self.id
            ));
        }
        let sources = [
            self.file.is_some(),
            self.inline.is_some(),
            self.base64.is_some(),
        ];
        match sources.iter().filter(|given| **given).count() {
            0 if self.id == Self::PRESET => {}
            0 => check.problem("the schema has no source; write file, inline or base64"),
            1 => {}
            _ => check.problem("the schema has several sources; keep one of file, inline, base64"),
        }
    }
}

impl SchemaSource {
    fn refuse_invalid(&self, document: &Value, text: &str, check: &mut Check<'_>) {
        let validator = jsonschema::draft7::meta::validator();
        let mut found: Vec<(String, String)> = validator
            .iter_errors(document)
            .map(|error| (error.instance_path().to_string(), error.to_string()))
            .collect();
        if found.is_empty()
            && let Err(invalid) = Schema::parse(&self.id, document.clone())
        {
            found.push((invalid.pointer, invalid.reason));
        }
        for (pointer, reason) in found {
            let line = json_position::line_of(text, &pointer);
            let pointer = if pointer.is_empty() { "/" } else { &pointer };
            let place = place(self.file.as_deref(), (line, None));
            report(
                check,
                place,
                format!("no usable schema at {pointer}: {reason}"),
            );
        }
    }
}

fn place(file: Option<&Path>, (line, column): (usize, Option<usize>)) -> Option<Place> {
    file.map(|file| Place::Line(file.to_owned(), line, column))
}

fn report(check: &mut Check<'_>, place: Option<Place>, message: String) {
    match place {
        Some(place) => check.problem_at(place, message),
        None => check.problem(message),
    }
}

/// The error without the position that the finding's place already tells.
fn without_place(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.split(" at line ")
        .next()
        .unwrap_or_default()
        .to_owned()
}
