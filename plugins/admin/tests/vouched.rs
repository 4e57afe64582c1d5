//! Roles that an account at a provider has given: in which sessions they count here.

use http::Method;
use portcullis_core::{
    clock::Clock,
    id::ProviderId,
    identity::{Identity, IdentityStore},
    link::LinkKey,
    mapping::Sync,
    provenance::Origin,
    secret::Token,
    session::{Aal, AuthenticationMethod, Device},
};
use serde_json::json;

use super::house::{House, Program};
use crate::Role;

const LOG: &str = "/admin/x/audit";

fn account(subject: &str) -> LinkKey {
    LinkKey {
        provider: "corp".parse().unwrap(),
        issuer: "https://idp.test".to_owned(),
        subject: subject.to_owned(),
    }
}

/// Somebody whom their account at a provider has made an administrator.
async fn bob(house: &House) -> Identity {
    let mut bob = house.resident("bob@example.org").await;
    bob.roles = vec!["admin".to_owned()];
    let source: ProviderId = "corp".parse().unwrap();
    let origin = Origin {
        source,
        synced_at: house.clock.now(),
        sync: Sync::Force,
        account: Some(account("bob").mark()),
    };
    bob.provenance.insert("roles:".to_owned(), origin);
    let identities: &dyn IdentityStore = &*house.store;
    identities.update(&bob).await.unwrap();
    identities.find(bob.id).await.unwrap().unwrap()
}

/// A session of somebody who came with this account.
async fn through<'a>(house: &'a House, identity: &Identity, subject: &str) -> Program<'a> {
    let services = &house.services;
    let token = Token::generate_prefixed("ory_st_", &*services.entropy);
    let key = account(subject);
    let method = AuthenticationMethod {
        account: Some(key.mark()),
        provider: Some(key.provider),
        ..AuthenticationMethod::local("oidc", Aal::Aal1, services.clock.now())
    };
    let sessions = &services.sessions;
    let begun = sessions.begin(identity, vec![method], Device::default(), token.clone());
    begun.await.unwrap();
    let bearer = format!("Bearer {}", token.expose());
    house.stranger().with("authorization", &bearer)
}

/// CU-10: whoever knows a password of somebody, or has linked an account of their own to them, before they
/// become an administrator does not become one with them.
#[tokio::test]
async fn roles_that_an_account_gave_count_where_it_was_signed_in_with() {
    let house = House::new();
    let bob = bob(&house).await;
    let token = house.session(&bob).await;
    let by_password = house
        .stranger()
        .with("authorization", &format!("Bearer {token}"));
    let theirs = through(&house, &bob, "mallory").await;
    for refused in [&by_password, &theirs] {
        let reply = refused.get(LOG).await;
        assert_eq!(
            (reply.status, reply.error()),
            (403, "insufficient_role".to_owned())
        );
    }
    let own = through(&house, &bob, "bob").await;
    assert_eq!(own.get(LOG).await.status, 200);
    let path = format!("/admin/identities/{}/sessions", bob.id);
    let told = own.get(&path).await;
    assert!(!told.body.is_empty() && told.status == 200);
    let told = String::from_utf8(told.body).unwrap();
    assert!(!told.contains(&account("bob").mark().to_hex()), "{told}");
    let told: serde_json::Value = serde_json::from_str(&told).unwrap();
    let mut roles: Vec<_> = told.as_array().unwrap().iter().collect();
    roles.sort_by_key(|one| one["identity"]["roles"].to_string());
    let roles: Vec<_> = roles.iter().map(|one| &one["identity"]["roles"]).collect();
    assert_eq!(
        roles,
        [&json!(["admin"]), &json!([]), &json!([])],
        "where they hold"
    );
}

#[tokio::test]
async fn the_console_is_closed_to_whoever_came_otherwise() {
    let house = House::new();
    let bob = bob(&house).await;
    let who = house.principal(&bob).await;
    let begun = house.stranger().get("/ui/identities").await;
    let handed = house.publicly(begun.location(), Some(who)).await;
    assert_eq!(handed.status, 403, "{handed:?}");
}

#[tokio::test]
async fn roles_that_an_administrator_changes_are_vouched_for_here() {
    let house = House::new();
    let admin = house.admin().await;
    let bob = bob(&house).await;
    let token = house.session(&bob).await;
    let by_password = house
        .stranger()
        .with("authorization", &format!("Bearer {token}"));
    let path = format!("/admin/identities/{}", bob.id);
    for (roles, status) in [
        (json!(["admin"]), 403),
        (json!(["admin", "editor"]), 403),
        (json!(["viewer"]), 200),
    ] {
        let wish = json!([{"op": "replace", "path": "/roles", "value": roles}]);
        let changed = admin.send(Method::PATCH, &path, &wish).await;
        assert_eq!(changed.status, 200, "{changed:?}");
        assert_eq!(by_password.get(LOG).await.status, status, "{roles}");
    }
    let manager = house.acting_as(&[Role::UserManager]).await;
    let wish = json!([{"op": "replace", "path": "/roles", "value": ["admin"]}]);
    let refused = manager.send(Method::PATCH, &path, &wish).await;
    assert_eq!(refused.error(), "insufficient_role", "{refused:?}");
}
