//! How identities follow their traits.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::json;

use super::*;
use crate::{
    clock::Clock,
    identity::IdentityState,
    schema::tests::{schema, valid},
    testing::{FrozenClock, SeededEntropy},
};

fn clock() -> FrozenClock {
    FrozenClock::new("2026-07-01T12:00:00Z".parse::<Timestamp>().unwrap())
}

fn schemas() -> Schemas {
    Schemas::new(vec![Arc::new(schema())], "default").unwrap()
}

/// KC-001: and the tenant that there is one of.
#[test]
fn a_new_identity_has_what_its_schema_finds() {
    let (schemas, clock, entropy) = (schemas(), clock(), SeededEntropy::new(1));
    let schema = schemas.default_schema();
    let identity = schemas
        .identity(&schema, valid(), &clock, &entropy)
        .unwrap();
    assert_eq!(identity.identifiers, ["ada@example.org"]);
    assert_eq!(identity.addresses[0].value, "ada@example.org");
    assert_eq!(identity.addresses[0].verified_at, None);
    assert_eq!(identity.state, IdentityState::Active);
    assert_eq!(
        (identity.tenant.as_str(), identity.created_at),
        ("default", clock.now())
    );
    let errors = schemas.identity(&schema, json!({}), &clock, &entropy);
    assert_eq!(errors.unwrap_err().len(), 2);
}

#[test]
fn an_address_that_stays_keeps_its_proof() {
    let (schemas, clock, entropy) = (schemas(), clock(), SeededEntropy::new(1));
    let mut identity = schemas
        .identity(&schemas.default_schema(), valid(), &clock, &entropy)
        .unwrap();
    identity.addresses[0].verified_at = Some(clock.now());
    clock.advance(std::time::Duration::from_secs(60));
    let mut traits = valid();
    traits["phone"] = json!("+49 30 12345");
    let fresh = schemas
        .refreshed(&identity, traits, &clock, &entropy)
        .unwrap();
    assert_eq!(fresh.addresses[0], identity.addresses[0]);
    assert_eq!(fresh.addresses[1].value, "+493012345");
    assert_eq!(
        (fresh.created_at, fresh.updated_at),
        (identity.created_at, clock.now())
    );
    let mut traits = valid();
    traits["email"] = json!("other@example.org");
    let fresh = schemas
        .refreshed(&identity, traits, &clock, &entropy)
        .unwrap();
    assert_eq!(fresh.addresses[0].verified_at, None);
    assert_eq!(fresh.identifiers, ["other@example.org"]);
    assert!(
        schemas
            .refreshed(&identity, json!({}), &clock, &entropy)
            .is_err()
    );
}

/// HA-01, HA-02, CU-17, CU-18: each kind of identity has a schema of its own.
#[test]
fn identities_differ_by_their_schemas() {
    let machine = json!({"properties": {
        "serial": {"type": "string", "ory.sh/kratos": {
            "credentials": {"password": {"identifier": true}},
        }},
    }, "required": ["serial"], "additionalProperties": false});
    let machine = Arc::new(Schema::parse("machine", machine).unwrap());
    let schemas = Schemas::new(vec![Arc::new(schema()), machine.clone()], "default").unwrap();
    let (clock, entropy) = (clock(), SeededEntropy::new(1));
    let traits = json!({"serial": "A-7"});
    let made = schemas
        .identity(&machine, traits.clone(), &clock, &entropy)
        .unwrap();
    assert_eq!(
        (made.schema_id.as_str(), &made.traits),
        ("machine", &traits)
    );
    assert_eq!(made.identifiers, ["a-7"]);
    let person = schemas.default_schema();
    assert_eq!(person.id(), "default");
    assert!(schemas.identity(&person, traits, &clock, &entropy).is_err());
    let changed = schemas.refreshed(&made, valid(), &clock, &entropy);
    assert!(changed.is_err(), "it keeps its schema");
    assert!(Schemas::new(vec![machine], "default").is_none());
}

/// HA-03, CU-16: whatever changes traits, they obey the schema or nothing changes.
#[test]
fn the_schema_judges_every_change() {
    let (schemas, clock, entropy) = (schemas(), clock(), SeededEntropy::new(1));
    let schema = schemas.default_schema();
    let identity = schemas
        .identity(&schema, valid(), &clock, &entropy)
        .unwrap();
    let mut traits = valid();
    traits["email"] = json!("no address");
    let refused = schemas.refreshed(&identity, traits.clone(), &clock, &entropy);
    let refused = refused.unwrap_err();
    assert_eq!(refused[0].path, "email");
    assert!(schemas.identity(&schema, traits, &clock, &entropy).is_err());
    let mut unknown = valid();
    unknown["shoe"] = json!(9);
    assert!(
        schemas
            .refreshed(&identity, unknown, &clock, &entropy)
            .is_err()
    );
}

/// Whether whoever is new proves their address first is the schemas' to say, at every moment.
#[test]
fn what_is_asked_by_mail_is_asked_while_a_schema_lets_people_in_by_mail() {
    let (clock, entropy) = (clock(), SeededEntropy::new(1));
    let by_mail = Arc::new(schema());
    let email = json!({"type": "string", "ory.sh/kratos":
        {"credentials": {"password": {"identifier": true}}}});
    let document = json!({"properties": {"email": email}});
    let without = Arc::new(Schema::parse("default", document.clone()).unwrap());
    let asked = ["VERIFY_EMAIL", "UPDATE_PROFILE"].map(str::to_owned);
    let schemas = Schemas::new(vec![Arc::clone(&without)], "default").unwrap();
    let schemas = schemas
        .asking(asked.to_vec())
        .asking_by_mail(vec![asked[0].clone()]);
    let begins_with = |schemas: &Schemas| {
        let traits = json!({"email": "ada@example.org"});
        let schema = Schema::parse("default", document.clone()).unwrap();
        let ada = schemas.identity(&schema, traits, &clock, &entropy);
        ada.unwrap().required_actions
    };
    assert_eq!(begins_with(&schemas), asked[1..]);
    assert!(!schemas.asks_now("VERIFY_EMAIL") && schemas.asks_now("UPDATE_PROFILE"));
    assert!(schemas.replace_with(vec![by_mail], "default"));
    assert_eq!(begins_with(&schemas), asked);
    assert!(schemas.replace_with(vec![without], "default"));
    assert_eq!(begins_with(&schemas), asked[1..]);
}
