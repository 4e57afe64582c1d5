//! Identities that a stranger registered and nobody has proved, once an administrator vouches for them.

use http::Method;
use portcullis_core::{
    credential::{CredentialKind, CredentialStore},
    id::CredentialId,
    identity::{Identity, IdentityStore},
    link::LinkKey,
};
use serde_json::{Value, json};

use super::own;
use crate::tests::house::{House, Program, Reply};

const VICTIM: &str = "ada@example.org";

fn account() -> LinkKey {
    LinkKey {
        provider: "acme".parse().unwrap(),
        issuer: "https://accounts.acme.example".to_owned(),
        subject: "squatter".to_owned(),
    }
}

/// Somebody with a password that a stranger chose, and an account that they linked.
async fn squatter(house: &House, admin: &Program<'_>) -> Identity {
    let one = house.resident(VICTIM).await;
    let path = format!("/admin/identities/{}/password", one.id);
    let given = admin
        .send(
            Method::PUT,
            &path,
            &json!({"password": "the squatter's own one"}),
        )
        .await;
    assert!(given.status < 300, "{given:?}");
    let mut one = IdentityStore::find(&*house.store, one.id)
        .await
        .unwrap()
        .unwrap();
    let id = CredentialId::generate(&*house.services.entropy);
    let link = account().credential(one.id, id, one.created_at);
    CredentialStore::put(&*house.store, &link).await.unwrap();
    house.session(&one).await;
    one.required_actions = vec![Identity::FIRST_PROOF.to_owned()];
    IdentityStore::update(&*house.store, &one).await.unwrap();
    one
}

async fn put(admin: &Program<'_>, one: &Identity, further: Value) -> Reply {
    let mut body = json!({"schema_id": "default", "state": "active", "traits": one.traits});
    let further = further.as_object().unwrap().clone();
    body.as_object_mut().unwrap().extend(further);
    let path = format!("/admin/identities/{}", one.id);
    admin.send(Method::PUT, &path, &body).await
}

async fn subjects(house: &House, one: &Identity) -> Vec<String> {
    let links = house.services.broker.links(one.id).await.unwrap();
    links.into_iter().map(|link| link.key.subject).collect()
}

async fn is_over(house: &House, one: &Identity) -> bool {
    let now = IdentityStore::find(&*house.store, one.id).await.unwrap();
    let sessions = house.services.sessions.store().list(one.id).await.unwrap();
    now.unwrap().required_actions.is_empty() && sessions.is_empty()
}

/// KC-093: what a stranger registered with comes alive by no link.
#[tokio::test]
async fn kc_093_an_account_that_is_linked_to_a_registration_is_its_only_way_in() {
    for is_prepared in [false, true] {
        let house = House::new();
        let admin = house.admin().await;
        let ada = squatter(&house, &admin).await;
        let link = json!({"provider": "acme", "subject": VICTIM, "use_auto_link": is_prepared});
        let oidc = json!({"oidc": {"config": {"providers": [link]}}});
        let changed = put(&admin, &ada, json!({"credentials": oidc})).await;
        assert_eq!(changed.status, 200, "{changed:?}");
        assert_eq!(own(&house, &ada, CredentialKind::Password).await, []);
        let links = own(&house, &ada, CredentialKind::Oidc).await;
        assert_eq!(links.len(), 1, "{links:?}");
        assert!(
            !subjects(&house, &ada)
                .await
                .contains(&"squatter".to_owned())
        );
        assert!(is_over(&house, &ada).await);
    }
}

/// KC-093.
#[tokio::test]
async fn kc_093_an_address_that_is_marked_wakes_no_password_of_a_registration() {
    let house = House::new();
    let admin = house.admin().await;
    let ada = squatter(&house, &admin).await;
    let marked = json!([{"value": VICTIM, "via": "email", "verified": true}]);
    let changed = put(&admin, &ada, json!({"verifiable_addresses": marked})).await;
    assert_eq!(changed.status, 200, "{changed:?}");
    assert_eq!(changed.json()["verifiable_addresses"][0]["verified"], true);
    let left = CredentialStore::list(&*house.store, ada.id).await.unwrap();
    assert_eq!(left, []);
    assert!(is_over(&house, &ada).await);

    // It is proved: what is theirs from now on stays.
    let path = format!("/admin/identities/{}/password", ada.id);
    let own_one = json!({"password": "what Ada chose herself"});
    admin.send(Method::PUT, &path, &own_one).await;
    let changed = put(&admin, &ada, json!({"verifiable_addresses": marked})).await;
    assert_eq!(changed.status, 200, "{changed:?}");
    assert_eq!(own(&house, &ada, CredentialKind::Password).await.len(), 1);
}

/// KC-094: an account that the administrator names, too, is theirs.
#[tokio::test]
async fn kc_094_a_password_that_is_given_to_a_registration_stands_alone() {
    for is_whole in [false, true] {
        let house = House::new();
        let admin = house.admin().await;
        let ada = squatter(&house, &admin).await;
        let path = format!("/admin/identities/{}/password", ada.id);
        let new = json!({"password": "what an administrator gives"});
        let changed = match is_whole {
            true => {
                let config = json!({"config": new});
                put(&admin, &ada, json!({"credentials": {"password": config}})).await
            }
            false => admin.send(Method::PUT, &path, &new).await,
        };
        assert!(changed.status < 300, "{changed:?}");
        let left = CredentialStore::list(&*house.store, ada.id).await.unwrap();
        let kinds: Vec<_> = left.iter().map(|one| one.kind).collect();
        assert_eq!(kinds, [CredentialKind::Password]);
        assert!(is_over(&house, &ada).await);
    }
}

