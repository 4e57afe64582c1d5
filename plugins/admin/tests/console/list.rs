//! The list of people.

use portcullis_core::identity::{IdentityState, IdentityStore};

use crate::{Role, tests::house::House};

#[tokio::test]
async fn people_are_found_and_narrowed_down() {
    let house = House::new();
    house.resident("ada@example.org").await;
    let mut bob = house.resident("bob@example.org").await;
    bob.state = IdentityState::Inactive;
    IdentityStore::update(&*house.store, &bob).await.unwrap();
    let browser = house.console(&[Role::Viewer]).await;
    let all = browser.get("/ui/identities").await.page();
    for who in ["ada@example.org", "bob@example.org", "viewer@example.org"] {
        assert!(all.contains(&format!(">{who}</a>")), "{all}");
    }
    assert!(all.contains("People found: 3"), "{all}");
    let bobs = format!("href=\"/ui/identities/{}\"", bob.id);
    for query in [
        "search=bob",
        "state=inactive",
        "search=*ob%40ex*&state=inactive&from=2026-11-22&until=2026-11-22&role=&page_size=9",
    ] {
        let found = browser.get(&format!("/ui/identities?{query}")).await.page();
        assert!(found.contains(&bobs), "{query}: {found}");
        assert!(!found.contains(">ada@example.org</a>"), "{query}: {found}");
    }
    let typed = browser
        .get("/ui/identities?search=bob&state=inactive")
        .await;
    assert!(
        typed.page().contains("value=\"bob\""),
        "what was typed stays"
    );
    assert!(typed.page().contains("value=\"inactive\" selected"));
    let earlier = browser.get("/ui/identities?until=2026-11-21").await.page();
    assert!(earlier.contains("Nobody fits."), "{earlier}");
    assert!(
        earlier.contains("href=\"/ui/identities\">Show everybody"),
        "{earlier}"
    );
}

#[tokio::test]
async fn what_cannot_be_searched_for_is_told_beside_the_field() {
    let house = House::new();
    let browser = house.console(&[Role::Viewer]).await;
    let wrong = browser
        .get("/ui/identities?search=%22open&state=active")
        .await;
    assert_eq!(wrong.status, 400);
    let page = wrong.page();
    assert!(page.contains("id=\"search-trouble\""), "{page}");
    let fields = "a name before a colon is that of a field: ";
    assert!(page.contains(fields) && page.contains("email, "), "{page}");
    assert!(page.contains("value=\"&quot;open\""), "{page}");
    for query in [
        "from=yesterday",
        "sort=shoe",
        "page_token=x",
        "until=9999-12-31",
    ] {
        let wrong = browser.get(&format!("/ui/identities?{query}")).await;
        assert_eq!(wrong.status, 400, "{query}");
    }
}

#[tokio::test]
async fn a_long_list_is_paged_through_and_back() {
    let house = House::new();
    for number in 0..70 {
        house.resident(&format!("p{number:02}@example.org")).await;
    }
    let browser = house.console(&[Role::Viewer]).await;
    let to = |page: &str, label: &str| {
        let (before, _) = page.split_once(&format!(">{label}</a>")).unwrap();
        let (_, link) = before.rsplit_once("<a href=\"").unwrap();
        let link = link.split_once('"').map_or(link, |(link, _)| link);
        link.replace("&amp;", "&")
    };
    let first = browser
        .get("/ui/identities?search=p&sort=created_at")
        .await
        .page();
    assert_eq!(first.matches("<th scope=\"row\"").count(), 50);
    assert!(!first.contains(">Previous</a>"), "{first}");
    let second = browser.get(&to(&first, "Next")).await.page();
    assert_eq!(second.matches("<th scope=\"row\"").count(), 20);
    assert!(second.contains(">p69@example.org</a>"), "{second}");
    assert!(!second.contains(">Next</a>"), "{second}");
    let back = browser.get(&to(&second, "Previous")).await.page();
    assert!(back.contains(">p00@example.org</a>"), "{back}");
    let begin = to(&second, "First");
    assert_eq!(begin, "/ui/identities?search=p&sort=created_at");
}

#[tokio::test]
async fn a_page_is_in_the_readers_language_and_runs_nothing_but_our_script() {
    let house = House::new();
    let browser = house.console(&[Role::Admin]).await;
    let page = browser
        .clone()
        .with("accept-language", "de")
        .get("/ui/identities")
        .await;
    let policy = page.header("content-security-policy").to_owned();
    assert!(policy.contains("script-src 'self'"), "{policy}");
    assert!(policy.contains("default-src 'none'"), "{policy}");
    let page = page.page();
    assert!(page.contains("<html lang=\"de\""), "{page}");
    assert!(
        page.contains("aria-current=\"page\">Personen</a>"),
        "{page}"
    );
    for end in [".css\"", ".js\""] {
        let (before, _) = page.rsplit_once(end).unwrap();
        let (_, path) = before.rsplit_once('"').unwrap();
        let asset = browser
            .get(&format!("{path}{}", end.trim_end_matches('"')))
            .await;
        assert_eq!(asset.status, 200, "{path}");
        assert!(asset.header("cache-control").contains("immutable"));
    }
    let plain = browser.get("/admin/identities").await;
    assert!(
        !plain
            .header("content-security-policy")
            .contains("script-src")
    );
}

#[tokio::test]
async fn a_script_that_searches_gets_the_list_alone() {
    let house = House::new();
    house.resident("ada@example.org").await;
    let browser = house.console(&[Role::Viewer]).await;
    let found = browser.get("/ui/identities?search=ada&fragment=1").await;
    let part = found.page();
    assert!(part.contains(">ada@example.org</a>"), "{part}");
    assert!(!part.contains("<html") && !part.contains("<form"), "{part}");
    assert!(
        !part.contains("fragment"),
        "no link leads to a part: {part}"
    );
    let wrong = browser.get("/ui/identities?search=%22a&fragment=1").await;
    assert_eq!(wrong.status, 400);
    let page = browser.get("/ui/identities").await.page();
    assert!(page.contains("data-live=\"people\""), "{page}");
    assert!(
        page.contains("id=\"people-told\" role=\"status\""),
        "{page}"
    );
}
