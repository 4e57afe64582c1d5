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
}

/// B.5: what is wrong with one is told in its place, and all others come about.
#[tokio::test]
async fn what_cannot_be_read_is_told_in_its_place() {
    let house = House::new();
    let manager = house.acting_as(&[Role::UserManager]).await;
    let good = "8d2a1b0e-0000-4000-8000-000000000001";
    let mut entries = vec![
        json!({}),
        json!(1),
        json!(null),
        json!({"create": null, "patch_id": good}),
        json!({"create": [], "patch_id": good}),
        json!({"delete": {"id": good}}),
        json!({"create": {"traitz": {}}}),
        entry("odd@example.org"),
        entry("worse@example.org"),
        entry("ada@example.org"),
    ];
    entries[7]["patch_id"] = json!("first");
    entries[8]["patch_id"] = json!(1);
    let reply = manager
        .send(Method::PATCH, PATH, &json!({"identities": entries}))
        .await;
    assert_eq!(reply.status, 200, "{reply:?}");
    let told = reply.json()["identities"].clone();
    for (at, expected) in [
        "identities[0].create: ",
        "identities[1]: ",
        "identities[2]: ",
        "identities[3].create: ",
        "identities[4].create: ",
        "identities[5].delete: ",
        "identities[6].create.traitz: ",
        "identities[7].patch_id: ",
        "identities[8].patch_id: ",
    ]
    .iter()
    .enumerate()
    {
        assert_eq!(told[at]["action"], "error", "{at}");
        assert_eq!(told[at]["error"]["code"], 400, "{at}");
        let reason = told[at]["error"]["reason"].as_str().unwrap();
        assert!(reason.starts_with(expected), "{reason}");
    }
    assert_eq!(told[3]["patch_id"], good);
    assert_eq!(told[4]["patch_id"], good);
    assert_eq!(told[9]["action"], "create");
}

/// B.5: what is no batch at all is refused as a whole.
#[tokio::test]
async fn what_is_no_batch_is_refused() {
    let house = House::new();
    let manager = house.acting_as(&[Role::UserManager]).await;
    for (body, expected) in [
        (json!({}), "identities: "),
        (json!({"identities": null}), "identities: "),
        (json!({"identities": 1}), "identities: "),
        (json!({"identities": {}}), "identities: "),
        (json!({"create": {}}), "create: "),
        (json!([]), "The body"),
    ] {
        let refused = manager.send(Method::PATCH, PATH, &body).await;
        assert_eq!(refused.status, 400, "{body}");
        assert!(reason(&refused).starts_with(expected), "{refused:?}");
    }
    let none = manager
        .send(Method::PATCH, PATH, &json!({"identities": []}))
        .await;
    assert_eq!(none.json(), json!({"identities": []}));
}

/// B.5, HA-03: NUL in one is told in its place; of two members of one name nobody knows what was meant at all.
#[tokio::test]
async fn nul_in_one_keeps_nobody_else_out() {
    let house = House::new();
    let manager = house.acting_as(&[Role::UserManager]).await;
    let mut odd = entry("odd@example.org");
    odd["create"]["metadata_admin"] = json!({"a": ["x\0y"]});
    odd["patch_id"] = json!("8d2a1b0e-0000-4000-8000-000000000002");
    let all = json!({"identities": [entry("a@example.org"), odd, entry("b@example.org")]});
    let reply = manager.send(Method::PATCH, PATH, &all).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    let told = reply.json()["identities"].clone();
    for at in [0, 2] {
        assert_eq!(told[at]["action"], "create", "{told}");
    }
    assert_eq!(told[1]["patch_id"], odd["patch_id"]);
    let errors = &told[1]["error"]["details"]["errors"];
    let path = "identities[1].create.metadata_admin.a[0]";
    assert_eq!(errors[0]["path"], path, "{told}");

    let twice = r#"{"identities": [{"create": {"traits": {}}}, {"create": {"state": "inactive", "state": "active"}}]}"#;
    let json = manager.with("content-type", "application/json");
    let reply = json.ask(Method::PATCH, PATH, twice.into()).await;
    assert_eq!(reply.status, 400, "{reply:?}");
    let errors = &reply.json()["error"]["details"]["errors"];
    assert_eq!(errors[0]["path"], "identities[1].create.state");
}
