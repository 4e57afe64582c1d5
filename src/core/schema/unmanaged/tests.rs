//! Attributes that no schema describes.

use serde_json::{Value, json};

use super::*;
use crate::schema::Rules;

fn schema(policy: &Value) -> Schema {
    let mut document = json!({"properties": {"name": {"type": "string"}}});
    if !policy.is_null() {
        document["x-profile"] = json!({ "unmanaged": policy });
    }
    Schema::parse("s", document).unwrap()
}

fn stored() -> Unmanaged {
    Unmanaged::from([("team".to_owned(), vec!["red".to_owned()])])
}

/// KC-024, KC-025, KC-026: each policy, for each viewer, reading and writing.
#[test]
fn each_policy_lets_see_and_change_as_it_says() {
    let table = [
        (json!(null), [false, false, false, false]),
        (json!("DISABLED"), [false, false, false, false]),
        (json!("ADMIN_VIEW"), [false, false, false, true]),
        (json!("ADMIN_EDIT"), [false, false, true, true]),
        (json!("ENABLED"), [true, true, true, true]),
    ];
    for (policy, [person_writes, person_reads, admin_writes, admin_reads]) in table {
        let schema = schema(&policy);
        for (viewer, writes, reads) in [
            (Viewer::Person, person_writes, person_reads),
            (Viewer::Administrator, admin_writes, admin_reads),
        ] {
            let told = format!("{policy} {viewer:?}");
            let seen = schema.visible_unmanaged(viewer, &stored()).is_some();
            assert_eq!(seen, reads, "{told}");
            let sent = json!({"team": "blue", "shoe": ["9", "10", ""]});
            let got = schema.accept_unmanaged(viewer, &sent, &stored());
            assert_eq!(got.is_ok(), writes, "{told}");
            if let Ok(got) = got {
                assert_eq!(got["shoe"], ["9", "10"], "{told}");
            }
            let same = schema.accept_unmanaged(viewer, &json!({"team": "red"}), &stored());
            assert_eq!(same.is_ok(), reads || writes, "{told}");
            let none = schema.accept_unmanaged(viewer, &Value::Null, &stored());
            assert_eq!(none, Ok(stored()), "{told}");
        }
    }
}

#[test]
fn what_is_not_for_somebody_is_passed_over_where_the_unknown_is() {
    let schema = schema(&Value::Null).with_rules(Rules {
        ignores_unknown: true,
        ..Rules::default()
    });
    let got = schema.accept_unmanaged(Viewer::Person, &json!({"team": "blue"}), &stored());
    assert_eq!(got, Ok(stored()));
}

/// KC-027.
#[test]
fn attributes_have_limits() {
    let schema = schema(&json!("ENABLED"));
    let errors = |sent: &Value| -> Vec<String> {
        let got = schema.accept_unmanaged(Viewer::Person, sent, &Unmanaged::new());
        got.err()
            .into_iter()
            .flatten()
            .map(|error| error.path)
            .collect()
    };
    assert_eq!(
        errors(&json!({"a": "ä".repeat(2048), "b".repeat(255): "x"})),
        [""; 0]
    );
    assert_eq!(errors(&json!({"a": "ä".repeat(2049)})), ["unmanaged.a"]);
    assert_eq!(errors(&json!({"b".repeat(256): "x"})).len(), 1);
    assert_eq!(errors(&json!({"a": 1})), ["unmanaged.a"]);
    assert_eq!(errors(&json!({"name": "x"})), ["unmanaged.name"]);
    assert_eq!(errors(&json!([])), ["unmanaged"]);
    let many: Value = (0..=100).map(|i| (format!("k{i}"), json!("x"))).collect();
    assert_eq!(errors(&many), ["unmanaged"]);
}
