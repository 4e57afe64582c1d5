//! An administrator looks after people with the keyboard alone: the focus shows itself at every stop,
//! and nobody has to walk through the menu on every page.

use super::{house, make_administrator};
use crate::support::{ALICE, BOB, Browser};

const ENTER: char = '\u{E007}';
const CAROL: &str = "carol@example.org";

/// Types into the next field of this name.
async fn fill(browser: &Browser, field: &str, value: &str) {
    browser.tab_to(field).await;
    browser.type_over(value).await;
}

/// Presses the next button or link of this name, which leads to a page with this text.
async fn press(browser: &Browser, name: &str, leads_to: &str) {
    browser.tab_to(name).await;
    enter(browser, leads_to).await;
}

async fn enter(browser: &Browser, leads_to: &str) {
    browser.leave_by(ENTER).await;
    browser.see(leads_to).await;
}

/// Leaps over the menu: what comes first leads there.
async fn skip(browser: &Browser) {
    browser.tab_on().await;
    let first = "return document.activeElement.className";
    assert_eq!(browser.run(first, vec![]).await, "skip", "it comes first");
    browser.tab_to("#content").await;
    browser.strike(ENTER).await;
    browser.tab_on().await;
    let inside = "return document.getElementById('content').contains(document.activeElement)";
    assert_eq!(
        browser.run(inside, vec![]).await,
        true,
        "the menu is behind"
    );
}

/// Where the person is whose row is found by what is typed.
async fn search(browser: &Browser, text: &str) -> String {
    fill(browser, "search", text).await;
    browser.see("People found: 1").await;
    let link = "return document.querySelector('#people th a').getAttribute('href')";
    let link = browser.run(link, vec![]).await;
    link.as_str().unwrap().to_owned()
}

#[tokio::test]
async fn people_are_found_created_changed_and_deleted_by_the_keyboard_alone() {
    let gateway = house("echo:").start().await;
    ALICE.sign_up(&gateway).await;
    BOB.sign_up(&gateway).await;
    make_administrator(&gateway, "admin");
    let browser = Browser::open().await;
    let people = format!("{}/ui/identities", gateway.admin_url());
    browser.goto(&people).await;
    fill(&browser, "identifier", ALICE.email).await;
    fill(&browser, "password", ALICE.password).await;
    enter(&browser, "People found: 2").await;
    skip(&browser).await;
    let bob = search(&browser, "bob").await;
    press(&browser, &bob, "Known about them").await;
    skip(&browser).await;
    fill(&browser, "traits.name.first", "Robert").await;
    enter(&browser, "Saved.").await;
    press(&browser, "/ui/identities", "People found: 2").await;
    creates(&browser).await;
    press(&browser, "/ui/identities", "People found: 3").await;
    let carol = search(&browser, "carol").await;
    press(&browser, &carol, "Known about them").await;
    switches_off(&browser).await;
    press(&browser, "/delete", "Type their address or id").await;
    fill(&browser, "typed", CAROL).await;
    enter(&browser, "The person is deleted.").await;
    browser.see("People found: 2").await;
    press(&browser, "/ui/sign-out", "You are signed out").await;
}

/// With a mistake first, which leads back to its field.
async fn creates(browser: &Browser) {
    press(browser, "/ui/identities/new", "How they come in").await;
    fill(browser, "traits.email", BOB.email).await;
    enter(browser, "Somebody signs in with the same already.").await;
    fill(browser, "traits.email", CAROL).await;
    enter(browser, "This is shown only now").await;
}

async fn switches_off(browser: &Browser) {
    press(browser, "/state", "Nothing of theirs is deleted.").await;
    press(browser, "state=inactive", "They cannot sign in.").await;
    press(browser, "state=active", "They may sign in.").await;
}
