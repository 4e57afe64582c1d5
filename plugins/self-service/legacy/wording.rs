//! What is wrong with a field, in the words of the first profile API, which had no ids.

use portcullis_core::message::Message;
use serde_json::Value;

/// The words for a message.
pub(super) fn of(message: &Message) -> String {
    let value = |name: &str| match message.context.get(name) {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => String::new(),
    };
    match message.id {
        4_000_002 => "Is required".to_owned(),
        4_000_003 => format!("Must be at least {} characters long", value("min_length")),
        4_000_004 => format!("Must match the pattern {}", value("pattern")),
        4_000_017 => format!("Must be at most {} characters long", value("max_length")),
        4_000_018 => format!("Must be at least {}", value("minimum")),
        4_000_020 => format!("Must be at most {}", value("maximum")),
        4_000_026 => format!("Must be of type {}", value("allowed_types")),
        4_000_040 => "Is not a valid email address".to_owned(),
        4_000_041 => "Is not a valid telephone number".to_owned(),
        4_990_011 | 4_990_012 => "Cannot be changed here".to_owned(),
        _ => message.text.clone(),
    }
}
