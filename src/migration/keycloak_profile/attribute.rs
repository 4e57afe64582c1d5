//! One attribute of Keycloak's profile as one property of a schema.

use serde_json::{Map, Value, json};

use super::{SPECIAL, validation};
use crate::migration::Losses;

/// What an attribute may say.
const MEMBERS: [&str; 10] = [
    "name",
    "displayName",
    "validations",
    "annotations",
    "required",
    "permissions",
    "selector",
    "group",
    "multivalued",
    "defaultValue",
];

/// What is decided for all attributes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) order: i64,
    pub(super) signs_in_with_email: bool,
}

/// The property that says what the attribute says.
pub(super) fn property(attribute: &Value, place: Place, losses: &mut Losses<'_>) -> Value {
    let name = attribute["name"].as_str().unwrap_or_default();
    for member in attribute.as_object().into_iter().flat_map(Map::keys) {
        if !MEMBERS.contains(&member.as_str()) {
            losses.add(member.clone(), "it has no meaning here, and is left out");
        }
    }
    let validations = with_named_options(attribute, losses);
    let mut rules = validation::read(&validations, losses);
    if let Some(keyword) = keyword(name, place) {
        // Addresses are trimmed anyway.
        let is_measured = attribute["validations"]["length"].is_object();
        if rules.profile.shift_remove("trim").is_none() && is_measured {
            losses.add(
                "trim-disabled",
                "what people sign in with is always trimmed",
            );
        }
        rules.list.insert("ory.sh/kratos".to_owned(), keyword);
    }
    let mut property = Map::new();
    if attribute["multivalued"] == true {
        property.insert("type".to_owned(), json!("array"));
        title(attribute, &mut property);
        property.insert("items".to_owned(), Value::Object(rules.item));
    } else {
        for bound in ["minItems", "maxItems"] {
            if rules.list.shift_remove(bound).is_some() {
                losses.add("validator multivalued", "the attribute has one value");
            }
        }
        property = rules.item;
        title(attribute, &mut property);
    }
    property.extend(rules.list);
    if let Some(default) = attribute["defaultValue"].as_str() {
        property.insert("default".to_owned(), default_value(default, &property));
    }
    let profile = profile(attribute, place, rules.profile, losses);
    property.insert("x-profile".to_owned(), Value::Object(profile));
    Value::Object(property)
}

fn title(attribute: &Value, property: &mut Map<String, Value>) {
    let title = attribute["displayName"].as_str();
    if let Some(title) = title.filter(|title| !title.is_empty()) {
        property.insert("title".to_owned(), json!(title));
    }
}

/// The validators, where an annotation may name the one that lists the options.
fn with_named_options(attribute: &Value, losses: &mut Losses<'_>) -> Value {
    let mut validations = attribute["validations"].clone();
    let named = attribute["annotations"]["inputOptionsFromValidation"].as_str();
    let Some(named) = named.filter(|named| *named != "options") else {
        return validations;
    };
    if let Value::Object(all) = &mut validations
        && all.get(named).is_some_and(|one| one["options"].is_array())
        && !all.contains_key("options")
        && let Some(config) = all.shift_remove(named)
    {
        let why = "its options are what may be chosen; what else it checks is lost";
        losses.add(format!("validator {named}"), why);
        all.insert("options".to_owned(), json!({"options": config["options"]}));
    }
    validations
}

fn default_value(text: &str, property: &Map<String, Value>) -> Value {
    let read = match property.get("type").and_then(Value::as_str) {
        Some("array") => return json!([text]),
        Some("integer" | "number") => text.trim().parse::<serde_json::Number>().ok(),
        _ => None,
    };
    read.map_or_else(|| json!(text), Value::Number)
}

/// What people sign in with and are reached by.
fn keyword(name: &str, place: Place) -> Option<Value> {
    let identifier = json!({"password": {"identifier": true}});
    let mail = json!({"via": "email"});
    match name {
        "username" => Some(json!({"credentials": identifier})),
        "email" if place.signs_in_with_email => Some(json!({
            "credentials": identifier, "verification": mail, "recovery": mail,
        })),
        "email" => Some(json!({"verification": mail, "recovery": mail})),
        _ => None,
    }
}

fn profile(
    attribute: &Value,
    place: Place,
    rules: Map<String, Value>,
    losses: &mut Losses<'_>,
) -> Map<String, Value> {
    let name = attribute["name"].as_str().unwrap_or_default();
    let mut profile = Map::new();
    for member in ["view", "edit"] {
        let viewers = match attribute["permissions"].is_object() {
            true => viewers(&attribute["permissions"][member], "permissions", losses),
            // Nothing is said, so it is the administrators' alone.
            false => vec!["admin"],
        };
        profile.insert(member.to_owned(), json!(viewers));
    }
    if let Some(required) = required(attribute, losses) {
        profile.insert("required_for".to_owned(), required);
    }
    let scopes = texts(&attribute["selector"]["scopes"]);
    if !scopes.is_empty() {
        profile.insert("enabled_scopes".to_owned(), json!(scopes));
    }
    if let Some(group) = attribute["group"]
        .as_str()
        .filter(|group| !group.is_empty())
    {
        profile.insert("group".to_owned(), json!(group));
    }
    profile.insert("order".to_owned(), json!(place.order));
    if SPECIAL.contains(&name) {
        profile.insert("searchable".to_owned(), json!(true));
        profile.insert("index".to_owned(), json!("prefix"));
    }
    if matches!(name, "username" | "email") {
        profile.insert("protected".to_owned(), json!(true));
    }
    profile.extend(rules);
    annotations(attribute, &mut profile, losses);
    profile
}

fn annotations(attribute: &Value, profile: &mut Map<String, Value>, losses: &mut Losses<'_>) {
    let Some(annotations) = attribute["annotations"].as_object() else {
        return;
    };
    for name in annotations.keys().filter(|name| name.starts_with("kc")) {
        let why = "it is kept, but its script is not; name one under \
                   [plugins.self-service.form_modules]";
        losses.add(format!("annotation {name}"), why);
    }
    if !annotations.is_empty() {
        let annotations = Value::Object(annotations.clone());
        profile.insert("annotations".to_owned(), annotations);
    }
}

/// For whom it is required; everybody has a username.
fn required(attribute: &Value, losses: &mut Losses<'_>) -> Option<Value> {
    let required = &attribute["required"];
    if attribute["name"] == "username" {
        return Some(json!({}));
    }
    let members = required.as_object()?;
    let mut made = Map::new();
    if members.contains_key("roles") {
        let roles = viewers(&required["roles"], "required", losses);
        made.insert("roles".to_owned(), json!(roles));
    }
    let scopes = texts(&required["scopes"]);
    if !scopes.is_empty() {
        made.insert("scopes".to_owned(), json!(scopes));
    }
    Some(Value::Object(made))
}

/// Those who are known, always in the same order.
fn viewers(names: &Value, what: &str, losses: &mut Losses<'_>) -> Vec<&'static str> {
    let names = texts(names);
    for name in &names {
        if !matches!(*name, "user" | "admin") {
            let why = format!("there is nobody called {name:?} here");
            losses.add(what, why);
        }
    }
    let known = ["user", "admin"].into_iter();
    known.filter(|known| names.contains(known)).collect()
}

fn texts(value: &Value) -> Vec<&str> {
    let items = value.as_array().into_iter().flatten();
    items.filter_map(Value::as_str).collect()
}
