//! A profile of Keycloak as a schema.

use std::collections::HashSet;

use serde_json::{Map, Value, json};

use super::{
    Translated, Unreadable,
    attribute::{self, Place},
    find,
};
use crate::migration::{Loss, Losses};

/// The most attributes that are read. Forms with more are nobody's to fill in.
const MOST_ATTRIBUTES: usize = 1_000;

/// How deep names with dots may lead.
const DEPTH: usize = 8;

/// The schema that says what a profile, or the profile of a realm, says. Whether people sign in
/// with their address is the realm's to say unless it is given.
pub(crate) fn import(
    document: &Value,
    signs_in_with_email: Option<bool>,
) -> Result<Translated, Unreadable> {
    let mut found = find::profile(document)?;
    found.signs_in_with_email = signs_in_with_email.unwrap_or(found.signs_in_with_email);
    let attributes = attributes(&found.profile)?;
    let mut losses = found.losses;
    let mut properties = Map::new();
    for (place, attribute) in attributes.iter().enumerate() {
        let name = attribute["name"].as_str().unwrap_or_default();
        let place = Place {
            order: i64::try_from(place).map_or(i64::MAX, |place| (place + 1) * 10),
            signs_in_with_email: found.signs_in_with_email,
        };
        let mut losses = Losses::of(name, &mut losses);
        let property = attribute::property(attribute, place, &mut losses);
        if let Err(why) = put(&mut properties, name, property) {
            losses.add("the attribute", format!("{why}; it is left out"));
        }
    }
    if properties.is_empty() {
        return Err(Unreadable("the profile describes no attribute".to_owned()));
    }
    let root = root(&found.profile, &mut losses);
    let document = json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Person",
        "type": "object",
        "properties": { "traits": {
            "type": "object", "x-profile": root,
            "properties": properties, "additionalProperties": false,
        }},
    });
    Ok(Translated { document, losses })
}

/// The attributes, each with a name of its own.
fn attributes(profile: &Value) -> Result<&[Value], Unreadable> {
    let attributes = profile["attributes"].as_array();
    let attributes =
        attributes.ok_or_else(|| Unreadable("the profile has no list of attributes".to_owned()))?;
    if attributes.len() > MOST_ATTRIBUTES {
        let count = attributes.len();
        let reason = format!("there are {count} attributes, and {MOST_ATTRIBUTES} are the most");
        return Err(Unreadable(reason));
    }
    let mut names = HashSet::new();
    for (place, attribute) in attributes.iter().enumerate() {
        let Some(name) = attribute["name"].as_str() else {
            let reason = format!("attribute {} has no name", place + 1);
            return Err(Unreadable(reason));
        };
        if !names.insert(name) {
            let reason = format!("two attributes are called {name:?}");
            return Err(Unreadable(reason));
        }
    }
    Ok(attributes)
}

/// Puts a property where its name says; each dot leads into an object.
fn put(properties: &mut Map<String, Value>, name: &str, property: Value) -> Result<(), String> {
    let names: Vec<&str> = name.split('.').collect();
    if names.len() > DEPTH || names.iter().any(|name| name.is_empty()) {
        return Err("a dot leads into an object, so names have no empty part".to_owned());
    }
    let (last, parents) = match names.split_last() {
        Some((last, parents)) => (*last, parents),
        None => return Err("it has no name".to_owned()),
    };
    let mut place = properties;
    for parent in parents {
        let object = place.entry(*parent).or_insert_with(
            || json!({"type": "object", "properties": {}, "additionalProperties": false}),
        );
        place = match object.get_mut("properties") {
            Some(Value::Object(inner)) => inner,
            _ => return Err(format!("{parent:?} is an attribute itself")),
        };
    }
    if place.contains_key(last) {
        return Err("another attribute leads into it with a dot".to_owned());
    }
    place.insert(last.to_owned(), property);
    Ok(())
}

/// What the profile says of all attributes.
fn root(profile: &Value, losses: &mut Vec<Loss>) -> Value {
    let mut found = Losses::of("", losses);
    for member in profile.as_object().into_iter().flat_map(Map::keys) {
        if !["attributes", "groups", "unmanagedAttributePolicy"].contains(&member.as_str()) {
            found.add(member.clone(), "it has no meaning here, and is left out");
        }
    }
    let mut root = Map::new();
    match profile["unmanagedAttributePolicy"].as_str() {
        None | Some("DISABLED") => {}
        Some(policy @ ("ENABLED" | "ADMIN_VIEW" | "ADMIN_EDIT")) => {
            root.insert("unmanaged".to_owned(), json!(policy));
        }
        Some(_) => found.add(
            "unmanagedAttributePolicy",
            "there is no such policy, so attributes that nobody describes are not kept",
        ),
    }
    root.insert("required_mode".to_owned(), json!("context"));
    let groups = groups(profile, &mut found);
    if !groups.is_empty() {
        root.insert("groups".to_owned(), Value::Array(groups));
    }
    Value::Object(root)
}

fn groups(profile: &Value, losses: &mut Losses<'_>) -> Vec<Value> {
    let mut names = HashSet::new();
    let mut groups = Vec::new();
    for group in profile["groups"].as_array().into_iter().flatten() {
        let name = group["name"].as_str().filter(|name| !name.is_empty());
        let Some(name) = name.filter(|name| names.insert(*name)) else {
            losses.add("a group", "it has no name of its own, and is left out");
            continue;
        };
        let mut made = Map::new();
        made.insert("name".to_owned(), json!(name));
        for (theirs, ours) in [
            ("displayHeader", "display_header"),
            ("displayDescription", "display_description"),
        ] {
            let text = group[theirs].as_str().filter(|text| !text.is_empty());
            made.extend(text.map(|text| (ours.to_owned(), json!(text))));
        }
        let annotations = group["annotations"].as_object();
        if let Some(annotations) = annotations.filter(|own| !own.is_empty()) {
            made.insert("annotations".to_owned(), json!(annotations));
        }
        groups.push(Value::Object(made));
    }
    groups
}
