//! Identities replaced as a whole.

use http::Method;
use portcullis_core::{credential::CredentialKind, identity::IdentityStore};
use serde_json::json;

use super::{last_act, own, reason, stored};
use crate::{Role, tests::house::House};

/// CU-15, HA-23.
#[tokio::test]
async fn what_is_put_is_all_there_is() {
    let house = House::new();
    let admin = house.admin().await;
    let mut ada = house.resident("ada@example.org").await;
    ada.metadata_admin = Some(json!({"note": "tea"}));
    ada.addresses[0].verified_at = Some(ada.created_at);
    IdentityStore::update(&*house.store, &ada).await.unwrap();
    let path = format!("/admin/identities/{}", ada.id);
    let body = json!({
        "schema_id": "default", "state": "active", "traits": {"email": "ada@example.org"},
        "metadata_public": {"plan": "paid"},
    });
    let changed = admin.send(Method::PUT, &path, &body).await;
    assert_eq!(changed.status, 200, "{changed:?}");
    let json = changed.json();
    assert_eq!(json["traits"], json!({"email": "ada@example.org"}));
    assert_eq!(json["metadata_public"], json!({"plan": "paid"}));
    assert_eq!(json["metadata_admin"], json!(null));
    assert_eq!(
        json["verifiable_addresses"][0]["verified"], true,
        "the address has stayed"
    );
    let act = last_act(&house).await;
    assert_eq!(act.verb, "identity.update");
    assert_eq!(act.before.unwrap()["traits"]["name"]["first"], "Ada");
    assert!(
        act.after.unwrap().get("state").is_none(),
        "only what is different"
    );
    for missing in ["schema_id", "state", "traits"] {
        let mut body = body.clone();
        body.as_object_mut().unwrap().remove(missing);
        let refused = admin.send(Method::PUT, &path, &body).await;
        assert_eq!(refused.status, 400, "{missing}");
        assert!(
            reason(&refused).starts_with(missing),
            "{}",
            reason(&refused)
        );
    }
}

/// CU-15: that sessions end with it is told of the stores that end them.
#[tokio::test]
async fn a_replacement_switches_off_and_takes_nothing_of_another() {
    let house = House::new();
    let admin = house.admin().await;
    let ada = house.resident("ada@example.org").await;
    let path = format!("/admin/identities/{}", ada.id);
    let body = json!({"schema_id": "default", "state": "inactive", "traits": ada.traits});
    let off = admin.send(Method::PUT, &path, &body).await;
    assert_eq!(
        (off.status, &off.json()["state"]),
        (200, &json!("inactive"))
    );
    let other = house.resident("bob@example.org").await;
    let path = format!("/admin/identities/{}", other.id);
    let body =
        json!({"schema_id": "default", "state": "active", "traits": {"email": "ada@example.org"}});
    let taken = admin.send(Method::PUT, &path, &body).await;
    assert_eq!(
        (taken.status, taken.error().as_str()),
        (409, "identity_conflict")
    );
}

/// CU-20: the password of a PUT ends the sessions of whoever knew the old one.
#[tokio::test]
async fn a_password_comes_with_a_replacement() {
    let house = House::new();
    let admin = house.admin().await;
    let ada = house.resident("ada@example.org").await;
    house.session(&ada).await;
    let path = format!("/admin/identities/{}", ada.id);
    let put = |hash: &str| {
        json!({
            "schema_id": "default", "state": "active", "traits": ada.traits,
            "credentials": {"password": {"config": {"hashed_password": hash}}},
        })
    };
    for hash in ["$2b$12$one", "$2b$12$two"] {
        let changed = admin.send(Method::PUT, &path, &put(hash)).await;
        assert_eq!(changed.status, 200, "{changed:?}");
        let kept = own(&house, &ada, CredentialKind::Password).await;
        assert_eq!(kept.len(), 1, "in place of the old one");
        assert_eq!(kept[0].config["hashed_password"], hash);
    }
    let sessions = admin.get(&format!("{path}/sessions")).await;
    assert_eq!(sessions.json(), json!([]));
    let refused = admin.send(Method::PUT, &path, &put("nonsense")).await;
    assert_eq!(refused.status, 400);
    // KC-077: one that has to be changed at the next sign-in is said beside it.
    let mut temporary = put("$2b$12$three");
    temporary["required_actions"] = json!(["UPDATE_PASSWORD"]);
    let changed = admin.send(Method::PUT, &path, &temporary).await.json();
    let required = changed["required_actions"].as_array().unwrap();
    assert!(required.contains(&json!("UPDATE_PASSWORD")), "{changed}");
}

