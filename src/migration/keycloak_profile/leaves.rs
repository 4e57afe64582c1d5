//! The traits of a document as a flat list, as Keycloak has them.

use serde_json::{Map, Value, json};

use crate::migration::{Loss, Losses};

/// How deep traits may be nested.
const DEPTH: usize = 8;

/// What everybody may do where nothing is said.
const EVERYBODY: [&str; 2] = ["user", "admin"];

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

/// One trait with all that its schema and those around it say of it.
#[derive(Debug, Clone)]
pub(super) struct Leaf {
    pub(super) path: String,
    /// Its property; in `x-profile`, what the objects around it say of it, too.
    pub(super) property: Value,
}

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
