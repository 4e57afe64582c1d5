//! Nobody becomes an administrator by a provider they look after.

use http::Method;
use portcullis_core::{
    id::CredentialId,
    identity::Identity,
    link::{LinkKey, PreparedLink},
};
use serde_json::{Value, json};

use super::{ALL, NEW, table};
use crate::{
    Role,
    tests::house::{House, Program},
};

async fn link(house: &House, identity: &Identity, is_prepared: bool) {
    let (services, provider) = (&house.services, "new".parse().unwrap());
    let id = CredentialId::generate(&*services.entropy);
    let now = services.clock.now();
    let link = match is_prepared {
        true => PreparedLink::new(provider, "boss@example.org").credential(identity.id, id, now),
        false => LinkKey {
            provider,
            issuer: "https://idp.test".to_owned(),
            subject: "4711".to_owned(),
        }
        .credential(identity.id, id, now),
    };
    services.credentials.put(&link).await.unwrap();
}

/// Somebody whose roles permit more than a manager's, linked to the provider.
async fn linked_boss(house: &House, is_prepared: bool) {
    let boss = house
        .resident_with("boss@example.org", &[Role::Admin])
        .await;
    link(house, &boss, is_prepared).await;
}

/// The status and the code of a change.
async fn changed(program: &Program<'_>, patch: Value) -> (u16, String) {
    let reply = program.send(Method::PATCH, NEW, &patch).await;
    (reply.status, reply.error())
}

#[tokio::test]
async fn what_decides_whose_accounts_they_are_stays_while_a_greater_one_is_linked() {
    let refused = (403, "insufficient_role".to_owned());
    for is_prepared in [false, true] {
        let house = House::new();
        let manager = house.acting_as(&[Role::ProviderManager]).await;
        assert_eq!(manager.post(ALL, &table()).await.status, 201);
        let issuer = |name: &str| json!({"issuer_url": format!("https://{name}.test")});
        let ada = house.resident("ada@example.org").await;
        link(&house, &ada, !is_prepared).await;
        assert_eq!(changed(&manager, issuer("first")).await.0, 200, "nobody's");
        let boss = house
            .resident_with("boss@example.org", &[Role::Viewer])
            .await;
        link(&house, &boss, is_prepared).await;
        for decisive in [
            issuer("evil"),
            json!({"client_id": "else"}),
            json!({"kind": "github", "api_url": "https://evil.test"}),
            json!({"microsoft_tenant": "evil.test"}),
            json!({"map": {"email": "'boss@example.org'"}}),
            json!({"trust": []}),
            json!({"something_of_tomorrow": 1}),
        ] {
            assert_eq!(
                changed(&manager, decisive.clone()).await,
                refused,
                "{decisive}"
            );
        }
        let other = json!({"kind": "oidc", "client_id": "gate", "issuer_url": "https://evil.test"});
        let replaced = manager.send(Method::PUT, NEW, &other).await;
        assert_eq!((replaced.status, replaced.error()), refused);
        for harmless in [
            json!({"label": "New", "client_secret": "anew", "enabled": false}),
            issuer("first"),
        ] {
            assert_eq!(
                changed(&manager, harmless.clone()).await.0,
                200,
                "{harmless}"
            );
        }
        // Links wait for who comes back under the name.
        assert_eq!(manager.delete(NEW).await.status, 200);
        let again = manager.post(ALL, &table()).await;
        assert_eq!((again.status, again.error()), refused);
        let admin = house.admin().await;
        assert_eq!(admin.post(ALL, &table()).await.status, 201);
        assert_eq!(changed(&admin, issuer("second")).await.0, 200);
    }
}

#[tokio::test]
async fn a_map_that_gives_roles_is_for_those_who_give_roles() {
    let house = House::new();
    let manager = house.acting_as(&[Role::ProviderManager]).await;
    let mut greedy = table();
    greedy["allow_privileged"] = json!(true);
    let refused = manager.post(ALL, &greedy).await;
    assert_eq!(
        (refused.status, refused.error()),
        (403, "insufficient_role".to_owned())
    );
    assert_eq!(manager.post(ALL, &table()).await.status, 201);
    let patch = json!({"allow_privileged": true});
    assert_eq!(changed(&manager, patch.clone()).await.0, 403);
    let admin = house.admin().await;
    assert_eq!(changed(&admin, patch).await.0, 200);
    let map = json!({"map": {"roles": {"value": "['admin']", "target": "roles"}}});
    assert_eq!(changed(&manager, map).await.0, 403);
    assert_eq!(changed(&manager, json!({"label": "New"})).await.0, 200);
}

