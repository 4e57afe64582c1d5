//! What the keyword may say, and where it may stand.

use serde_json::{Value, json};

use crate::schema::{Schema, UnmanagedPolicy};

/// What editors check documents against.
fn meta_schema() -> jsonschema::Validator {
    let text = include_str!("../../../../config/schemas/profile.schema.json");
    let document: Value = serde_json::from_str(text).unwrap();
    jsonschema::draft7::new(&document).unwrap()
}

#[test]
fn editors_know_the_keyword_as_it_is() {
    let editor = meta_schema();
    let text = include_str!("../../../../config/schemas/keycloak-default.json");
    let profile: Value = serde_json::from_str(text).unwrap();
    assert!(editor.is_valid(&profile));
    Schema::parse("s", profile).unwrap();
    let text = include_str!("../../../../config/schemas/profile.schema.json");
    let document: Value = serde_json::from_str(text).unwrap();
    let members = document["definitions"]["trait"]["properties"].as_object();
    let mut told: Vec<&str> = members.unwrap().keys().map(String::as_str).collect();
    let mut known = super::MEMBERS.to_vec();
    told.sort_unstable();
    known.sort_unstable();
    assert_eq!(told, known);
}

/// KC-011, KC-017: everything that profile documents hold is understood.
#[test]
fn the_whole_keyword_is_understood() {
    let email = json!({
        "type": "string", "format": "email", "title": "${email}", "maxLength": 320,
        "ory.sh/kratos": {
            "credentials": {"password": {"identifier": true}, "totp": {"account_name": true}},
            "verification": {"via": "email"}, "recovery": {"via": "email"},
        },
        "x-profile": {
            "view": ["user", "admin"], "edit": ["user", "admin"],
            "required_for": {"roles": ["user"], "scopes": []}, "enabled_scopes": [],
            "group": "personalInfo", "order": 10, "searchable": true, "index": "prefix",
            "trim": true, "protected": true, "email": {"max_local_length": 64, "allow_utf8": false},
            "uri_schemes": ["https"],
            "error_messages": {"pattern": "${bad.email}"},
            "annotations": {"inputHelperTextAfter": "${help.email}"},
            "expose": {"header": "X-Auth-Email", "jwt_claim": "email"},
        },
    });
    let schema = Schema::parse(
        "s",
        json!({"properties": {"traits": {
            "properties": {"email": email},
            "x-profile": {
                "unmanaged": "ADMIN_EDIT", "required_mode": "context",
                "groups": [{"name": "personalInfo", "display_header": "${person}",
                    "display_description": "…", "annotations": {"a": 1}}],
            },
        }}}),
    )
    .unwrap();
    assert_eq!(schema.unmanaged_policy(), UnmanagedPolicy::AdminEdit);
    let lints: Vec<String> = schema.lint().into_iter().map(|lint| lint.text).collect();
    assert_eq!(lints.len(), 1, "{lints:?}");
    assert!(lints[0].contains("`jwt_claim` has no effect"));
}

#[test]
fn what_is_malformed_is_refused_with_its_place() {
    let editor = meta_schema();
    for (keyword, place) in [
        (json!("edit"), ""),
        (json!({"edits": ["user"]}), "/edits"),
        (json!({"a/b": 1}), "/a~1b"),
        (json!({"view": "user"}), "/view"),
        (json!({"view": ["user", 1]}), "/view"),
        (json!({"edit": ["admin", "root"]}), "/edit/1"),
        (json!({"required_for": true}), "/required_for"),
        (
            json!({"required_for": {"role": ["user"]}}),
            "/required_for/role",
        ),
        (
            json!({"required_for": {"roles": ["guest"]}}),
            "/required_for/roles/0",
        ),
        (
            json!({"required_for": {"scopes": "x"}}),
            "/required_for/scopes",
        ),
        (json!({"enabled_scopes": [1]}), "/enabled_scopes"),
        (json!({"group": ""}), "/group"),
        (json!({"order": 1.5}), "/order"),
        (json!({"searchable": "yes"}), "/searchable"),
        (json!({"index": "suffix"}), "/index"),
        (json!({"trim": 1}), "/trim"),
        (json!({"protected": []}), "/protected"),
        (json!({"annotations": []}), "/annotations"),
        (
            json!({"error_messages": {"pattern": 1}}),
            "/error_messages/pattern",
        ),
        (json!({"expose": {"headers": "X"}}), "/expose/headers"),
        (json!({"expose": {"header": 1}}), "/expose/header"),
        (
            json!({"email": {"max_local_length": -1}}),
            "/email/max_local_length",
        ),
        (json!({"uri_schemes": "https"}), "/uri_schemes"),
    ] {
        let document =
            json!({"properties": {"traits": {"properties": {"a": {"x-profile": keyword}}}}});
        assert!(!editor.is_valid(&document), "{keyword}");
        let error = Schema::parse("s", document).unwrap_err();
        let at = "/properties/traits/properties/a/x-profile";
        assert_eq!(error.pointer, format!("{at}{place}"), "{keyword}: {error}");
    }
}

