//! Creating somebody at the console.

use portcullis_core::{credential::CredentialKind, testing::CannedOutreach};
use serde_json::json;

use crate::{
    Role,
    tests::{
        house::{House, Program, Reply},
        people::{last_act, stored},
    },
};

const PAGE: &str = "/ui/identities/new";

async fn create(browser: &Program<'_>, fields: &[(&str, &str)]) -> Reply {
    let mut all = vec![
        ("schema_id", "default"),
        ("traits.email", "Ada@Example.org"),
    ];
    all.extend(fields);
    browser.form(PAGE, &all).await
}

/// Where a form has led to: the person's page, told what was done.
fn id_of(reply: &Reply) -> String {
    assert_eq!(reply.status, 303, "{}", reply.page());
    let (path, _) = reply.location().split_once("?done=").unwrap();
    path.strip_prefix("/ui/identities/").unwrap().to_owned()
}

/// KC-003, KC-077.
#[tokio::test]
async fn somebody_is_created_with_a_password_that_is_temporary() {
    let house = House::new();
    let browser = house.console(&[Role::UserManager]).await;
    let list = browser.get("/ui/identities").await.page();
    assert!(list.contains("href=\"/ui/identities/new\""), "{list}");
    let form = browser.get(PAGE).await.page();
    for part in [
        "name=\"traits.email\"",
        "name=\"traits.name.first\"",
        "value=\"recovery\" checked",
        "name=\"actions.UPDATE_PROFILE\" value=\"true\" checked disabled",
    ] {
        assert!(form.contains(part), "{part}: {form}");
    }
    assert!(!form.contains("name=\"roles."), "may not give any: {form}");
    let fields = [
        ("traits.name.first", "Ada"),
        ("way", "temporary"),
        ("password", "correct horse"),
        ("actions.VERIFY_EMAIL", "true"),
    ];
    let created = create(&browser, &fields).await;
    let identity = stored(&house, &json!({"id": id_of(&created)})).await;
    assert_eq!(identity.identifiers, ["ada@example.org"]);
    assert_eq!(identity.traits["name"]["first"], "Ada");
    assert_eq!(
        identity.required_actions,
        ["UPDATE_PROFILE", "VERIFY_EMAIL", "UPDATE_PASSWORD"]
    );
    let own = house.services.credentials.list(identity.id).await.unwrap();
    let kinds: Vec<_> = own.iter().map(|one| one.kind).collect();
    assert_eq!(kinds, [CredentialKind::Password]);
    let act = last_act(&house).await;
    assert_eq!(act.verb, "identity.create");
    assert_eq!(act.actor_label, "user-manager@example.org");
}

#[tokio::test]
async fn a_way_in_is_shown_once() {
    let house = House::new();
    let browser = house.console(&[Role::Admin]).await;
    let fields = [
        ("way", "recovery"),
        ("password", "not asked for"),
        ("roles.viewer", "true"),
    ];
    let shown = create(&browser, &fields).await;
    assert_eq!(shown.status, 200);
    assert!(shown.header("cache-control").contains("no-store"));
    let page = shown.page();
    let code = format!("value=\"{}\"", CannedOutreach::CODE);
    assert!(page.contains(&code), "{page}");
    assert!(page.contains("https://gate.test/recovery?flow=1"), "{page}");
    let (before, _) = page.rsplit_once("\">To this person</a>").unwrap();
    let (_, id) = before.rsplit_once("/ui/identities/").unwrap();
    let identity = stored(&house, &json!({"id": id})).await;
    assert_eq!(identity.roles, ["viewer"]);
    let own = house.services.credentials.list(identity.id).await.unwrap();
    assert!(own.is_empty(), "{own:?}");
    assert_eq!(last_act(&house).await.verb, "identity.recovery.hand_out");
}

#[tokio::test]
async fn what_is_wrong_stands_beside_its_field_with_what_was_typed() {
    let house = House::new();
    let browser = house.console(&[Role::UserManager]).await;
    house.resident("taken@example.org").await;
    let name = "a".repeat(30);
    let long = [("traits.name.first", &*name), ("way", "nothing")];
    let wrong = create(&browser, &long).await;
    assert_eq!(wrong.status, 400);
    let page = wrong.page();
    assert!(page.contains(&format!("value=\"{name}\"")), "{page}");
    assert!(page.contains("value=\"nothing\" checked"), "{page}");
    let (_, behind) = page.split_once("name=\"traits.name.first\"").unwrap();
    let (field, _) = behind.split_once("</div>").unwrap();
    assert!(field.contains("class=\"error\""), "{field}");
    let short = [("way", "password"), ("password", "short")];
    let wrong = create(&browser, &short).await;
    assert_eq!(wrong.status, 400);
    let page = wrong.page();
    assert!(page.contains("id=\"password-errors\""), "{page}");
    assert!(!page.contains("value=\"short\""), "no password comes back");
    let taken = [("traits.email", "taken@example.org"), ("way", "nothing")];
    let mut fields = vec![("schema_id", "default")];
    fields.extend(taken);
    let german = browser.clone().with("accept-language", "de");
    let wrong = german.form(PAGE, &fields).await;
    assert_eq!(wrong.status, 409);
    let page = wrong.page();
    assert!(page.contains("value=\"taken@example.org\""), "{page}");
    let (_, alert) = page.split_once("class=\"alert error\"").unwrap();
    assert!(!alert.contains("This conflicts"), "{alert}");
    let raised = [("way", "nothing"), ("roles.admin", "true")];
    assert_eq!(create(&browser, &raised).await.status, 403);
}

#[tokio::test]
async fn the_fields_are_those_of_the_schema_that_is_chosen() {
    let house = House::new();
    let browser = house.console(&[Role::UserManager]).await;
    let open = browser.get(&format!("{PAGE}?schema_id=open")).await.page();
    assert!(open.contains("<option value=\"open\" selected>"), "{open}");
    assert!(open.contains("name=\"schema_id\" value=\"open\""), "{open}");
    let unknown = browser.get(&format!("{PAGE}?schema_id=no")).await.page();
    assert!(unknown.contains("<option value=\"default\" selected>"));
}
