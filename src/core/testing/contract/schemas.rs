//! What a store of schemas promises.

use std::time::Duration;

use serde_json::json;

use super::moment;
use crate::{
    schema::runtime::{SchemaStore, StoredSchema},
    store::StoreError,
};

/// Checks a store in which there is nothing else, and leaves it empty.
pub async fn schema_store_contract(schemas: &dyn SchemaStore) {
    let (one, two) = (of("one"), of("two"));
    for schema in [&two, &one] {
        schemas.insert(schema).await.unwrap();
    }
    let twin = schemas.insert(&one).await;
    assert!(matches!(twin, Err(StoreError::Conflict { .. })), "{twin:?}");
    let listed = schemas.list().await.unwrap();
    assert_eq!(listed, [one.clone(), two.clone()]);
    a_schema_is_changed_once(schemas, one, two).await;
    what_has_changed_stays(schemas).await;
}

fn of(id: &str) -> StoredSchema {
    let now = moment("2026-07-01T12:00:00Z");
    StoredSchema {
        id: id.to_owned(),
        document: json!({"z": 1, "a": {"\u{fc}": [null, 1.5, "'"]}}),
        version: 1,
        created_at: now,
        updated_at: now,
    }
}

async fn a_schema_is_changed_once(
    schemas: &dyn SchemaStore,
    before: StoredSchema,
    other: StoredSchema,
) {
    let changed = StoredSchema {
        document: json!({"b": true}),
        version: 2,
        updated_at: before.updated_at + Duration::from_secs(1),
        ..before
    };
    let first = schemas.update(&changed).await.unwrap();
    let second = schemas.update(&changed).await.unwrap();
    assert!(first && !second, "it is there already");
    assert_eq!(schemas.list().await.unwrap(), [changed, other]);
}

async fn what_has_changed_stays(schemas: &dyn SchemaStore) {
    let removals = [
        ("one", 1, false),
        ("one", 2, true),
        ("one", 2, false),
        ("two", 1, true),
    ];
    for (id, version, goes) in removals {
        assert_eq!(schemas.remove(id, version).await.unwrap(), goes, "{id}");
    }
    assert_eq!(schemas.list().await.unwrap(), []);
}
