//! The attributes of a document: those of objects after the object, each among its siblings where
//! forms show it.

use serde_json::{Map, Value, json};

use super::{
    PROFILE, root, root_mut,
    settings::{self, Settings, Trouble, holds},
};

const NO_NAME: &str =
    "A name has up to 64 letters, digits, - and _; behind a dot it is part of another attribute.";
const TAKEN: &str = "There is an attribute of this name already.";
const NO_PARENT: &str = "There is no attribute of this name that others are part of.";
const GONE: &str = "There is no such attribute any more.";

/// An attribute as the document describes it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Attribute {
    /// Its dotted path.
    pub(crate) path: String,
    /// How many others it is part of.
    pub(crate) depth: usize,
    /// What is set of it.
    pub(crate) settings: Settings,
    /// Whether it is described at another place of the document.
    pub(crate) is_reference: bool,
    /// Whether no sibling stands before it.
    pub(crate) is_first: bool,
    /// Whether no sibling stands after it.
    pub(crate) is_last: bool,
}

/// Which of its siblings an attribute changes places with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sibling {
    /// The one before it.
    Before,
    /// The one after it.
    After,
}

/// Every attribute, as forms show them one after the other.
pub(crate) fn attributes(document: &Value) -> Vec<Attribute> {
    let mut all = Vec::new();
    collect(root(document), &mut Vec::new(), &mut all);
    all
}

/// The attribute of this path.
pub(crate) fn find(document: &Value, path: &str) -> Option<Attribute> {
    let mut all = attributes(document).into_iter();
    all.find(|attribute| attribute.path == path)
}

fn collect<'a>(object: &'a Value, path: &mut Vec<&'a str>, all: &mut Vec<Attribute>) {
    let siblings = siblings(object);
    for (place, name) in siblings.iter().enumerate() {
        let schema = &object["properties"][*name];
        path.push(name);
        let mut settings = settings::read(schema);
        let required = object["required"].as_array();
        let is_required = required.is_some_and(|names| names.iter().any(|own| own == name));
        let is_required = if is_required { "true" } else { "" };
        settings.insert("required".to_owned(), is_required.to_owned());
        all.push(Attribute {
            path: path.join("."),
            depth: path.len() - 1,
            settings,
            is_reference: schema.get("$ref").is_some(),
            is_first: place == 0,
            is_last: place + 1 == siblings.len(),
        });
        if schema["properties"].is_object() {
            collect(schema, path, all);
        }
        path.pop();
    }
}

fn order(schema: &Value) -> Option<i64> {
    schema[PROFILE]["order"].as_i64()
}

/// The names of an object's attributes, as forms show them.
fn siblings(object: &Value) -> Vec<&str> {
    let properties = object["properties"].as_object().into_iter().flatten();
    let mut all: Vec<(i64, &str)> = properties
        .map(|(name, schema)| (order(schema).unwrap_or(i64::MAX), name.as_str()))
        .collect();
    all.sort_by_key(|(order, _)| *order);
    all.into_iter().map(|(_, name)| name).collect()
}

/// The object that an attribute of this path is part of, with its last name.
fn parent<'a, 'p>(document: &'a mut Value, path: &'p str) -> Option<(&'a mut Value, &'p str)> {
    let (above, name) = path
        .rsplit_once('.')
        .map_or((None, path), |(above, name)| (Some(above), name));
    let mut object = root_mut(document);
    for step in above.into_iter().flat_map(|above| above.split('.')) {
        object = object.get_mut("properties")?.get_mut(step)?;
    }
    object["properties"].is_object().then_some((object, name))
}

fn is_name(name: &str) -> bool {
    let is_letter = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    !name.is_empty() && name.len() <= 64 && name.chars().all(is_letter)
}

