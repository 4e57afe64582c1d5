//! An address that an administrator would have beside somebody else: who has it is told, with the way to them.

use http::Method;
use portcullis_core::identity::Identity;
use serde_json::json;

use super::{page, path, stored};
use crate::{
    Role,
    tests::{
        house::{House, Program},
        people::alone::house,
    },
};

const ROOT: &str = "root@example.org";
const SHARED: &str = "shared@example.org";

fn told(page: &str, holder: &Identity) {
    let text =
        "Somebody has the same address already, and an administrator&#39;s is nobody else&#39;s.";
    let (way, label) = (path(holder, ""), holder.id);
    let way = format!("{text} <a href=\"{way}\">{label}</a>");
    assert_eq!(page.matches(&way).count(), 1, "{page}");
    assert!(!page.contains("This identity conflicts"), "{page}");
}

/// The same, and beside the field of the address.
fn told_beside(page: &str, holder: &Identity) {
    told(page, holder);
    let (_, field) = page.split_once("name=\"traits.email\"").unwrap();
    let (field, _) = field.split_once('>').unwrap();
    assert!(field.contains("aria-invalid=\"true\""), "{field}");
}

/// CU-04.
#[tokio::test]
async fn whose_address_an_administrators_is_is_told_when_a_person_is_created_changed_or_moved() {
    let house = house();
    let root = house.resident_with(ROOT, &[Role::Viewer]).await;
    let ada = house.resident("ada@example.org").await;
    let browser = house.console(&[Role::UserManager]).await;
    let typed = ("traits.email", "ROOT@example.org");
    let refused = browser.form(&path(&ada, ""), &[typed]).await;
    told_beside(&refused.page(), &root);
    let new = [("schema_id", "named"), ("way", "nothing"), typed];
    let refused = browser.form("/ui/identities/new", &new).await;
    told_beside(&page(&refused, 409), &root);

    let admin = house.admin().await;
    let bob = json!({"schema_id": "plain", "traits": {"email": ROOT}});
    let bob = admin.post("/admin/identities", &bob).await.json();
    let moving = format!("/ui/identities/{}/schema", bob["id"].as_str().unwrap());
    let shown = [("schema_id", "named"), ("version", "0"), typed];
    let refused = browser.form(&moving, &shown).await;
    told_beside(&refused.page(), &root);
}

/// CU-04.
#[tokio::test]
async fn who_has_the_address_of_somebody_is_told_where_they_are_given_a_role() {
    let house = house();
    let (ada, eve) = (
        house.resident(SHARED).await,
        house.resident("eve@example.org").await,
    );
    let browser = house.console(&[Role::Admin]).await;
    let new = [
        ("schema_id", "named"),
        ("way", "nothing"),
        ("traits.email", SHARED),
        ("roles.viewer", "true"),
    ];
    let refused = browser.form("/ui/identities/new", &new).await;
    told_beside(&page(&refused, 409), &ada);

    let change = json!([{"op": "replace", "path": "/traits/email", "value": SHARED}]);
    let one = format!("/admin/identities/{}", eve.id);
    let changed = house.admin().await.send(Method::PATCH, &one, &change).await;
    assert_eq!(changed.status, 200, "{changed:?}");
    let given = [("role-viewer", "on")];
    let refused = browser.form(&path(&eve, "/roles"), &given).await;
    told(&refused.page(), &ada);
    assert!(stored(&house, &eve).await.unwrap().roles.is_empty());
    is_given_once_it_is_free((&house, &browser), (&ada, &eve)).await;
}

async fn is_given_once_it_is_free(
    (house, browser): (&House, &Program<'_>),
    (holder, one): (&Identity, &Identity),
) {
    let typed = [("traits.email", "ada@example.org")];
    assert_eq!(browser.form(&path(holder, ""), &typed).await.status, 303);
    let given = [("role-viewer", "on")];
    let given = browser.form(&path(one, "/roles"), &given).await;
    assert_eq!(given.status, 303, "{}", given.page());
    assert_eq!(stored(house, one).await.unwrap().roles, ["viewer"]);
}
