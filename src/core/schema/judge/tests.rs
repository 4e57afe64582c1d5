//! The validators: what each takes and refuses.

use serde_json::{Value, json};

use crate::schema::{Evaluation, ProfileContext, Schema};

/// What a form's text becomes, or the id of what is wrong with it.
fn judged(property: &Value, sent: &Value) -> Result<Value, u32> {
    let document = json!({"type": "object", "properties": {"a": property}});
    let schema = Schema::parse("s", document).unwrap();
    let account = Evaluation::of(ProfileContext::Account);
    let got = schema.accept(&account, json!({ "a": sent }), &json!({"a": null}));
    match got {
        Ok(mut traits) => Ok(traits["a"].take()),
        Err(errors) => Err(errors[0].message.id),
    }
}

/// KC-036 to KC-040, KC-047, KC-049: what each takes and refuses.
#[test]
fn lengths_numbers_choices_and_lists_are_judged_as_they_should() {
    let trimmed =
        json!({"type": "string", "minLength": 2, "maxLength": 3, "x-profile": {"trim": true}});
    let raw = json!({"type": "string", "minLength": 2, "maxLength": 3});
    let whole = json!({"type": "integer", "minimum": 1, "maximum": 5});
    let double = json!({"type": "number", "minimum": 0.5});
    let choice = json!({"type": "string", "enum": ["red", "blue"]});
    let several =
        json!({"type": "array", "items": {"type": "integer"}, "minItems": 2, "maxItems": 3});
    for (property, sent, expected) in [
        (&trimmed, json!("  ab  "), Ok(json!("ab"))),
        (&trimmed, json!("   "), Ok(json!(null))),
        (&trimmed, json!(" a "), Err(4_000_003)),
        (&raw, json!("  ab  "), Err(4_000_017)),
        (&raw, json!("äöü"), Ok(json!("äöü"))),
        (&whole, json!("5"), Ok(json!(5))),
        (&whole, json!(1), Ok(json!(1))),
        (&whole, json!("6"), Err(4_000_020)),
        (&whole, json!("0"), Err(4_000_018)),
        (&whole, json!("1.5"), Err(4_000_026)),
        (&whole, json!("five"), Err(4_000_026)),
        (&double, json!("0.5"), Ok(json!(0.5))),
        (&double, json!("0.4"), Err(4_000_018)),
        (&choice, json!("red"), Ok(json!("red"))),
        (&choice, json!("green"), Err(4_000_001)),
        (&several, json!(["1", "", "2"]), Ok(json!([1, 2]))),
        (&several, json!("1"), Err(4_000_024)),
        (&several, json!(["1", "2", "3", "4"]), Err(4_000_023)),
        (&several, json!(["1", "x"]), Err(4_000_026)),
    ] {
        assert_eq!(judged(property, &sent), expected, "{property} {sent}");
    }
}

/// KC-041 to KC-046, KC-048, KC-050: what each takes and refuses.
#[test]
fn links_patterns_addresses_dates_and_names_are_judged_as_they_should() {
    let uri = json!({"type": "string", "format": "uri"});
    let ldap = json!({"type": "string", "format": "uri", "x-profile": {"uri_schemes": ["ldap"]}});
    let found = json!({"type": "string", "pattern": "b+"});
    let imported = json!({"type": "string", "pattern": "^(?:a|b+)$"});
    let email = json!({"type": "string", "format": "email", "x-profile": {"email": {"max_local_length": 3}}});
    let ascii =
        json!({"type": "string", "format": "email", "x-profile": {"email": {"allow_utf8": false}}});
    let utf8 =
        json!({"type": "string", "format": "email", "x-profile": {"email": {"allow_utf8": true}}});
    let date = json!({"type": "string", "format": "date"});
    let local = json!({"type": "string", "format": "local-date"});
    let person = json!({"type": "string", "format": "person-name"});
    let user =
        json!({"type": "string", "format": "username", "allOf": [{"format": "not-idn-homograph"}]});
    for (property, sent, expected) in [
        (
            &uri,
            json!("https://a.test/x"),
            Ok(json!("https://a.test/x")),
        ),
        (&uri, json!("javascript:alert(1)"), Err(4_000_001)),
        (&uri, json!("ldap://a.test"), Err(4_000_001)),
        (&uri, json!("nothing"), Err(4_000_001)),
        (&ldap, json!("ldap://a.test"), Ok(json!("ldap://a.test"))),
        (&ldap, json!("https://a.test"), Err(4_000_001)),
        (&found, json!("abba"), Ok(json!("abba"))),
        (&imported, json!("bb"), Ok(json!("bb"))),
        (&imported, json!("abba"), Err(4_000_004)),
        (&email, json!("ada@b.test"), Ok(json!("ada@b.test"))),
        (&email, json!("adam@b.test"), Err(4_000_017)),
        (&email, json!("ada"), Err(4_000_040)),
        (&ascii, json!("ada@b.test"), Ok(json!("ada@b.test"))),
        (&ascii, json!("ädä@b.test"), Err(4_000_040)),
        (&utf8, json!("ädä@b.test"), Ok(json!("ädä@b.test"))),
        (&date, json!("2024-02-29"), Ok(json!("2024-02-29"))),
        (&date, json!("29.2.2024"), Err(4_000_001)),
        (&local, json!("29.2.2024"), Ok(json!("29.2.2024"))),
        (&local, json!("30.2.2024"), Err(4_000_001)),
        (&person, json!("Ada <b>"), Err(4_000_001)),
        (&user, json!("ada"), Ok(json!("ada"))),
        (&user, json!("ada b"), Err(4_000_001)),
        (&user, json!("\u{0430}da"), Err(4_000_001)),
    ] {
        assert_eq!(judged(property, &sent), expected, "{property} {sent}");
    }
}

