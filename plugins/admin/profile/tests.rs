//! The document, changed part by part.

use serde_json::{Value, json};

use super::{
    Group, Settings, Sibling, add, attributes, change, change_group, find, groups, remove,
    remove_group, shift,
};

const BUILT_IN: [&str; 4] = [
    include_str!("../../../config/schemas/default.json"),
    include_str!("../../../config/schemas/keycloak-default.json"),
    include_str!("../tests/schema.json"),
    include_str!("../tests/open.json"),
];

fn built_in() -> impl Iterator<Item = Value> {
    BUILT_IN
        .iter()
        .map(|text| serde_json::from_str(text).unwrap())
}

fn keycloak() -> Value {
    serde_json::from_str(BUILT_IN[1]).unwrap()
}

fn settings(all: &[(&str, &str)]) -> Settings {
    let rights = ["view_user", "view_admin", "edit_user", "edit_admin"];
    let rights = rights.map(|right| (right, "true"));
    let all = rights.iter().chain(all);
    all.map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
        .collect()
}

fn paths(document: &Value) -> Vec<String> {
    let all = attributes(document).into_iter();
    all.map(|attribute| attribute.path).collect()
}

#[test]
fn what_nobody_changes_stays_as_it_is_written() {
    for document in built_in() {
        let text = document.to_string();
        let mut same = document.clone();
        for attribute in attributes(&document) {
            change(&mut same, &attribute.path, &attribute.settings).unwrap();
            assert_eq!(same.to_string(), text, "{}", attribute.path);
        }
        for group in groups(&document) {
            change_group(&mut same, &group, false).unwrap();
            assert_eq!(same.to_string(), text, "{}", group.name);
        }
        let (new, group) = (
            settings(&[("required", "true"), ("kind", "array")]),
            Group {
                name: "new".to_owned(),
                ..Group::default()
            },
        );
        add(&mut same, "new-one", &new).unwrap();
        change_group(&mut same, &group, true).unwrap();
        assert_ne!(same, document);
        assert!(remove(&mut same, "new-one"));
        remove_group(&mut same, "new").unwrap();
        assert_eq!(same.to_string(), text, "added and removed");
        for attribute in attributes(&document) {
            if shift(&mut same, &attribute.path, Sibling::After) {
                assert_ne!(paths(&same), paths(&document));
                assert!(shift(&mut same, &attribute.path, Sibling::Before));
            }
            assert_eq!(same.to_string(), text, "moved there and back");
        }
    }
}

#[test]
fn each_setting_is_written_where_it_belongs() {
    let mut document = keycloak();
    let before = document.clone();
    let wanted = settings(&[
        ("title", "Size"),
        ("kind", "string"),
        ("group", "user-metadata"),
        ("order", "50"),
        ("searchable", "true"),
        ("edit_user", ""),
        ("required", "true"),
        ("required_for", "user"),
        ("required_scopes", "shop post"),
        ("options", "S\r\nM\r\n\r\nL"),
        ("most", "9"),
        ("verification", "email"),
        ("format", "email"),
        ("identifier", "true"),
    ]);
    add(&mut document, "size", &wanted).unwrap();
    let traits = &document["properties"]["traits"];
    assert_eq!(
        traits["properties"]["size"],
        json!({
            "type": "string", "title": "Size", "format": "email", "maxLength": 9,
            "enum": ["S", "M", "L"],
            "ory.sh/kratos": {
                "verification": {"via": "email"},
                "credentials": {"password": {"identifier": true}},
            },
            "x-profile": {
                "group": "user-metadata", "searchable": true, "order": 50,
                "view": ["user", "admin"], "edit": ["admin"],
                "required_for": {"roles": ["user"], "scopes": ["shop", "post"]},
            },
        })
    );
    assert_eq!(traits["required"], json!(["size"]));
    let mut read = find(&document, "size").unwrap().settings;
    assert_eq!(read["options"], "S\nM\nL");
    read.insert("kind".to_owned(), "array".to_owned());
    read.insert("most".to_owned(), "2".to_owned());
    change(&mut document, "size", &read).unwrap();
    let size = &document["properties"]["traits"]["properties"]["size"];
    assert_eq!(
        size["items"],
        json!({"type": "string", "enum": ["S", "M", "L"]})
    );
    assert_eq!(
        (&size["maxItems"], size.get("maxLength")),
        (&json!(2), None)
    );
    assert!(remove(&mut document, "size"));
    assert_eq!(document, before);
}

#[test]
fn what_cannot_be_is_told_by_its_setting() {
    let mut document = keycloak();
    let mut tried = |path: &str, wanted: &[(&str, &str)]| {
        let troubles = add(&mut document, path, &settings(wanted)).unwrap_err();
        troubles
            .into_iter()
            .map(|(name, _)| name)
            .collect::<Vec<_>>()
    };
    assert_eq!(tried("email", &[]), ["name"]);
    assert_eq!(tried("a b", &[]), ["name"]);
    assert_eq!(tried("", &[]), ["name"]);
    assert_eq!(tried("email.part", &[]), ["name"]);
    assert_eq!(
        tried("a", &[("least", "-1"), ("order", "1.5")]),
        ["order", "least"]
    );
    assert_eq!(document, keycloak());
}

#[test]
fn siblings_change_places_and_an_object_goes_with_its_last_attribute() {
    let mut document: Value = serde_json::from_str(BUILT_IN[0]).unwrap();
    assert_eq!(
        paths(&document),
        [
            "email",
            "name",
            "name.first",
            "name.last",
            "academic-degree"
        ]
    );
    assert!(!shift(&mut document, "email", Sibling::Before));
    assert!(shift(&mut document, "name.last", Sibling::Before));
    assert!(shift(&mut document, "academic-degree", Sibling::Before));
    assert_eq!(
        paths(&document),
        [
            "email",
            "academic-degree",
            "name",
            "name.last",
            "name.first"
        ]
    );
    let mut ordered = find(&document, "name").unwrap().settings;
    ordered.insert("order".to_owned(), "5".to_owned());
    change(&mut document, "name", &ordered).unwrap();
    assert_eq!(paths(&document)[0], "name");
    assert!(shift(&mut document, "name", Sibling::After));
    assert_eq!(paths(&document)[0], "email");
    assert!(remove(&mut document, "name.first"));
    assert!(remove(&mut document, "name.last"));
    assert_eq!(paths(&document), ["email", "academic-degree"]);
    assert!(!remove(&mut document, "name"));
}

#[test]
fn a_group_in_use_stays() {
    let mut document = keycloak();
    let mut email = find(&document, "email").unwrap().settings;
    email.insert("group".to_owned(), "user-metadata".to_owned());
    change(&mut document, "email", &email).unwrap();
    let members = remove_group(&mut document, "user-metadata").unwrap_err();
    assert_eq!(members, ["email"]);
    let group = Group {
        name: "user-metadata".to_owned(),
        header: "About you".to_owned(),
        description: String::new(),
    };
    assert!(change_group(&mut document, &group, true).is_err());
    change_group(&mut document, &group, false).unwrap();
    assert_eq!(groups(&document), [group]);
}
