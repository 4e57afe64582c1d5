//! How a schema shows its traits.

use serde_json::{Value, json};

use crate::schema::{Evaluation, ProfileContext, Schema, annotations::INPUT_TYPES};

fn nodes(document: Value, traits: &Value) -> Vec<Value> {
    let schema = Schema::parse("s", document).unwrap();
    let account = Evaluation::of(ProfileContext::Account);
    let nodes = schema.nodes(&account, traits, "profile").into_iter();
    nodes
        .map(|node| serde_json::to_value(node).unwrap())
        .collect()
}

fn node(property: &Value, value: &Value) -> Value {
    let document = json!({"properties": {"a": property}});
    nodes(document, &json!({ "a": value })).remove(0)["attributes"].take()
}

/// KC-031, KC-058, KC-061, KC-062.
#[test]
fn traits_stand_in_their_order_and_groups_together() {
    let document = json!({
        "x-profile": {"groups": [
            {"name": "b", "display_header": "${group.b}", "display_description": "Two"},
        ]},
        "properties": {
            "last": {},
            "b1": {"x-profile": {"group": "b", "order": 20}},
            "solo": {"x-profile": {"order": 30}},
            "name": {"type": "object", "x-profile": {"order": 10}, "properties": {
                "first": {}, "zero": {"x-profile": {"order": 0}},
            }},
            "later": {},
            "b2": {"x-profile": {"group": "b", "order": 40}},
            "c": {"x-profile": {"group": "nowhere"}},
        },
    });
    let nodes = nodes(document, &json!({}));
    let names = nodes
        .iter()
        .map(|node| node["attributes"]["name"].as_str().unwrap());
    let names: Vec<_> = names
        .map(|name| name.trim_start_matches("traits."))
        .collect();
    assert_eq!(
        names,
        [
            "name.zero",
            "name.first",
            "b1",
            "b2",
            "solo",
            "last",
            "later",
            "c"
        ]
    );
    let header = json!({"name": "b", "header": "${group.b}", "description": "Two"});
    assert_eq!(nodes[2]["attributes"]["ext"]["group"], header);
    assert_eq!(nodes[3]["attributes"]["ext"]["group"], header);
    assert_eq!(nodes[4]["attributes"].get("ext"), None);
    let unknown = json!({"name": "nowhere", "header": null, "description": null});
    assert_eq!(nodes[7]["attributes"]["ext"]["group"], unknown);
}

/// KC-055: all sixteen, as what clients know.
#[test]
fn every_input_type_is_one_that_clients_know() {
    let known = ["text", "number", "email", "tel", "url", "date"];
    for (name, _) in INPUT_TYPES {
        let property = json!({"type": "string", "x-profile": {"annotations": {"inputType": name}}});
        let node = node(&property, &Value::Null);
        assert_eq!(node["ext"]["inputType"], name);
        assert!(
            known.contains(&node["type"].as_str().unwrap()),
            "{name}: {node}"
        );
    }
    let property = json!({"type": "boolean", "x-profile": {"annotations": {"inputType": "text"}}});
    assert_eq!(node(&property, &Value::Null)["type"], "checkbox");
    let property = json!({"type": "string", "x-profile": {"annotations": {"inputType": "x"}}});
    assert_eq!(node(&property, &Value::Null).get("ext"), None);
}

/// KC-052, KC-053, KC-057.
#[test]
fn annotations_go_where_forms_look_for_them() {
    let annotations = json!({
        "inputType": "textarea", "inputHelperTextBefore": "${before}", "inputHelperTextAfter": "<b>",
        "inputTypePlaceholder": "…", "inputTypeSize": 7, "inputTypeCols": "8", "inputTypeRows": 9,
        "inputTypePattern": "[a-z]+", "inputTypeMaxLength": "5", "inputTypeMinLength": 2,
        "inputTypeMax": 3, "inputTypeMin": 1, "inputTypeStep": 0.5,
        "kcNumberFormat": "{2}", "kcList": ["a", 1], "unknown": "passed over",
    });
    let property = json!({"type": "string", "x-profile": {"annotations": annotations}});
    let node = node(&property, &Value::Null);
    assert_eq!(node["pattern"], "[a-z]+");
    assert_eq!(node["maxlength"], 5);
    assert_eq!(
        node["ext"],
        json!({
            "inputType": "textarea", "helperTextBefore": "${before}", "helperTextAfter": "<b>",
            "placeholder": "…", "size": "7", "cols": "8", "rows": "9", "minlength": "2",
            "min": "1", "max": "3", "step": "0.5",
            "data": {"kcNumberFormat": "{2}", "kcList": "a, 1"},
        })
    );
}

/// KC-047, KC-056.
#[test]
fn values_to_choose_from_are_listed_with_their_labels() {
    let plain = node(&json!({"enum": ["red", 2]}), &json!("red"));
    assert_eq!(plain["options"], json!([{"value": "red"}, {"value": 2}]));
    assert_eq!(plain.get("ext"), None);
    let labelled = json!({"enum": ["red", "blue"], "x-profile": {"annotations": {
        "inputOptionLabels": {"red": "${color.red}"}, "inputOptionLabelsI18nPrefix": "colors",
    }}});
    let labels = json!({"red": "${color.red}", "blue": "${colors.blue}"});
    assert_eq!(node(&labelled, &Value::Null)["ext"]["optionLabels"], labels);
    let many: Vec<usize> = (0..501).collect();
    assert_eq!(
        node(&json!({ "enum": many }), &Value::Null).get("options"),
        None
    );
}

