//! Profiles there and back, and files that mean no good.

use portcullis_core::schema::Schema;
use serde_json::{Value, json};

use super::*;

const PRESET: &str = include_str!("../../../config/schemas/keycloak-default.json");
const NESTED: &str = include_str!("../../../config/schemas/default.json");

fn person(name: &str) -> Value {
    json!({
        "name": name, "displayName": format!("${{{name}}}"), "multivalued": false,
        "validations": {"length": {"max": 255}, "person-name-prohibited-characters": {}},
        "required": {"roles": ["user"]},
        "permissions": {"view": ["admin", "user"], "edit": ["admin", "user"]},
    })
}

/// The profile that a new realm has.
fn of_new_realm() -> Value {
    let everybody = json!({"view": ["admin", "user"], "edit": ["admin", "user"]});
    json!({
        "attributes": [
            {
                "name": "username", "displayName": "${username}", "multivalued": false,
                "permissions": everybody,
                "validations": {
                    "length": {"min": 3, "max": 255}, "username-prohibited-characters": {},
                    "up-username-not-idn-homograph": {},
                },
            },
            {
                "name": "email", "displayName": "${email}", "multivalued": false,
                "permissions": everybody, "required": {"roles": ["user"]},
                "validations": {"email": {}, "length": {"max": 255}},
            },
            person("firstName"), person("lastName"),
        ],
        "groups": [{
            "name": "user-metadata", "displayHeader": "User metadata",
            "displayDescription": "Attributes, which refer to user metadata",
        }],
    })
}

/// A profile in which everything that comes back as it was is said.
fn of_everything() -> Value {
    let mut profile = of_new_realm();
    let further = json!([
        {
            "name": "size", "displayName": "Size", "multivalued": true, "group": "user-metadata",
            "validations": {"options": {"options": ["s", "m"]}, "multivalued": {"min": 1, "max": 2}},
            "annotations": {"inputType": "multiselect", "inputOptionLabels": {"s": "Small"}},
            "permissions": {"view": ["user"], "edit": []},
            "required": {"roles": ["admin", "user"], "scopes": ["shop"]},
            "selector": {"scopes": ["shop", "cart"]},
        },
        {
            "name": "age", "multivalued": false, "validations": {"integer": {"min": 0, "max": 150}},
            "permissions": {"view": ["admin"], "edit": ["admin"]}, "required": {},
            "defaultValue": "18",
        },
        {
            "name": "share", "multivalued": false, "validations": {"double": {"max": 0.5}},
            "permissions": {"view": [], "edit": []},
        },
        {
            "name": "plate", "multivalued": false, "defaultValue": "A-1",
            "validations": {
                "pattern": {"pattern": "[A-Z]-\\d+", "error-message": "${plate.wrong}"},
                "length": {"min": 2, "max": 9, "trim-disabled": true},
            },
            "permissions": {"view": ["admin", "user"], "edit": ["user"]},
        },
        {
            "name": "home", "multivalued": false, "permissions": {"view": ["admin"], "edit": []},
            "validations": {"uri": {"allowedSchemes": ["https"]}},
        },
        {
            "name": "born", "multivalued": false, "permissions": {"view": ["admin"], "edit": []},
            "validations": {"local-date": {"error-message": "no day"}},
        },
        {
            "name": "since", "multivalued": false, "permissions": {"view": ["admin"], "edit": []},
            "validations": {"iso-date": {}},
        },
        {
            "name": "contact", "multivalued": false,
            "permissions": {"view": ["admin"], "edit": []},
            "validations": {"email": {"max-local-length": 30}},
        },
    ]);
    let attributes = profile["attributes"].as_array_mut().unwrap();
    attributes.extend(further.as_array().unwrap().iter().cloned());
    profile["unmanagedAttributePolicy"] = json!("ADMIN_EDIT");
    profile
}

fn parsed(document: &Value) -> Schema {
    Schema::parse("own", document.clone()).unwrap_or_else(|e| panic!("{e}: {document:#}"))
}

fn with(attribute: &Value) -> Value {
    json!({"attributes": [attribute]})
}

fn texts(losses: &[Loss]) -> Vec<String> {
    let text = |loss: &Loss| format!("{}: {}", loss.attribute, loss.what);
    losses.iter().map(text).collect()
}

/// KC-018, KC-059.
#[test]
fn the_profile_of_a_new_realm_is_the_built_in_schema_both_ways() {
    let preset: Value = serde_json::from_str(PRESET).unwrap();
    let there = import(&of_new_realm(), None).unwrap();
    assert_eq!(there.document, preset, "{:#}", there.document);
    assert_eq!(there.losses, []);
    let back = export(&parsed(&preset)).unwrap();
    assert_eq!(back.document, of_new_realm(), "{:#}", back.document);
    assert_eq!(back.losses, []);
}

