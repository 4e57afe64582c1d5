//! What somebody else has already, told where it was typed, with the way to them.

use super::{page, path};
use crate::{Role, tests::house::House};

/// The field of the address on a page.
fn field(page: &str) -> &str {
    let (_, rest) = page.split_once("name=\"traits.email\"").unwrap();
    rest.split_once('>').unwrap().0
}

fn told(page: &str, way: &str) {
    let field = field(page);
    assert!(field.contains("aria-invalid=\"true\""), "{field}");
    assert!(field.contains("autofocus"), "{field}");
    let text = "Somebody signs in with the same already.";
    assert!(
        page.contains(&format!("{text} <a href=\"{way}\">bob@example.org</a>")),
        "{page}"
    );
    assert_eq!(page.matches(text).count(), 2, "above and beside: {page}");
    assert!(!page.contains("This identity conflicts"), "{page}");
}

/// KC-003.
#[tokio::test]
async fn an_address_that_somebody_has_is_told_beside_its_field_when_a_person_is_created_or_changed()
{
    let house = House::new();
    let (ada, bob) = (
        house.resident("ada@example.org").await,
        house.resident("bob@example.org").await,
    );
    let browser = house.console(&[Role::UserManager]).await;
    let taken = [("traits.email", "Bob@example.org")];
    let refused = browser.form(&path(&ada, ""), &taken).await;
    told(&refused.page(), &path(&bob, ""));
    let all = [("schema_id", "default"), ("way", "nothing"), taken[0]];
    let refused = browser.form("/ui/identities/new", &all).await;
    told(&page(&refused, 409), &path(&bob, ""));
}

#[tokio::test]
async fn each_page_of_a_person_has_a_title_of_its_own() {
    let house = House::new();
    let ada = house.resident("ada@example.org").await;
    let browser = house.console(&[Role::Admin]).await;
    for (end, title) in [
        ("", "Details"),
        ("/sign-in", "Signing in"),
        ("/sessions", "Sessions"),
        ("/history", "History"),
        ("/delete", "Delete"),
        ("/impersonate", "Act as this person"),
    ] {
        let page = page(&browser.get(&path(&ada, end)).await, 200);
        let title = format!("<title>{title} · ada@example.org · ");
        assert!(page.contains(&title), "{title}: {page}");
    }
    let saved = [
        ("traits.email", "ada@example.org"),
        ("traits.name.first", "Augusta"),
    ];
    let saved = browser.form(&path(&ada, ""), &saved).await;
    let told = page(&browser.get(saved.location()).await, 200);
    let [lead, notice, tabs] = ["class=\"lead\"", "alert success", "class=\"tabs\""]
        .map(|part| told.find(part).unwrap_or_else(|| panic!("{part}: {told}")));
    assert!(lead < notice && notice < tabs, "{told}");
}

#[tokio::test]
async fn what_is_handed_out_can_be_copied_and_whoever_mistypes_has_the_field() {
    let house = House::new();
    let ada = house.resident("ada@example.org").await;
    let browser = house.console(&[Role::UserManager]).await;
    let recovery = path(&ada, "/recovery");
    let handed = browser.form(&recovery, &[("by", "code")]).await;
    let handed = page(&handed, 200);
    for part in [
        "data-copy=\"handed-link\"",
        "<script type=\"module\" src=\"/ui/",
        "A way back in, shown only now",
    ] {
        assert!(handed.contains(part), "{part}: {handed}");
    }
    let refused = browser
        .form(&path(&ada, "/delete"), &[("typed", "bob")])
        .await
        .page();
    let (_, typed) = refused.split_once("name=\"typed\"").unwrap();
    let (typed, _) = typed.split_once('>').unwrap();
    assert!(typed.contains("autofocus"), "{typed}");
}