#[test]
fn what_is_malformed_of_all_traits_is_refused_with_its_place() {
    for (keyword, place) in [
        (json!([]), ""),
        (json!({"unmanaged": "SOME"}), "/unmanaged"),
        (json!({"required_mode": "never"}), "/required_mode"),
        (json!({"view": ["user"]}), "/view"),
        (json!({"groups": {}}), "/groups"),
        (json!({"groups": ["x"]}), "/groups/0"),
        (json!({"groups": [{"header": "x"}]}), "/groups/0/header"),
        (json!({"groups": [{}]}), "/groups/0/name"),
        (
            json!({"groups": [{"name": "x"}, {"name": "x"}]}),
            "/groups/1/name",
        ),
    ] {
        let document = json!({"properties": {"a": {}}, "x-profile": keyword});
        let error = Schema::parse("s", document).unwrap_err();
        assert_eq!(
            error.pointer,
            format!("/x-profile{place}"),
            "{keyword}: {error}"
        );
    }
}

#[test]
fn a_keyword_that_nobody_obeys_is_refused() {
    let keyword = json!({"edit": ["admin"]});
    for (document, pointer) in [
        (
            json!({"properties": {"traits": {"properties": {"a": {}}}}, "x-profile": {}}),
            "/x-profile",
        ),
        (
            json!({"properties": {"a": {"items": {"x-profile": keyword}}}}),
            "/properties/a/items/x-profile",
        ),
        (
            json!({"properties": {"a": {}}, "allOf": [{"properties": {"b": {"x-profile": keyword}}}]}),
            "/allOf/0/properties/b/x-profile",
        ),
    ] {
        assert_eq!(Schema::parse("s", document).unwrap_err().pointer, pointer);
    }
    // A trait may have that name, and data may look like it.
    let odd = json!({"properties": {"x-profile": {"default": {"x-profile": 1}}}});
    Schema::parse("s", odd).unwrap();
}

#[test]
fn a_keyword_beside_a_reference_counts() {
    let schema = Schema::parse(
        "s",
        json!({
            "definitions": {"code": {"type": "string", "x-profile": {"view": ["user"]}}},
            "properties": {
                "a": {"$ref": "#/definitions/code"},
                "b": {"$ref": "#/definitions/code", "x-profile": {"edit": ["user"]}},
            },
        }),
    )
    .unwrap();
    assert!(!schema.is_editable_by_person("a"));
    assert!(schema.is_editable_by_person("b"));
}

/// KC-042.
#[test]
fn patterns_that_look_around_are_refused_and_told_why() {
    for pattern in [
        "(?=a)", "(?!a)", "a(?<=b)", "(?<!b)", r"(a)\1", r"\k<x>", r"\\(?=a)",
    ] {
        let document = json!({"properties": {"a": {"pattern": pattern}}});
        let error = Schema::parse("s", document).unwrap_err();
        assert_eq!(error.pointer, "/properties/a/pattern", "{pattern}");
        assert!(
            error.reason.starts_with("look-around"),
            "{pattern}: {error}"
        );
    }
    for pattern in [r"\(?=a", "(?:a)", "(?<name>a)", r"a\\1", "ä(b)"] {
        let document = json!({"properties": {"a": {"pattern": pattern}}});
        Schema::parse("s", document).unwrap();
    }
}
