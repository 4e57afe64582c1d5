//! Second factors and passkeys that are brought along from another system.

use http::Method;
use portcullis_core::credential::CredentialKind;
use serde_json::{Value, json};

use super::{last_act, own, reason, stored, whole_log};
use crate::{Role, tests::house::House};

const ALL: &str = "/admin/identities";

fn body(email: &str, credentials: &Value) -> Value {
    json!({
        "schema_id": "default", "state": "active", "traits": {"email": email},
        "credentials": credentials,
    })
}

/// B.6.
#[tokio::test]
async fn second_factors_come_along_and_are_told_to_nobody() {
    let house = House::new();
    let manager = house.acting_as(&[Role::UserManager]).await;
    let app = json!({"totp": {"config": {"totp_url": "otpauth://totp/secret"}}});
    let created = manager
        .send(Method::POST, ALL, &body("ada@example.org", &app))
        .await;
    assert_eq!(created.status, 201, "{created:?}");
    let shown = created.json();
    assert_eq!(shown["credentials"]["totp"]["type"], "totp");
    let ada = stored(&house, &shown).await;
    let first = own(&house, &ada, CredentialKind::Totp).await;
    assert_eq!(first.len(), 1);
    let after = last_act(&house).await.after;
    assert_eq!(after.unwrap()["credentials"], json!(["totp"]));

    // A change puts another app in its place, and ends the sessions of whoever had the old one.
    house.session(&ada).await;
    let path = format!("{ALL}/{}", ada.id);
    let other = json!({"totp": {"config": {"totp_url": "otpauth://totp/another-secret"}}});
    let changed = manager
        .send(Method::PUT, &path, &body("ada@example.org", &other))
        .await;
    assert_eq!(changed.status, 200, "{changed:?}");
    let second = own(&house, &ada, CredentialKind::Totp).await;
    assert_eq!((second.len(), second[0].id), (1, first[0].id));
    assert_ne!(second[0].config, first[0].config);
    // What was read is sent back: it is there still.
    let shown = json!({"totp": {"type": "totp", "version": 0}});
    let shown = body("ada@example.org", &shown);
    assert_eq!(manager.send(Method::PUT, &path, &shown).await.status, 200);
    assert_eq!(own(&house, &ada, CredentialKind::Totp).await, second);
    let log = whole_log(&house).await;
    assert!(log.contains("identity.credential.import"), "{log}");
    assert!(!log.contains("otpauth"), "{log}");
    let left = house.services.sessions.store().list(ada.id).await.unwrap();
    assert!(left.is_empty(), "{left:?}");
}

/// B.6: what cannot be taken leaves everything as it was, and says where it is.
#[tokio::test]
async fn what_cannot_be_taken_over_is_refused_whole() {
    let house = House::new();
    let admin = house.admin().await;
    for (credentials, at) in [
        (
            json!({"totp": {"config": {}}}),
            "credentials.totp.config.totp_url",
        ),
        (
            json!({"passkey": {"config": {}}}),
            "credentials.passkey.config",
        ),
        (json!({"totp": 7}), "credentials.totp"),
        (
            json!({"totp": {"totp_url": "otpauth://totp/secret"}}),
            "credentials.totp",
        ),
        (
            json!({"totp": {"type": "totp"}}),
            "credentials.totp.config: this is missing",
        ),
        (
            json!({"passkey": {"config": null}}),
            "credentials.passkey.config: this is missing",
        ),
        (
            json!({"saml": {"config": {"providers": []}}}),
            "credentials.saml",
        ),
        (json!({"code": {}}), "credentials.code"),
    ] {
        let refused = admin
            .send(Method::POST, ALL, &body("ada@example.org", &credentials))
            .await;
        assert_eq!(refused.status, 400, "{refused:?}");
        assert!(reason(&refused).starts_with(at), "{refused:?}");
    }
    let batch = json!({"identities": [
        {"create": body("ada@example.org", &json!({"totp": {"config": {}}}))},
        {"create": body("bob@example.org", &json!({"totp": {"config": {"totp_url": "x"}}}))},
    ]});
    let told = admin.send(Method::PATCH, ALL, &batch).await.json();
    assert_eq!(told["identities"][0]["action"], "error");
    assert_eq!(told["identities"][1]["action"], "create");
    let ada = admin
        .send(Method::POST, ALL, &body("ada@example.org", &json!({})))
        .await;
    assert_eq!(ada.status, 201, "nothing was left behind: {ada:?}");
}

/// CU-10: whoever could not change somebody's password gives them no second factor either.
#[tokio::test]
async fn a_user_manager_brings_no_factor_to_an_administrator() {
    let house = House::new();
    let manager = house.acting_as(&[Role::UserManager]).await;
    let chief = house
        .resident_with("chief@example.org", &[Role::Admin])
        .await;
    let path = format!("{ALL}/{}", chief.id);
    let app = json!({"totp": {"config": {"totp_url": "otpauth://totp/mine"}}});
    let refused = manager
        .send(Method::PUT, &path, &body("chief@example.org", &app))
        .await;
    assert_eq!(refused.status, 403, "{refused:?}");
    assert!(own(&house, &chief, CredentialKind::Totp).await.is_empty());
}
