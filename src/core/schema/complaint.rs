//! What the validator finds wrong, as messages for the people who filled in the form.

use jsonschema::{
    ValidationError,
    error::{TypeKind, ValidationErrorKind as Kind},
    paths::LocationSegment,
};
use serde_json::Value;

use super::{TraitError, field::Field};
use crate::message::Message;

/// Turns the validator's errors into ours.
pub(super) struct Complaints<'a> {
    pub(super) fields: &'a [Field],
    /// How many names of a path lead to the traits.
    pub(super) depth: usize,
}

impl Complaints<'_> {
    /// What to say of one error; of unknown members there may be several.
    pub(super) fn of(&self, error: &ValidationError<'_>) -> Vec<TraitError> {
        let path = self.path(error);
        match error.kind() {
            Kind::Required { property } => {
                let name = property.as_str().unwrap_or_default();
                let path = below(&path, name);
                let field = self.field(&path);
                let message = match field {
                    Some(field) => missing(field),
                    None => Message::required(name),
                };
                vec![TraitError { path, message }]
            }
            Kind::AdditionalProperties { unexpected } => unexpected
                .iter()
                .map(|name| TraitError {
                    path: below(&path, name),
                    message: Message::invalid("There is no such trait."),
                })
                .collect(),
            kind => {
                let own = self.field(&path).and_then(|f| own_words(f, kind.keyword()));
                let message = own.unwrap_or_else(|| message(kind, error.instance()));
                vec![TraitError { path, message }]
            }
        }
    }

    /// The trait that is wrong; what is wrong with an item of a list is wrong with the list.
    fn path(&self, error: &ValidationError<'_>) -> String {
        let segments = error.instance_path().segments().skip(self.depth);
        let mut names: Vec<String> = Vec::new();
        for segment in segments {
            match segment {
                LocationSegment::Property(name) => names.push(name.into_owned()),
                LocationSegment::Index(index) => match self.field(&names.join(".")) {
                    Some(_) => break,
                    None => names.push(index.to_string()),
                },
            }
        }
        names.join(".")
    }

    fn field(&self, path: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.dotted() == path)
    }
}

/// That a trait is missing.
pub(super) fn missing(field: &Field) -> Message {
    let name = field.path.last().map_or("", String::as_str);
    let own = own_words(field, "required").map(|mut message| {
        message.context.insert("property".to_owned(), name.into());
        message
    });
    own.unwrap_or_else(|| Message::missing(field.label(), name))
}

/// What the schema itself says where this keyword of it is not met.
pub(super) fn own_words(field: &Field, keyword: &str) -> Option<Message> {
    let words = field.profile.error_messages.get(keyword)?.as_str()?;
    Some(match keyword {
        // Forms tell by the id that something is missing.
        "required" => Message {
            text: words.to_owned(),
            ..Message::required(words)
        },
        _ => Message::invalid(words),
    })
}

fn below(path: &str, name: &str) -> String {
    match path {
        "" => name.to_owned(),
        _ => format!("{path}.{name}"),
    }
}

fn message(kind: &Kind, value: &Value) -> Message {
    let text = value.as_str().unwrap_or_default();
    let length = text.chars().count() as u64;
    let items = value.as_array().map_or(0, Vec::len);
    match kind {
        Kind::MinLength { limit } => Message::min_length(*limit, length),
        Kind::MaxLength { limit } => Message::max_length(*limit, length),
        Kind::Pattern { pattern } => Message::pattern(pattern),
        Kind::Minimum { limit } => Message::minimum(limit, value),
        Kind::Maximum { limit } => Message::maximum(limit, value),
        Kind::ExclusiveMinimum { limit } => Message::exclusive_minimum(limit, value),
        Kind::ExclusiveMaximum { limit } => Message::exclusive_maximum(limit, value),
        Kind::MultipleOf { multiple_of } => Message::multiple_of(*multiple_of, value),
        Kind::MaxItems { limit } => Message::max_items(*limit, items),
        Kind::MinItems { limit } => Message::min_items(*limit, items),
        Kind::UniqueItems => Message::unique_items(),
        Kind::Constant { expected_value } => Message::not_the_constant(expected_value),
        Kind::Type { kind } => Message::wrong_type(&allowed(kind), type_of(value)),
        Kind::Format { format } => match format.as_str() {
            "email" | "idn-email" => Message::not_an_email(text),
            "tel" => Message::not_a_phone(text),
            other => Message::not_of_format(other),
        },
        Kind::Enum { options } => Message::not_an_option(options),
        _ => Message::invalid("This is not accepted here."),
    }
}

fn allowed(kind: &TypeKind) -> String {
    match kind {
        TypeKind::Single(one) => one.to_string(),
        TypeKind::Multiple(several) => {
            let names = several.into_iter().map(|one| one.to_string());
            names.collect::<Vec<_>>().join(", ")
        }
    }
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}
