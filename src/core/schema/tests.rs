//! What schemas accept, complain of, find and ask for.

use serde_json::{Value, json};

use super::*;

fn default_document() -> Value {
    json!({
        "$id": "https://portcullis.test/schemas/default.json",
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Person", "type": "object",
        "properties": {"traits": {
            "type": "object",
            "properties": {
                "email": {
                    "type": "string", "format": "email", "title": "E-Mail", "maxLength": 320,
                    "ory.sh/kratos": {
                        "credentials": {"password": {"identifier": true}},
                        "verification": {"via": "email"}, "recovery": {"via": "email"},
                    },
                },
                "name": {
                    "type": "object", "title": "Name",
                    "properties": {
                        "first": {"type": "string", "title": "First name", "minLength": 1},
                        "last": {"type": "string", "title": "Last name"},
                    },
                    "required": ["first"], "additionalProperties": false,
                },
                "academic-degree": {"type": "string", "title": "Degree", "pattern": "^Dr|^Prof"},
                "age": {"type": "integer", "minimum": 18, "exclusiveMaximum": 150},
                "score": {"type": "number", "multipleOf": 0.5},
                "terms": {"type": "boolean", "const": true},
                "news": {"type": "boolean"},
                "phone": {"type": "string", "format": "tel",
                    "ory.sh/kratos": {"recovery": {"via": "sms"}}},
                "site": {"type": "string", "format": "uri", "disableFormField": true},
                "born": {"type": "string", "format": "date"},
                "since": {"type": "string", "format": "date-time"},
                "color": {"enum": ["red", "blue"]},
                "tags": {"type": "array", "items": {"type": "string"}, "maxItems": 2,
                    "uniqueItems": true},
            },
            "required": ["email", "name"],
            "additionalProperties": false,
        }},
    })
}

pub(super) fn schema() -> Schema {
    Schema::parse("default", default_document()).unwrap()
}

fn flat(properties: &Value) -> Result<Schema, InvalidSchema> {
    Schema::parse("flat", json!({"type": "object", "properties": properties}))
}

fn errors(traits: &Value) -> Vec<(String, u32)> {
    let mut errors: Vec<_> = schema()
        .errors(traits)
        .into_iter()
        .map(|error| (error.path, error.message.id))
        .collect();
    errors.sort();
    errors
}

pub(super) fn valid() -> Value {
    json!({"email": "Ada@Example.org", "name": {"first": "Ada"}})
}

fn account() -> Evaluation {
    Evaluation::of(ProfileContext::Account)
}

#[test]
fn every_error_is_told_at_its_trait() {
    let traits = json!({
        "email": "nobody", "name": {"first": "", "middle": "x"}, "academic-degree": "Mr",
        "age": 17, "score": 0.7, "terms": false, "phone": "12", "born": "1.1.2000",
        "color": "green", "tags": ["a", "a", "b"], "news": "yes", "ssn": "1",
    });
    let expected = [
        ("academic-degree", 4000004),
        ("age", 4000018),
        ("born", 4000001),
        ("color", 4000001),
        ("email", 4000040),
        ("name.first", 4000003),
        ("name.middle", 4000001),
        ("news", 4000026),
        ("phone", 4000041),
        ("score", 4000022),
        ("ssn", 4000001),
        ("tags", 4000023),
        ("tags", 4000025),
        ("terms", 4000029),
    ];
    assert_eq!(
        errors(&traits),
        expected.map(|(path, id)| (path.to_owned(), id))
    );
    assert_eq!(errors(&valid()), []);
}

#[test]
fn a_missing_trait_is_told_by_its_title() {
    let errors = schema().errors(&json!({"name": {}}));
    let told: Vec<_> = errors
        .iter()
        .map(|error| (error.path.as_str(), error.message.text.as_str()))
        .collect();
    assert!(
        told.contains(&("email", "Please fill in E-Mail.")),
        "{told:?}"
    );
    assert!(
        told.contains(&("name.first", "Please fill in First name.")),
        "{told:?}"
    );
    assert_eq!(errors[0].message.context["property"], "email");
}

#[test]
fn traits_that_are_no_object_are_wrong_as_a_whole() {
    for traits in [json!(null), json!([]), json!("x")] {
        assert_eq!(errors(&traits), [(String::new(), 4000026)]);
    }
}

#[test]
fn texts_without_a_length_have_one() {
    let mut traits = valid();
    traits["name"]["last"] = json!("ä".repeat(2048));
    assert_eq!(errors(&traits), []);
    traits["name"]["last"] = json!("ä".repeat(2049));
    assert_eq!(errors(&traits), [("name.last".to_owned(), 4000017)]);
}

