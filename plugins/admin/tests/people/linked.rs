//! Links to accounts at providers, as they are asked for; how they are made is told with a real gateway.

use http::Method;
use serde_json::{Value, json};

use super::whole_log;
use crate::{Role, tests::house::House};

/// What is asked, without the provider, and how it is refused.
fn no_accounts() -> Vec<(Value, &'static str)> {
    let elsewhere = "issuer: all accounts of this provider have the issuer https://acme.test";
    vec![
        (json!({}), "subject: say either"),
        (
            json!({"subject": "1", "address": "a@b.test"}),
            "subject: say either",
        ),
        (json!({"subject": ""}), "subject: "),
        (json!({"subject": "x".repeat(256)}), "subject: "),
        (json!({"subject": "a\u{7}"}), "subject: "),
        (json!({"subject": 1}), "subject: "),
        (json!({"subject": " "}), "subject: "),
        (json!({"subject": "1", "issuer": ""}), "issuer: "),
        (
            json!({"subject": "1", "issuer": "https://evil.test"}),
            elsewhere,
        ),
        (json!({"address": "a@b.test", "issuer": "x"}), "issuer: "),
        (json!({"address": "ada"}), "address: "),
        (json!({"address": "@"}), "address: "),
        (json!({"address": "ada@ "}), "address: "),
    ]
}

/// CU-29, B.10: what is no account is named, and changes nothing.
#[tokio::test]
async fn what_is_no_account_is_refused_by_name() {
    let house = House::new();
    let admin = house.admin().await;
    let ada = house.resident("ada@example.org").await;
    let path = format!("/admin/identities/{}/links", ada.id);
    let told = async |wish: Value, status: u16, expected: &str| {
        let reply = admin.post(&path, &wish).await;
        assert_eq!(reply.status, status, "{wish}: {reply:?}");
        let told = String::from_utf8_lossy(&reply.body);
        assert!(told.contains(expected), "{wish}: {told}");
    };
    told(json!({}), 400, "provider: this is missing").await;
    for (mut wish, expected) in no_accounts() {
        wish["provider"] = json!("acme");
        told(wish, 400, expected).await;
    }
    // The last one is known and switched off.
    for provider in ["nobody", "a b", "acme"] {
        let wish = json!({"provider": provider, "subject": "1"});
        told(wish, 404, "provider").await;
    }
    assert_eq!(admin.get(&path).await.json(), Value::Array(Vec::new()));
    assert!(!whole_log(&house).await.contains("identity.link"));
}

/// CU-10: whoever links an account to somebody can become them.
#[tokio::test]
async fn nobody_links_an_account_to_somebody_who_may_do_more() {
    let house = House::new();
    let manager = house.acting_as(&[Role::UserManager]).await;
    let root = house
        .resident_with("root@example.org", &[Role::Admin])
        .await;
    let path = format!("/admin/identities/{}/links", root.id);
    let reply = manager
        .post(&path, &json!({"provider": "acme", "subject": "1"}))
        .await;
    assert_eq!(reply.error(), "insufficient_role", "{reply:?}");
}

/// CU-10: at a provider that may give roles, an account brings them to whomever it is linked to.
#[tokio::test]
async fn who_gives_no_roles_links_nobody_to_a_provider_that_does() {
    let house = House::new();
    let admin = house.admin().await;
    let greedy = json!({"id": "new", "kind": "oidc", "client_id": "gate", "client_secret": "hush",
        "allow_privileged": true});
    let added = admin.post("/admin/x/providers", &greedy).await;
    assert_eq!(added.status, 201, "{:?}", added.json());
    let manager = house.acting_as(&[Role::UserManager]).await;
    let ada = house.resident("ada@example.org").await;
    let path = format!("/admin/identities/{}/links", ada.id);
    for wish in [
        json!({"provider": "new", "subject": "1", "issuer": "https://idp.test"}),
        json!({"provider": "new", "address": "boss@example.org"}),
    ] {
        let reply = manager.post(&path, &wish).await;
        assert_eq!(reply.error(), "insufficient_role", "{reply:?}");
        let reply = admin.post(&path, &wish).await;
        assert_ne!(reply.status, 403, "{reply:?}");
    }
    let oidc = json!({"config": {"providers": [{"provider": "new", "subject": "1"}]}});
    let wanted = json!({"schema_id": "default", "traits": {"email": "bob@example.org"},
        "credentials": {"oidc": oidc}});
    let reply = manager.post("/admin/identities", &wanted).await;
    assert_eq!(reply.error(), "insufficient_role", "{reply:?}");
}