/// KC-042, KC-045, KC-046, KC-048.
#[test]
fn a_schema_may_say_what_is_wrong_in_its_own_words() {
    let property = json!({
        "type": "string", "pattern": "^a", "format": "uri", "maxLength": 9,
        "x-profile": {"required_for": {}, "error_messages": {
            "pattern": "${bad.pattern}", "format": "Only links.", "required": "Tell us.",
        }},
    });
    let document = json!({"type": "object", "properties": {"a": property}});
    let schema = Schema::parse("s", document).unwrap();
    let account = Evaluation::of(ProfileContext::Account);
    let told = |traits: &Value| -> Vec<(u32, String)> {
        let errors = schema.errors_in(&account, traits).into_iter();
        errors.map(|e| (e.message.id, e.message.text)).collect()
    };
    let errors = told(&json!({"a": "javascript:x"}));
    assert!(
        errors.contains(&(4_000_001, "${bad.pattern}".to_owned())),
        "{errors:?}"
    );
    assert!(
        errors.contains(&(4_000_001, "Only links.".to_owned())),
        "{errors:?}"
    );
    assert!(errors.iter().any(|(id, _)| *id == 4_000_017), "{errors:?}");
    assert_eq!(told(&json!({})), [(4_000_002, "Tell us.".to_owned())]);
}

#[test]
fn a_wrong_item_is_told_at_its_list() {
    let tags = json!({"type": "array", "items": {"type": "string", "maxLength": 2}});
    let schema = Schema::parse("s", json!({"properties": {"tags": tags}})).unwrap();
    assert_eq!(
        schema.errors(&json!({"tags": ["ok", "not"]}))[0].path,
        "tags"
    );
}

/// What has no message of its own is told by its words.
#[test]
fn what_was_wrong_before_excuses_nothing_else_that_is_wrong_there() {
    let document = json!({"type": "object", "properties": {
        "car": {"type": "object", "propertyNames": {"maxLength": 5}, "properties": {
            "badge": {"type": "string", "x-profile": {"edit": ["admin"]}},
        }, "x-profile": {"error_messages": {"propertyNames": "Names are short.", "not": "Not both."}},
            "not": {"required": ["a", "b"]},
            "patternProperties": {"^[a-z]+$": {}}},
    }});
    let schema = Schema::parse("s", document).unwrap();
    let account = Evaluation::of(ProfileContext::Account);
    let stored = json!({"car": {"lengthy": 1}});
    let accept = |sent| schema.accept_of_stored(&account, sent, &stored, &|_| false);
    let same = json!({"car": {"lengthy": 2}});
    assert_eq!(accept(same.clone()), Ok(same));
    let worse = json!({"car": {"lengthy": 1, "a": 1, "b": 1}});
    let refused = accept(worse).unwrap_err();
    let told: Vec<_> = refused.iter().map(|one| &*one.message.text).collect();
    assert_eq!(told, ["Not both."]);
}
