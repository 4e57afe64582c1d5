//! Traits and attributes.

use serde_json::json;

use super::{leads_to, page, path, stored};
use crate::{Role, tests::house::House};

#[tokio::test]
async fn traits_are_saved_by_the_schemas_form_and_mistakes_stand_beside_their_fields() {
    let house = House::new();
    let ada = house.resident("ada@example.org").await;
    let browser = house.console(&[Role::UserManager]).await;
    let shown = page(&browser.get(&path(&ada, "")).await, 200);
    assert!(
        shown.contains("name=\"traits.email\" value=\"ada@example.org\""),
        "{shown}"
    );
    assert!(
        shown.contains("name=\"traits.name.first\" value=\"Ada\""),
        "{shown}"
    );
    let (email, first) = ("traits.email", "traits.name.first");
    let long = "a".repeat(21);
    let wrong = [(email, "ada@example.org"), (first, &*long)];
    let wrong = page(&browser.form(&path(&ada, ""), &wrong).await, 400);
    assert!(
        wrong.contains("id=\"field-traits-name-first-errors\""),
        "{wrong}"
    );
    assert!(
        wrong.contains(&format!("value=\"{long}\"")),
        "what was typed stays"
    );
    let right = [(email, "ada@example.org"), (first, "Augusta")];
    let saved = browser.form(&path(&ada, ""), &right).await;
    leads_to(&saved, &ada, "");
    let told = page(&browser.get(saved.location()).await, 200);
    assert!(told.contains("Saved."), "{told}");
    assert_eq!(
        stored(&house, &ada).await.unwrap().traits["name"]["first"],
        "Augusta"
    );
    house.resident("eve@example.org").await;
    let taken = browser
        .form(&path(&ada, ""), &[(email, "eve@example.org")])
        .await;
    assert!(page(&taken, 400).contains("signs in with the same"));
}

/// KC-026.
#[tokio::test]
async fn what_the_form_has_no_field_for_stays_and_attributes_are_kept() {
    let house = House::new();
    let admin = house.admin().await;
    let traits = json!({"email": "eve@example.org", "grade": "A"});
    let body = json!({"schema_id": "open", "traits": traits, "unmanaged": {"team": ["red"]}});
    let created = admin.post("/admin/identities", &body).await.json();
    let id = created["id"].as_str().unwrap();
    let (read, put) = (
        format!("/admin/identities/{id}"),
        format!("/ui/identities/{id}"),
    );
    let attributes = format!("{read}/unmanaged");
    admin
        .send(http::Method::PUT, &attributes, &json!({"team": ["red"]}))
        .await;
    let browser = house.console(&[Role::Admin]).await;
    let shown = page(&browser.get(&put).await, 200);
    assert!(
        shown.contains("name=\"attributes.0.value\" value=\"red\""),
        "{shown}"
    );
    let fields = [
        ("traits.email", "eve@example.org"),
        ("attributes.0.name", "team"),
        ("attributes.0.value", "blue"),
        ("attributes.1.name", "shoe"),
        ("attributes.1.value", "9"),
    ];
    assert_eq!(browser.form(&put, &fields).await.status, 303);
    let now = admin.get(&attributes).await.json();
    assert_eq!(now, json!({"team": ["blue"], "shoe": ["9"]}));
    assert_eq!(admin.get(&read).await.json()["traits"]["grade"], "A");
}

#[tokio::test]
async fn whoever_only_looks_is_offered_no_form() {
    let house = House::new();
    let ada = house.resident("ada@example.org").await;
    let boss = house
        .resident_with("boss@example.org", &[Role::Admin])
        .await;
    let viewer = house.console(&[Role::Viewer]).await;
    let manager = house.console(&[Role::UserManager]).await;
    let ends = ["", "/sign-in", "/sessions", "/actions", "/history"];
    for end in ends {
        for (browser, who) in [(&viewer, &ada), (&manager, &boss)] {
            let shown = page(&browser.get(&path(who, end)).await, 200);
            let posts = shown.matches("method=\"POST\"").count();
            // The menu signs out, on wide pages and on phones.
            assert_eq!(posts, 2, "{end}: {shown}");
            assert!(!shown.contains("/delete\""), "{end}: {shown}");
        }
    }
    let boss = page(&manager.get(&path(&boss, "")).await, 200);
    assert!(boss.contains("you can only look"), "{boss}");
}
