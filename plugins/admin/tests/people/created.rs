//! New identities.

use http::Method;
use portcullis_core::{
    credential::CredentialKind,
    link::{Link, PreparedLink},
};
use serde_json::{Value, json};

use super::{last_act, own, reason, stored, whole_log};
use crate::{
    Role,
    tests::house::{ADMIN, House, Program, Reply},
};

async fn create(program: &Program<'_>, body: &Value) -> Reply {
    program.send(Method::POST, "/admin/identities", body).await
}

/// HA-22, KC-001, KC-002, KC-003, KC-095.
#[tokio::test]
async fn a_new_identity_is_shown_whole_and_where_it_is() {
    let house = House::new();
    let manager = house.acting_as(&[Role::UserManager]).await;
    let body = json!({
        "schema_id": "default", "traits": {"email": "Ada@Example.org", "name": {"first": "Ada"}},
        "metadata_public": {"plan": "free"}, "metadata_admin": {"note": "tea"},
        "external_id": "crm:4711", "required_actions": ["UPDATE_PASSWORD"],
        "verifiable_addresses": [{"value": "ada@example.org", "verified": true, "via": "email"}],
    });
    let created = create(&manager, &body).await;
    assert_eq!(created.status, 201, "{created:?}");
    let json = created.json();
    let place = format!(
        "https://{ADMIN}/admin/identities/{}",
        json["id"].as_str().unwrap()
    );
    assert_eq!(created.header("location"), place);
    assert_eq!(json["traits"]["email"], "ada@example.org");
    assert_eq!(json["state"], "active");
    assert_eq!(json["tenant"], "default");
    assert_eq!(json["external_id"], "crm:4711");
    assert_eq!(json["metadata_admin"], json!({"note": "tea"}));
    assert_eq!(json["verifiable_addresses"][0]["status"], "completed");
    let actions = json["required_actions"].as_array().unwrap();
    assert_eq!(
        actions.len(),
        2,
        "those of everybody new, and those asked for: {json}"
    );
    let path = "/admin/identities/by/external/crm:4711";
    assert_eq!(manager.get(path).await.json()["id"], json["id"]);
    let nobody = manager.get("/admin/identities/by/external/crm:1").await;
    assert_eq!(nobody.error(), "identity_not_found");
    let act = last_act(&house).await;
    assert_eq!(
        (act.verb.as_str(), act.object_id.as_deref()),
        ("identity.create", json["id"].as_str())
    );
}

/// HA-20: whoever has a name that no path can hold is found by it all the same.
#[tokio::test]
async fn whoever_is_called_what_no_path_can_hold_is_found() {
    let house = House::new();
    let manager = house.acting_as(&[Role::UserManager]).await;
    let query = "/admin/identities/by/external?external_id=";
    for (at, (name, sent)) in [
        (r"CORP\ada", "CORP%5Cada"),
        (".", "."),
        ("..", "%2E%2E"),
        ("a/b c", "a%2Fb%20c"),
        ("crm:1", "crm:1"),
    ]
    .into_iter()
    .enumerate()
    {
        let body = json!({"traits": {"email": format!("p{at}@example.org")}, "external_id": name});
        let made = create(&manager, &body).await;
        assert_eq!(made.status, 201, "{made:?}");
        let found = manager.get(&format!("{query}{sent}")).await;
        assert_eq!(found.json()["id"], made.json()["id"], "{name}");
    }
    let nobody = manager.get(&format!("{query}crm:2")).await;
    assert_eq!(nobody.error(), "identity_not_found");
    let bare = "/admin/identities/by/external".to_owned();
    for odd in [bare, query.to_owned(), format!("{query}a&external_id=b")] {
        let refused = manager.get(&odd).await;
        assert_eq!(
            (refused.status, refused.error().as_str()),
            (400, "bad_request")
        );
        assert!(reason(&refused).starts_with("external_id: "), "{odd}");
    }
}