#[test]
fn a_character_no_store_can_keep_is_refused() {
    let mut traits = valid();
    traits["name"]["last"] = json!("a\0b");
    assert_eq!(errors(&traits), [(String::new(), 4000001)]);
}

#[test]
fn odd_addresses_are_no_email() {
    for odd in [
        "Ada <a@b.test>",
        "a@b.test\n",
        "a b@c.test",
        "@",
        "a@",
        "",
        "a@b@c",
    ] {
        let mut traits = valid();
        traits["email"] = json!(odd);
        assert_eq!(errors(&traits), [("email".to_owned(), 4000040)], "{odd:?}");
    }
}

#[test]
fn identifiers_and_addresses_are_normalised() {
    let schema = schema();
    let traits = json!({"email": " Ada@EXAMPLE.org ", "phone": "+49 (30) 123-45"});
    assert_eq!(schema.identifiers(&traits), ["ada@example.org"]);
    assert_eq!(schema.email(&traits), Some(" Ada@EXAMPLE.org "));
    let addresses = schema.addresses(&traits);
    let told: Vec<_> = addresses
        .iter()
        .map(|a| {
            (
                a.value.as_str(),
                a.via.as_str(),
                a.purpose.verification,
                a.purpose.recovery,
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("ada@example.org", "email", true, true),
            ("+493012345", "sms", false, true),
        ]
    );
    assert!(schema.identifiers(&json!({"email": ""})).is_empty() && schema.signs_in_by_mail());
}

#[test]
fn the_form_follows_the_document() {
    let nodes = schema().nodes(&account(), &valid(), "password");
    let told: Vec<_> = nodes
        .iter()
        .map(|node| {
            let input = &node.attributes;
            (input.name.as_str(), input.kind.as_str(), input.required)
        })
        .collect();
    assert_eq!(
        told,
        [
            ("traits.email", "email", true),
            ("traits.name.first", "text", true),
            ("traits.name.last", "text", false),
            ("traits.academic-degree", "text", false),
            ("traits.age", "number", false),
            ("traits.score", "number", false),
            ("traits.terms", "checkbox", false),
            ("traits.news", "checkbox", false),
            ("traits.phone", "tel", false),
            ("traits.site", "url", false),
            ("traits.born", "date", false),
            ("traits.since", "text", false),
            ("traits.color", "text", false),
            ("traits.tags", "text", false),
        ]
    );
    let email = serde_json::to_value(&nodes[0]).unwrap();
    assert_eq!(
        email,
        json!({
            "type": "input", "group": "password", "messages": [],
            "attributes": {
                "name": "traits.email", "type": "email", "value": "Ada@Example.org",
                "required": true, "disabled": false, "autocomplete": "email", "maxlength": 320,
                "node_type": "input",
            },
            "meta": {"label": {
                "id": 1070002, "text": "E-Mail", "type": "info",
                "context": {"title": "E-Mail", "name": "traits.email"},
            }},
        })
    );
    let degree = nodes
        .iter()
        .find(|n| n.attributes.name == "traits.academic-degree");
    let pattern = degree.unwrap().attributes.pattern.as_deref();
    assert_eq!(pattern, Some(".*(?:^Dr|^Prof).*"));
}

#[test]
fn texts_of_a_form_become_what_the_schema_asks_for() {
    let form = json!({
        "email": " a@b.test ", "name": {"first": "", "last": ""}, "academic-degree": "", "age": "42",
        "score": "1.5", "terms": "on", "news": "", "tags": "one", "born": "",
    });
    assert_eq!(
        schema().coerce(form),
        json!({
            "email": "a@b.test", "name": {}, "age": 42, "score": 1.5, "terms": true,
            "news": false, "tags": ["one"],
        })
    );
    assert_eq!(
        schema().coerce(json!({"age": "old"})),
        json!({"age": "old"})
    );
    assert_eq!(schema().coerce(Value::Null), json!({}));
    assert_eq!(schema().coerce(json!([1])), json!([1]));
}

#[test]
fn optional_objects_without_members_are_dropped_and_required_boxes_are_false() {
    let schema = Schema::parse(
        "s",
        json!({
            "type": "object",
            "properties": {
                "home": {"type": "object", "properties": {"street": {"type": "string"}}},
                "agrees": {"type": "boolean"},
            },
            "required": ["agrees"],
        }),
    )
    .unwrap();
    assert_eq!(
        schema.coerce(json!({"home": {"street": ""}})),
        json!({"agrees": false})
    );
}

/// KP-12: the layout of the first profile API.
#[test]
fn a_document_may_describe_the_traits_themselves() {
    let schema = flat(&json!({"user-name": {
        "type": "string", "ory.sh/kratos": {"credentials": {"password": {"identifier": true}}},
    }}))
    .unwrap();
    let traits = json!({"user-name": "Ａda"});
    assert_eq!(schema.identifiers(&traits), ["ada"]);
    assert_eq!(schema.errors(&json!({"user-name": 1}))[0].path, "user-name");
    assert_eq!(
        schema.nodes(&account(), &traits, "x")[0].attributes.name,
        "traits.user-name"
    );
}

#[test]
fn references_inside_the_document_are_followed() {
    let schema = Schema::parse(
        "s",
        json!({
            "definitions": {"mail": {"type": "string", "format": "email", "title": "Mail"}},
            "properties": {"email": {"$ref": "#/definitions/mail"}},
        }),
    )
    .unwrap();
    assert_eq!(schema.errors(&json!({"email": "x"})).len(), 1);
    assert_eq!(
        schema.nodes(&account(), &json!({}), "x")[0].attributes.kind,
        "email"
    );
}

#[test]
fn what_is_no_schema_is_refused_with_its_place() {
    let refused = |document: Value| Schema::parse("s", document).unwrap_err();
    for (document, pointer) in [
        (json!([]), ""),
        (json!({}), "/properties"),
        (
            json!({"$schema": "http://json-schema.org/draft-04/schema#"}),
            "/$schema",
        ),
        (
            json!({"properties": {"traits": {"properties": {}}}}),
            "/properties/traits/properties",
        ),
        (
            json!({"properties": {"a": {"$ref": "file:///etc/passwd"}}}),
            "/properties/a/$ref",
        ),
        (
            json!({"properties": {"a": {"$ref": "https://x.test/y"}}}),
            "/properties/a/$ref",
        ),
        (
            json!({"properties": {"a": {"type": "strin"}}}),
            "/properties/a/type",
        ),
        (
            json!({"properties": {"a": {"minLength": "1"}}}),
            "/properties/a/minLength",
        ),
        (json!({"properties": {"a.b": {}}}), "/properties/a.b"),
        (
            json!({"properties": {"a/b": {"required": "x"}}}),
            "/properties/a~1b/required",
        ),
        (
            json!({"properties": {"a": {"ory.sh/kratos": {"verification": {"via": "fax"}}}}}),
            "/properties/a/ory.sh~1kratos/verification/via",
        ),
        (
            json!({"properties": {"a": {
                "ory.sh/kratos": {"credentials": {"password": {"identifier": "yes"}}}}}}),
            "/properties/a/ory.sh~1kratos/credentials/password/identifier",
        ),
    ] {
        let error = refused(document.clone());
        assert_eq!(error.pointer, pointer, "{document}: {error}");
    }
    for pattern in ["(", "(?=look)", "(a)\\1"] {
        assert!(
            flat(&json!({"a": {"pattern": pattern}})).is_err(),
            "{pattern}"
        );
    }
    let deep = (0..40).fold(json!({}), |inner, _| json!({"properties": {"a": inner}}));
    refused(deep);
    let recursive = json!({"properties": {"a": {"$ref": "#"}}});
    refused(recursive);
}

#[test]
fn a_pattern_costs_linear_time() {
    let schema = flat(&json!({"a": {"type": "string", "pattern": "^(a+)+$"}})).unwrap();
    let traits = json!({"a": format!("{}!", "a".repeat(2000))});
    assert_eq!(schema.errors(&traits).len(), 1);
}

#[test]
fn nobody_sends_traits_for_administrators_of_themselves() {
    let guarded = json!({"type": "string", "x-profile": {"edit": ["admin"]}});
    let document = json!({"type": "object", "properties": {
        "name": {"type": "string"}, "level": guarded,
        "job": {"type": "object", "properties": {"grade": guarded}},
    }});
    let schema = Schema::parse("guarded", document).unwrap();
    let sent = json!({"name": "Ada", "level": "admin", "job": {"grade": "A"}});
    let made = schema.from_person(sent.clone(), &json!({}));
    assert_eq!(made, json!({"name": "Ada"}));
    let stored = json!({"level": "user", "job": {"grade": "C"}});
    let kept = json!({"name": "Ada", "level": "user", "job": {"grade": "C"}});
    assert_eq!(schema.from_person(sent, &stored), kept);
    assert_eq!(schema.from_person(Value::Null, &stored), stored);
}
