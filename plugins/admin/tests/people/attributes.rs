//! Attributes that no schema describes.

use http::Method;
use serde_json::json;

use super::reason;
use crate::tests::house::House;

/// KC-026.
#[tokio::test]
async fn attributes_are_there_where_the_schema_keeps_them() {
    let house = House::new();
    let admin = house.admin().await;
    let ada = house.resident("ada@example.org").await;
    let none = format!("/admin/identities/{}/unmanaged", ada.id);
    assert_eq!(admin.get(&none).await.status, 404);
    let put = admin
        .send(Method::PUT, &none, &json!({"team": ["red"]}))
        .await;
    assert_eq!(put.status, 404, "{put:?}");
    let body = json!({"schema_id": "open", "traits": {"email": "eve@example.org"}});
    let created = admin
        .send(Method::POST, "/admin/identities", &body)
        .await
        .json();
    let path = format!(
        "/admin/identities/{}/unmanaged",
        created["id"].as_str().unwrap()
    );
    assert_eq!(admin.get(&path).await.json(), json!({}));
    let put = admin
        .send(Method::PUT, &path, &json!({"team": ["red"], "shoe": "9"}))
        .await;
    assert_eq!(
        (put.status, put.json()),
        (200, json!({"team": ["red"], "shoe": ["9"]}))
    );
    let put = admin
        .send(Method::PUT, &path, &json!({"team": ["blue"]}))
        .await;
    assert_eq!(
        put.json(),
        json!({"team": ["blue"]}),
        "all of them are replaced"
    );
    let odd = admin
        .send(Method::PUT, &path, &json!({"team": {"a": 1}}))
        .await;
    assert_eq!(odd.status, 400);
    assert!(
        reason(&odd).starts_with("unmanaged.team"),
        "{}",
        reason(&odd)
    );
    assert_eq!(admin.get(&path).await.json(), json!({"team": ["blue"]}));
}
