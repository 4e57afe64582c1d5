//! `[[identity.schemas]]`: where the documents of identity schemas come from.

use std::path::{Path, PathBuf};

use base64::{Engine, engine::general_purpose::STANDARD};
use portcullis_core::schema::{Schema, not_allowed};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

use super::{
    finding::{Check, Place},
    header, is_loopback, json_position, text,
};

/// One schema, with exactly one source unless it is built in.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct SchemaSource {
    /// Its name, unique; `default` and `keycloak-default` are built in.
    pub id: String,
    /// A file with the document.
    pub file: Option<PathBuf>,
    /// The document itself, as a text of JSON.
    pub inline: Option<String>,
    /// The document in base64.
    pub base64: Option<String>,
    /// Where the document is fetched from when the gateway starts.
    #[serde(deserialize_with = "text::optional_url")]
    pub url: Option<Url>,
    /// What the fetched bytes have to be: their SHA-256 in hexadecimal digits; anything by default.
    pub sha256: Option<String>,
    /// Whether people may choose it when they register; default `false`. The default schema always
    /// can be.
    pub selfservice_selectable: bool,
    /// What becomes of sent traits that it does not describe; by default as for all schemas.
    #[serde(
        skip_serializing_if = "Option::is_none",
        deserialize_with = "text::optional_word"
    )]
    pub on_unknown: Option<OnUnknown>,
    /// The document, once it has been read.
    #[serde(skip)]
    pub(super) document: Option<Value>,
}

/// What becomes of traits that a schema does not describe.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum OnUnknown {
    /// They are refused, where the schema forbids them.
    #[default]
    Reject,
    /// They are left out.
    Ignore,
}

/// The longest name of a schema.
const LONGEST_NAME: usize = 200;

/// The documents of the built-in schemas, by their ids.
const BUILT_IN: [(&str, &str); 2] = [
    (
        SchemaSource::PRESET,
        include_str!("../../config/schemas/default.json"),
    ),
    (
        "keycloak-default",
        include_str!("../../config/schemas/keycloak-default.json"),
    ),
];

impl SchemaSource {
    /// The id of the schema that is there unless another takes its name.
    pub const PRESET: &str = "default";

    /// The ids that need no source.
    pub(super) fn built_in() -> impl Iterator<Item = &'static str> {
        BUILT_IN.iter().map(|(id, _)| *id)
    }

    /// Reads the document and checks that it is a schema; what is fetched comes later.
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
        if !is_name(&self.id) {
            check.under("id").problem(format!(
                "{:?} is no schema id; write letters, digits, `-`, `_` and `.`",
                self.id
            ));
        }
        self.validate_address(check);
        match self.given() {
            0 if Self::built_in().any(|id| id == self.id) => {}
            0 => check.problem("the schema has no source; write file, inline, base64 or url"),
            1 => {}
            _ => check
                .problem("the schema has several sources; keep one of file, inline, base64, url"),
        }
    }

    fn validate_address(&self, check: &mut Check<'_>) {
        if let Some(url) = &self.url
            && let Some(reason) = refusal(url)
        {
            check.under("url").problem(reason);
        }
        let Some(digest) = &self.sha256 else {
            return;
        };
        let is_digest = digest.len() == 64 && digest.bytes().all(|byte| byte.is_ascii_hexdigit());
        if self.url.is_none() {
            check
                .under("sha256")
                .problem("it is of what is fetched from a url; write url, or remove it");
        } else if !is_digest {
            check
                .under("sha256")
                .problem("this is no SHA-256; write its 64 hexadecimal digits");
        }
    }

    /// How many sources it names.
    fn given(&self) -> usize {
        let sources = [
            self.file.is_some(),
            self.inline.is_some(),
            self.base64.is_some(),
            self.url.is_some(),
        ];
        sources.iter().filter(|given| **given).count()
    }
}

impl SchemaSource {
    /// The document that was read; the built-in one where the source is only named.
    pub(crate) fn read_document(&self) -> Option<Value> {
        if self.given() > 0 {
            return self.document.clone();
        }
        let built_in = BUILT_IN.iter().find(|(id, _)| *id == self.id)?;
        serde_json::from_str(built_in.1).ok()
    }

    fn refuse_invalid(&self, document: &Value, text: &str, check: &mut Check<'_>) {
        let (schema, found) = problems(&self.id, document);
        if let Some(schema) = schema {
            self.warn_of(&schema, text, check);
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

impl SchemaSource {
    /// Tells what the schema hardly means.
    fn warn_of(&self, schema: &Schema, text: &str, check: &mut Check<'_>) {
        for lint in schema.lint() {
            let line = json_position::line_of(text, &lint.pointer);
            let message = format!("schema {:?} at {}: {}", self.id, lint.pointer, lint.text);
            match place(self.file.as_deref(), (line, None)) {
                Some(place) => check.warn_at(place, message),
                None => check.warn(message),
            }
        }
    }
}

/// The schema that a document makes, and everything that makes it unusable, with where.
pub(crate) fn problems(id: &str, document: &Value) -> (Option<Schema>, Vec<(String, String)>) {
    let validator = jsonschema::draft7::meta::validator();
    let found: Vec<(String, String)> = validator
        .iter_errors(document)
        .map(|error| (error.instance_path().to_string(), not_allowed(&error)))
        .collect();
    if !found.is_empty() {
        return (None, found);
    }
    match Schema::parse(id, document.clone()) {
        Ok(schema) => {
            let taken = taken_headers(&schema);
            (Some(schema), taken)
        }
        Err(invalid) => (None, vec![(invalid.pointer, invalid.reason)]),
    }
}

/// Whether a schema can be called this.
pub(crate) fn is_name(id: &str) -> bool {
    let known = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    !id.is_empty() && id.len() <= LONGEST_NAME && id.bytes().all(known)
}

/// Headers of traits that somebody else decides about, or another trait has, with their places.
fn taken_headers(schema: &Schema) -> Vec<(String, String)> {
    let mut names: Vec<String> = Vec::new();
    let mut found = Vec::new();
    for (name, pointer) in schema.exposed() {
        let plain = header::plain(name.as_str());
        let reason = match header::validate_exposed(name.as_str()) {
            Err(reason) => Some(reason),
            Ok(()) if names.contains(&plain) => Some(format!(
                "another trait is already handed on as {name}; give each one a header of its own"
            )),
            Ok(()) => None,
        };
        found.extend(reason.map(|reason| (pointer.to_owned(), reason)));
        names.push(plain);
    }
    found
}

/// Why nothing is fetched from there. What a redirect or a document names is never asked, so that the
/// address that is written is the only one.
fn refusal(url: &Url) -> Option<&'static str> {
    if !url.username().is_empty() || url.password().is_some() {
        return Some("addresses are told in the log; remove name and password");
    }
    match url.scheme() {
        "https" => None,
        "http" if is_loopback(url) => None,
        "http" => Some("whoever is on the way could write the schema; use https"),
        _ => Some("schemas are fetched over https:// only; write such a URL"),
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
