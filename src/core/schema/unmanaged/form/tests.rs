//! Attributes as rows of a form.

use serde_json::{Value, json};

use super::*;

fn schema(policy: &str) -> Schema {
    let document = json!({
        "x-profile": {"unmanaged": policy}, "properties": {"name": {"type": "string"}},
    });
    Schema::parse("s", document).unwrap()
}

fn stored() -> Unmanaged {
    let values = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect();
    Unmanaged::from([
        ("shoe.size".to_owned(), values(&["9", "10"])),
        ("team".to_owned(), values(&["red"])),
    ])
}

/// KC-024, KC-025: the rows of each viewer under each policy: none, to look at, or to change.
#[test]
fn rows_are_shown_and_open_as_the_policy_says() {
    for (policy, person, administrator) in [
        ("DISABLED", "none", "none"),
        ("ADMIN_VIEW", "none", "fixed"),
        ("ADMIN_EDIT", "none", "open"),
        ("ENABLED", "open", "open"),
    ] {
        for (viewer, expected) in [
            (Viewer::Person, person),
            (Viewer::Administrator, administrator),
        ] {
            let nodes = schema(policy).unmanaged_nodes(viewer, &stored(), "profile");
            let shown: Vec<_> = nodes
                .iter()
                .filter(|node| node.attributes.kind == "text")
                .collect();
            let is_open = shown.iter().any(|node| !node.attributes.disabled);
            let found = match (shown.len(), is_open) {
                (0, _) => "none",
                (3, false) => "fixed",
                (5, true) => "open",
                _ => "odd",
            };
            assert_eq!(found, expected, "{policy} {viewer:?}");
        }
    }
}

#[test]
fn rows_come_back_as_what_they_were() {
    let nodes = schema("ENABLED").unmanaged_nodes(Viewer::Person, &stored(), "profile");
    let mut rows = json!({});
    for node in &nodes {
        let path: Vec<&str> = node.attributes.name.split('.').collect();
        let value = node.attributes.value.clone().unwrap_or_else(|| json!(""));
        rows[path[1]][path[2]] = value;
    }
    let sent = attributes_of_rows(&rows);
    assert_eq!(sent, json!({"shoe.size": ["9", "10"], "team": ["red"]}));
    rows["3"] = json!({"name": " hat ", "value": "blue"});
    rows["2"]["value"] = json!("");
    let accepted =
        schema("ENABLED").accept_unmanaged(Viewer::Person, &attributes_of_rows(&rows), &stored());
    let names: Vec<String> = accepted.unwrap().into_keys().collect();
    assert_eq!(names, ["hat", "shoe.size"], "what is emptied goes");
    assert_eq!(attributes_of_rows(&Value::Null), json!({}));
}
