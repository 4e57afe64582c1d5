//! What a form says to a factor, beside what it asks for by name.

use serde_json::{Map, Value};

/// The field that says which part of a form is meant.
const METHOD: &str = "method";

/// Whether a button of this name was pressed; forms say so in letters.
pub(crate) fn is_pressed(fields: &Map<String, Value>, name: &str) -> bool {
    match fields.get(name) {
        Some(Value::Bool(is_it)) => *is_it,
        Some(Value::String(text)) => text == "true",
        _ => false,
    }
}

/// The part of a form that is meant, where the form says so.
pub(crate) fn method(fields: &Map<String, Value>) -> Option<&str> {
    fields.get(METHOD)?.as_str()
}