/// KC-059, KC-025, KC-032, KC-033, KC-038 to KC-050, KC-052, KC-058, KC-060, KC-062.
#[test]
fn whatever_has_a_word_here_comes_back_as_it_was() {
    let there = import(&of_everything(), None).unwrap();
    assert_eq!(there.losses, []);
    let back = export(&parsed(&there.document)).unwrap();
    assert_eq!(back.document, of_everything(), "{:#}", back.document);
    assert_eq!(back.losses, []);
}

/// KC-059, HA-05.
#[test]
fn a_nested_schema_loses_nothing_in_silence_and_then_stays_as_it_is() {
    let nested: Value = serde_json::from_str(NESTED).unwrap();
    let there = export(&parsed(&nested)).unwrap();
    assert_eq!(
        texts(&there.losses),
        [
            "name: title",
            "username: the attribute",
            "email: x-profile.email",
            "name.first: x-profile.searchable",
            "name.first: x-profile.index",
            "name.last: x-profile.searchable",
            "name.last: x-profile.index",
        ],
        "{:#?}",
        there.losses
    );
    let back = import(&there.document, None).unwrap();
    assert_eq!(back.losses, []);
    let again = export(&parsed(&back.document)).unwrap();
    assert_eq!(again.document, there.document);
    let (old, new) = (parsed(&nested), parsed(&back.document));
    let ada = json!({"email": "ada@example.org", "name": {"first": "Ada"}, "academic-degree": "x"});
    assert_eq!(new.errors(&ada), []);
    assert_eq!(new.identifiers(&ada), old.identifiers(&ada));
    assert_eq!(new.paths(), old.paths());
}

/// KC-035, KC-013.
#[test]
fn what_says_nothing_of_permissions_is_for_administrators_alone() {
    let there = import(&with(&json!({"name": "note"})), None).unwrap();
    let property = &there.document["properties"]["traits"]["properties"]["note"];
    assert_eq!(property["x-profile"]["view"], json!(["admin"]));
    assert_eq!(property["x-profile"]["edit"], json!(["admin"]));
}

/// KC-059.
#[test]
fn a_realm_holds_its_profile_in_a_text_and_says_more_around_it() {
    let mut realm = json!({
        "realm": "shop", "attributes": {"x": "y"}, "loginWithEmailAllowed": false,
        "registrationEmailAsUsername": true, "users": [],
        "components": {"org.keycloak.userprofile.UserProfileProvider": [{
            "providerId": "declarative-user-profile",
            "config": {"kc.user.profile.config": [of_new_realm().to_string()]},
        }]},
    });
    let there = import(&realm, None).unwrap();
    let email = "/properties/traits/properties/email/ory.sh~1kratos/credentials";
    assert_eq!(
        there.document.pointer(email),
        None,
        "nobody signs in with it"
    );
    assert_eq!(texts(&there.losses), [": registrationEmailAsUsername"]);
    let given = import(&realm, Some(true)).unwrap();
    assert!(given.document.pointer(email).is_some());
    let back = export(&parsed(&there.document)).unwrap();
    assert_eq!(texts(&back.losses), ["email: nobody signs in with it"]);
    realm["components"] = json!({});
    let refused = import(&realm, None).unwrap_err();
    assert!(refused.0.contains("keycloak-default"), "{refused}");
}

/// What one attribute, called `a`, loses.
fn assert_lost(cases: &[(Value, &str)]) {
    for (attribute, lost) in cases {
        let mut attribute = attribute.clone();
        attribute["name"] = json!("a");
        let there = import(&with(&attribute), None).unwrap();
        assert_eq!(texts(&there.losses), [format!("a: {lost}")], "{attribute}");
        parsed(&there.document);
    }
}

/// KC-042, KC-051.
#[test]
fn each_validator_that_is_lost_is_told() {
    assert_lost(&[
        (
            json!({"validations": {"pattern": {"pattern": "(?=a)a"}}}),
            "validator pattern",
        ),
        (
            json!({"validations": {"pattern": {"pattern": "(a)\\1"}}}),
            "validator pattern",
        ),
        (
            json!({"validations": {"pattern": {"pattern": "a++b"}}}),
            "validator pattern",
        ),
        (
            json!({"validations": {"pattern": {"pattern": "((((a{99}){99}){99}){99})"}}}),
            "validator pattern",
        ),
        (
            json!({"validations": {"pattern": {"pattern": "("}}}),
            "validator pattern",
        ),
        (json!({"validations": {"pattern": {}}}), "validator pattern"),
        (
            json!({"validations": {"my-own": {"a": 1}}}),
            "validator my-own",
        ),
        (
            json!({"validations": {"length": {"max": "many"}}}),
            "max of validator length",
        ),
        (
            json!({"validations": {"length": {"max": 3, "odd": 1}}}),
            "odd of validator length",
        ),
        (
            json!({"validations": {"multivalued": {"max": 3}}}),
            "validator multivalued",
        ),
        (
            json!({"validations": {"options": {"options": []}}}),
            "validator options",
        ),
        (
            json!({"validations": {"integer": {}, "length": {"max": 3}}}),
            "maxLength",
        ),
        (
            json!({"validations": {"integer": {}, "double": {}}}),
            "validator double",
        ),
        (json!({"validations": []}), "validations"),
    ]);
    let found = import(
        &with(&json!({"name": "a", "validations": {"pattern": {"pattern": "(?!x)"}}})),
        None,
    );
    let why = &found.unwrap().losses[0].why;
    assert!(why.contains("look-around"), "{why}");
}

