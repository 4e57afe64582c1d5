//! How claims become traits, at first and later.

use serde_json::json;

use super::*;
use crate::expression::Scope;

fn mapping(entries: &[(&str, &str, Sync)]) -> Mapping {
    let entry = |(path, value, sync): &(&str, &str, Sync)| {
        let value = Expression::compile(value, Scope::Claims).unwrap();
        MappingEntry::of_trait(path, value, *sync)
    };
    Mapping {
        allow_privileged: false,
        entries: entries.iter().map(entry).collect(),
    }
}

fn claims(document: Value) -> Claims {
    Claims::new("https://idp.test", "1", document)
}

#[test]
fn claims_become_nested_traits_and_absent_ones_are_left_out() {
    let mapping = mapping(&[
        ("email", "claims.email", Sync::Import),
        ("name.first", "claims.given_name", Sync::Import),
        ("name.last", "claims.family_name", Sync::Import),
        ("academic-degree", "claims.title", Sync::Import),
        ("broken", "claims.email * 2", Sync::Import),
        ("email.below", "claims.email", Sync::Import),
    ]);
    let claims = claims(json!({"email": "a@b.test", "given_name": "Ada", "title": null}));
    assert_eq!(
        mapping.create(&claims),
        json!({"email": "a@b.test", "name": {"first": "Ada"}})
    );
}

#[test]
fn a_later_sign_in_takes_over_what_it_may() {
    let mapping = mapping(&[
        ("import", "claims.v", Sync::Import),
        ("force", "claims.v", Sync::Force),
        ("gone", "claims.absent", Sync::Force),
        ("empty", "claims.v", Sync::IfEmpty),
        ("nothing", "claims.v", Sync::IfEmpty),
        ("full", "claims.v", Sync::IfEmpty),
    ]);
    let traits = json!({
        "import": "old", "force": "old", "gone": "old", "empty": "", "full": "old",
    });
    let claims = claims(json!({"v": "new"}));
    assert_eq!(
        mapping.refresh(&traits, &claims),
        json!({
            "import": "old", "force": "new", "gone": "old", "empty": "new", "nothing": "new",
            "full": "old",
        })
    );
    assert_eq!(
        mapping.enforce(&json!({"force": "mine"}), &claims),
        json!({"force": "new"})
    );
}
