//! Acting as somebody, deleting them, and what is written down of it.

use portcullis_core::{audit::AuditEntry, id::AuditId};

use super::{page, path, stored};
use crate::{Role, tests::house::House};

#[tokio::test]
async fn acting_as_somebody_needs_a_reason_and_goes_to_the_public_address() {
    let house = House::new();
    let ada = house.resident("ada@example.org").await;
    let browser = house.console(&[Role::Impersonator]).await;
    let act = path(&ada, "/impersonate");
    let offered = page(&browser.get(&path(&ada, "")).await, 200);
    assert!(offered.contains(&act), "{offered}");
    let none = browser
        .form(&act, &[("reason", " "), ("minutes", "60")])
        .await;
    let none = page(&none, 400);
    assert!(none.contains("id=\"reason-trouble\""), "{none}");
    assert!(
        none.contains("value=\"60\" selected"),
        "what was chosen stays"
    );
    let begun = browser
        .form(&act, &[("reason", "a call"), ("minutes", "15")])
        .await;
    assert_eq!(begun.status, 303, "{}", begun.page());
    let to = begun.location();
    assert!(
        to.starts_with("https://gate.test/.portcullis/impersonation?code="),
        "{to}"
    );
    let boss = house
        .resident_with("boss@example.org", &[Role::Admin])
        .await;
    let above = page(&browser.get(&path(&boss, "")).await, 200);
    assert!(!above.contains("/impersonate"), "{above}");
}

#[tokio::test]
async fn somebody_is_deleted_once_it_is_typed_whom() {
    let house = House::new();
    let ada = house.resident("ada@example.org").await;
    house.session(&ada).await;
    let browser = house.console(&[Role::UserManager]).await;
    let delete = path(&ada, "/delete");
    let asked = page(&browser.get(&delete).await, 200);
    assert!(asked.contains("Sessions that end: 1"), "{asked}");
    for typed in ["", "eve@example.org"] {
        let wrong = page(&browser.form(&delete, &[("typed", typed)]).await, 400);
        assert!(wrong.contains("id=\"confirm-trouble\""), "{wrong}");
        assert!(stored(&house, &ada).await.is_some());
    }
    let gone = browser
        .form(&delete, &[("typed", " Ada@example.org ")])
        .await;
    assert!(
        gone.location().starts_with("/ui/identities?done="),
        "{gone:?}"
    );
    assert!(stored(&house, &ada).await.is_none());
    assert_eq!(browser.get(&delete).await.status, 404);
    let last = house.console(&[Role::Admin]).await;
    let found = last
        .get("/ui/identities?search=admin%40example.org")
        .await
        .page();
    let (_, id) = found.rsplit_once("href=\"/ui/identities/").unwrap();
    let own = format!("/ui/identities/{}/delete", &id[..36]);
    let kept = last.form(&own, &[("typed", "admin@example.org")]).await;
    assert_eq!(kept.status, 400, "{}", kept.page());
}

#[tokio::test]
async fn what_is_done_stands_in_their_history_page_by_page() {
    let house = House::new();
    let ada = house.resident("ada@example.org").await;
    let browser = house.console(&[Role::UserManager]).await;
    let history = path(&ada, "/history");
    let none = page(&browser.get(&history).await, 200);
    assert!(
        none.contains("No administrator has done anything to them."),
        "{none}"
    );
    for round in 0..51 {
        let state = if round % 2 == 0 { "inactive" } else { "active" };
        browser
            .form(&path(&ada, "/state"), &[("state", state)])
            .await;
        house.clock.advance(std::time::Duration::from_secs(1));
    }
    let shown = page(&browser.get(&history).await, 200);
    assert_eq!(
        shown.matches("<span>Changed a person").count(),
        50,
        "{shown}"
    );
    assert!(
        shown.contains("<del>Active</del> <ins>Switched off</ins>"),
        "{shown}"
    );
    let (before, _) = shown.split_once("\" rel=\"next\"").unwrap();
    let (_, next) = before.rsplit_once("href=\"").unwrap();
    let next = page(&browser.get(next).await, 200);
    assert_eq!(next.matches("<span>Changed a person").count(), 1, "{next}");
    assert!(!next.contains("rel=\"next\""), "{next}");
    let german = format!("{history}?ui_locales=de");
    let german = page(&browser.get(&german).await, 200);
    assert!(german.contains("<span>Person geändert"), "{german}");
    assert!(german.contains("<dt>Zustand</dt>"), "{german}");
    assert!(german.contains("<ins>Abgeschaltet</ins>"), "{german}");
}

#[tokio::test]
async fn an_act_without_words_stands_in_the_history_by_its_name() {
    let house = House::new();
    let ada = house.resident("ada@example.org").await;
    let entry = AuditEntry {
        id: AuditId::generate(&*house.services.entropy),
        at: house.services.clock.now(),
        actor: "anybody".to_owned(),
        actor_label: "anybody".to_owned(),
        verb: "identity.polish".to_owned(),
        object_kind: Some("identity".to_owned()),
        object_id: Some(ada.id.to_string()),
        client: None,
        request_id: None,
        outcome: "insufficient_role".to_owned(),
        before: None,
        after: None,
    };
    house.services.audit.append(&entry).await.unwrap();
    let browser = house.console(&[Role::Viewer]).await;
    let shown = page(&browser.get(&path(&ada, "/history")).await, 200);
    assert!(shown.contains("<span>identity.polish"), "{shown}");
    assert!(shown.contains("Nobody signed in"), "{shown}");
    assert!(shown.contains("<span class=\"detail\">"), "{shown}");
    assert!(!shown.contains("insufficient_role"), "{shown}");
}
