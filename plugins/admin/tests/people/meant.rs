//! What nobody reads of a body: it is refused by name, and nothing is done; what `GET` shows can be sent
//! back all the same.

use http::Method;
use serde_json::{Value, json};

use super::{reason, stored};
use crate::{Role, tests::house::House};

const ALL: &str = "/admin/identities";

/// A request, and the member of it that nobody reads.
type Mistaken = (Method, String, Value, &'static str);

/// Those about one identity.
fn about_one(one: &str, traits: &Value) -> Vec<Mistaken> {
    let at = |rest: &str| format!("{one}{rest}");
    let whole = |name: &str| {
        let mut body = json!({"schema_id": "default", "state": "active", "traits": traits});
        body[name] = json!({"plan": ["paid"]});
        body
    };
    let key = at("/credentials/8d2a1b0e-0000-4000-8000-000000000001");
    let password = json!({"password": "a turtle of 4711", "temporry": true});
    let link = json!({"provider": "acme", "subject": "1", "isuer": "x"});
    let (action, actions) = (
        json!({"action": ["UPDATE_PASSWORD"]}),
        json!({"ad": ["UPDATE_PASSWORD"]}),
    );
    vec![
        (
            Method::PUT,
            at(""),
            whole("metadta_public"),
            "metadta_public",
        ),
        (Method::PUT, at(""), whole("unmanaged"), "unmanaged"),
        (Method::PATCH, key, json!({"lable": "Phone"}), "lable"),
        (Method::PUT, at("/password"), password, "temporry"),
        (Method::PATCH, at("/required-actions"), actions, "ad"),
        (Method::POST, at("/actions-email"), action, "action"),
        (Method::POST, at("/links"), link, "isuer"),
    ]
}

/// Those about all, and about other things.
fn about_all(id: &str) -> Vec<Mistaken> {
    let recovery = json!({"identity_id": id, "lifespan": "1h"});
    let batch = json!({"identities": [], "identites": []});
    let sessions = json!({"action": "delete", "identites": [id]});
    let schema = json!({"schema": {}, "schemas": {}});
    let post = |path: &str, body: Value, member| (Method::POST, path.to_owned(), body, member);
    vec![
        post(ALL, json!({"traitz": {}}), "traitz"),
        (Method::PATCH, ALL.to_owned(), batch, "identites"),
        post("/admin/recovery/code", recovery.clone(), "lifespan"),
        post("/admin/recovery/link", recovery, "lifespan"),
        post("/admin/sessions", sessions, "identites"),
        post("/admin/x/schemas/default/check", schema, "schemas"),
    ]
}

/// CU-10, CU-15, KC-072, KC-094, CU-20: nothing that an administrator meant is lost in silence.
#[tokio::test]
async fn a_member_that_nobody_reads_is_refused_by_its_name() {
    let house = House::new();
    let admin = house.admin().await;
    let ada = house.resident("ada@example.org").await;
    let mut all = about_one(&format!("{ALL}/{}", ada.id), &ada.traits);
    all.extend(about_all(&ada.id.to_string()));
    for (method, path, body, member) in all {
        let reply = admin.send(method.clone(), &path, &body).await;
        let name = format!("{method} {path}: {reply:?}");
        assert_eq!(reply.status, 400, "{name}");
        let expected = format!("{member}: there is no such member; ");
        assert!(reason(&reply).starts_with(&expected), "{name}");
        assert_eq!(
            reply.json()["error"]["details"]["errors"][0]["path"],
            member
        );
    }
    let now = stored(&house, &json!({"id": ada.id})).await;
    assert_eq!(now, ada, "nothing was done");
}

/// CU-10, B.6: the same deeper down, where the place is told as well.
#[tokio::test]
async fn a_member_that_nobody_reads_is_refused_wherever_it_stands() {
    let house = House::new();
    let admin = house.admin().await;
    let with = |name: &str, value: Value| {
        let mut body = json!({"traits": {"email": "a@example.org"}});
        body[name] = value;
        body
    };
    let address = json!([{"value": "a@example.org", "verifed": true}]);
    let password = |config: Value| json!({"password": config});
    let link = json!({"provider": "acme", "subject": "1", "auto": true});
    for (body, expected) in [
        (
            with("verifiable_addresses", address),
            "verifiable_addresses[0].verifed: ",
        ),
        (
            with("credentials", password(json!({"password": "x"}))),
            "credentials.password.password: ",
        ),
        (
            with("credentials", password(json!({"config": {"hash": "$2b$"}}))),
            "credentials.password.config.hash: ",
        ),
        (
            with("credentials", json!({"oidc": {"config": {"provider": []}}})),
            "credentials.oidc.config.provider: ",
        ),
        (
            with(
                "credentials",
                json!({"oidc": {"config": {"providers": [link]}}}),
            ),
            "credentials.oidc.config.providers[0].auto: ",
        ),
        (
            with("credentials", json!({"totp": {"url": "otpauth://"}})),
            "credentials.totp.url: ",
        ),
    ] {
        let reply = admin.post(ALL, &body).await;
        let expected = format!("{expected}there is no such member");
        assert_eq!(reply.status, 400, "{reply:?}");
        assert!(reason(&reply).starts_with(&expected), "{reply:?}");
    }
    let long = "x".repeat(500);
    let reply = admin.post(ALL, &with(&long, json!(1))).await;
    assert!(reason(&reply).contains("x…: "), "{reply:?}");
    assert!(!reason(&reply).contains(&long), "{reply:?}");
}

/// B.6, B.10: clients of the dialect that know more than the gateway write null where they have nothing to
/// say, and what other systems have a place for has none here.
#[tokio::test]
async fn what_says_nothing_is_passed_over() {
    let house = House::new();
    let manager = house.acting_as(&[Role::UserManager]).await;
    let body = json!({
        "schema_id": "default", "traits": {"email": "ada@example.org"}, "newer": null,
        "organization_id": null, "region": "eu-central", "recovery_addresses": [],
        "credentials": {"newer": null, "password": {"newer": null}},
    });
    let made = manager.post(ALL, &body).await;
    assert_eq!(made.status, 201, "{made:?}");
}

/// CU-15: whoever changes what they have read and writes it back is understood, as in Kratos.
#[tokio::test]
async fn what_was_read_can_be_written_back() {
    let house = House::new();
    let admin = house.admin().await;
    let ada = house.resident("ada@example.org").await;
    let path = format!("{ALL}/{}", ada.id);
    let mut read = admin.get(&path).await.json();
    read["metadata_public"] = json!({"plan": "paid"});
    let written = admin.send(Method::PUT, &path, &read).await;
    assert_eq!(written.status, 200, "{written:?}");
    assert_eq!(written.json()["metadata_public"], json!({"plan": "paid"}));
    let schema = admin.get("/admin/x/schemas/default").await.json();
    let checked = admin.post("/admin/x/schemas/default/check", &schema).await;
    assert_eq!(checked.status, 200, "{checked:?}");
}