/// Adds an attribute after all of its siblings.
pub(crate) fn add(document: &mut Value, path: &str, wanted: &Settings) -> Result<(), Vec<Trouble>> {
    if !path.split('.').all(is_name) {
        return Err(vec![("name", NO_NAME)]);
    }
    let Some((object, name)) = parent(document, path) else {
        return Err(vec![("name", NO_PARENT)]);
    };
    if object["properties"].get(name).is_some() {
        return Err(vec![("name", TAKEN)]);
    }
    let mut schema = json!({"type": "string"});
    settings::write(&mut schema, wanted)?;
    object["properties"][name] = schema;
    require(object, name, holds(wanted, "required"));
    Ok(())
}

/// Changes what is set of an attribute.
pub(crate) fn change(
    document: &mut Value,
    path: &str,
    wanted: &Settings,
) -> Result<(), Vec<Trouble>> {
    let gone = || vec![("name", GONE)];
    let (object, name) = parent(document, path).ok_or_else(gone)?;
    let schema = object["properties"].get_mut(name).ok_or_else(gone)?;
    settings::write(schema, wanted)?;
    require(object, name, holds(wanted, "required"));
    Ok(())
}

/// Says whether an object is nothing without this attribute.
fn require(object: &mut Value, name: &str, is_required: bool) {
    let mut names = object["required"].as_array().cloned().unwrap_or_default();
    let had = names.iter().any(|own| own == name);
    match (had, is_required) {
        (false, true) => names.push(name.into()),
        (true, false) => names.retain(|own| own != name),
        _ => return,
    }
    let new = (!names.is_empty()).then_some(Value::Array(names));
    super::set(object, &["required"], new);
}

/// Removes an attribute, and an object that has no other; whether there was one.
pub(crate) fn remove(document: &mut Value, path: &str) -> bool {
    let Some((object, name)) = parent(document, path) else {
        return false;
    };
    let properties = object["properties"].as_object_mut();
    let Some(properties) = properties.filter(|own| own.contains_key(name)) else {
        return false;
    };
    properties.shift_remove(name);
    let is_empty = properties.is_empty();
    require(object, name, false);
    match path.rsplit_once('.') {
        Some((above, _)) if is_empty => remove(document, above),
        _ => true,
    }
}

/// Lets an attribute change places with a sibling; whether there was one.
pub(crate) fn shift(document: &mut Value, path: &str, sibling: Sibling) -> bool {
    let Some((object, name)) = parent(document, path) else {
        return false;
    };
    let mut names: Vec<String> = siblings(object).into_iter().map(str::to_owned).collect();
    let Some(place) = names.iter().position(|own| own == name) else {
        return false;
    };
    let other = match sibling {
        Sibling::Before => place.checked_sub(1),
        Sibling::After => Some(place + 1).filter(|next| *next < names.len()),
    };
    let Some(other) = other else {
        return false;
    };
    let properties = &mut object["properties"];
    let orders = [place, other].map(|at| order(&properties[&names[at]]));
    let (own, its) = (names[place].clone(), names[other].clone());
    names.swap(place, other);
    match orders {
        [Some(a), Some(b)] if a != b => {
            properties[&own][PROFILE]["order"] = b.into();
            properties[&its][PROFILE]["order"] = a.into();
        }
        [None, None] => swap(properties, &own, &its),
        _ => {
            for (place, name) in names.iter().enumerate() {
                let order = Value::from((place + 1) * 10);
                super::set(&mut properties[name], &[PROFILE, "order"], Some(order));
            }
        }
    }
    true
}

/// Lets two members of an object change places.
fn swap(properties: &mut Value, one: &str, other: &str) {
    let Some(members) = properties.as_object_mut() else {
        return;
    };
    let mut list: Vec<(String, Value)> = std::mem::take(members).into_iter().collect();
    let place = |wanted: &str| list.iter().position(|(name, _)| name == wanted);
    if let (Some(a), Some(b)) = (place(one), place(other)) {
        list.swap(a, b);
    }
    *members = list.into_iter().collect::<Map<String, Value>>();
}