/// CU-04: what is refused over an administrator's address takes nothing away first.
#[tokio::test]
async fn cu_04_a_refusal_over_an_address_leaves_a_registration_as_it_is() {
    let house = House::new();
    let admin = house.admin().await;
    let ada = squatter(&house, &admin).await;
    let mut bob = house.resident("bob@example.org").await;
    bob.addresses.extend(ada.addresses.clone());
    IdentityStore::update(&*house.store, &bob).await.unwrap();
    let before = CredentialStore::list(&*house.store, ada.id).await.unwrap();
    let password = json!({"password": {"config": {"password": "what an administrator gives"}}});
    let wish = json!({"roles": ["viewer"], "credentials": password});
    let refused = put(&admin, &ada, wish).await;
    assert_eq!(refused.error(), "identity_conflict", "{refused:?}");
    let left = CredentialStore::list(&*house.store, ada.id).await.unwrap();
    assert_eq!(left, before);
    assert!(!is_over(&house, &ada).await);
}

async fn dismiss(admin: &Program<'_>, one: &Identity, way: &str) -> Reply {
    let path = format!("/admin/identities/{}", one.id);
    match way {
        "put" => put(admin, one, json!({"required_actions": []})).await,
        "patch" => {
            let nothing = json!([{"op": "remove", "path": "/required_actions/0"}]);
            admin.send(Method::PATCH, &path, &nothing).await
        }
        alias => {
            let path = format!("{path}/required-actions");
            let body = json!({"remove": [alias]});
            admin.send(Method::PATCH, &path, &body).await
        }
    }
}

/// KC-094: who has nothing to do any more is not thereby known. Whoever knows that it was they who
/// registered says so by the mark's own name, and what is theirs stays.
#[tokio::test]
async fn kc_094_a_registration_is_let_in_without_being_vouched_for() {
    for (way, is_kept) in [
        ("put", false),
        ("patch", false),
        ("VERIFY_EMAIL", false),
        ("FIRST_PROOF", true),
    ] {
        let house = House::new();
        let admin = house.admin().await;
        let ada = squatter(&house, &admin).await;
        let mut now = IdentityStore::find(&*house.store, ada.id)
            .await
            .unwrap()
            .unwrap();
        now.required_actions.push("VERIFY_EMAIL".to_owned());
        IdentityStore::update(&*house.store, &now).await.unwrap();
        let dismissed = dismiss(&admin, &ada, way).await;
        assert_eq!(dismissed.status, 200, "{way}: {dismissed:?}");
        let now = IdentityStore::find(&*house.store, ada.id)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(now.awaits_first_proof(), !is_kept, "{way}");
        let asked = now.required_actions.iter().any(|one| one == "VERIFY_EMAIL");
        assert_eq!(asked, is_kept, "{way}");
        let marked = json!([{"value": VICTIM, "via": "email", "verified": true}]);
        let changed = put(&admin, &ada, json!({"verifiable_addresses": marked})).await;
        assert_eq!(changed.status, 200, "{way}: {changed:?}");
        let left = CredentialStore::list(&*house.store, ada.id).await.unwrap();
        assert_eq!(left.is_empty(), !is_kept, "{way}");
    }
}

/// What is refused takes nothing away, and neither does what vouches for nobody.
#[tokio::test]
async fn nothing_goes_by_a_change_that_is_refused_or_vouches_for_nobody() {
    let house = House::new();
    let admin = house.admin().await;
    let ada = squatter(&house, &admin).await;
    let before = CredentialStore::list(&*house.store, ada.id).await.unwrap();
    let marked = json!([{"value": VICTIM, "via": "email", "verified": true}]);
    let nobody = json!({"oidc": {"config": {"providers": [
        {"provider": "nobody", "subject": "4711"},
    ]}}});
    let refused = json!({"verifiable_addresses": marked, "credentials": nobody});
    let refused = put(&admin, &ada, refused).await;
    assert_eq!(refused.status, 400, "{refused:?}");
    let bob = house.resident("bob@example.org").await;
    let called = put(&admin, &bob, json!({"external_id": "crm:1"})).await;
    assert_eq!(called.status, 200, "{called:?}");
    let taken = [
        json!({"verifiable_addresses": marked, "external_id": "crm:1"}),
        json!({
            "traits": bob.traits,
            "verifiable_addresses": [{"value": "bob@example.org", "via": "email", "verified": true}],
        }),
    ];
    for taken in taken {
        let refused = put(&admin, &ada, taken).await;
        assert_eq!(refused.status, 409, "{refused:?}");
    }
    let harmless = put(&admin, &ada, json!({"metadata_public": {"plan": "paid"}})).await;
    assert_eq!(harmless.status, 200, "{harmless:?}");
    let now = CredentialStore::list(&*house.store, ada.id).await.unwrap();
    assert_eq!(now, before);
}

/// An address that several have typed in is whose who proves it, by an administrator's word as well.
#[tokio::test]
async fn an_address_that_is_marked_is_signed_in_with_where_nobody_does() {
    let house = House::new();
    let admin = house.admin().await;
    let mut ada = house.resident(VICTIM).await;
    ada.identifiers.clear();
    IdentityStore::update(&*house.store, &ada).await.unwrap();
    let path = format!("/admin/identities/{}", ada.id);
    for (is_verified, expected) in [(false, &[][..]), (true, &[VICTIM][..])] {
        let mark = json!([
            {"op": "replace", "path": "/verifiable_addresses/0/verified", "value": is_verified},
        ]);
        let changed = admin.send(Method::PATCH, &path, &mark).await;
        assert_eq!(changed.status, 200, "{changed:?}");
        let now = IdentityStore::find(&*house.store, ada.id).await.unwrap();
        assert_eq!(now.unwrap().identifiers, expected);
    }
}