#[tokio::test]
async fn a_provider_that_may_give_roles_changes_in_its_looks_only_or_is_switched_off() {
    let house = House::new();
    let (manager, admin) = (
        house.acting_as(&[Role::ProviderManager]).await,
        house.admin().await,
    );
    let mut greedy = table();
    greedy["allow_privileged"] = json!(true);
    greedy["allowed_tenants"] = json!(["own"]);
    assert_eq!(admin.post(ALL, &greedy).await.status, 201);
    let refused = (403, "insufficient_role".to_owned());
    for admitting in [
        json!({"allowed_tenants": []}),
        json!({"hosted_domains": ["evil.test"]}),
        json!({"require_claims": {}}),
        json!({"allow_domains": []}),
        json!({"create": "auto"}),
        json!({"link_only": false}),
        json!({"client_secret": "anew"}),
        json!({"allow_privileged": false}),
        json!({"enabled": false, "allowed_tenants": []}),
    ] {
        assert_eq!(
            changed(&manager, admitting.clone()).await,
            refused,
            "{admitting}"
        );
    }
    let replaced = manager.send(Method::PUT, NEW, &table()).await;
    assert_eq!((replaced.status, replaced.error()), refused);
    for free in [
        json!({"label": "New", "icon": "key", "order": 2, "hidden": true, "notify": false}),
        json!({"enabled": false, "label": "Newer"}),
        json!({"enabled": false}),
    ] {
        assert_eq!(changed(&manager, free.clone()).await.0, 200, "{free}");
    }
    let on = json!({"enabled": true});
    assert_eq!(changed(&manager, on.clone()).await, refused);
    assert_eq!(changed(&admin, on).await.0, 200);
}

#[tokio::test]
async fn nobody_takes_the_links_or_sessions_of_a_greater_one_along() {
    let refused = (403, "insufficient_role".to_owned());
    let (off, kept) = (json!({"enabled": false}), "links=keep&sessions=keep");
    for is_prepared in [false, true] {
        let house = House::new();
        let manager = house.acting_as(&[Role::ProviderManager]).await;
        assert_eq!(manager.post(ALL, &table()).await.status, 201);
        linked_boss(&house, is_prepared).await;
        for fates in [
            "links=unlink",
            "sessions=revoke",
            "links=keep&sessions=revoke",
        ] {
            let path = format!("{NEW}?{fates}");
            let gone = manager.delete(&path).await;
            assert_eq!((gone.status, gone.error()), refused, "{fates}");
            let gone = manager.send(Method::PATCH, &path, &off).await;
            assert_eq!((gone.status, gone.error()), refused, "{fates}");
        }
        for own in [json!({"links": "unlink"}), json!({"sessions": "revoke"})] {
            let own = json!({"on_disable": own, "enabled": true});
            assert_eq!(changed(&manager, own).await.0, 200);
            assert_eq!(changed(&manager, off.clone()).await, refused);
            let gone = manager.delete(NEW).await;
            assert_eq!((gone.status, gone.error()), refused);
            let path = format!("{NEW}?{kept}");
            let kept = manager.send(Method::PATCH, &path, &off).await;
            assert_eq!(kept.status, 200);
            // What is said of an end counts for one that is off already, too.
            assert_eq!(changed(&manager, off.clone()).await, refused);
            let looks = json!({"label": "New"});
            assert_eq!(changed(&manager, looks.clone()).await.0, 200);
            let path = format!("{NEW}?links=unlink");
            let late = manager.send(Method::PATCH, &path, &looks).await;
            assert_eq!((late.status, late.error()), refused);
        }
        let admin = house.admin().await;
        let gone = admin.delete(&format!("{NEW}?links=unlink")).await;
        assert_eq!(gone.status, 200);
    }
}