/// What is not accepted, and what it is named by.
fn unfit() -> Vec<(Value, &'static str)> {
    vec![
        (json!({"traits": {"email": "no address"}}), "traits.email"),
        (
            json!({"traits": {"email": "a@example.org", "shoe": 1}}),
            "traits",
        ),
        (json!({}), "traits.email"),
        (json!({"schema_id": "none", "traits": {}}), "schema_id"),
        (
            json!({"traits": {"email": "a@example.org"}, "state": "asleep"}),
            "state",
        ),
        (
            json!({"traits": {"email": "a@example.org"}, "roles": ["two words"]}),
            "roles",
        ),
        (
            json!({"traits": {"email": "a@example.org"}, "roles": "admin"}),
            "roles",
        ),
        (
            json!({"traits": {"email": "a@example.org"}, "external_id": "a\u{7}"}),
            "external_id",
        ),
        (
            json!({"traits": {"email": "a@example.org"}, "required_actions": ["CONFIGURE_TOTP"]}),
            "required_actions",
        ),
        (
            json!({"traits": {"email": "a@example.org"}, "required_actions": ["delete_account"]}),
            "required_actions",
        ),
        (
            json!({"traits": {"email": "a@example.org"}, "verifiable_addresses": [{"value": "b@example.org"}]}),
            "verifiable_addresses",
        ),
        (
            json!({"traits": {"email": "a@example.org"}, "credentials": {"totp": {"config": {}}}}),
            "credentials.totp",
        ),
    ]
}

/// CU-16: what its schema does not accept is named.
#[tokio::test]
async fn traits_that_do_not_fit_are_named() {
    let house = House::new();
    let admin = house.admin().await;
    for (body, named) in unfit() {
        let refused = create(&admin, &body).await;
        assert_eq!(
            (refused.status, refused.error().as_str()),
            (400, "bad_request"),
            "{body}"
        );
        assert!(
            reason(&refused).starts_with(named),
            "{body}: {}",
            reason(&refused)
        );
    }
    let text = admin.clone().with("content-type", "text/plain");
    let refused = text
        .ask(Method::POST, "/admin/identities", b"{}".to_vec())
        .await;
    assert_eq!(
        refused.status, 400,
        "what a form of another site could send"
    );
    let broken = admin.with("content-type", "application/json");
    let refused = broken
        .ask(Method::POST, "/admin/identities", b"{".to_vec())
        .await;
    assert_eq!(refused.status, 400);
}

#[tokio::test]
async fn whoever_is_here_already_is_not_created_again() {
    let house = House::new();
    let admin = house.admin().await;
    house.resident("ada@example.org").await;
    let taken = create(&admin, &json!({"traits": {"email": "ADA@example.org"}})).await;
    assert_eq!(
        (taken.status, taken.error().as_str()),
        (409, "identity_conflict")
    );
    let dialect = "This identity conflicts with another identity that already exists.";
    assert!(reason(&taken).starts_with(dialect), "{taken:?}");
    let body = |email: &str| json!({"traits": {"email": email}, "external_id": "one"});
    assert_eq!(create(&admin, &body("b@example.org")).await.status, 201);
    assert_eq!(create(&admin, &body("c@example.org")).await.status, 409);
}

/// CU-20, CU-29.
#[tokio::test]
async fn credentials_come_along_and_are_told_to_nobody() {
    let house = House::new();
    let admin = house.admin().await;
    let with = |email: &str, credentials: Value| json!({"traits": {"email": email}, "credentials": credentials});
    let password = |config: Value| json!({"password": {"config": config}});
    let plain = with(
        "a@example.org",
        password(json!({"password": "correct horse"})),
    );
    let created = create(&admin, &plain).await;
    assert_eq!(created.status, 201, "{created:?}");
    assert_eq!(
        created.json()["credentials"]["password"]["type"],
        "password"
    );
    let ada = stored(&house, &created.json()).await;
    let kept = own(&house, &ada, CredentialKind::Password).await;
    assert_eq!(kept[0].config["hashed_password"], "$fake$correct horse");
    let hashed = with(
        "b@example.org",
        password(json!({"hashed_password": "$argon2id$foreign"})),
    );
    let bob = create(&admin, &hashed).await;
    let links = json!({"oidc": {"config": {"providers": [
        {"provider": "acme", "subject": "4711"},
        {"provider": "acme", "subject": "c@example.org", "use_auto_link": true},
    ]}}});
    let linked = create(&admin, &with("c@example.org", links.clone())).await;
    assert_eq!(linked.status, 201, "{linked:?}");
    let carol = stored(&house, &linked.json()).await;
    let own_links = own(&house, &carol, CredentialKind::Oidc).await;
    assert_eq!(own_links.iter().filter_map(Link::of).count(), 1);
    assert_eq!(own_links.iter().filter_map(PreparedLink::of).count(), 1);
    let twice = create(&admin, &with("d@example.org", links)).await;
    assert_eq!(twice.status, 409, "the account is hers");
    let told = format!(
        "{}{}{}",
        String::from_utf8_lossy(&created.body),
        String::from_utf8_lossy(&bob.body),
        whole_log(&house).await
    );
    assert!(
        !told.contains("horse") && !told.contains("foreign"),
        "{told}"
    );
    let refused = [
        password(json!({"password": "short"})),
        password(json!({"password": "long enough", "hashed_password": "$x"})),
        password(json!({"hashed_password": "nonsense"})),
        password(json!({"use_password_migration_hook": true})),
        json!({"oidc": {"config": {"providers": [{"provider": "nobody", "subject": "1"}]}}}),
        json!({"oidc": {"config": {"providers": [{"provider": "acme"}]}}}),
        json!({"oidc": {"config": {"providers": [{"provider": "acme", "subject": " "}]}}}),
        json!({"oidc": {"config": {"providers": [
            {"provider": "acme", "subject": "@", "use_auto_link": true},
        ]}}}),
    ];
    for credentials in refused {
        let reply = create(&admin, &with("e@example.org", credentials.clone())).await;
        assert_eq!(reply.status, 400, "{credentials}: {reply:?}");
    }
}

