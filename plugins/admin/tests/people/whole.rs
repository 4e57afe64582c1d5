//! Identities that are replaced with several factors at once: all of it or nothing, whatever comes between.

use std::sync::Arc;

use async_trait::async_trait;
use http::Method;
use portcullis_core::{
    credential::{Credential, CredentialKind, CredentialStore},
    entropy::Entropy,
    id::CredentialId,
    identity::IdentityStore,
    link::PreparedLink,
    session::SessionStore,
    store::StoreError,
    testing::{Meddled, Meddler, Meddling, MemoryStore, SeededEntropy},
};
use serde_json::{Value, json};

use super::{own, whole_log};
use crate::{
    Role,
    tests::house::{House, config},
};

const ADA: &str = "ada@example.org";
const AT_WORK: &str = "ada@corp.example";

/// What happens just before Ada is stored.
#[derive(Debug, Clone, Copy)]
enum Between {
    /// Somebody else gets the link that she is to get.
    Taken,
    /// Her password is changed, once.
    Changed,
    /// The store is away.
    Away,
}

#[async_trait]
impl Meddler for Between {
    async fn before(&self, store: &MemoryStore, what: Meddling<'_>) -> Result<(), StoreError> {
        let Meddling::Update(identity) = what else {
            return Ok(());
        };
        match self {
            Self::Taken => {
                let bob = IdentityStore::find_by_identifier(store, "bob@example.org").await?;
                let bob = bob.unwrap();
                let entropy: &dyn Entropy = &SeededEntropy::new(5);
                let id = CredentialId::generate(entropy);
                let link = PreparedLink::new("acme".parse().unwrap(), AT_WORK);
                store
                    .put(&link.credential(bob.id, id, bob.created_at))
                    .await
            }
            Self::Changed => {
                let own = CredentialStore::list(store, identity.id).await?;
                let is_first = |one: &&Credential| one.config["hashed_password"] == "$2b$12$one";
                match own.iter().find(is_first) {
                    Some(password) => {
                        let mut other = password.clone();
                        other.config["hashed_password"] = "$2b$12$theirs".into();
                        store.put(&other).await
                    }
                    None => Ok(()),
                }
            }
            Self::Away => Err(StoreError::unavailable("away")),
        }
    }
}

fn body(name: &str, credentials: &Value) -> Value {
    json!({
        "schema_id": "default", "state": "active", "credentials": credentials,
        "traits": {"email": ADA, "name": {"first": name}},
    })
}

/// Ada with a password and a session, and what she is to have beside a new one.
async fn house(between: Between) -> (House, String, Value) {
    let house = House::altered(config(), |services, store| {
        services.identities = Arc::new(Meddled(store.clone(), between));
    });
    let first = json!({"password": {"config": {"hashed_password": "$2b$12$one"}}});
    let admin = house.acting_as(&[Role::UserManager]).await;
    let created = admin.post("/admin/identities", &body("Ada", &first)).await;
    assert_eq!(created.status, 201, "{created:?}");
    house.resident("bob@example.org").await;
    let path = format!(
        "/admin/identities/{}",
        created.json()["id"].as_str().unwrap()
    );
    let link = json!({"provider": "acme", "subject": AT_WORK, "use_auto_link": true});
    let all = json!({
        "oidc": {"config": {"providers": [link]}},
        "totp": {"config": {"totp_url": "otpauth://totp/secret"}},
        "password": {"config": {"hashed_password": "$2b$12$two"}},
    });
    (house, path, body("Augusta", &all))
}

/// B.6: a failure in the middle leaves no half, and says nothing of one.
#[tokio::test]
async fn what_fails_between_leaves_everything_as_it_was() {
    for (between, status) in [(Between::Taken, 409), (Between::Away, 503)] {
        let (house, path, wanted) = house(between).await;
        let admin = house.admin().await;
        let store = &*house.store;
        let ada = IdentityStore::find_by_identifier(store, ADA).await.unwrap();
        let ada = ada.unwrap();
        house.session(&ada).await;
        let before = CredentialStore::list(store, ada.id).await.unwrap();
        let told = whole_log(&house).await;
        let failed = admin.send(Method::PUT, &path, &wanted).await;
        assert_eq!(failed.status, status, "{failed:?}");
        let found = IdentityStore::find(store, ada.id).await.unwrap();
        assert_eq!(found.as_ref(), Some(&ada), "{between:?}");
        let after = CredentialStore::list(store, ada.id).await.unwrap();
        assert_eq!(after, before, "{between:?}");
        let sessions = SessionStore::list(store, ada.id).await.unwrap();
        assert_eq!(sessions.len(), 1, "{between:?}");
        let entries = told.matches("identity.").count();
        let now = whole_log(&house).await;
        assert_eq!(now.matches("identity.").count(), entries, "{now}");
    }
}

/// Over what others change meanwhile it is tried again, and then all of it is there and told.
#[tokio::test]
async fn what_comes_between_is_replaced_as_it_is_then() {
    let (house, path, wanted) = house(Between::Changed).await;
    let admin = house.admin().await;
    let found = IdentityStore::find_by_identifier(&*house.store, ADA).await;
    let ada = found.unwrap().unwrap();
    house.session(&ada).await;
    let changed = admin.send(Method::PUT, &path, &wanted).await;
    assert_eq!(changed.status, 200, "{changed:?}");
    assert_eq!(changed.json()["traits"]["name"]["first"], "Augusta");
    for kind in [CredentialKind::Oidc, CredentialKind::Totp] {
        assert_eq!(own(&house, &ada, kind).await.len(), 1, "{kind:?}");
    }
    let password = own(&house, &ada, CredentialKind::Password).await;
    assert_eq!(password.len(), 1);
    assert_eq!(password[0].config["hashed_password"], "$2b$12$two");
    assert!(
        SessionStore::list(&*house.store, ada.id)
            .await
            .unwrap()
            .is_empty()
    );
    let log = whole_log(&house).await;
    for verb in [
        "identity.update",
        "identity.link",
        "identity.credential.import",
        "identity.password.set",
    ] {
        assert_eq!(
            log.matches(&format!("\"{verb}\"")).count(),
            1,
            "{verb}: {log}"
        );
    }
    assert!(log.contains("\"sessions_ended\":1"), "{log}");
}

/// The password of its own endpoint is stored together with what it asks for.
#[tokio::test]
async fn a_password_that_fails_leaves_nothing_to_change() {
    let (house, path, _) = house(Between::Away).await;
    let admin = house.admin().await;
    let temporary = json!({"password": "correct horse battery", "temporary": true});
    let failed = admin
        .send(Method::PUT, &format!("{path}/password"), &temporary)
        .await;
    assert_eq!(failed.status, 503, "{failed:?}");
    let found = IdentityStore::find_by_identifier(&*house.store, ADA).await;
    let ada = found.unwrap().unwrap();
    let required = &ada.required_actions;
    assert!(
        !required.contains(&"UPDATE_PASSWORD".to_owned()),
        "{required:?}"
    );
    let kept = own(&house, &ada, CredentialKind::Password).await;
    assert_eq!(kept[0].config["hashed_password"], "$2b$12$one");
}
