//! What is wrong with a request is told by its place, in one shape, and nothing is taken in silence.

use http::Method;
use portcullis_core::credential::CredentialKind;
use serde_json::{Value, json};

use super::{own, reason, stored};
use crate::{
    Role,
    tests::house::{House, Program, Reply},
};

const ALL: &str = "/admin/identities";
const PROGRAMS: &str = "/admin/x/api-credentials";

/// Sends these very bytes as JSON.
async fn raw(program: &Program<'_>, (method, path): (Method, &str), body: &str) -> Reply {
    let program = program.clone().with("content-type", "application/json");
    program.ask(method, path, body.as_bytes().to_vec()).await
}

/// Where something is wrong, by what programs read; the words begin with it.
pub(super) fn place(reply: &Reply) -> String {
    let error = &reply.json()["error"]["details"]["errors"][0];
    let path = error["path"].as_str().unwrap_or_default().to_owned();
    let message = error["message"].as_str().unwrap_or_default();
    let words = match path.as_str() {
        "" => message.to_owned(),
        path => format!("{path}: {message}"),
    };
    assert_eq!(reason(reply), words, "{reply:?}");
    assert!(!message.is_empty(), "{reply:?}");
    path
}

/// CU-10, B.11 (g): of two members of one name neither is taken, for one would be lost.
#[tokio::test]
async fn a_member_that_stands_there_twice_is_refused_by_its_place() {
    let house = House::new();
    let admin = house.admin().await;
    let ada = house.resident("ada@example.org").await;
    let one = format!("{ALL}/{}", ada.id);
    let twice = r#"{"traits": {"email": "x3@example.org"}, "traits": {"email": "x4@example.org"}}"#;
    let deep = r#"{"traits": {"email": "x3@example.org", "email": "x4@example.org"}}"#;
    let patch = r#"[{"op": "test", "path": "/state", "op": "remove", "value": 1}]"#;
    let (actions, overlap) = (
        format!("{one}/required-actions"),
        r#"{"name":"a","name":"b"}"#,
    );
    let why = format!("{one}/impersonate");
    for ((method, path), body, at) in [
        ((Method::POST, ALL), twice, "traits"),
        ((Method::POST, ALL), deep, "traits.email"),
        ((Method::PATCH, &one), patch, "[0].op"),
        ((Method::PATCH, &actions), r#"{"add":[],"add":[]}"#, "add"),
        ((Method::POST, PROGRAMS), overlap, "name"),
        (
            (Method::POST, &why),
            r#"{"reason":"a","reason":"b"}"#,
            "reason",
        ),
    ] {
        let reply = raw(&admin, (method, path), body).await;
        assert_eq!(
            (reply.status, place(&reply).as_str()),
            (400, at),
            "{reply:?}"
        );
    }
    assert_eq!(stored(&house, &json!({"id": ada.id})).await, ada);
}

/// CU-10, KC-130: a text that ends before its end, as others read it, is no text here.
#[tokio::test]
async fn no_text_holds_nul() {
    let house = House::new();
    let admin = house.admin().await;
    let ada = house.resident("ada@example.org").await;
    let one = format!("{ALL}/{}", ada.id);
    let (password, why) = (format!("{one}/password"), format!("{one}/impersonate"));
    let schema = json!({"properties": {"traits": {"title": "a\0b"}}});
    let client = json!({"kind": "oidc", "client_id": "a\0b"});
    for ((method, path), body, at) in [
        (
            (Method::PUT, &*password),
            json!({"password": "a turtle\0 of 4711"}),
            "password",
        ),
        ((Method::POST, &*why), json!({"reason": "a\0b"}), "reason"),
        ((Method::POST, "/admin/x/providers"), client, "client_id"),
        (
            (Method::PUT, "/admin/x/schemas/new"),
            schema,
            "properties.traits.title",
        ),
    ] {
        let reply = admin.send(method, path, &body).await;
        assert_eq!(
            (reply.status, place(&reply).as_str()),
            (400, at),
            "{reply:?}"
        );
    }
    let nobody = admin.get(&format!("{ALL}?search=%00")).await;
    assert_eq!((nobody.status, place(&nobody).as_str()), (400, "search"));
}

/// HA-15: what is wrong with an API credential is told as everywhere else.
#[tokio::test]
async fn what_is_wrong_with_a_program_is_told_by_its_member() {
    let house = House::new();
    let admin = house.admin().await;
    let made = crate::tests::api_credentials::made(&admin, &json!({})).await;
    let one = format!("{PROGRAMS}/{}", made["id"].as_str().unwrap());
    let rotate = format!("{one}/rotate");
    for ((method, path), body, expected) in [
        (
            (Method::POST, PROGRAMS),
            json!({}),
            "name: this is missing.",
        ),
        (
            (Method::POST, PROGRAMS),
            json!({"name": "a", "roles": "viewer"}),
            "roles: this has to be a list of texts.",
        ),
        (
            (Method::PATCH, &*one),
            json!({"expires_at": 5}),
            "expires_at: this has to be a text.",
        ),
        (
            (Method::PATCH, &*one),
            json!({"expires_at": "9999-12-31T23:59:59Z"}),
            "expires_at: no time here is later than 9999-12-30T22:00:00.999999999Z.",
        ),
        (
            (Method::POST, &*rotate),
            json!({"overlap": 5}),
            "overlap: this has to be a text.",
        ),
    ] {
        let reply = admin.send(method, path, &body).await;
        assert_eq!((reply.status, reason(&reply)), (400, expected.to_owned()));
        place(&reply);
    }
    let rotated = admin.ask(Method::POST, &rotate, Vec::new()).await;
    assert_eq!(rotated.status, 200, "nothing need be said: {rotated:?}");
}

/// KC-027: which operation is refused, and for which path.
#[tokio::test]
async fn an_operation_that_changes_what_is_protected_is_named() {
    let house = House::new();
    let admin = house.admin().await;
    let ada = house.resident("ada@example.org").await;
    let one = format!("{ALL}/{}", ada.id);
    let patch = json!([
        {"op": "replace", "path": "/state", "value": "inactive"},
        {"op": "replace", "path": "/id", "value": "x"},
    ]);
    let reply = admin.send(Method::PATCH, &one, &patch).await;
    assert_eq!(reply.status, 400);
    let words = reason(&reply);
    assert!(
        words.starts_with("Operation 1: \"/id\" is protected, or not there;"),
        "{words}"
    );
    let errors = &reply.json()["error"]["details"]["errors"];
    assert_eq!(errors[0]["path"], "[1]", "{errors}");
    let merge = admin
        .clone()
        .with("content-type", "application/merge-patch+json");
    let reply = merge
        .ask(Method::PATCH, &one, br#"{"id": "x"}"#.to_vec())
        .await;
    assert_eq!(place(&reply), "id");
}

/// B.5, KC-094: what cannot be meant is refused instead of answered as done.
#[tokio::test]
async fn what_cannot_be_meant_is_refused() {
    let house = House::new();
    let admin = house.admin().await;
    let ada = house.resident("ada@example.org").await;
    let one = format!("{ALL}/{}", ada.id);
    let actions = format!("{one}/required-actions");
    let both = json!({"add": ["UPDATE_PASSWORD"], "remove": ["UPDATE_PASSWORD"]});
    let future = json!({
        "traits": {"email": "new@example.org"}, "created_at": "2999-01-01T00:00:00Z",
    });
    let nil = json!({
        "traits": {"email": "new@example.org"}, "id": "00000000-0000-0000-0000-000000000000",
    });
    for ((method, path), body, at) in [
        ((Method::PATCH, &*actions), both, "remove[0]"),
        (
            (Method::POST, "/admin/sessions"),
            json!({"action": "delete"}),
            "identities",
        ),
        (
            (Method::POST, "/admin/sessions"),
            json!({"action": "delete", "sessions": ["x"]}),
            "sessions[0]",
        ),
        ((Method::POST, ALL), future, "created_at"),
        ((Method::POST, ALL), nil, "id"),
    ] {
        let reply = admin.send(method, path, &body).await;
        assert_eq!(
            (reply.status, place(&reply).as_str()),
            (400, at),
            "{reply:?}"
        );
    }
    let reply = admin.get("/admin/x/throttles?kind=nope").await;
    assert_eq!((reply.status, place(&reply).as_str()), (400, "kind"));
    assert_eq!(stored(&house, &json!({"id": ada.id})).await, ada);
}

/// B.5, CU-24: a name that is empty, or one of several, leaves everything where it is as well.
#[tokio::test]
async fn nothing_is_deleted_under_a_name_that_tells_nothing_apart() {
    let house = House::new();
    let admin = house.admin().await;
    let ada = house.resident("ada@example.org").await;
    let one = format!("{ALL}/{}", ada.id);
    let body = json!({"password": "a turtle of 4711"});
    let path = format!("{one}/password");
    let given = admin.send(Method::PUT, &path, &body).await;
    assert_eq!(given.status, 200, "{given:?}");
    for (kind, query) in [
        ("password", "identifier=x"),
        ("password", "identifier="),
        ("password", "identifier=&identifier=somebody.else"),
        ("oidc", "identifier="),
        ("oidc", "identifier=&identifier=acme:4711"),
        ("oidc", "identifier=acme:4711&identifier=acme:1"),
    ] {
        let path = format!("{one}/credentials/{kind}?{query}");
        let reply = admin.delete(&path).await;
        let told = (reply.status, place(&reply));
        assert_eq!(told, (400, "identifier".to_owned()), "{path}");
    }
    assert_eq!(own(&house, &ada, CredentialKind::Password).await.len(), 1);
}

/// B.9: clients of Kratos' admin port may leave `/admin` out; whoever they are is asked where it leads.
#[tokio::test]
async fn paths_without_admin_lead_to_those_with_it() {
    let house = House::new();
    let stranger = house.stranger();
    for path in [
        "/identities?page_size=2",
        "/identities/",
        "/identities/x/sessions",
        "/identities/x?a=%2F",
    ] {
        for method in [Method::GET, Method::POST, Method::DELETE] {
            let reply = stranger.ask(method, path, Vec::new()).await;
            assert_eq!(
                (reply.status, reply.header("location")),
                (307, &*format!("/admin{path}"))
            );
        }
    }
}

/// KC-026: whoever is there is not called unknown where only their attributes are not kept.
#[tokio::test]
async fn attributes_that_a_schema_does_not_keep_are_told_from_nobody() {
    let house = House::new();
    let reader = house.acting_as(&[Role::Viewer]).await;
    let ada = house.resident("ada@example.org").await;
    let reply = reader.get(&format!("{ALL}/{}/unmanaged", ada.id)).await;
    assert_eq!(
        (reply.status, reply.error().as_str()),
        (404, "record_not_found")
    );
    let expected = "The schema of this identity keeps no attributes that it does not describe.";
    assert_eq!(reason(&reply), expected);
}

/// HA-20: a rehearsal of what would be refused is refused alike.
#[tokio::test]
async fn a_rehearsed_removal_is_refused_as_the_removal_would_be() {
    let house = House::new();
    let root = house
        .resident_with("root@example.org", &[Role::Admin])
        .await;
    let token = house.session(&root).await;
    let admin = house
        .stranger()
        .with("authorization", &format!("Bearer {token}"));
    let path = format!("{ALL}/{}?dry_run=true", root.id);
    let reply = admin.delete(&path).await;
    assert_eq!(
        (reply.status, reply.error().as_str()),
        (409, "last_administrator")
    );
    let manager = house.acting_as(&[Role::UserManager]).await;
    let reply = manager.delete(&path).await;
    assert_eq!(
        (reply.status, reply.error().as_str()),
        (403, "insufficient_role")
    );
    let ada = house.resident("ada@example.org").await;
    let reply = manager
        .delete(&format!("{ALL}/{}?dry_run=true", ada.id))
        .await;
    assert_eq!(
        (reply.status, &reply.json()["deleted"]),
        (200, &Value::Bool(false))
    );
}
