//! What of a schema does not come back from Keycloak as it was.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::export::{Leaf, whole};
use crate::migration::{Loss, Losses};

/// How deep traits may be nested.
const DEPTH: usize = 8;

/// What everybody may do where nothing is said.
const EVERYBODY: [&str; 2] = ["user", "admin"];

/// What says nothing of who may do what, or of what is accepted.
const PRESENTATION: [&str; 6] = [
    "order",
    "searchable",
    "index",
    "protected",
    "$comment",
    "$id",
];

/// What objects say that is told with their traits, or means nothing to whoever fills in a form.
const SAID: [&str; 10] = [
    "type",
    "properties",
    "required",
    "x-profile",
    "additionalProperties",
    "$ref",
    "$schema",
    "$id",
    "definitions",
    "description",
];

/// What the objects around a trait say of it.
#[derive(Debug, Clone)]
struct Whole {
    path: String,
    view: Vec<&'static str>,
    edit: Vec<&'static str>,
    group: Option<Value>,
    scopes: Option<Value>,
    is_required: bool,
}

/// Where a document describes its traits.
pub(super) fn traits(document: &Value) -> &Value {
    match document.pointer("/properties/traits/properties") {
        Some(_) => &document["properties"]["traits"],
        None => document,
    }
}

/// Every trait of a document that has no parts; what objects say that no trait can is a loss.
pub(super) fn leaves(document: &Value, losses: &mut Vec<Loss>) -> Vec<Leaf> {
    let whole = Whole {
        path: String::new(),
        view: EVERYBODY.to_vec(),
        edit: EVERYBODY.to_vec(),
        group: None,
        scopes: None,
        is_required: true,
    };
    let mut collector = Collector {
        document,
        leaves: Vec::new(),
        losses,
    };
    collector.object(traits(document), &whole);
    let mut leaves = collector.leaves;
    // Keycloak's order is that of the list.
    leaves.sort_by_key(|leaf: &Leaf| {
        let order = &leaf.property["x-profile"]["order"];
        order.as_i64().unwrap_or(i64::MAX)
    });
    leaves
}

struct Collector<'a> {
    document: &'a Value,
    leaves: Vec<Leaf>,
    losses: &'a mut Vec<Loss>,
}

impl Collector<'_> {
    fn object(&mut self, object: &Value, whole: &Whole) {
        if whole.path.split('.').count() > DEPTH {
            return;
        }
        let mut losses = Losses::of(&whole.path, self.losses);
        for keyword in object.as_object().into_iter().flat_map(Map::keys) {
            let is_title = whole.path.is_empty() && keyword == "title";
            if !SAID.contains(&keyword.as_str()) && !is_title {
                losses.add(
                    keyword.clone(),
                    "Keycloak has no objects, so no word for it",
                );
            }
        }
        for (name, property) in object["properties"].as_object().into_iter().flatten() {
            let property = resolved(self.document, property);
            let part = whole.part(object, name, &property);
            match property["properties"].is_object() {
                true => self.object(&property, &part),
                false => self.leaves.push(part.leaf(property)),
            }
        }
    }
}

/// The property, or the one that it refers to with what stands beside the reference.
fn resolved(document: &Value, property: &Value) -> Value {
    let target = property["$ref"].as_str().and_then(|r| r.strip_prefix('#'));
    let Some(found) = target.and_then(|pointer| document.pointer(pointer)) else {
        return property.clone();
    };
    let mut found = found.clone();
    if let (Value::Object(found), Some(own)) = (&mut found, property.get("x-profile")) {
        found.insert("x-profile".to_owned(), own.clone());
    }
    found
}

impl Whole {
    fn part(&self, object: &Value, name: &str, property: &Value) -> Self {
        let profile = &property["x-profile"];
        let path = match self.path.as_str() {
            "" => name.to_owned(),
            whole => format!("{whole}.{name}"),
        };
        let (own_view, own_edit) = permissions(profile);
        let within = |own: &[&'static str], whole: &[&'static str]| {
            let both = own.iter().filter(|viewer| whole.contains(viewer));
            both.copied().collect::<Vec<_>>()
        };
        let required = object["required"].as_array();
        let is_required = required.is_some_and(|names| names.contains(&json!(name)));
        Self {
            path,
            view: within(&own_view, &self.view),
            edit: within(&own_edit, &self.edit),
            group: profile.get("group").cloned().or_else(|| self.group.clone()),
            scopes: profile
                .get("enabled_scopes")
                .cloned()
                .or_else(|| self.scopes.clone()),
            is_required: self.is_required && is_required,
        }
    }

    /// The trait, with all that is said of it in one place.
    fn leaf(self, mut property: Value) -> Leaf {
        if let Value::Object(members) = &mut property {
            let profile = members.entry("x-profile").or_insert_with(|| json!({}));
            if let Value::Object(profile) = profile {
                profile.insert("view".to_owned(), json!(self.view));
                profile.insert("edit".to_owned(), json!(self.edit));
                profile.extend(self.group.map(|group| ("group".to_owned(), group)));
                profile.extend(self.scopes.map(|own| ("enabled_scopes".to_owned(), own)));
                if self.is_required && !profile.contains_key("required_for") {
                    profile.insert("required_for".to_owned(), json!({}));
                }
            }
        }
        Leaf {
            path: self.path,
            property,
        }
    }
}

/// Who sees and who changes a trait by its own keyword.
fn permissions(profile: &Value) -> (Vec<&'static str>, Vec<&'static str>) {
    let (view, edit) = (profile.get("view"), profile.get("edit"));
    if view.is_none() && edit.is_none() {
        return (EVERYBODY.to_vec(), EVERYBODY.to_vec());
    }
    let known = |names: Option<&Value>| {
        let names = names.and_then(Value::as_array);
        let has = |name: &&str| names.is_some_and(|names| names.contains(&json!(name)));
        EVERYBODY.into_iter().filter(has).collect::<Vec<_>>()
    };
    let edit = known(edit);
    let seen = known(view);
    // Whoever may edit may view.
    let view = EVERYBODY
        .into_iter()
        .filter(|name| seen.contains(name) || edit.contains(name))
        .collect();
    (view, edit)
}

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
