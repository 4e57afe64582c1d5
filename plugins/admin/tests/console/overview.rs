//! The overview.

use portcullis_core::{catalogue::Code, event::Event, id::SessionId};

use crate::{Role, tests::house::House};

const PAGE: &str = "/ui/overview";

#[tokio::test]
async fn the_console_begins_with_what_there_is_and_what_has_happened() {
    let house = House::new();
    let ada = house.resident("ada@example.org").await;
    let announcer = &house.services.announcer;
    for _ in 0..3 {
        announcer.announce(&Event::SignedIn {
            identity: ada.id,
            session: SessionId::generate(&*house.services.entropy),
            method: "password",
            provider: None,
        });
    }
    announcer.refuse("password", Code::CredentialsInvalid);
    let browser = house.console(&[Role::Viewer]).await;
    let begin = browser.get("/ui").await;
    assert_eq!(begin.location(), PAGE);
    let page = browser.get(PAGE).await.page();
    for part in [
        "<a href=\"/ui/identities\">People</a></dt><dd><span class=\"value\">2</span>",
        "Sessions now</dt><dd><span class=\"value\">1</span>",
        "</span>Signed in: 3</span>",
        "</span>Refused: 1</span>",
        "</span>People: 1</span>",
        "</span>People: 2</span>",
        "class=\"unknown\"",
        "Heard by this node since",
        "Of everybody who is stored, on every node",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert_eq!(page.matches("<section class=\"chart\"").count(), 4);
    assert!(!page.contains(" style="), "the policy allows none: {page}");
    let (_, hours) = page.split_once("id=\"chart-1\"").unwrap();
    let (hours, _) = hours.split_once("</section>").unwrap();
    let rows = hours.matches("<th scope=\"row\">").count();
    assert_eq!(rows, 1, "only hours in which this node listened: {hours}");
    assert!(hours.contains("<td>3</td><td>1</td>"), "{hours}");
    let german = browser.with("accept-language", "de");
    let page = german.get(PAGE).await.page();
    for part in ["Überblick</a>", "Von diesem Knoten gehört seit"] {
        assert!(page.contains(part), "{part}: {page}");
    }
}
