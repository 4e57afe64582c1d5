//! What comes back from a form, as the types the schema asks for.

use serde_json::{Map, Number, Value};

use super::{Schema, field::Field, pickers};
use crate::path::put;

impl Schema {
    /// Traits with the types the schema asks for, from a form's texts: numbers and booleans are
    /// read, empty texts and objects without members dropped unless the object is required, one
    /// text made a list; a required box that was not ticked is false.
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
    // A box that is ticked from the start has been unticked.
    let is_unticked = field.default.is_some() && field.path.len() == 1;
    let is_box = field.is("boolean") && field.permissions.edit.person;
    (is_box && (field.is_required || is_unticked)).then_some(Value::Bool(false))
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
        Value::String(text) if field.is("string") => {
            Some(pickers::completed(field.format.as_deref(), text).into())
        }
        Value::String(text) if field.is("integer") || field.is("number") => Some(number(text)),
        Value::String(text) if field.is("array") => list(field, vec![text.into()]),
        Value::Array(items) if field.is("array") => list(field, items),
        // A form sends what an empty box means before the box itself.
        Value::Array(mut items) if field.is("boolean") && items.len() == 2 => {
            coerced(field, items.pop()?)
        }
        value => Some(value),
    }
}

/// The items with the type that the list asks for, without empty ones; nothing for an empty list
/// that need not be there.
fn list(field: &Field, items: Vec<Value>) -> Option<Value> {
    let is_number = |kind: &String| matches!(kind.as_str(), "integer" | "number");
    let of_numbers = field.item_types.iter().any(is_number);
    let items: Vec<Value> = items
        .into_iter()
        .filter(|item| item != "")
        .map(|item| match item {
            Value::String(text) if of_numbers => number(text),
            Value::String(text) => pickers::completed(field.format.as_deref(), text).into(),
            item => item,
        })
        .collect();
    (!items.is_empty() || field.is_required).then_some(Value::Array(items))
}

fn number(text: String) -> Value {
    let trimmed = text.trim();
    if let Ok(whole) = trimmed.parse::<i64>() {
        return whole.into();
    }
    let fraction = trimmed.parse::<f64>().ok().and_then(Number::from_f64);
    fraction.map_or(Value::String(text), Value::Number)
}
