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
    let now = moment("2026-07-01T12:00:00Z");
    let of = |id: &str| StoredSchema {
        id: id.to_owned(),
        document: json!({"z": 1, "a": {"ü": [null, 1.5, "'"]}}),
        version: 1,
        created_at: now,
        updated_at: now,
    };
    let (one, two) = (of("one"), of("two"));
    for schema in [&two, &one] {
        schemas.insert(schema).await.unwrap();
    }
    let twin = schemas.insert(&one).await;
    assert!(matches!(twin, Err(StoreError::Conflict { .. })), "{twin:?}");
    assert_eq!(schemas.list().await.unwrap(), [one.clone(), two.clone()]);
    let changed = StoredSchema {
        document: json!({"b": true}),
        version: 2,
        updated_at: now + Duration::from_secs(1),
        ..one
    };
    assert!(schemas.update(&changed).await.unwrap());
    assert!(
        !schemas.update(&changed).await.unwrap(),
        "that is there already"
    );
    assert_eq!(schemas.list().await.unwrap(), [changed, two]);
    assert!(!schemas.remove("one", 1).await.unwrap(), "it has changed");
    for (id, version) in [("one", 2), ("two", 1)] {
        assert!(schemas.remove(id, version).await.unwrap());
        assert!(!schemas.remove(id, version).await.unwrap());
    }
    assert_eq!(schemas.list().await.unwrap(), []);
}
