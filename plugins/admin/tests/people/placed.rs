//! Where something is wrong is told by one rule: the parameter, or the place in the body as it was sent.

use http::Method;
use serde_json::{Value, json};

use super::mistaken::place;
use crate::tests::house::House;

const ALL: &str = "/admin/identities";

/// KC-112: a parameter is named by itself.
#[tokio::test]
async fn a_mistaken_parameter_is_told_by_its_name() {
    let house = House::new();
    let admin = house.admin().await;
    let ada = house.resident("ada@example.org").await;
    let sessions = format!("{ALL}/{}/sessions", ada.id);
    for (path, at) in [
        ("/admin/x/throttles?page_size=x", "page_size"),
        ("/admin/courier/messages?page=-1", "page"),
        ("/admin/x/throttles?page_token=AAAA", "page_token"),
        (&*format!("{sessions}?per_page=x"), "per_page"),
        (&*format!("{sessions}?active=zz"), "active"),
    ] {
        let reply = admin.get(path).await;
        let told = (reply.status, place(&reply));
        assert_eq!(told, (400, at.to_owned()), "{path}");
    }
    let rehearsal = format!("{ALL}/{}?dry_run=yes", ada.id);
    let reply = admin.delete(&rehearsal).await;
    assert_eq!((reply.status, place(&reply).as_str()), (400, "dry_run"));
}

/// CU-10: what is wrong with the body as a whole has no path, and all else the place where it was sent.
#[tokio::test]
async fn what_is_wrong_with_a_body_is_told_where_it_stands() {
    let house = House::new();
    let admin = house.admin().await;
    let ada = house.resident("ada@example.org").await;
    let one = format!("{ALL}/{}", ada.id);
    let schema = "/admin/x/schemas/new";
    let (actions, letter) = (
        format!("{one}/required-actions"),
        format!("{one}/actions-email"),
    );
    for ((method, path), body, at) in [
        (
            (Method::PUT, schema),
            json!({"properties": 5}),
            "properties",
        ),
        ((Method::PUT, schema), json!({"schema": 5}), "schema"),
        ((Method::PUT, schema), json!({}), ""),
        ((Method::POST, ALL), json!([]), ""),
        ((Method::PATCH, &*one), json!("x"), ""),
        (
            (Method::PATCH, &*actions),
            json!({"add": ["NOPE"]}),
            "add[0]",
        ),
        (
            (Method::POST, &*letter),
            json!({"actions": ["UPDATE_PASSWORD", "NOPE"]}),
            "actions[1]",
        ),
        ((Method::POST, &*letter), json!({"actions": []}), "actions"),
        (
            (Method::POST, ALL),
            with(&json!({"required_actions": ["NOPE"]})),
            "required_actions[0]",
        ),
        (
            (Method::POST, ALL),
            with(&json!({"credentials": {"password": {"config": {"hashed_password": "no hash"}}}})),
            "credentials.password.config.hashed_password",
        ),
        (
            (Method::POST, ALL),
            with(&json!({"credentials": {"oidc": {"config": {"providers": [
                {"provider": "nobody", "subject": "1"},
            ]}}}})),
            "credentials.oidc.config.providers[0].provider",
        ),
    ] {
        let reply = admin.send(method, path, &body).await;
        let told = (reply.status, place(&reply));
        assert_eq!(told, (400, at.to_owned()), "{body}");
    }
}

/// Somebody new of whom this is said beside.
fn with(more: &Value) -> Value {
    let mut body = json!({"schema_id": "default", "traits": {"email": "new@example.org"}});
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

/// CU-10: of many, each mistake is told by its place among all of them.
#[tokio::test]
async fn what_is_wrong_with_one_of_many_is_told_by_its_place_among_them() {
    let house = House::new();
    let admin = house.admin().await;
    let mut entries: Vec<Value> = [
        json!({"created_at": "2999-01-01T00:00:00Z"}),
        json!({"roles": ["two words"]}),
        json!({"state": "asleep"}),
        json!({"traits": {"email": "no address"}}),
        json!({"traitz": {}}),
    ]
    .into_iter()
    .map(|more| json!({"create": with(&more)}))
    .collect();
    entries.push(json!({"create": with(&json!({})), "patch_id": "x"}));
    let body = json!({"identities": entries});
    let reply = admin.send(Method::PATCH, ALL, &body).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    let told = reply.json();
    for (at, place) in [
        "identities[0].create.created_at",
        "identities[1].create.roles[0]",
        "identities[2].create.state",
        "identities[3].create.traits.email",
        "identities[4].create.traitz",
        "identities[5].patch_id",
    ]
    .into_iter()
    .enumerate()
    {
        let error = &told["identities"][at]["error"];
        assert_eq!(error["details"]["errors"][0]["path"], place, "{error}");
        let reason = error["reason"].as_str().unwrap();
        assert!(reason.starts_with(&format!("{place}: ")), "{reason}");
    }
}
