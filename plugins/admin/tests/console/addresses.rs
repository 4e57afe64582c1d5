//! Addresses that forms are sent to, opened without one, and forms that come too late.

use std::collections::BTreeSet;

use http::Method;
use portcullis_core::session::SessionStore;

use crate::{Role, console, tests::house::House};

fn address(path: &str) -> String {
    let parts = path.split('/').map(|part| match part.starts_with('{') {
        true => "00000000-0000-4000-8000-000000000000",
        false => part,
    });
    parts.collect::<Vec<_>>().join("/")
}

/// Every address of the table that is asked by this method.
fn asked_by(method: &Method) -> BTreeSet<String> {
    let all = console::table().into_list().into_iter();
    let asked = all.filter(|page| page.method == *method);
    asked.map(|page| address(page.path)).collect()
}

#[tokio::test]
async fn whoever_opens_an_address_that_takes_forms_comes_to_a_page() {
    let house = House::new();
    let browser = house.console(&[Role::Admin]).await;
    let pages = asked_by(&Method::GET);
    for path in asked_by(&Method::POST) {
        let reply = browser.get(&path).await;
        match reply.status {
            303 => assert!(pages.contains(reply.location()), "{path}: {reply:?}"),
            status => assert!(!matches!(status, 405 | 500..), "{path}: {reply:?}"),
        }
    }
}

#[tokio::test]
async fn it_is_the_page_that_has_the_form() {
    let house = House::new();
    let browser = house.console(&[Role::Admin]).await;
    for (path, page) in [
        ("/ui/api-credentials/1/rotate", "/ui/api-credentials/1"),
        ("/ui/identities/1/roles", "/ui/identities/1"),
        ("/ui/identities/1/addresses", "/ui/identities/1"),
        ("/ui/identities/1/recovery", "/ui/identities/1/sign-in"),
        ("/ui/identities/1/links", "/ui/identities/1/sign-in"),
        (
            "/ui/identities/1/credentials/2/label",
            "/ui/identities/1/credentials/2",
        ),
        (
            "/ui/identities/1/credentials/2/move",
            "/ui/identities/1/sign-in",
        ),
        ("/ui/identities/1/actions-email", "/ui/identities/1/actions"),
        ("/ui/schemas/default/check", "/ui/schemas/default/json"),
        ("/ui/providers/corp/enable", "/ui/providers/corp"),
        (
            "/ui/throttles/1/lift?subject=a%20b&ui_locales=de",
            "/ui/throttles?subject=a%20b&ui_locales=de",
        ),
        ("/ui/sign-out", "/ui"),
    ] {
        let led = browser.get(path).await;
        assert_eq!((led.status, led.location()), (303, page), "{path}");
    }
}

#[tokio::test]
async fn where_nothing_is_or_goes_a_link_leads_on() {
    let house = House::new();
    let browser = house.console(&[Role::Admin]).await;
    for (method, path, status) in [
        (Method::GET, "/ui/nowhere", 404),
        (Method::POST, "/ui/audit", 405),
    ] {
        let reply = browser.ask(method, path, Vec::new()).await;
        assert_eq!(reply.status, status);
        assert!(reply.page().contains("href=\"/ui\">"), "{reply:?}");
    }
}

#[tokio::test]
async fn whose_session_ends_over_a_form_comes_back_to_it_by_signing_in() {
    let house = House::new();
    let boss = house
        .resident_with("boss@example.org", &[Role::Admin])
        .await;
    let who = house.principal(&boss).await;
    let browser = house.console_of(&who).await;
    house.store.revoke(who.session.id).await.unwrap();
    let form = "/ui/api-credentials/new";
    let late = browser.form(form, &[("name", "nightly")]).await;
    assert_eq!(late.status, 401);
    let link = format!("href=\"{form}\">");
    assert!(late.page().contains(&link), "{}", late.page());
    let begun = browser.get(form).await;
    let place = "/console?return_to=%2Fui%2Fapi-credentials%2Fnew&";
    assert!(begun.location().contains(place), "{begun:?}");
    // Other pages may have a form that is sent there, too.
    let table = "/ui/throttles?subject=a%20b";
    for (referer, page) in [
        (
            "https://admin.test/ui/throttles?subject=ada&done=x",
            "/ui/throttles?subject=ada",
        ),
        ("https://admin.test/ui/throttles?done=x", "/ui/throttles"),
        ("https://evil.test/ui/throttles?subject=ada", form),
        ("https://admin.test//evil.test/ui", form),
        ("https://admin.test/admin/identities", form),
        ("about:blank", form),
        (
            &format!("https://admin.test{table}"),
            "/ui/throttles?subject=a+b",
        ),
    ] {
        let late = browser.clone().with("referer", referer);
        let late = late.form(form, &[]).await;
        let link = format!("href=\"{page}\">");
        assert!(late.page().contains(&link), "{referer}: {}", late.page());
    }
}
