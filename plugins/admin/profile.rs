//! A schema's document as the user profile editor changes it: attribute by attribute and group by
//! group. Whatever nobody asks to change stays exactly as it is written.

mod attributes;
mod groups;
mod settings;

use serde_json::{Map, Value};

pub(crate) use self::{
    attributes::{Attribute, Sibling, add, attributes, change, find, remove, shift},
    groups::{Group, change_group, groups, remove_group},
    settings::{Settings, Trouble},
};

/// The keyword for what JSON Schema has none for.
const PROFILE: &str = "x-profile";

/// What the document says of all traits.
fn root(document: &Value) -> &Value {
    let traits = document.pointer("/properties/traits");
    let traits = traits.filter(|traits| traits.get("properties").is_some());
    traits.unwrap_or(document)
}

/// The same to be changed.
fn root_mut(document: &mut Value) -> &mut Value {
    match document.pointer("/properties/traits/properties") {
        Some(_) => &mut document["properties"]["traits"],
        None => document,
    }
}

/// What stands at these names, one inside the other.
fn member<'a>(value: &'a Value, names: &[&str]) -> Option<&'a Value> {
    names.iter().try_fold(value, |value, name| value.get(name))
}

/// Writes a member where it belongs, or takes it away together with whatever is empty without it.
fn set(value: &mut Value, names: &[&str], new: Option<Value>) {
    let Some((name, inner)) = names.split_first() else {
        return;
    };
    if new.is_none() && value.get(name).is_none() {
        return;
    }
    if !value.is_object() {
        *value = Value::Object(Map::new());
    }
    let Some(members) = value.as_object_mut() else {
        return;
    };
    match (inner, new) {
        ([], Some(new)) => {
            members.insert((*name).to_owned(), new);
        }
        ([], None) => {
            members.shift_remove(*name);
        }
        (inner, new) => {
            let had_any = members.get(*name).is_some_and(is_filled);
            let held = members.entry(*name).or_insert_with(|| Map::new().into());
            set(held, inner, new);
            if had_any && !is_filled(held) {
                members.shift_remove(*name);
            }
        }
    }
}

fn is_filled(value: &Value) -> bool {
    value.as_object().is_some_and(|members| !members.is_empty())
}

#[cfg(test)]
mod tests;
