//! A schema as a form: its fields, and what comes back from them.

use serde_json::{Map, Number, Value};

use super::{Evaluation, Schema, field::Field};
use crate::{mapping::put, message::Message, ui::Node};

impl Schema {
    /// The form fields of this place for the traits, filled with `traits`, in the order of the
    /// document; all names begin with `traits.`. Lists and objects of unknown members have none.
    pub fn nodes(&self, evaluation: &Evaluation, traits: &Value, group: &str) -> Vec<Node> {
        let _ = evaluation;
        let shown = |field: &&Field| !field.is("object") && !field.is("array");
        self.fields
            .iter()
            .filter(shown)
            .map(|field| node(field, traits, group))
            .collect()
    }

    /// Traits with the types the schema asks for, from a form's texts: numbers and booleans are
    /// read, empty texts and objects without members dropped unless the object is required; a
    /// required box that was not ticked is false.
    pub fn coerce(&self, traits: Value) -> Value {
        let mut traits = match traits {
            Value::Null => Value::Object(Map::new()),
            traits => traits,
        };
        // What an object holds comes after it, so going backwards empties objects before they
        // are looked at.
        for field in self.fields.iter().rev() {
            coerce_field(field, &mut traits);
        }
        traits
    }
}

fn node(field: &Field, traits: &Value, group: &str) -> Node {
    let name = format!("traits.{}", field.dotted());
    let kind = input_type(field);
    let label = Message::titled(field.label(), &name);
    let mut node = Node::input(group, &name, kind).with_label(label);
    let attributes = &mut node.attributes;
    attributes.value = field
        .value(traits)
        .filter(|value| !value.is_null())
        .cloned();
    // A box that must be there need not be ticked, unless true is all it may be.
    attributes.required =
        field.is_required && (kind != "checkbox" || field.constant == Some(true.into()));
    attributes.disabled = field.is_disabled || !field.is_editable;
    if matches!(kind, "email" | "tel" | "url") {
        attributes.autocomplete = Some(kind.to_owned());
    }
    attributes.pattern = field.pattern.as_deref().map(html_pattern);
    attributes.maxlength = field.max_length;
    node
}

fn input_type(field: &Field) -> &'static str {
    if field.is("boolean") {
        return "checkbox";
    }
    if field.is("number") || field.is("integer") {
        return "number";
    }
    match field.format.as_deref() {
        Some("email" | "idn-email") => "email",
        Some("tel") => "tel",
        Some("uri" | "iri") => "url",
        Some("date") => "date",
        // `date-time` too: a published client cannot render `datetime-local`.
        _ => "text",
    }
}

/// A browser's pattern must match all of a value, a schema's need only be found in it.
fn html_pattern(pattern: &str) -> String {
    let is_whole = pattern.starts_with('^') && pattern.ends_with('$') && !pattern.contains('|');
    match is_whole {
        true => pattern.to_owned(),
        false => format!(".*(?:{pattern}).*"),
    }
}

fn coerce_field(field: &Field, traits: &mut Value) {
    let Some((last, parents)) = field.path.split_last() else {
        return;
    };
    let found = parents
        .iter()
        .try_fold(&mut *traits, |value, name| value.get_mut(name))
        .and_then(Value::as_object_mut)
        .filter(|parent| parent.contains_key(last));
    match found {
        Some(parent) => {
            let value = parent.get_mut(last).map(Value::take).unwrap_or_default();
            match coerced(field, value) {
                Some(value) => parent.insert(last.clone(), value),
                None => parent.shift_remove(last),
            };
        }
        None => {
            if let Some(value) = absent(field) {
                put(traits, &field.path, value);
            }
        }
    }
}

fn absent(field: &Field) -> Option<Value> {
    (field.is_required && field.is("boolean")).then_some(Value::Bool(false))
}

/// The value with the field's type; as it is where it cannot be read, so that validation says so.
fn coerced(field: &Field, value: Value) -> Option<Value> {
    match value {
        Value::Object(members) if members.is_empty() && !field.is_required => None,
        Value::String(text) if text.trim().is_empty() && field.is("boolean") => Some(false.into()),
        Value::String(text) if text.is_empty() => None,
        Value::String(text) if field.is("boolean") => Some(match text.as_str() {
            "true" | "on" | "1" => true.into(),
            "false" | "off" | "0" => false.into(),
            _ => text.into(),
        }),
        // Keyboards add a space after an address they complete.
        Value::String(text) if field.is_identifier || field.is_email_address() => {
            Some(text.trim().into())
        }
        Value::String(text) if field.is("string") => Some(text.into()),
        Value::String(text) if field.is("integer") || field.is("number") => Some(number(text)),
        Value::String(text) if field.is("array") => Some(Value::Array(vec![text.into()])),
        value => Some(value),
    }
}

fn number(text: String) -> Value {
    let trimmed = text.trim();
    if let Ok(whole) = trimmed.parse::<i64>() {
        return whole.into();
    }
    let fraction = trimmed.parse::<f64>().ok().and_then(Number::from_f64);
    fraction.map_or(Value::String(text), Value::Number)
}