/// KC-030, KC-049.
#[test]
fn lists_of_texts_have_one_field() {
    let tags = json!({"type": "array", "items": {"type": "string", "enum": ["a", "b"]}});
    let node = node(&tags, &json!(["b"]));
    assert_eq!(node["ext"]["multiple"], true);
    assert_eq!(node["value"], json!(["b"]));
    assert_eq!(node["options"], json!([{"value": "a"}, {"value": "b"}]));
    let objects = json!({"properties": {"a": {"type": "array", "items": {"type": "object"}}}});
    assert_eq!(nodes(objects, &json!({})), [json!(null); 0]);
}

/// KC-054: a text says itself that it is HTML; the others are texts.
#[test]
fn only_a_helper_text_that_says_so_may_be_html() {
    let annotations = json!({
        "inputHelperTextBefore": {"text": "<b>${before}</b>", "html_safe": true},
        "inputHelperTextAfter": {"text": "<i>"},
        "inputTypePlaceholder": {"text": "<u>", "html_safe": true},
    });
    let property = json!({"type": "string", "x-profile": {"annotations": annotations}});
    assert_eq!(
        node(&property, &Value::Null)["ext"],
        json!({
            "helperTextBefore": "<b>${before}</b>", "helperTextAfter": "<i>", "placeholder": "<u>",
            "html": ["helperTextBefore"],
        })
    );
}

/// KC-056.
#[test]
fn values_to_choose_from_may_be_those_of_a_validator() {
    let property = json!({"type": "string", "x-profile": {
        "annotations": {
            "inputOptionsFromValidation": "sizes", "inputOptionLabels": {"s": "Small"},
        },
        "validators": [{"plugin": "sizes", "config": {"options": ["s", "m"]}}],
    }});
    let node = node(&property, &Value::Null);
    assert_eq!(node["options"], json!([{"value": "s"}, {"value": "m"}]));
    assert_eq!(node["ext"]["optionLabels"], json!({"s": "Small"}));
}

/// KC-016, KC-022: one definition makes the form of every place, the administrator's, too.
#[test]
fn every_place_has_its_form() {
    use ProfileContext::{
        Account, Admin, BrokerReview, Registration, UpdateProfile, VerifyProfile,
    };
    let document = json!({"properties": {
        "name": {"type": "string", "title": "${name}"},
        "number": {"type": "string", "x-profile": {"edit": ["admin"]}},
    }});
    let schema = Schema::parse("s", document).unwrap();
    for place in [
        Registration,
        UpdateProfile,
        BrokerReview,
        VerifyProfile,
        Account,
        Admin,
    ] {
        let nodes = schema.nodes(&Evaluation::of(place), &json!({}), "profile");
        let names: Vec<_> = nodes
            .iter()
            .map(|node| node.attributes.name.as_str())
            .collect();
        let expected: &[&str] = match place {
            Admin => &["traits.name", "traits.number"],
            _ => &["traits.name"],
        };
        assert_eq!(names, expected, "{place:?}");
    }
}

/// KC-061.
#[test]
fn who_registers_is_not_shown_what_only_others_fill_in() {
    use ProfileContext::{Account, BrokerReview, Registration};
    let seen = json!({"view": ["admin", "user"], "edit": ["admin"]});
    let document = json!({"properties": {
        "name": {"type": "string"}, "number": {"type": "string", "x-profile": seen},
    }});
    let schema = Schema::parse("s", document).unwrap();
    let count = |place, traits| {
        let nodes = schema.nodes(&Evaluation::of(place), &traits, "profile");
        nodes.len()
    };
    let provided = || json!({"number": "7"});
    assert_eq!(count(Registration, json!({})), 1);
    assert_eq!(count(BrokerReview, json!({})), 1);
    assert_eq!(count(BrokerReview, provided()), 2);
    assert_eq!(count(Account, json!({})), 2);
}

#[test]
fn the_schemas_own_words_for_a_pattern_go_with_it() {
    let words = json!({"error_messages": {"pattern": "Three letters, please."}});
    let property = json!({"type": "string", "pattern": "^[a-z]{3}$", "x-profile": words});
    let shown = node(&property, &Value::Null);
    assert_eq!(shown["ext"]["patternTitle"], "Three letters, please.");
    let property = json!({"type": "string", "x-profile": words});
    assert!(node(&property, &Value::Null)["ext"]["patternTitle"].is_null());
}

/// KC-029.
#[test]
fn a_trait_is_called_by_its_title_and_else_by_its_name() {
    let document = json!({"properties": {
        "plain": {}, "titled": {"title": "Called so"}, "keyed": {"title": "${profile.keyed}"},
    }});
    let nodes = nodes(document, &json!({}));
    let labels = nodes
        .iter()
        .map(|node| node["meta"]["label"]["text"].as_str().unwrap());
    let labels: Vec<_> = labels.collect();
    assert_eq!(labels, ["plain", "Called so", "${profile.keyed}"]);
}
