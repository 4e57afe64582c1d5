//! Moving somebody to another schema.

use http::Method;
use portcullis_core::identity::{Identity, IdentityStore};
use serde_json::{Value, json};

use super::{advanced::version, leads_to, page, path, stored};
use crate::{Role, tests::house::House};

/// Somebody of the schema `open` with these traits, as they are stored.
async fn of_open(house: &House, traits: Value) -> Identity {
    let admin = house.admin().await;
    let body = json!({"schema_id": "open", "traits": {"email": "eve@example.org"}});
    let created = admin.post("/admin/identities", &body).await.json();
    let id = created["id"].as_str().unwrap();
    let attributes = format!("/admin/identities/{id}/unmanaged");
    let sent = json!({"team": ["red"]});
    admin.send(Method::PUT, &attributes, &sent).await;
    let found = IdentityStore::find(&*house.store, id.parse().unwrap()).await;
    let mut eve = found.unwrap().unwrap();
    eve.traits = traits;
    IdentityStore::update(&*house.store, &eve).await.unwrap();
    stored(house, &eve).await.unwrap()
}

#[tokio::test]
async fn somebody_moves_to_another_schema_once_it_was_told_what_goes() {
    let house = House::new();
    let ada = house.resident("ada@example.org").await;
    let browser = house.console(&[Role::UserManager]).await;
    let details = page(&browser.get(&path(&ada, "")).await, 200);
    assert!(details.contains("<option value=\"open\">"), "{details}");
    let schema = path(&ada, "/schema");
    let asked = format!("{schema}?schema_id=open");
    let shown = page(&browser.get(&asked).await, 200);
    assert!(
        shown.contains("<code>name.first</code></dt><dd>Ada"),
        "{shown}"
    );
    assert!(shown.contains("name=\"traits.grade\""), "{shown}");
    assert!(!shown.contains("traits.nickname"), "{shown}");
    assert_eq!(stored(&house, &ada).await, Some(ada.clone()), "only looked");
    let version = version(&shown);
    let long = "x".repeat(21);
    let fields = |grade| {
        [
            ("schema_id", "open"),
            ("version", &*version),
            ("traits.email", "ada@example.org"),
            ("traits.grade", grade),
        ]
    };
    let wrong = page(&browser.form(&schema, &fields(&long)).await, 400);
    assert!(
        wrong.contains("id=\"field-traits-grade-errors\""),
        "{wrong}"
    );
    assert!(wrong.contains(&long) && wrong.contains("<code>name.first</code>"));
    leads_to(&browser.form(&schema, &fields("A")).await, &ada, "");
    let now = stored(&house, &ada).await.unwrap();
    let traits = json!({"email": "ada@example.org", "grade": "A"});
    assert_eq!((&*now.schema_id, &now.traits), ("open", &traits));
    assert_eq!(now.addresses[0].id, ada.addresses[0].id);
    let admin = house.admin().await;
    let log = admin
        .get("/admin/x/audit?verb=identity.update")
        .await
        .json();
    assert_eq!(log[0]["before"]["traits"]["name"]["first"], "Ada", "{log}");
    let again = browser.form(&schema, &fields("A")).await;
    assert!(page(&again, 400).contains("or they obey it already"));
}

#[tokio::test]
async fn what_is_not_shown_and_what_does_not_fit_is_told_beforehand() {
    let house = House::new();
    let traits = json!({"email": "no address", "nickname": "Evie", "grade": "A"});
    let eve = of_open(&house, traits).await;
    let browser = house.console(&[Role::UserManager]).await;
    let asked = path(&eve, "/schema?schema_id=default");
    let shown = page(&browser.get(&asked).await, 200);
    for told in [
        "<code>grade</code></dt><dd>A",
        "Something that administrators do not see goes, too.",
        "Other attributes that stay stored and are not seen there: 1",
        "They do not sign in with this any more: eve@example.org",
        "id=\"field-traits-email-errors\"",
        "It has to be put right first.",
    ] {
        assert!(shown.contains(told), "{told}: {shown}");
    }
    assert!(!shown.contains("Evie"), "{shown}");
    let german = format!("{asked}&ui_locales=de");
    let german = page(&browser.get(&german).await, 200);
    assert!(
        german.contains("nicht mehr an: eve@example.org"),
        "{german}"
    );
    let gone = browser.get(&path(&eve, "/schema?schema_id=gone")).await;
    assert_eq!(gone.status, 400);
}

#[tokio::test]
async fn nobody_is_moved_who_was_changed_since_the_page_was_shown() {
    let house = House::new();
    let ada = house.resident("ada@example.org").await;
    let browser = house.console(&[Role::UserManager]).await;
    let (email, first) = ("traits.email", "traits.name.first");
    let changed = [(email, "ada@example.org"), (first, "Augusta")];
    leads_to(&browser.form(&path(&ada, ""), &changed).await, &ada, "");
    let version = ada.version.to_string();
    let fields = [("schema_id", "open"), ("version", &*version)];
    let late = browser.form(&path(&ada, "/schema"), &fields).await;
    let late = page(&late, 400);
    assert!(
        late.contains("Somebody else changed this person meanwhile"),
        "{late}"
    );
    assert!(
        late.contains("<dd>Augusta"),
        "what goes now is told: {late}"
    );
    let now = stored(&house, &ada).await.unwrap();
    assert_eq!(now.schema_id, "default");
}