/// KC-016: what administrators may not see or change stays.
#[tokio::test]
async fn what_is_not_theirs_to_see_stays() {
    let house = House::new();
    let admin = house.admin().await;
    let body = json!({"schema_id": "open", "traits": {"email": "eve@example.org", "grade": "A"}});
    let created = admin.send(Method::POST, "/admin/identities", &body).await;
    let mut eve = stored(&house, &created.json()).await;
    eve.traits["nickname"] = json!("Countess");
    IdentityStore::update(&*house.store, &eve).await.unwrap();
    let path = format!("/admin/identities/{}", eve.id);
    let shown = admin.get(&path).await;
    assert!(!String::from_utf8_lossy(&shown.body).contains("Countess"));
    let body = json!({"schema_id": "open", "state": "active", "traits": {"email": "eve@example.org", "grade": "B"}});
    assert_eq!(admin.send(Method::PUT, &path, &body).await.status, 200);
    let kept = stored(&house, &shown.json()).await;
    assert_eq!(kept.traits["nickname"], "Countess");
    assert_eq!(kept.traits["grade"], "B");
    let merge = admin
        .clone()
        .with("content-type", "application/merge-patch+json");
    let touched = merge
        .ask(
            Method::PATCH,
            &path,
            br#"{"traits": {"nickname": "Eve"}}"#.to_vec(),
        )
        .await;
    assert_eq!(touched.status, 400, "{touched:?}");
}

/// CU-10: whoever may more is out of reach.
#[tokio::test]
async fn administrators_are_changed_only_by_their_equals() {
    let house = House::new();
    let boss = house
        .resident_with("boss@example.org", &[Role::Admin])
        .await;
    let manager = house.acting_as(&[Role::UserManager]).await;
    let path = format!("/admin/identities/{}", boss.id);
    let put = json!({"schema_id": "default", "state": "inactive", "traits": boss.traits});
    let requests = [
        (Method::PUT, path.clone(), put.clone()),
        (
            Method::PATCH,
            path.clone(),
            json!([{"op": "replace", "path": "/state", "value": "inactive"}]),
        ),
        (
            Method::PUT,
            format!("{path}/password"),
            json!({"password": "correct horse"}),
        ),
        (Method::DELETE, path.clone(), json!({})),
        (Method::DELETE, format!("{path}/sessions"), json!({})),
        (
            Method::DELETE,
            format!("{path}/credentials/password"),
            json!({}),
        ),
        (
            Method::POST,
            "/admin/recovery/code".to_owned(),
            json!({"identity_id": boss.id}),
        ),
        (
            Method::POST,
            "/admin/recovery/link".to_owned(),
            json!({"identity_id": boss.id}),
        ),
        (
            Method::POST,
            format!("{path}/actions-email"),
            json!({"actions": ["UPDATE_PASSWORD"]}),
        ),
        (
            Method::POST,
            "/admin/sessions".to_owned(),
            json!({"action": "delete", "identities": [boss.id]}),
        ),
    ];
    for (method, path, body) in requests {
        let refused = manager.send(method.clone(), &path, &body).await;
        assert_eq!(
            refused.error(),
            "insufficient_role",
            "{method} {path}: {refused:?}"
        );
    }
}

/// CU-10.
#[tokio::test]
async fn nobody_raises_themselves_and_one_administrator_stays() {
    let house = House::new();
    let boss = house
        .resident_with("boss@example.org", &[Role::Admin])
        .await;
    let path = format!("/admin/identities/{}", boss.id);
    let put = json!({"schema_id": "default", "state": "inactive", "traits": boss.traits});
    let token = house.session(&boss).await;
    let own = house.stranger().with("x-session-token", &token);
    let raise = json!([{"op": "add", "path": "/roles/-", "value": "impersonator"}]);
    let refused = own.send(Method::PATCH, &path, &raise).await;
    assert_eq!(refused.error(), "insufficient_role", "their own");
    let last = own.send(Method::PUT, &path, &put).await;
    assert_eq!(
        (last.status, last.error().as_str()),
        (409, "last_administrator")
    );
    assert_eq!(own.delete(&path).await.error(), "last_administrator");
    let second = house.admin().await;
    let strip = json!([{"op": "replace", "path": "/roles", "value": []}]);
    let stripped = second.send(Method::PATCH, &path, &strip).await;
    assert_eq!(
        (stripped.status, &stripped.json()["roles"]),
        (200, &json!([]))
    );
    assert_eq!(own.get(&path).await.error(), "insufficient_role", "at once");
}
