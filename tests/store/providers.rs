//! The providers that were added at run time: kept once, and changed by one at a time.

use portcullis::store::StoredProvider;
use portcullis_core::{clock::Clock, store::StoreError};
use serde_json::{Map, json};

use super::node::{Record, clock};

#[tokio::test]
async fn a_provider_is_kept_once_and_changed_by_one_at_a_time() {
    for record in [Record::sqlite(), Record::postgres().await] {
        let clock = clock();
        let (one, other) = (record.open(&clock).await, record.open(&clock).await);
        let (one, other) = (one.providers(), other.providers());
        let table = json!({"kind": "oidc", "label": "o'brien \"日本\" %_\\", "n": [1, null]});
        let first = StoredProvider {
            id: "acme_b".parse().unwrap(),
            table: table.as_object().cloned().unwrap(),
            version: 1,
            created_at: clock.now(),
            updated_at: clock.now(),
        };
        one.insert(&first).await.unwrap();
        let again = other.insert(&first).await;
        assert!(
            matches!(again, Err(StoreError::Conflict { .. })),
            "{again:?}"
        );
        assert_eq!(other.list().await.unwrap(), std::slice::from_ref(&first));

        let second = StoredProvider {
            table: Map::new(),
            version: 2,
            ..first.clone()
        };
        assert!(one.update(&second).await.unwrap());
        let late = StoredProvider {
            version: 2,
            ..first.clone()
        };
        assert!(!other.update(&late).await.unwrap(), "somebody was faster");
        assert_eq!(other.list().await.unwrap(), [second]);

        assert!(!one.remove(&"acmexb".parse().unwrap()).await.unwrap());
        assert!(other.remove(&first.id).await.unwrap());
        assert!(!one.remove(&first.id).await.unwrap());
        assert_eq!(one.list().await.unwrap(), []);
        one.insert(&first).await.unwrap();
    }
}
