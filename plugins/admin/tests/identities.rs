//! People in the dialect.

use portcullis_core::{
    credential::CredentialStore,
    id::{CredentialId, IdentityId},
    identity::{Identity, IdentityStore},
    link::LinkKey,
};
use serde_json::json;

use super::house::House;
use crate::Role;

async fn link(house: &House, identity: &Identity) {
    let services = &house.services;
    let key = LinkKey {
        provider: "acme".parse().unwrap(),
        issuer: "https://acme.test".to_owned(),
        subject: "4711".to_owned(),
    };
    let id = CredentialId::generate(&*services.entropy);
    let credential = key.credential(identity.id, id, services.clock.now());
    CredentialStore::put(&*house.store, &credential)
        .await
        .unwrap();
}

/// HA-20.
#[tokio::test]
async fn one_identity_is_shown_with_all_that_is_known_of_it() {
    let house = House::new();
    let mut ada = house.resident("ada@example.org").await;
    ada.metadata_admin = Some(json!({"note": "likes tea"}));
    IdentityStore::update(&*house.store, &ada).await.unwrap();
    link(&house, &ada).await;
    let program = house.acting_as(&[Role::Viewer]).await;
    let path = format!("/admin/identities/{}", ada.id);
    let shown = program.get(&path).await;
    assert_eq!(shown.status, 200);
    let json = shown.json();
    assert_eq!(json["id"], ada.id.to_string());
    assert_eq!(json["traits"], ada.traits);
    assert_eq!(json["metadata_admin"], json!({"note": "likes tea"}));
    assert_eq!(json["organization_id"], json!(null));
    let link = &json["credentials"]["oidc"];
    assert_eq!(link["identifiers"], json!(["acme:4711"]));
    assert_eq!(link["type"], "oidc");
    assert!(link.get("config").is_none());
    let more = program
        .get(&format!("{path}?include_credential=oidc"))
        .await
        .json();
    let config = &more["credentials"]["oidc"]["config"];
    assert_eq!(config["providers"][0]["subject"], "4711");
    let bob = house.resident("bob@example.org").await;
    let list = "/admin/identities?include_credential=oidc&sort=-arrival";
    let list = program.get(list).await.json();
    let of = |id: IdentityId| {
        let mut people = list.as_array().unwrap().iter();
        people.find(|one| one["id"] == id.to_string()).unwrap()
    };
    assert_eq!(of(ada.id)["credentials"]["oidc"]["config"], *config);
    assert_eq!(of(bob.id)["credentials"], json!({}), "each has their own");
    for unkept in ["code", "saml", "link_recovery"] {
        let asked = format!("{path}?include_credential={unkept}&include_credential=oidc");
        assert_eq!(program.get(&asked).await.json(), more, "{unkept}");
        let list = format!("/admin/identities?include_credential={unkept}&consistency=strong");
        assert_eq!(program.get(&list).await.status, 200, "{unkept}");
    }
    let odd = program.get(&format!("{path}?include_credential=odd")).await;
    assert_eq!(odd.error(), "bad_request");
}

#[tokio::test]
async fn nobody_is_shown_where_there_is_nobody() {
    let house = House::new();
    let program = house.admin().await;
    for id in ["00000000-0000-4000-8000-000000000000", "nonsense"] {
        let reply = program.get(&format!("/admin/identities/{id}")).await;
        assert_eq!(
            (reply.status, reply.error()),
            (404, "identity_not_found".to_owned())
        );
    }
}
