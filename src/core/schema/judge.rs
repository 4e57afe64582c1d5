//! What JSON Schema has no keyword for: how long all traits may be, where links may lead, how long
//! the name in an address may be.

use serde_json::Value;
use url::Url;

use super::{Schema, TraitError, complaint::own_words, field::Field};
use crate::message::Message;

/// Where links may lead unless the schema says otherwise.
const LINKS: [&str; 2] = ["http", "https"];

impl Schema {
    /// What is wrong with these traits beside what the validator says.
    pub(super) fn further_errors(&self, traits: &Value) -> Vec<TraitError> {
        let mut errors = Vec::new();
        if has_nul(traits) {
            errors.push(of_all("There is a character in this that cannot be kept."));
        }
        let length = traits.to_string().len();
        let most = self.rules.max_trait_bytes;
        if length > most {
            errors.push(of_all(&format!(
                "This is more than can be kept ({length} of {most} bytes)."
            )));
        }
        for field in &self.fields {
            let mut texts = field.texts(traits);
            if let Some(message) = texts.find_map(|text| judge(field, text)) {
                errors.push(TraitError {
                    path: field.dotted(),
                    message,
                });
            }
        }
        errors
    }
}

fn judge(field: &Field, text: &str) -> Option<Message> {
    let own = |message: Message| own_words(field, "format").unwrap_or(message);
    let format = field.format.as_deref();
    if matches!(
        format,
        Some("uri" | "iri" | "uri-reference" | "iri-reference")
    ) && let Ok(url) = Url::parse(text)
    {
        let schemes = field.profile.uri_schemes.as_deref();
        let is_allowed = match schemes {
            Some(schemes) => schemes
                .iter()
                .any(|own| own.eq_ignore_ascii_case(url.scheme())),
            None => LINKS.contains(&url.scheme()),
        };
        if !is_allowed {
            return Some(own(Message::invalid(
                "Links of this kind are not accepted here.",
            )));
        }
    }
    let local = text.rsplit_once('@').map_or(text, |(local, _)| local);
    if field.profile.allows_utf8 == Some(false) && !local.is_ascii() {
        return Some(own(Message::not_an_email(text)));
    }
    let length = local.chars().count() as u64;
    match field.profile.max_local_length {
        Some(most) if length > most => Some(own(Message::max_length(most, length))),
        _ => None,
    }
}

/// Whether a NUL character is anywhere in a value; not every store can keep one.
fn has_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(has_nul),
        Value::Object(members) => members
            .iter()
            .any(|(name, value)| name.contains('\0') || has_nul(value)),
        _ => false,
    }
}

fn of_all(reason: &str) -> TraitError {
    TraitError {
        path: String::new(),
        message: Message::invalid(reason),
    }
}

#[cfg(test)]
mod tests;
