//! Who sees, changes and must fill in which trait, place by place.

use serde_json::{Value, json};

use super::*;
use crate::schema::{ProfileContext, Rules};

const PLACES: [ProfileContext; 6] = [
    ProfileContext::Registration,
    ProfileContext::UpdateProfile,
    ProfileContext::BrokerReview,
    ProfileContext::VerifyProfile,
    ProfileContext::Account,
    ProfileContext::Admin,
];

fn schema(properties: &Value) -> Schema {
    Schema::parse(
        "s",
        json!({"type": "object", "properties": properties, "additionalProperties": false}),
    )
    .unwrap()
}

fn one(keyword: &Value) -> Schema {
    schema(&json!({"level": {"type": "string", "x-profile": keyword}}))
}

/// What a form makes of the one trait: absent, disabled or normal.
fn shown(schema: &Schema, evaluation: &Evaluation) -> &'static str {
    let nodes = schema.nodes(evaluation, &json!({"level": "a"}), "profile");
    match nodes.first() {
        None => "absent",
        Some(node) if node.attributes.value != Some(json!("a")) => "empty",
        Some(node) if node.attributes.disabled => "disabled",
        Some(_) => "normal",
    }
}

fn is_required(schema: &Schema, evaluation: &Evaluation) -> bool {
    let nodes = schema.nodes(evaluation, &json!({}), "profile");
    let marked = nodes.iter().any(|node| node.attributes.required);
    let errors = schema.errors_in(evaluation, &json!({}));
    let asked = errors.iter().any(|error| error.message.id == 4_000_002);
    assert_eq!(marked, asked, "the mark and the error belong together");
    asked
}

fn paths(errors: Result<Value, Vec<TraitError>>) -> Vec<String> {
    errors.unwrap_err().into_iter().map(|e| e.path).collect()
}

/// KC-013, KC-021, KC-022, KC-023, KC-034, KC-035, KC-061: every permission in every place.
#[test]
fn each_place_shows_a_trait_as_its_permissions_say() {
    // What is written, what people get, what administrators get.
    let table = [
        (json!({}), "normal", "normal"),
        (json!({"view": []}), "absent", "absent"),
        (json!({"edit": []}), "absent", "absent"),
        (json!({"view": ["user"]}), "disabled", "absent"),
        (json!({"view": ["admin"]}), "absent", "disabled"),
        (json!({"view": ["user", "admin"]}), "disabled", "disabled"),
        (json!({"edit": ["user"]}), "normal", "absent"),
        (json!({"edit": ["admin"]}), "absent", "normal"),
        (json!({"edit": ["user", "admin"]}), "normal", "normal"),
        (
            json!({"view": ["user"], "edit": ["admin"]}),
            "disabled",
            "normal",
        ),
        (
            json!({"view": ["admin"], "edit": ["user"]}),
            "normal",
            "disabled",
        ),
        (
            json!({"view": ["user", "admin"], "edit": ["admin"]}),
            "disabled",
            "normal",
        ),
        (
            json!({"view": ["user", "admin"], "edit": ["user"]}),
            "normal",
            "disabled",
        ),
    ];
    for (keyword, person, administrator) in table {
        let schema = one(&keyword);
        for place in PLACES {
            let expected = match place {
                ProfileContext::Admin => administrator,
                _ => person,
            };
            let got = shown(&schema, &Evaluation::of(place));
            assert_eq!(got, expected, "{keyword} in {place:?}");
        }
    }
}

/// KC-012, KC-033, KC-060: every role in every place, without scopes.
#[test]
fn each_place_requires_what_its_role_has_to_give() {
    let table = [
        (json!({}), false, false),
        (json!({"required_for": {}}), true, true),
        (json!({"required_for": {"roles": []}}), true, true),
        (json!({"required_for": {"roles": ["user"]}}), true, false),
        (json!({"required_for": {"roles": ["admin"]}}), false, true),
        (
            json!({"required_for": {"roles": ["user", "admin"]}}),
            true,
            true,
        ),
        (json!({"edit": ["admin"], "required_for": {}}), false, true),
        (json!({"edit": ["user"], "required_for": {}}), true, false),
        (
            json!({"view": ["user", "admin"], "required_for": {}}),
            false,
            false,
        ),
    ];
    for (keyword, person, administrator) in table {
        let schema = one(&keyword);
        for place in PLACES {
            let expected = match place {
                ProfileContext::Admin => administrator,
                _ => person,
            };
            let got = is_required(&schema, &Evaluation::of(place));
            assert_eq!(got, expected, "{keyword} in {place:?}");
        }
    }
}

