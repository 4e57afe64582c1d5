//! Many identities at once.

use http::Method;
use serde_json::{Value, json};

use super::reason;
use crate::{Role, tests::house::House};

const PATH: &str = "/admin/identities";

fn entry(email: &str) -> Value {
    json!({"create": {"schema_id": "default", "traits": {"email": email}}})
}

/// CU-10: each comes about or not by itself.
#[tokio::test]
async fn each_is_created_or_told_why_not() {
    let house = House::new();
    let manager = house.acting_as(&[Role::UserManager]).await;
    let first = "8d2a1b0e-0000-4000-8000-000000000001";
    let mut entries = vec![
        entry("a@example.org"),
        entry("a@example.org"),
        entry("nonsense"),
    ];
    entries[0]["patch_id"] = json!(first);
    entries.push(json!({"create": {"traits": {"email": "b@example.org"}, "roles": ["admin"]}}));
    entries.push(json!({"create": {"traits": {"email": "c@example.org"}, "state": 1}}));
    let reply = manager
        .send(Method::PATCH, PATH, &json!({"identities": entries}))
        .await;
    assert_eq!(reply.status, 200, "{reply:?}");
    let told = reply.json()["identities"].clone();
    assert_eq!(told[0]["action"], "create");
    assert_eq!(told[0]["patch_id"], first);
    let path = format!("{PATH}/{}", told[0]["identity"].as_str().unwrap());
    assert_eq!(manager.get(&path).await.status, 200);
    for (at, status) in [(1, 409), (2, 400), (3, 403), (4, 400)] {
        assert_eq!(told[at]["action"], "error");
        assert_eq!(told[at]["error"]["code"], status, "{}", told[at]);
    }
    let log = manager
        .get("/admin/x/audit?verb=identity.create")
        .await
        .json();
    let mut outcomes: Vec<_> = log.as_array().unwrap().iter().collect();
    outcomes.retain(|one| one["outcome"] == "insufficient_role");
    assert_eq!(outcomes.len(), 1, "{log}");
}

#[tokio::test]
async fn there_is_an_end_to_many() {
    let house = House::new();
    let admin = house.admin().await;
    let many: Vec<_> = (0..1001)
        .map(|n| entry(&format!("{n}@example.org")))
        .collect();
    let refused = admin
        .send(Method::PATCH, PATH, &json!({"identities": many}))
        .await;
    assert!(reason(&refused).contains("1000"), "{refused:?}");
    let created = admin
        .send(Method::PATCH, PATH, &json!({"identities": many[..1000]}))
        .await;
    assert_eq!(created.json()["identities"].as_array().unwrap().len(), 1000);
    let with_password = |n: usize| {
        let mut entry = entry(&format!("p{n}@example.org"));
        entry["create"]["credentials"] =
            json!({"password": {"config": {"password": "correct horse"}}});
        entry
    };
    let many: Vec<_> = (0..201).map(with_password).collect();
    let refused = admin
        .send(Method::PATCH, PATH, &json!({"identities": many}))
        .await;
    assert!(reason(&refused).contains("200"), "{refused:?}");
    for body in [
        json!({"identities": [{}]}),
        json!({"identities": 1}),
        json!([]),
    ] {
        assert_eq!(
            admin.send(Method::PATCH, PATH, &body).await.status,
            400,
            "{body}"
        );
    }
}