/// CU-10.
#[tokio::test]
async fn roles_are_given_only_by_those_who_manage_access() {
    let house = House::new();
    let manager = house.acting_as(&[Role::UserManager]).await;
    let admin = house.admin().await;
    for role in ["viewer", "admin", "delete-account"] {
        let body = json!({"traits": {"email": format!("{role}@example.org")}, "roles": [role]});
        let refused = create(&manager, &body).await;
        assert_eq!(
            (refused.status, refused.error().as_str()),
            (403, "insufficient_role"),
            "{role}"
        );
        let created = create(&admin, &body).await;
        assert_eq!(
            (created.status, &created.json()["roles"]),
            (201, &json!([role]))
        );
    }
}

/// Whoever comes from elsewhere keeps what others know them by, once.
#[tokio::test]
async fn a_new_identity_keeps_the_id_and_the_age_that_it_has_elsewhere() {
    let house = House::new();
    let manager = house.acting_as(&[Role::UserManager]).await;
    let id = "5f0c7a34-7a0c-4f65-9d1e-444444444444";
    let body = |email: &str, created_at: &str| json!({"id": id, "created_at": created_at, "traits": {"email": email}});
    let ada = body("ada@example.org", "2023-01-02T03:04:05Z");
    let created = create(&manager, &ada).await;
    assert_eq!(created.status, 201, "{created:?}");
    assert_eq!(created.json()["id"], id);
    assert_eq!(created.json()["created_at"], "2023-01-02T03:04:05Z");
    let again = create(&manager, &body("bob@example.org", "2023-01-02T03:04:05Z")).await;
    assert_eq!(again.status, 409, "{again:?}");
    for (name, value) in [
        ("id", json!("x")),
        ("created_at", json!("yesterday")),
        ("unmanaged", json!({"shoe": ["38"]})),
    ] {
        let mut odd = json!({"traits": {"email": "cleo@example.org"}});
        odd[name] = value;
        let refused = create(&manager, &odd).await;
        assert_eq!(refused.status, 400, "{name}: {refused:?}");
    }
    let late = json!({
        "created_at": "2999-01-01T00:00:00Z", "traits": {"email": "dora@example.org"},
    });
    let late = create(&manager, &late).await.json();
    assert_eq!(
        late["created_at"], late["updated_at"],
        "nobody is of tomorrow"
    );
}

/// HA-20: whoever comes from elsewhere was there before, under an id that is one.
#[tokio::test]
async fn a_past_that_nobody_has_is_refused() {
    let house = House::new();
    let admin = house.admin().await;
    for (member, value, named) in [
        (
            "created_at",
            "2999-01-01T00:00:00Z",
            "created_at: this lies in the future",
        ),
        (
            "created_at",
            "9999-12-31T23:59:59Z",
            "created_at: no time here is later",
        ),
        (
            "id",
            "00000000-0000-0000-0000-000000000000",
            "id: this has to be a UUID",
        ),
    ] {
        let refused = create(
            &admin,
            &json!({"traits": {"email": "a@example.org"}, member: value}),
        )
        .await;
        assert_eq!(refused.error(), "bad_request", "{value}");
        let reason = reason(&refused);
        assert!(reason.starts_with(named), "{value}: {reason}");
    }
}
