//! JSON as it is typed into forms and shown in them.

use portcullis_core::json::{self, Mistake, Unread};
use portcullis_kit::Locale;
use serde_json::Value;

/// The value that a text is; otherwise why it is none, in the reader's language.
pub(super) fn read(locale: &Locale, text: &str) -> Result<Value, String> {
    json::read(text.as_bytes()).map_err(|error| match error {
        Unread::Malformed { line, column } => {
            locale.text(&format!("This is no JSON: line {line}, column {column}."))
        }
        Unread::Mistaken(Mistake { path, message }) => {
            format!("{path}: {}", locale.text(message))
        }
    })
}

/// A value as people read it.
pub(super) fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}
