//! Identities changed piece by piece.

use http::Method;
use portcullis_core::identity::{Identity, IdentityStore};
use serde_json::{Value, json};

use super::reason;
use crate::tests::house::{House, Program, Reply};

const FIRST: &str = "/verifiable_addresses/0";

async fn patch(program: &Program<'_>, identity: &Identity, operations: Value) -> Reply {
    let path = format!("/admin/identities/{}", identity.id);
    program.send(Method::PATCH, &path, &operations).await
}

async fn merge(program: &Program<'_>, identity: &Identity, patch: Value) -> Reply {
    let path = format!("/admin/identities/{}", identity.id);
    let program = program
        .clone()
        .with("content-type", "application/merge-patch+json");
    program
        .ask(Method::PATCH, &path, patch.to_string().into_bytes())
        .await
}

/// CU-15.
#[tokio::test]
async fn operations_change_what_they_name_and_nothing_else() {
    let house = House::new();
    let admin = house.admin().await;
    let ada = house.resident("ada@example.org").await;
    let changed = patch(
        &admin,
        &ada,
        json!([
            {"op": "test", "path": "/id", "value": ada.id},
            {"op": "replace", "path": "/traits/name/first", "value": "Augusta"},
            {"op": "add", "path": "/metadata_public", "value": {"plan": "paid"}},
            {"op": "copy", "from": "/traits/email", "path": "/metadata_public/mail"},
            {"op": "add", "path": "/external_id", "value": "crm:1"},
            {"op": "replace", "path": "/verifiable_addresses/0/verified", "value": true},
        ]),
    )
    .await;
    assert_eq!(changed.status, 200, "{changed:?}");
    let json = changed.json();
    assert_eq!(
        json["traits"],
        json!({"email": "ada@example.org", "name": {"first": "Augusta"}})
    );
    assert_eq!(
        json["metadata_public"],
        json!({"plan": "paid", "mail": "ada@example.org"})
    );
    assert_eq!(json["external_id"], "crm:1");
    assert_eq!(json["verifiable_addresses"][0]["verified"], true);
    let back = patch(
        &admin,
        &ada,
        json!([
            {"op": "remove", "path": "/traits/name"}, {"op": "remove", "path": "/external_id"},
            {"op": "remove", "path": "/metadata_public"},
        ]),
    )
    .await
    .json();
    assert_eq!(back["traits"], json!({"email": "ada@example.org"}));
    assert_eq!(
        (back.get("external_id"), &back["metadata_public"]),
        (None, &json!(null))
    );
}

/// The mark would outlive the proof, and with it the identity be taken for one that nobody uses.
#[tokio::test]
async fn the_first_proof_is_made_where_an_address_is_marked_or_an_account_is_linked() {
    let house = House::new();
    let admin = house.admin().await;
    let links =
        json!({"oidc": {"config": {"providers": [{"provider": "acme", "subject": "4711"}]}}});
    for (email, is_linked) in [("ada@example.org", true), ("bob@example.org", false)] {
        let mut one = house.resident(email).await;
        one.required_actions = vec![Identity::FIRST_PROOF.to_owned()];
        IdentityStore::update(&*house.store, &one).await.unwrap();
        let path = format!("/admin/identities/{}", one.id);
        let put = json!({
            "schema_id": "default", "state": "active", "traits": one.traits, "credentials": links,
        });
        let mark = json!([
            {"op": "replace", "path": "/verifiable_addresses/0/verified", "value": true},
        ]);
        let changed = match is_linked {
            true => admin.send(Method::PUT, &path, &put).await,
            false => patch(&admin, &one, mark).await,
        };
        assert_eq!(changed.status, 200, "{changed:?}");
        let now = IdentityStore::find(&*house.store, one.id).await.unwrap();
        assert_eq!(now.unwrap().required_actions, [""; 0], "{email}");
    }
}

