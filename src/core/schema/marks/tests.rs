//! Whoever is stored follows the marks of their schema.

use std::{sync::Arc, time::Duration};

use serde_json::{Value, json};

use super::*;
use crate::testing::{FrozenClock, SeededEntropy};

fn clock() -> FrozenClock {
    FrozenClock::new("2026-11-22T12:00:00Z".parse().unwrap())
}

/// A schema with an address that is proved, and a name that is marked like this.
fn schemas(name: &Value) -> Schemas {
    let email = json!({"type": "string", "format": "email", "ory.sh/kratos": {
        "credentials": {"password": {"identifier": true}},
        "verification": {"via": "email"}, "recovery": {"via": "email"},
    }});
    let document = json!({"properties": {"email": email, "name": name}});
    let schema = Arc::new(Schema::parse("person", document).unwrap());
    Schemas::new(vec![schema], "person").unwrap()
}

fn plain() -> Value {
    json!({"type": "string"})
}

fn marked() -> Value {
    json!({"type": "string", "ory.sh/kratos": {"credentials": {"password": {"identifier": true}}}})
}

#[test]
fn somebody_who_is_stored_follows_the_marks_and_keeps_what_is_proved() {
    let (clock, entropy) = (clock(), SeededEntropy::new(1));
    let before = schemas(&plain());
    let traits = json!({"email": "ada@example.org", "name": "  Ada "});
    let schema = before.default_schema();
    let mut ada = before.identity(&schema, traits, &clock, &entropy).unwrap();
    ada.addresses[0].verified_at = Some(clock.now());
    assert_eq!(before.remarked(&ada, &clock, &entropy), None);
    clock.advance(Duration::from_secs(60));
    let followed = schemas(&marked()).remarked(&ada, &clock, &entropy);
    let followed = followed.unwrap();
    assert_eq!(followed.identifiers, ["ada@example.org", "ada"]);
    assert_eq!(followed.addresses, ada.addresses);
    assert_eq!(followed.updated_at, clock.now());
    let back = before.remarked(&followed, &clock, &entropy).unwrap();
    assert_eq!(back.identifiers, ada.identifiers);
}

#[test]
fn a_provider_keeps_what_it_set_although_it_is_spelt_otherwise_now() {
    let (clock, entropy) = (clock(), SeededEntropy::new(1));
    let before = schemas(&plain());
    let traits = json!({"email": "ada@example.org", "name": "  Ada "});
    let schema = before.default_schema();
    let mut ada = before.identity(&schema, traits, &clock, &entropy).unwrap();
    let origin = crate::provenance::Origin {
        source: "work".parse().unwrap(),
        synced_at: clock.now(),
        sync: crate::provenance::Sync::Force,
        account: None,
    };
    ada.provenance.insert("name".to_owned(), origin);
    let followed = schemas(&marked()).remarked(&ada, &clock, &entropy);
    let followed = followed.unwrap();
    assert_eq!(followed.traits["name"], "Ada");
    assert!(followed.is_forced("name"));
}

#[test]
fn somebody_of_a_schema_that_is_gone_stays_as_they_are() {
    let (clock, entropy) = (clock(), SeededEntropy::new(1));
    let schemas = schemas(&marked());
    let gone = Identity::blank(
        crate::id::IdentityId::generate(&entropy),
        "gone",
        clock.now(),
    );
    assert_eq!(schemas.remarked(&gone, &clock, &entropy), None);
}

#[test]
fn the_stamp_tells_other_marks_and_nothing_else() {
    let stamp = |name: Value| schemas(&name).marks_stamp();
    let titled = json!({"type": "string", "title": "Name", "maxLength": 40});
    assert_eq!(stamp(plain()), stamp(titled));
    let mut stamps = BTreeSet::from([stamp(plain()), stamp(marked())]);
    for mark in [
        json!({"credentials": {"code": {"identifier": true, "via": "sms"}}}),
        json!({"verification": {"via": "email"}}),
        json!({"recovery": {"via": "email"}}),
        json!({"verification": {"via": "email"}, "recovery": {"via": "email"}}),
        json!({"verification": {"via": "sms"}}),
    ] {
        stamps.insert(stamp(json!({"type": "string", "ory.sh/kratos": mark})));
    }
    assert_eq!(stamps.len(), 7);
}