/// KC-032, KC-033: scopes count in flows, and nowhere else.
#[test]
fn scopes_count_in_flows_alone() {
    let user = json!({"roles": ["user"], "scopes": ["phone", "tel"]});
    let required = one(&json!({"required_for": user}));
    let nobody = one(&json!({"required_for": {"scopes": ["phone"]}}));
    let enabled = one(&json!({"enabled_scopes": ["phone"], "required_for": {}}));
    for place in PLACES {
        let is_flow = !matches!(place, ProfileContext::Account | ProfileContext::Admin);
        for (scopes, is_asked) in [
            (vec![], false),
            (vec!["mail"], false),
            (vec!["mail", "phone"], true),
        ] {
            let evaluation = Evaluation {
                context: place,
                scopes: scopes.iter().map(|&scope| scope.to_owned()).collect(),
            };
            let told = format!("{place:?} {scopes:?}");
            assert_eq!(
                is_required(&required, &evaluation),
                is_flow && is_asked,
                "{told}"
            );
            assert!(!is_required(&nobody, &evaluation), "{told}");
            let is_there = !is_flow || is_asked;
            let expected = if is_there { "normal" } else { "absent" };
            assert_eq!(shown(&enabled, &evaluation), expected, "{told}");
            assert_eq!(is_required(&enabled, &evaluation), is_there, "{told}");
        }
    }
}

/// KC-013, KC-036: what may not be changed is absent or as it is.
#[test]
fn what_may_not_be_changed_is_absent_or_as_it_is() {
    let schema = schema(&json!({
        "name": {"type": "string"},
        "level": {"type": "integer", "x-profile": {"view": ["user"], "edit": ["admin"]}},
        "note": {"type": "string", "x-profile": {"edit": ["admin"]}},
    }));
    let account = Evaluation::of(ProfileContext::Account);
    let stored = json!({"name": "Ada", "level": 3, "note": "odd"});
    let accept = |sent: Value| schema.accept(&account, sent, &stored);
    let changed = json!({"name": "Bea", "level": 3, "note": "odd"});
    assert_eq!(accept(json!({"name": "Bea"})), Ok(changed.clone()));
    assert_eq!(
        accept(json!({"name": "Bea", "level": "3"})),
        Ok(changed.clone())
    );
    assert_eq!(
        accept(json!({"name": "Bea", "level": "", "note": null})),
        Ok(changed)
    );
    assert_eq!(paths(accept(json!({"level": 4}))), ["level"]);
    // Even the right guess is refused, or guessing would tell.
    assert_eq!(paths(accept(json!({"note": "odd"}))), ["note"]);
    assert_eq!(
        paths(accept(json!({"note": "new", "level": 1}))),
        ["level", "note"]
    );
    let admin = Evaluation::of(ProfileContext::Admin);
    let whole = json!({"level": 4, "note": "new"});
    assert_eq!(schema.accept(&admin, whole.clone(), &stored), Ok(whole));
    assert_eq!(
        schema.visible(Viewer::Person, &stored),
        json!({"name": "Ada", "level": 3})
    );
    assert_eq!(schema.visible(Viewer::Administrator, &stored), stored);
}

/// KC-013: nor does nothing, or anything else, in the place of what holds it.
#[test]
fn what_stands_in_the_place_of_an_object_erases_nothing_within() {
    let plan = json!({"type": "string", "x-profile": {"view": ["admin"], "edit": ["admin"]}});
    for kind in [json!(["object", "null"]), json!(["object", "string"])] {
        let schema = schema(&json!({
            "name": {"type": "string"},
            "org": {"type": kind, "properties": {"plan": plan}},
        }));
        let stored = json!({"name": "Ada", "org": {"plan": "gold"}});
        let account = Evaluation::of(ProfileContext::Account);
        for sent in [
            json!({"name": "Ada", "org": null}),
            json!({"name": "Ada", "org": "x"}),
        ] {
            let kept = schema.accept(&account, sent, &stored);
            assert_eq!(kept, Ok(stored.clone()), "{kind}");
        }
    }
}

/// KC-013: a person's form erases nothing that it does not show.
#[test]
fn a_form_erases_nothing_that_it_does_not_show() {
    let schema = schema(&json!({
        "job": {"type": "object", "additionalProperties": false, "properties": {
            "title": {"type": "string"},
            "grade": {"type": "string", "x-profile": {"edit": ["admin"]}},
        }},
        "file": {"type": "object", "x-profile": {"view": ["user"], "edit": ["admin"]},
            "properties": {
                "open": {"type": "string"},
                "shut": {"type": "string", "x-profile": {"edit": ["admin"]}},
            }},
        "agreed": {"type": "boolean", "x-profile": {"view": ["user"]}},
    }));
    let stored = json!({
        "job": {"title": "Engineer", "grade": "C"},
        "file": {"open": "a", "shut": "b"}, "agreed": true,
    });
    let account = Evaluation::of(ProfileContext::Account);
    let kept = schema.accept(&account, json!({}), &stored).unwrap();
    let rest = json!({"job": {"grade": "C"}, "file": {"open": "a", "shut": "b"}, "agreed": true});
    assert_eq!(kept, rest);
    let seen = schema.visible(Viewer::Person, &stored);
    assert_eq!(
        seen,
        json!({"job": {"title": "Engineer"}, "file": {"open": "a"}, "agreed": true})
    );
    assert_eq!(schema.accept(&account, seen, &stored), Ok(stored.clone()));
    let changed = json!({"file": {"open": "z"}, "job": {"grade": "A"}});
    assert_eq!(
        paths(schema.accept(&account, changed, &stored)),
        ["job.grade", "file"]
    );
}