/// KC-052, KC-056.
#[test]
fn whatever_else_is_lost_is_told() {
    assert_lost(&[
        (
            json!({"annotations": {"kcNumberFormat": "#"}}),
            "annotation kcNumberFormat",
        ),
        (json!({"permissions": {"view": ["root"]}}), "permissions"),
        (json!({"odd": true}), "odd"),
        (
            json!({
                "annotations": {"inputOptionsFromValidation": "sizes"},
                "validations": {"sizes": {"options": ["s"]}},
            }),
            "validator sizes",
        ),
    ]);
}

/// KC-042.
#[test]
fn a_pattern_is_matched_by_all_of_the_text_on_both_sides() {
    let profile = with(&json!({"name": "a", "validations": {"pattern": {"pattern": "a|b"}}}));
    let schema = parsed(&import(&profile, None).unwrap().document);
    assert_eq!(schema.errors(&json!({"a": "b"})), []);
    assert_ne!(schema.errors(&json!({"a": "bb"})), []);
    for (ours, theirs) in [
        ("^(?:a|b)$", "a|b"),
        ("^(?:a)|(?:b)$", "[\\s\\S]*(?:^(?:a)|(?:b)$)[\\s\\S]*"),
        ("^abc$", "^abc$"),
        ("abc", "[\\s\\S]*(?:abc)[\\s\\S]*"),
        ("^a|b$", "[\\s\\S]*(?:^a|b$)[\\s\\S]*"),
    ] {
        assert_eq!(super::pattern::whole(ours), theirs);
    }
}

/// KP-12.
#[test]
fn a_schema_that_describes_the_traits_alone_goes_the_same_way() {
    let preset: Value = serde_json::from_str(PRESET).unwrap();
    let traits = &preset["properties"]["traits"];
    let there = export(&parsed(traits)).unwrap();
    assert_eq!(there.document, of_new_realm());
}

#[test]
fn what_only_objects_can_say_is_told_and_their_permissions_hold() {
    let document = json!({"type": "object", "properties": {"traits": {
        "type": "object", "minProperties": 1,
        "properties": {"home": {
            "type": "object", "x-profile": {"edit": ["admin"]},
            "properties": {
                "city": {"type": "string", "x-profile": {"view": ["user"], "edit": ["user", "admin"]}},
                "built": {"type": "boolean"},
            },
        }},
    }}});
    let there = export(&parsed(&document)).unwrap();
    let city = &there.document["attributes"][0];
    assert_eq!(city["name"], "home.city");
    assert_eq!(
        city["permissions"],
        json!({"view": ["admin"], "edit": ["admin"]})
    );
    let told = texts(&there.losses);
    assert!(told.contains(&": minProperties".to_owned()), "{told:?}");
    assert!(told.contains(&"home.built: type".to_owned()), "{told:?}");
}

#[test]
fn names_that_lead_nowhere_are_left_out_and_told() {
    let name = |name: &str| json!({"name": name});
    let profile = json!({"attributes": [
        name("a"), name("a.b"), name("c.d"), name("c"), name(""), name("x..y"),
        name("1.2.3.4.5.6.7.8.9"),
    ]});
    let there = import(&profile, None).unwrap();
    parsed(&there.document);
    let lost: Vec<&str> = there.losses.iter().map(|loss| &*loss.attribute).collect();
    assert_eq!(lost, ["a.b", "c", "", "x..y", "1.2.3.4.5.6.7.8.9"]);
}

#[test]
fn files_that_are_no_profile_are_refused_at_once() {
    let many: Vec<Value> = (0..100_000)
        .map(|n| json!({"name": format!("a{n}")}))
        .collect();
    for (document, reason) in [
        (Value::Null, "neither"),
        (json!([]), "neither"),
        (json!({"attributes": {}}), "neither"),
        (json!({"attributes": []}), "no attribute"),
        (json!({"attributes": [1]}), "no name"),
        (
            json!({"attributes": [{"name": "a"}, {"name": "a"}]}),
            "two attributes",
        ),
        (json!({"attributes": many}), "100000 attributes"),
        (
            json!({"realm": "x", "components": {"org.keycloak.userprofile.UserProfileProvider":
            [{"config": {"kc.user.profile.config": ["{"]}}]}}),
            "no JSON",
        ),
    ] {
        let refused = import(&document, None).unwrap_err();
        assert!(refused.0.contains(reason), "{refused}");
    }
}
