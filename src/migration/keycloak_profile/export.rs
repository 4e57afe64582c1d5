//! A schema as a profile of Keycloak.

use portcullis_core::schema::Schema;
use serde_json::{Map, Value, json};

use super::{
    Translated, Unreadable,
    difference::tell,
    import::import,
    leaves::{self, Leaf},
    pattern::whole,
    validation::{FORMATS, LOCAL_LENGTH},
};
use crate::migration::{Loss, Losses};

/// The profile that says what a schema says.
pub(crate) fn export(schema: &Schema) -> Result<Translated, Unreadable> {
    let document = schema.document();
    let mut losses = Vec::new();
    let leaves = leaves::leaves(document, &mut losses);
    let attributes: Vec<Value> = leaves.iter().map(attribute).collect();
    let root = &leaves::traits(document)["x-profile"];
    let mut profile = Map::new();
    profile.insert("attributes".to_owned(), Value::Array(attributes));
    let groups = groups(root);
    if !groups.is_empty() {
        profile.insert("groups".to_owned(), Value::Array(groups));
    }
    let policy = root["unmanaged"].as_str().filter(|own| *own != "DISABLED");
    profile.extend(policy.map(|own| ("unmanagedAttributePolicy".to_owned(), json!(own))));
    missing(&leaves, &mut losses);
    let profile = Value::Object(profile);
    let again = import(&profile, Some(signs_in_with_email(&leaves)))?;
    let again_leaves = leaves::leaves(&again.document, &mut Vec::new());
    tell(&leaves, &again_leaves, &mut losses);
    Ok(Translated {
        document: profile,
        losses,
    })
}

fn signs_in_with_email(leaves: &[Leaf]) -> bool {
    let email = leaves.iter().find(|leaf| leaf.path == "email");
    email.is_none_or(|leaf| {
        leaf.property["ory.sh/kratos"]["credentials"]["password"]["identifier"] == true
    })
}

/// What Keycloak cannot do without.
fn missing(leaves: &[Leaf], losses: &mut Vec<Loss>) {
    for (name, why) in [
        (
            "username",
            "Keycloak wants one in every profile: add it there, and switch on \"Email as username\"",
        ),
        ("email", "Keycloak wants one in every profile: add it there"),
    ] {
        if leaves.iter().all(|leaf| leaf.path != name) {
            Losses::of(name, losses).add("the attribute", why);
        }
    }
    if !signs_in_with_email(leaves) {
        let why = "it is no matter of the profile: switch off \"Login with email\"";
        Losses::of("email", losses).add("nobody signs in with it", why);
    }
}

fn attribute(leaf: &Leaf) -> Value {
    let Leaf { path, property } = leaf;
    let profile = &property["x-profile"];
    let is_list = property["type"] == "array";
    let item = if is_list {
        &property["items"]
    } else {
        property
    };
    let mut made = Map::new();
    made.insert("name".to_owned(), json!(path));
    if let Some(title) = property["title"].as_str() {
        made.insert("displayName".to_owned(), json!(title));
    }
    let validations = validations(path, property, item);
    if !validations.is_empty() {
        made.insert("validations".to_owned(), Value::Object(validations));
    }
    if let Some(annotations) = profile.get("annotations") {
        made.insert("annotations".to_owned(), annotations.clone());
    }
    if let Some(required) = profile.get("required_for").filter(|_| path != "username") {
        made.insert("required".to_owned(), roles_last(required));
    }
    let permissions = json!({
        "view": theirs(&profile["view"]), "edit": theirs(&profile["edit"]),
    });
    made.insert("permissions".to_owned(), permissions);
    if let Some(scopes) = profile.get("enabled_scopes") {
        made.insert("selector".to_owned(), json!({"scopes": scopes}));
    }
    if let Some(group) = profile.get("group") {
        made.insert("group".to_owned(), group.clone());
    }
    made.insert("multivalued".to_owned(), json!(is_list));
    if let Some(default) = property.get("default") {
        let default = default.get(0).unwrap_or(default);
        made.insert("defaultValue".to_owned(), json!(text(default)));
    }
    Value::Object(made)
}

