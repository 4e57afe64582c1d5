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

#[test]
fn a_new_identity_has_what_its_schema_finds() {
    let (schemas, clock, entropy) = (schemas(), clock(), SeededEntropy::new(1));
    let schema = schemas.default_schema();
    let identity = schemas.identity(schema, valid(), &clock, &entropy).unwrap();
    assert_eq!(identity.identifiers, ["ada@example.org"]);
    assert_eq!(identity.addresses[0].value, "ada@example.org");
    assert_eq!(identity.addresses[0].verified_at, None);
    assert_eq!(identity.state, IdentityState::Active);
    assert_eq!(
        (identity.tenant.as_str(), identity.created_at),
        ("default", clock.now())
    );
    let errors = schemas.identity(schema, json!({}), &clock, &entropy);
    assert_eq!(errors.unwrap_err().len(), 2);
}

#[test]
fn an_address_that_stays_keeps_its_proof() {
    let (schemas, clock, entropy) = (schemas(), clock(), SeededEntropy::new(1));
    let mut identity = schemas
        .identity(schemas.default_schema(), valid(), &clock, &entropy)
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
