//! Addresses of administrators, where the schema lets people share one.

use std::sync::Arc;

use http::Method;
use portcullis_core::schema::{Schema, Schemas};
use serde_json::{Value, json};

use super::reason;
use crate::{
    Role,
    tests::house::{House, Program, Reply, config},
};

const PATH: &str = "/admin/identities";
const ROOT: &str = "root@example.org";

/// A house in which people sign in with a name, and an address is for getting back in; in another schema it is
/// a text as any other.
pub(in crate::tests) fn house() -> House {
    House::altered(config(), |services, _| {
        let text = |keyword: Value| json!({"type": "string", "ory.sh/kratos": keyword});
        let properties = json!({
            "username": text(json!({"credentials": {"password": {"identifier": true}}})),
            "email": text(json!({"recovery": {"via": "email"}})),
        });
        let named = Schema::parse("named", json!({"properties": properties})).unwrap();
        let texts = json!({"username": {"type": "string"}, "email": {"type": "string"}});
        let plain = Schema::parse("plain", json!({"properties": texts})).unwrap();
        let all = vec![Arc::new(named), Arc::new(plain)];
        let schemas = Arc::new(Schemas::new(all, "named").unwrap());
        services.schemas = schemas.clone();
        services.broker.schemas = schemas;
    })
}

fn refused(reply: &Reply) {
    assert_eq!(
        (reply.status, reply.error().as_str()),
        (409, "identity_conflict"),
        "{reply:?}"
    );
    assert!(reason(reply).contains("an administrator"), "{reply:?}");
}

async fn patched(admin: &Program<'_>, id: impl ToString, path: &str, value: Value) -> Reply {
    let change = json!([{"op": "replace", "path": path, "value": value}]);
    let path = format!("{PATH}/{}", id.to_string());
    admin.send(Method::PATCH, &path, &change).await
}

/// CU-04.
#[tokio::test]
async fn an_administrators_address_is_nobody_elses() {
    let house = house();
    let admin = house.admin().await;
    house.resident_with(ROOT, &[Role::UserManager]).await;
    let ada = house.resident("ada@example.org").await;
    let eve = house.resident("ada@example.org").await;
    let person = |email: &str| json!({"traits": {"username": "new", "email": email}});
    refused(&admin.post(PATH, &person("ROOT@example.org")).await);
    let mut second = person("ada@example.org");
    second["roles"] = json!(["viewer"]);
    refused(&admin.post(PATH, &second).await);
    refused(&patched(&admin, ada.id, "/traits/email", json!(ROOT)).await);
    refused(&patched(&admin, eve.id, "/roles", json!(["admin"])).await);
    let path = format!("{PATH}/{}", ada.id);
    let whole = json!({"schema_id": "named", "state": "active", "traits": {"email": ROOT}});
    refused(&admin.send(Method::PUT, &path, &whole).await);
    let told = patched(&admin, eve.id, "/traits/email", json!("eve@example.org")).await;
    assert_eq!(told.status, 200, "{told:?}");
    let told = patched(&admin, eve.id, "/roles", json!(["admin"])).await;
    assert_eq!(told.status, 200, "{told:?}");
}

/// CU-04: each of many by itself.
#[tokio::test]
async fn of_many_those_are_refused_who_would_share_one_with_an_administrator() {
    let house = house();
    let admin = house.admin().await;
    house.resident_with(ROOT, &[Role::Viewer]).await;
    let entry = |email: &str, roles: &[&str]| json!({"create": {"traits": {"email": email}, "roles": roles}});
    let shared = "both@example.org";
    let entries = [
        entry(ROOT, &[]),
        entry(shared, &[]),
        entry(shared, &["shopper"]),
        entry(shared, &["admin"]),
        entry("other@example.org", &["admin"]),
    ];
    let asked = json!({"identities": entries});
    let reply = admin.send(Method::PATCH, PATH, &asked).await.json();
    let told = reply["identities"].as_array().unwrap();
    let told: Vec<_> = told.iter().map(|one| one["action"].clone()).collect();
    let expected = ["error", "create", "create", "error", "create"];
    assert_eq!(told, expected, "{reply}");
}