#[test]
fn what_somebody_cannot_see_is_not_named_to_them() {
    let schema = schema(&json!({
        "name": {"type": "string"},
        "code": {"type": "string", "maxLength": 2, "x-profile": {"edit": ["admin"]}},
    }));
    let stored = json!({"name": "Ada", "code": "too long"});
    let account = Evaluation::of(ProfileContext::Account);
    let refused = schema.accept(&account, json!({"name": "Bea"}), &stored);
    assert_eq!(paths(refused), [""]);
    let admin = Evaluation::of(ProfileContext::Admin);
    assert_eq!(schema.errors_in(&admin, &stored)[0].path, "code");
}

/// KC-012: `required` itself asks only those who may change the trait, where the schema says so.
#[test]
fn required_may_ask_only_those_who_can_answer() {
    let document = |mode: &str| {
        json!({
            "type": "object", "required": ["level", "name"], "x-profile": {"required_mode": mode},
            "properties": {
                "level": {"type": "string", "x-profile": {"edit": ["admin"]}},
                "name": {"type": "string"},
            },
        })
    };
    let asked = |mode: &str, place: ProfileContext| -> Vec<String> {
        let schema = Schema::parse("s", document(mode)).unwrap();
        let errors = schema.errors_in(&Evaluation::of(place), &json!({}));
        errors.into_iter().map(|error| error.path).collect()
    };
    assert_eq!(asked("context", ProfileContext::Account), ["name"]);
    assert_eq!(asked("context", ProfileContext::Admin), ["level", "name"]);
    assert_eq!(asked("schema", ProfileContext::Account), ["", "name"]);
}

/// KC-050.
#[test]
fn a_new_identity_has_the_defaults() {
    let schema = schema(&json!({
        "country": {"type": "string", "default": "DE"},
        "level": {"type": "string", "default": "basic", "x-profile": {"edit": ["admin"]}},
        "news": {"type": "boolean", "default": true},
        "home": {"type": "object", "properties": {"kind": {"type": "string", "default": "flat"}}},
    }));
    let registration = Evaluation::of(ProfileContext::Registration);
    let nodes = schema.nodes(&registration, &json!({}), "default");
    let values: Vec<_> = nodes
        .iter()
        .map(|node| node.attributes.value.clone())
        .collect();
    assert_eq!(
        values,
        [Some(json!("DE")), Some(json!(true)), Some(json!("flat"))]
    );
    let made = schema.accept(&registration, json!({}), &json!({})).unwrap();
    assert_eq!(
        made,
        json!({"country": "DE", "level": "basic", "news": false})
    );
    let account = Evaluation::of(ProfileContext::Account);
    let kept = schema
        .accept(&account, json!({}), &json!({"level": "high"}))
        .unwrap();
    assert_eq!(kept, json!({"level": "high", "news": false}));
}

/// KC-024: unknown traits are refused, or left out where that is asked for.
#[test]
fn unknown_traits_are_refused_or_left_out() {
    let strict = one(&json!({}));
    let account = Evaluation::of(ProfileContext::Account);
    let sent = json!({"level": "a", "other": "b"});
    assert_eq!(
        paths(strict.accept(&account, sent.clone(), &json!({}))),
        ["other"]
    );
    let lenient = one(&json!({})).with_rules(Rules {
        ignores_unknown: true,
        ..Rules::default()
    });
    assert_eq!(
        lenient.accept(&account, sent, &json!({})),
        Ok(json!({"level": "a"}))
    );
    let name = json!({"type": "object", "additionalProperties": false, "properties": {
        "first": {"type": "string"},
        "titles": {"type": "object", "properties": {"before": {"type": "string"}}},
    }});
    let document = json!({"type": "object", "properties": {"name": name}});
    let nested = Schema::parse("s", document).unwrap();
    let sent = json!({"name": {"first": "Ada", "middle": "K", "a.b": 1, "titles": {"x": "y"}}});
    assert_eq!(
        paths(nested.accept(&account, sent.clone(), &json!({}))),
        ["name.middle", "name.a.b", "name.titles.x"]
    );
    assert_eq!(
        nested
            .with_rules(lenient.rules.clone())
            .accept(&account, sent, &json!({})),
        Ok(json!({"name": {"first": "Ada"}})),
        "an open object takes nothing from people that it does not describe"
    );
    let hidden = one(&json!({"edit": ["admin"]})).with_rules(lenient.rules);
    let stored = json!({"level": "b"});
    assert_eq!(
        hidden.accept(&account, json!({"level": "a"}), &stored),
        Ok(stored.clone())
    );
}

/// KC-028.
#[test]
fn all_traits_together_have_a_limit() {
    let schema = one(&json!({})).with_rules(Rules {
        max_trait_bytes: 20,
        ..Rules::default()
    });
    assert!(schema.errors(&json!({"level": "12345678"})).is_empty());
    assert_eq!(schema.errors(&json!({"level": "123456789"}))[0].path, "");
}
