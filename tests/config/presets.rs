//! The schemas that are built in: what is in them, and that people read them in their own language.

use std::collections::BTreeSet;

use portcullis_core::schema::Schema;
use serde_json::Value;

use super::*;

/// The built-in schemas by their ids.
fn presets() -> Vec<(String, Value)> {
    let folder = Folder::with("[identity]\ndefault_schema = \"keycloak-default\"\n");
    let documents = folder.load().unwrap().config.identity.schema_documents();
    assert_eq!(documents.len(), 2);
    documents
}

/// What people read of a document, wherever it stands.
fn texts(part: &Value, found: &mut BTreeSet<String>) {
    const READ: [&str; 5] = [
        "title",
        "display_header",
        "display_description",
        "inputHelperTextBefore",
        "inputHelperTextAfter",
    ];
    match part {
        Value::Array(items) => items.iter().for_each(|item| texts(item, found)),
        Value::Object(members) => {
            for (name, member) in members {
                match member {
                    Value::String(text) if READ.contains(&name.as_str()) => {
                        found.insert(text.clone());
                    }
                    member => texts(member, found),
                }
            }
        }
        _ => {}
    }
}

/// The key of a text in a bundle: the one it names, or that of its English words.
fn key<'a>(text: &'a str, english: &'a str) -> Option<&'a str> {
    let named = text
        .strip_prefix("${")
        .and_then(|text| text.strip_suffix('}'));
    let lines = english.lines().filter_map(|line| line.split_once(" = "));
    let mut keys = lines.filter(|(key, words)| named == Some(*key) || *words == text);
    keys.next().map(|(key, _)| key)
}

/// KC-029, KC-064.
#[test]
fn every_text_of_a_built_in_schema_is_there_in_each_language() {
    let bundle = |language: &str| {
        let root = env!("CARGO_MANIFEST_DIR");
        fs::read_to_string(format!("{root}/config/messages/{language}.ftl")).unwrap()
    };
    let (english, german) = (bundle("en"), bundle("de"));
    for (id, document) in presets() {
        let mut found = BTreeSet::new();
        texts(&document["properties"]["traits"], &mut found);
        assert!(found.len() >= 4, "{id}: {found:?}");
        for text in found {
            let key = key(&text, &english);
            let key = key.unwrap_or_else(|| panic!("{id}: {text} is not in en.ftl"));
            let is_there = german
                .lines()
                .any(|line| line.starts_with(&format!("{key} = ")));
            assert!(is_there, "{id}: {key} is not in de.ftl");
        }
    }
}

/// HA-05, CU-19: what the schema `default` has, and that people sign in with their address.
#[test]
fn the_default_schema_has_a_name_a_degree_and_the_address_to_sign_in_with() {
    let presets = presets();
    let (_, document) = presets.iter().find(|(id, _)| id == "default").unwrap();
    let schema = Schema::parse("default", document.clone()).unwrap();
    let paths = [
        "email",
        "name",
        "name.first",
        "name.last",
        "academic-degree",
    ];
    assert_eq!(schema.paths(), paths);
    let traits = serde_json::json!({
        "email": "Ada@Example.org", "name": {"first": "Ada"}, "academic-degree": "Countess",
    });
    assert_eq!(schema.errors(&traits), []);
    assert_eq!(schema.identifiers(&traits), ["ada@example.org"]);
}

/// KC-002: one identifier is all that a schema has to require.
#[test]
fn one_identifier_is_enough() {
    let traits = [
        ("default", serde_json::json!({"email": "ada@example.org"})),
        ("keycloak-default", serde_json::json!({"username": "ada"})),
    ];
    for (id, document) in presets() {
        let (_, traits) = traits.iter().find(|(known, _)| *known == id).unwrap();
        let schema = Schema::parse(&id, document).unwrap();
        assert_eq!(schema.errors(traits), [], "{id}");
        assert_eq!(schema.identifiers(traits).len(), 1, "{id}");
    }
}