/// CU-15.
#[tokio::test]
async fn what_is_protected_stays() {
    let house = House::new();
    let admin = house.admin().await;
    let ada = house.resident("ada@example.org").await;
    for path in [
        "/id",
        "/stateChangedAt",
        "/state_changed_at",
        "/credentials",
        "/credentials/oidc/config",
        "/credentials/saml/0",
        "/tenant",
        "/created_at",
        "/organization_id",
        "",
    ] {
        for operation in [
            json!({"op": "replace", "path": path, "value": "x"}),
            json!({"op": "add", "path": path, "value": "x"}),
            json!({"op": "remove", "path": path}),
            json!({"op": "move", "from": path, "path": "/traits/name/last"}),
        ] {
            let refused = patch(&admin, &ada, json!([operation])).await;
            assert_eq!(refused.status, 400, "{path}: {refused:?}");
        }
    }
    let foreign = merge(&admin, &ada, json!({"id": "x"})).await;
    assert_eq!(foreign.status, 400);
    let kept = IdentityStore::find(&*house.store, ada.id).await.unwrap();
    assert_eq!(kept, Some(ada));
}

#[tokio::test]
async fn what_cannot_be_done_is_said_and_nothing_is_done() {
    let house = House::new();
    let admin = house.admin().await;
    let ada = house.resident("ada@example.org").await;
    let cases = [
        json!([{"op": "test", "path": "/state", "value": "inactive"}]),
        json!([{"op": "replace", "path": "/traits/name/middle", "value": "x"}]),
        json!([{"op": "replace", "path": "/traits/email", "value": "no address"}]),
        json!([{"op": "shout", "path": "/traits/email"}]),
        json!([{"op": "replace", "path": "/state", "value": "asleep"}]),
        json!([{"op": "remove", "path": "/state"}]),
        json!([{"op": "replace", "path": "/schema_id", "value": "none"}]),
        json!([{"op": "add", "path": "/verifiable_addresses/-", "value": {"value": "b@example.org", "verified": true}}]),
        json!({"traits": {"name": null}}),
        json!("x"),
    ];
    for operations in cases {
        let refused = patch(&admin, &ada, operations.clone()).await;
        assert_eq!(refused.status, 400, "{operations}: {refused:?}");
        assert!(!reason(&refused).is_empty());
    }
    let copy = json!({"op": "copy", "from": "/metadata_admin", "path": "/metadata_admin/x"});
    let mut growing = vec![json!({"op": "add", "path": "/metadata_admin", "value": {}})];
    growing.extend(std::iter::repeat_n(copy, 500));
    let refused = patch(&admin, &ada, json!(growing)).await;
    assert!(
        reason(&refused).contains("too much"),
        "{}",
        reason(&refused)
    );
}

/// CU-15: which addresses there are is for the traits to say, and an answer of 200 says that something was done.
#[tokio::test]
async fn no_address_is_taken_away_that_a_trait_has() {
    let house = House::new();
    let admin = house.admin().await;
    let ada = house.resident("ada@example.org").await;
    let remove = |path: &str| json!([{"op": "remove", "path": path}]);
    let set = |op: &str, name: &str, value: &str| {
        let path = format!("{FIRST}/{name}");
        json!([{"op": op, "path": path, "value": value}])
    };
    let (follows, protected) = ("follows from the traits", "protected");
    let part = "nothing is taken away";
    for (refused, why) in [
        (remove(FIRST), follows),
        (remove("/verifiable_addresses"), follows),
        (remove("/verifiable_addresses/0/verified"), part),
        (remove("/recovery_addresses/0"), protected),
        (remove("/credentials/password"), protected),
        (set("replace", "value", "b@example.org"), follows),
        (set("replace", "id", "x"), "addresses[0].id: "),
        (set("replace", "via", "sms"), "addresses[0].via: "),
        (set("replace", "status", "sent"), "addresses[0].status: "),
        (
            set("add", "verified_at", "2020-01-01T00:00:00Z"),
            "[0].verified_at: ",
        ),
    ] {
        let reply = patch(&admin, &ada, refused.clone()).await;
        assert_eq!(reply.status, 400, "{refused}: {reply:?}");
        assert!(
            reason(&reply).contains(why),
            "{refused}: {}",
            reason(&reply)
        );
    }
    for gone in [json!([]), Value::Null] {
        let reply = merge(&admin, &ada, json!({"verifiable_addresses": gone})).await;
        assert_eq!(reply.status, 400, "{gone}: {reply:?}");
    }
    let kept = IdentityStore::find(&*house.store, ada.id).await.unwrap();
    assert_eq!(kept, Some(ada));
}

