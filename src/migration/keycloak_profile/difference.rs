//! What of a schema does not come back from Keycloak as it was.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{leaves::Leaf, pattern::whole};
use crate::migration::{Loss, Losses};

/// What says nothing of who may do what, or of what is accepted.
const PRESENTATION: [&str; 6] = [
    "order",
    "searchable",
    "index",
    "protected",
    "$comment",
    "$id",
];

/// Tells of each keyword of `before` that is not in `after` as it was, and of each that came.
pub(super) fn tell(before: &[Leaf], after: &[Leaf], losses: &mut Vec<Loss>) {
    let after: BTreeMap<&str, &Value> = after
        .iter()
        .map(|leaf| (leaf.path.as_str(), &leaf.property))
        .collect();
    for Leaf { path, property } in before {
        let mut losses = Losses::of(path, losses);
        match after.get(path.as_str()) {
            Some(again) => compare("", property, again, &mut losses),
            None => losses.add("the attribute", "Keycloak takes no attribute of this name"),
        }
    }
}

fn compare(at: &str, before: &Value, after: &Value, losses: &mut Losses<'_>) {
    let none = Map::new();
    let before = before.as_object().unwrap_or(&none);
    let after = after.as_object().unwrap_or(&none);
    for (name, value) in before {
        let what = format!("{at}{name}");
        match after.get(name) {
            _ if matches!(name.as_str(), "order" | "$comment" | "$id") => {}
            Some(again) if is_same(name, value, again) => {}
            Some(again) if name == "x-profile" || name == "items" => {
                compare(&format!("{name}."), value, again, losses);
            }
            Some(again) => losses.add(what, format!("there it is {again}")),
            None if is_silent(name, value) => {}
            None => losses.add(what, "Keycloak has no word for it"),
        }
    }
    for (name, value) in after {
        if !before.contains_key(name) && !PRESENTATION.contains(&name.as_str()) {
            losses.add(format!("{at}{name}"), format!("Keycloak adds {value}"));
        }
    }
}

fn is_same(name: &str, before: &Value, after: &Value) -> bool {
    match (name, before.as_str(), after.as_str()) {
        ("pattern", Some(before), Some(after)) => whole(before) == whole(after),
        _ => before == after,
    }
}

/// Whether a keyword says nothing.
fn is_silent(name: &str, value: &Value) -> bool {
    let is_off = *value == false && matches!(name, "trim" | "searchable" | "protected");
    is_off || (matches!(name, "annotations" | "error_messages") && *value == json!({}))
}