/// The viewers in Keycloak's order.
fn theirs(viewers: &Value) -> Vec<&'static str> {
    let has = |name: &&str| {
        viewers
            .as_array()
            .is_some_and(|own| own.contains(&json!(name)))
    };
    ["admin", "user"].into_iter().filter(has).collect()
}

fn roles_last(required: &Value) -> Value {
    let mut required = required.clone();
    if let Some(roles) = required.get_mut("roles") {
        *roles = json!(theirs(roles));
    }
    required
}

fn text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

fn validations(path: &str, property: &Value, item: &Value) -> Map<String, Value> {
    let profile = &property["x-profile"];
    let mut made = Map::new();
    let length = chosen(item, &[("minLength", "min"), ("maxLength", "max")]);
    if let Some(mut length) = length {
        let is_address = matches!(path, "username" | "email");
        if profile["trim"] != true && !is_address {
            length.insert("trim-disabled".to_owned(), json!(true));
        }
        made.insert("length".to_owned(), Value::Object(length));
    }
    let range = chosen(item, &[("minimum", "min"), ("maximum", "max")]).unwrap_or_default();
    match item["type"].as_str() {
        Some("integer") => made.insert("integer".to_owned(), Value::Object(range)),
        Some("number") => made.insert("double".to_owned(), Value::Object(range)),
        _ => None,
    };
    if let Some(pattern) = item["pattern"].as_str() {
        let mut config = Map::new();
        config.insert("pattern".to_owned(), json!(whole(pattern)));
        with_words(&mut config, profile, "pattern");
        made.insert("pattern".to_owned(), Value::Object(config));
    }
    formats(item, profile, &mut made);
    if let Some(options) = item["enum"].as_array() {
        let options: Vec<String> = options.iter().map(text).collect();
        made.insert("options".to_owned(), json!({"options": options}));
    }
    let items = chosen(property, &[("minItems", "min"), ("maxItems", "max")]);
    made.extend(items.map(|items| ("multivalued".to_owned(), Value::Object(items))));
    made
}

/// The keywords that are there, under their names in Keycloak.
fn chosen(schema: &Value, names: &[(&str, &str)]) -> Option<Map<String, Value>> {
    let found = names.iter().filter_map(|(ours, theirs)| {
        let value = schema.get(*ours)?;
        Some(((*theirs).to_owned(), value.clone()))
    });
    let found: Map<String, Value> = found.collect();
    (!found.is_empty()).then_some(found)
}

fn formats(item: &Value, profile: &Value, made: &mut Map<String, Value>) {
    let further = item["allOf"].as_array().into_iter().flatten();
    let all = std::iter::once(item).chain(further);
    for (place, format) in all.filter_map(|part| part["format"].as_str()).enumerate() {
        let known = FORMATS.iter().find(|(_, ours)| *ours == format);
        let name = match known {
            Some((name, _)) => *name,
            None if format == "iso-date" => "iso-date",
            None => continue,
        };
        let mut config = Map::new();
        if name == "email" {
            let most = profile["email"]["max_local_length"].as_u64();
            let most = most.filter(|most| *most != LOCAL_LENGTH);
            config.extend(most.map(|most| ("max-local-length".to_owned(), json!(most))));
        } else if name == "uri" {
            let schemes = profile.get("uri_schemes").cloned();
            config.extend(schemes.map(|schemes| ("allowedSchemes".to_owned(), schemes)));
        }
        if place == 0 && !matches!(name, "email" | "uri") {
            with_words(&mut config, profile, "format");
        }
        made.insert(name.to_owned(), Value::Object(config));
    }
}

fn with_words(config: &mut Map<String, Value>, profile: &Value, keyword: &str) {
    let words = profile["error_messages"].get(keyword).cloned();
    config.extend(words.map(|words| ("error-message".to_owned(), words)));
}

fn groups(root: &Value) -> Vec<Value> {
    let groups = root["groups"].as_array().into_iter().flatten();
    groups
        .map(|group| {
            let names = [
                ("name", "name"),
                ("display_header", "displayHeader"),
                ("display_description", "displayDescription"),
                ("annotations", "annotations"),
            ];
            Value::Object(chosen(group, &names).unwrap_or_default())
        })
        .collect()
}