#[tokio::test]
async fn an_address_that_its_trait_no_more_has_may_be_taken_away() {
    let house = House::new();
    let admin = house.admin().await;
    let ada = house.resident("ada@example.org").await;
    let other = json!([
        {"op": "replace", "path": "/traits/email", "value": "other@example.org"},
        {"op": "remove", "path": FIRST},
    ]);
    let gone = patch(&admin, &ada, other).await;
    assert_eq!(gone.status, 200, "{gone:?}");
    let addresses = gone.json()["verifiable_addresses"].clone();
    assert_eq!(addresses.as_array().unwrap().len(), 1, "{addresses}");
    assert_eq!(addresses[0]["value"], "other@example.org");
}

/// Either member says whether an address is verified, in both directions.
#[tokio::test]
async fn an_address_is_verified_by_its_status_as_well() {
    let house = House::new();
    let admin = house.admin().await;
    let ada = house.resident("ada@example.org").await;
    for (member, value, is_verified) in [
        ("status", json!("completed"), true),
        ("status", json!("pending"), false),
        ("verified", json!(true), true),
        ("verified", json!(false), false),
    ] {
        let path = format!("/verifiable_addresses/0/{member}");
        let change = json!([{"op": "replace", "path": path, "value": value}]);
        let changed = patch(&admin, &ada, change).await;
        let shown = changed.json()["verifiable_addresses"][0].clone();
        assert_eq!(
            shown["verified"], is_verified,
            "{member} {value}: {changed:?}"
        );
    }
    let marked = json!({"verifiable_addresses": [{"value": "ADA@example.org", "verified": true}]});
    let merged = merge(&admin, &ada, marked).await;
    assert_eq!(
        merged.json()["verifiable_addresses"][0]["verified"],
        true,
        "{merged:?}"
    );
}

#[tokio::test]
async fn members_are_merged() {
    let house = House::new();
    let admin = house.admin().await;
    let ada = house.resident("ada@example.org").await;
    let body = json!({"traits": {"name": {"first": null, "last": "King"}}, "state": "inactive"});
    let changed = merge(&admin, &ada, body).await;
    assert_eq!(changed.status, 200, "{changed:?}");
    let json = changed.json();
    assert_eq!(
        json["traits"],
        json!({"email": "ada@example.org", "name": {"last": "King"}})
    );
    assert_eq!(json["state"], "inactive");
}

/// KC-094.
#[tokio::test]
async fn what_somebody_has_to_do_is_set_and_taken_back() {
    let house = House::new();
    let admin = house.admin().await;
    let ada = house.resident("ada@example.org").await;
    let add = json!([{"op": "add", "path": "/required_actions/-", "value": "UPDATE_PASSWORD"}]);
    let asked = patch(&admin, &ada, add).await;
    assert_eq!(asked.json()["required_actions"], json!(["UPDATE_PASSWORD"]));
    let done = patch(
        &admin,
        &ada,
        json!([{"op": "remove", "path": "/required_actions/0"}]),
    )
    .await;
    assert_eq!(done.json()["required_actions"], json!([]));
    let off = json!([{"op": "add", "path": "/required_actions/-", "value": "CONFIGURE_TOTP"}]);
    assert!(reason(&patch(&admin, &ada, off).await).contains("switched off"));
    let both = json!({"required_actions": ["UPDATE_PASSWORD", "UPDATE_PROFILE"]});
    let asked = merge(&admin, &ada, both).await.json();
    assert_eq!(asked["required_actions"].as_array().unwrap().len(), 2);
    let none = merge(&admin, &ada, json!({"required_actions": []}))
        .await
        .json();
    assert_eq!(none["required_actions"], json!([]));
}
