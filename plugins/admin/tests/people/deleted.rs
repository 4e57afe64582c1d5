//! Identities that go.

use portcullis_core::identity::IdentityStore;
use serde_json::json;

use super::last_act;
use crate::{Role, tests::house::House};

/// CU-27, KC-120.
#[tokio::test]
async fn all_goes_and_what_goes_is_told_beforehand() {
    let house = House::new();
    let manager = house.acting_as(&[Role::UserManager]).await;
    let ada = house.resident("ada@example.org").await;
    house.session(&ada).await;
    house.session(&ada).await;
    let path = format!("/admin/identities/{}", ada.id);
    let told = manager.delete(&format!("{path}?dry_run=true")).await;
    let expected = json!({
        "identity_id": ada.id, "deleted": false, "credentials": 0, "links": 0, "sessions": 2,
    });
    assert_eq!((told.status, told.json()), (200, expected));
    assert_eq!(manager.get(&path).await.status, 200);
    let gone = manager.delete(&path).await;
    assert_eq!((gone.status, gone.body.len()), (204, 0));
    assert_eq!(
        IdentityStore::find(&*house.store, ada.id).await.unwrap(),
        None
    );
    for answer in [manager.get(&path).await, manager.delete(&path).await] {
        assert_eq!(
            (answer.status, answer.error().as_str()),
            (404, "identity_not_found")
        );
    }
    let act = last_act(&house).await;
    assert_eq!(act.verb, "identity.delete");
    let kept = act.before.unwrap().to_string();
    assert!(!kept.contains("ada@"), "{kept}");
    assert_eq!(
        manager
            .delete(&format!("{path}?dry_run=perhaps"))
            .await
            .status,
        400
    );
}
