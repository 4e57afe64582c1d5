//! What of a document people may read.

use serde_json::json;

use crate::schema::{Schema, Viewer};

/// KC-013, KC-023.
#[test]
fn people_read_nothing_of_what_only_administrators_see() {
    let secret = json!({"type": "string", "x-profile": {"edit": ["admin"], "group": "backoffice"}});
    let document = json!({
        "title": "Person",
        "anyOf": [{"properties": {"traits": {"required": ["risk"]}}}],
        "definitions": {
            "address": {"type": "object", "required": ["city", "risk"], "properties": {
                "city": {"$ref": "#/definitions/city"}, "risk": secret,
            }},
            "city": {"type": "string", "x-profile": {"protected": true, "order": 3}},
            "risks": {"enum": ["risk"]},
        },
        "properties": {"traits": {
            "type": "object", "required": ["name", "risk"], "additionalProperties": false,
            "x-profile": {"unmanaged": "ADMIN_VIEW", "groups": [
                {"name": "backoffice"}, {"name": "person", "display_header": "You"},
            ]},
            "if": {"properties": {"risk": {"const": "high"}}}, "then": {"required": ["name"]},
            "allOf": [{"required": ["risk"]}],
            "anyOf": [{"required": ["name"]}],
            "properties": {
                "name": {"type": "string", "x-profile": {
                    "view": ["user"], "edit": ["user"], "required_for": {"roles": ["admin"]},
                    "group": "person", "annotations": {"inputType": "text"},
                }},
                "risk": secret,
                "home": {"$ref": "#/definitions/address"},
            },
        }},
    });
    let schema = Schema::parse("s", document.clone()).unwrap();
    assert_eq!(schema.projection(Viewer::Administrator), document);
    let shown = json!({
        "title": "Person",
        "definitions": {"city": {"type": "string", "x-profile": {"order": 3}}},
        "properties": {"traits": {
            "type": "object", "required": ["name"], "additionalProperties": false,
            "x-profile": {"groups": [{"name": "person", "display_header": "You"}]},
            "anyOf": [{"required": ["name"]}],
            "properties": {
                "name": {"type": "string", "x-profile": {
                    "group": "person", "annotations": {"inputType": "text"},
                }},
                "home": {"type": "object", "required": ["city"], "properties": {
                    "city": {"$ref": "#/definitions/city"},
                }},
            },
        }},
    });
    assert_eq!(schema.projection(Viewer::Person), shown);
}

#[test]
fn a_document_without_the_keyword_is_served_as_it_is() {
    let document = json!({
        "definitions": {"mail": {"type": "string"}}, "required": ["a"],
        "properties": {"a": {"$ref": "#/definitions/mail"}},
    });
    let schema = Schema::parse("s", document.clone()).unwrap();
    assert_eq!(schema.projection(Viewer::Person), document);
}
