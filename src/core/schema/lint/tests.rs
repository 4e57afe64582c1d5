//! What a lint says.

use serde_json::{Value, json};

use super::*;

fn lints(property: &Value) -> Vec<String> {
    let document = json!({"properties": {"a": property}, "required": ["a"]});
    let schema = Schema::parse("s", document).unwrap();
    let lints = schema.lint().into_iter();
    lints
        .map(|lint| {
            assert_eq!(lint.pointer, "/properties/a");
            lint.text
        })
        .collect()
}

/// KC-030, KC-033, KC-037 and what else a schema hardly means.
#[test]
fn each_oddity_is_told_once_with_its_remedy() {
    let identifier = json!({"credentials": {"password": {"identifier": true}}});
    let many: Vec<usize> = (0..501).collect();
    for (property, told) in [
        (json!({"type": "string"}), "write maxLength"),
        (
            json!({"type": "array", "items": {"type": "string", "maxLength": 9}}),
            "write maxItems",
        ),
        (
            json!({"type": "string", "maxLength": 9, "ory.sh/kratos": identifier, "x-profile": {}}),
            "write `protected: true`",
        ),
        (json!({"x-profile": {"searchable": true}}), "write `index"),
        (json!({"x-profile": {"group": "x"}}), "no group \"x\""),
        (
            json!({"x-profile": {"edit": ["user"], "required_for": {"roles": ["admin"]}}}),
            "required for \"admin\"",
        ),
        (
            json!({"x-profile": {"edit": ["admin"]}}),
            "nobody can register",
        ),
        (
            json!({"x-profile": {"required_for": {"scopes": ["x"]}}}),
            "add \"user\"",
        ),
        (json!({ "enum": many }), "there are 501"),
        (
            json!({"ory.sh/kratos": {"verification": {"via": "email"}}}),
            "write `format",
        ),
        (
            json!({"x-profile": {"annotations": {"inputType": "slider"}}}),
            "\"slider\"",
        ),
        (
            json!({"x-profile": {"expose": {"jwt_claim": "team"}}}),
            "no effect",
        ),
        (
            json!({"type": "object", "x-profile": {"expose": {"header": "X-Team"}}}),
            "an object makes no header",
        ),
    ] {
        let lints = lints(&property);
        assert_eq!(lints.len(), 1, "{property}: {lints:?}");
        assert!(lints[0].contains(told), "{property}: {lints:?}");
    }
    assert!(lints(&json!({"type": "string", "maxLength": 9})).is_empty());
}

#[test]
fn two_addresses_to_sign_in_with_are_one_too_many() {
    let email = json!({"type": "string", "format": "email", "maxLength": 99,
        "ory.sh/kratos": {"credentials": {"password": {"identifier": true}}}});
    let mut name = email.clone();
    name["format"] = json!("username");
    let document = json!({"properties": {"a": email, "b": email, "c": name}});
    let lints = Schema::parse("s", document).unwrap().lint();
    assert_eq!(lints.len(), 1);
    assert_eq!(lints[0].pointer, "/properties/b");
}
