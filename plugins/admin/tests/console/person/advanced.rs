//! What is seldom changed: the name elsewhere and metadata.

use serde_json::json;

use super::{leads_to, page, path, stored};
use crate::{
    Role,
    tests::house::{House, Reply},
};

/// What the hidden field of a page says of this name.
pub(super) fn version(shown: &str) -> String {
    let (_, rest) = shown.split_once("name=\"version\" value=\"").unwrap();
    rest.split('"').next().unwrap().to_owned()
}

fn refused(reply: &Reply, beside: &str) -> String {
    let shown = page(reply, 400);
    let trouble = format!("id=\"{beside}-trouble\"");
    assert!(shown.contains(&trouble), "{beside}: {shown}");
    assert!(shown.contains("id=\"advanced\" open"), "{shown}");
    shown
}

#[tokio::test]
async fn the_name_elsewhere_and_metadata_are_saved_and_written_down() {
    let house = House::new();
    let ada = house.resident("ada@example.org").await;
    let browser = house.console(&[Role::UserManager]).await;
    let shown = page(&browser.get(&path(&ada, "")).await, 200);
    let version = version(&shown);
    let public = "{\r\n  \"size\": \"s\"\r\n}";
    let fields = [
        ("version", &*version),
        ("external_id", " hr-7 "),
        ("metadata_public", public),
        ("metadata_admin", "[1, null]"),
    ];
    let advanced = path(&ada, "/advanced");
    leads_to(&browser.form(&advanced, &fields).await, &ada, "");
    let now = stored(&house, &ada).await.unwrap();
    assert_eq!(now.external_id.as_deref(), Some("hr-7"));
    assert_eq!(now.metadata_public, Some(json!({"size": "s"})));
    assert_eq!(now.metadata_admin, Some(json!([1, null])));
    let admin = house.admin().await;
    let log = admin
        .get("/admin/x/audit?verb=identity.update")
        .await
        .json();
    assert_eq!(log[0]["after"]["external_id"], "hr-7", "{log}");
    assert_eq!(log[0]["after"]["metadata_public"], json!({"size": "s"}));
    let version = now.version.to_string();
    let none = [("version", &*version), ("metadata_public", " ")];
    leads_to(&browser.form(&advanced, &none).await, &ada, "");
    let now = stored(&house, &ada).await.unwrap();
    assert_eq!((now.external_id, now.metadata_public), (None, None));
    assert_eq!(now.metadata_admin, None);
}

#[tokio::test]
async fn what_is_wrong_stands_beside_its_field_and_what_was_typed_stays() {
    let house = House::new();
    let ada = house.resident("ada@example.org").await;
    let eve = house.resident("eve@example.org").await;
    let admin = house.admin().await;
    let named = json!([{"op": "add", "path": "/external_id", "value": "hr-8"}]);
    let one = format!("/admin/identities/{}", eve.id);
    admin.send(http::Method::PATCH, &one, &named).await;
    let browser = house.console(&[Role::UserManager]).await;
    let (advanced, version) = (path(&ada, "/advanced"), ada.version.to_string());
    let with = |name, public, private| {
        [
            ("version", version.clone()),
            ("external_id", name),
            ("metadata_public", public),
            ("metadata_admin", private),
        ]
    };
    let text = |text: &str| text.to_owned();
    for (fields, beside) in [
        (
            with(text("x"), text("{\"a\": }"), text("{}")),
            "metadata_public",
        ),
        (with(text("x"), text("{}"), text("what")), "metadata_admin"),
        (
            with(text("x"), text("{\"a\": 1, \"a\": 2}"), text("{}")),
            "metadata_public",
        ),
        (
            with(text("x"), text("{}"), text("[\"\\u0000\"]")),
            "metadata_admin",
        ),
        (with("x".repeat(256), text(""), text("{ }")), "external-id"),
        (with(text("hr-8"), text(""), text("[ ]")), "external-id"),
    ] {
        let fields = fields.each_ref().map(|(name, text)| (*name, &**text));
        let shown = refused(&browser.form(&advanced, &fields).await, beside);
        let typed = fields[3].1;
        let typed = typed.replace('"', "&quot;");
        assert!(shown.contains(&format!("{typed}</textarea>")), "{shown}");
        let german = format!("{advanced}?ui_locales=de");
        let shown = refused(&browser.form(&german, &fields).await, beside);
        let trouble = shown
            .split_once(&format!("id=\"{beside}-trouble\""))
            .unwrap()
            .1;
        let trouble = trouble.split('<').next().unwrap();
        let german = ["Das ", "das steht zweimal da", "kein Text"];
        assert!(
            german.iter().any(|text| trouble.contains(text)),
            "{trouble}"
        );
    }
    let now = stored(&house, &ada).await.unwrap();
    assert_eq!(now, ada, "nothing was saved");
}

#[tokio::test]
async fn nothing_is_saved_over_what_somebody_else_has_saved_meanwhile() {
    let house = House::new();
    let ada = house.resident("ada@example.org").await;
    let browser = house.console(&[Role::UserManager]).await;
    let shown = page(&browser.get(&path(&ada, "")).await, 200);
    let old = version(&shown);
    let advanced = path(&ada, "/advanced");
    let save = async |version: &str, text: &str| {
        let fields = [("version", version), ("metadata_admin", text)];
        browser.form(&advanced, &fields).await
    };
    leads_to(&save(&old, "{\"by\": \"eve\"}").await, &ada, "");
    let late = page(&save(&old, "{\"by\": \"me\"}").await, 400);
    assert!(
        late.contains("Somebody else changed this person meanwhile"),
        "{late}"
    );
    assert!(
        late.contains("{&quot;by&quot;: &quot;me&quot;}</textarea>"),
        "{late}"
    );
    assert!(
        late.contains("&quot;eve&quot;"),
        "what is saved now is shown: {late}"
    );
    leads_to(&save(&version(&late), "{\"by\": \"me\"}").await, &ada, "");
    let now = stored(&house, &ada).await.unwrap();
    assert_eq!(now.metadata_admin, Some(json!({"by": "me"})));
}

#[tokio::test]
async fn whoever_only_looks_sees_metadata_and_changes_nothing() {
    let house = House::new();
    let boss = house
        .resident_with("boss@example.org", &[Role::Admin])
        .await;
    let admin = house.admin().await;
    let facts = json!([{"op": "add", "path": "/metadata_admin", "value": {"desk": 4}}]);
    let one = format!("/admin/identities/{}", boss.id);
    admin.send(http::Method::PATCH, &one, &facts).await;
    for role in [Role::Viewer, Role::UserManager] {
        let browser = house.console(&[role]).await;
        let shown = page(&browser.get(&path(&boss, "")).await, 200);
        assert!(shown.contains("&quot;desk&quot;: 4"), "{shown}");
        assert!(!shown.contains("<textarea"), "{shown}");
        let now = stored(&house, &boss).await.unwrap();
        let version = now.version.to_string();
        let fields = [("version", &*version), ("external_id", "x")];
        let refused = browser.form(&path(&boss, "/advanced"), &fields).await;
        assert_eq!(refused.status, 403, "{role}");
        let moved = [("version", &*version), ("schema_id", "open")];
        let refused = browser.form(&path(&boss, "/schema"), &moved).await;
        assert_eq!(refused.status, 403, "{role}");
        assert_eq!(stored(&house, &boss).await, Some(now));
    }
}