/// KC-120: which account it was, and not only whose provider.
#[tokio::test]
async fn the_account_that_somebody_is_linked_to_is_written_down() {
    let house = House::new();
    let admin = house.admin().await;
    for (email, link, account) in [
        (
            "ada@example.org",
            json!({"provider": "acme", "subject": "4711"}),
            json!({"provider": "acme", "issuer": "https://acme.test", "subject": "4711"}),
        ),
        (
            "bob@example.org",
            json!({"provider": "acme", "subject": "Bob@Acme.test", "use_auto_link": true}),
            json!({"provider": "acme", "address": "bob@acme.test"}),
        ),
    ] {
        let one = house.resident(email).await;
        let wanted = json!({"schema_id": "default", "state": "active", "traits": one.traits,
            "credentials": {"oidc": {"config": {"providers": [link]}}}});
        let path = format!("/admin/identities/{}", one.id);
        let reply = admin.send(Method::PUT, &path, &wanted).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        let log = whole_log(&house).await;
        assert!(log.contains(&format!("\"after\":{account}")), "{log}");
        if let Some(address) = account["address"].as_str() {
            let named = format!("{path}/credentials/oidc?identifier=acme:{address}");
            assert_eq!(admin.delete(&named).await.status, 204);
            let log = whole_log(&house).await;
            let told = format!("\"address\":\"{address}\"");
            assert_eq!(log.matches(&told).count(), 2, "as it went, too: {log}");
        }
    }
}

/// CU-29, KC-120: what no sign-in can match is no account, on whichever path it comes.
#[tokio::test]
async fn a_name_of_another_form_than_the_providers_is_refused_on_both_paths() {
    let house = House::new();
    let admin = house.admin().await;
    let tenants = json!({"id": "ms", "kind": "microsoft", "client_id": "gate", "client_secret": "hush",
        "issuer_url": "https://ms.test", "subject_source": "oid"});
    assert_eq!(admin.post("/admin/x/providers", &tenants).await.status, 201);
    let ada = house.resident("ada@example.org").await;
    let path = format!("/admin/identities/{}/links", ada.id);
    let with = |subject: &str| {
        let oidc = json!({"config": {"providers": [{"provider": "ms", "subject": subject}]}});
        json!({"schema_id": "default", "traits": {"email": "bob@example.org"},
            "credentials": {"oidc": oidc}})
    };
    let by_hand = admin
        .post(&path, &json!({"provider": "ms", "subject": "zzz"}))
        .await;
    let at_birth = admin.post("/admin/identities", &with("zzz")).await;
    for refused in [by_hand, at_birth] {
        assert_eq!(
            (refused.status, refused.error()),
            (400, "bad_request".into())
        );
        let reason = refused.json()["error"]["reason"].to_string();
        assert!(reason.contains("subject: "), "{reason}");
        assert!(reason.contains("object id (oid), a GUID"), "{reason}");
    }
    let right = "22222222-aaaa-4bbb-8ccc-000000000002";
    let born = admin.post("/admin/identities", &with(right)).await;
    assert_eq!(born.status, 201, "{born:?}");
    // That nobody signs in with it in this house is all that is wrong with it here.
    let linked = admin
        .post(&path, &json!({"provider": "ms", "subject": right}))
        .await;
    assert_eq!(linked.status, 404, "{linked:?}");
}
