//! Somebody whose browser runs no scripts finds, creates and deletes people all the same.

use super::{house, make_administrator};
use crate::support::{ALICE, BOB, Browser};

#[tokio::test]
async fn people_are_found_created_and_deleted_without_scripts() {
    let gateway = house("echo:").start().await;
    ALICE.sign_up(&gateway).await;
    BOB.sign_up(&gateway).await;
    make_administrator(&gateway, "admin");
    let browser = Browser::open_without_scripts().await;
    browser.goto(&format!("{}/ui", gateway.admin_url())).await;
    ALICE.sign_in_in(&browser).await;
    browser.arrive_at("/ui/overview").await;
    browser.see("Sessions now").await;
    browser.press("People").await;
    browser.see("People found: 2").await;
    browser.fill("search", "email:bob*").await;
    browser.press("Search").await;
    browser.see("People found: 1").await;
    browser.see(BOB.email).await;
    browser.fill("search", "").await;
    let narrow = "document.querySelector('.filters').open = true;
        document.querySelector('[name=role]').value = 'admin'";
    browser.run(narrow, vec![]).await;
    browser.press("Show").await;
    browser.see("People found: 1").await;
    browser.see(ALICE.email).await;
    browser.press("Show everybody").await;
    browser.see("People found: 2").await;

    browser.press("Create a person").await;
    browser.fill("traits.email", BOB.email).await;
    browser.fill("traits.name.first", "Carol").await;
    browser.press("Create").await;
    browser
        .see("Somebody signs in with the same already.")
        .await;
    let first = "return document.querySelector('[name=\"traits.name.first\"]').value";
    assert_eq!(browser.run(first, vec![]).await, "Carol", "it is kept");
    browser.fill("traits.email", "carol@example.org").await;
    browser.press("Create").await;
    browser.see("This is shown only now").await;
    let copy =
        "return [...document.querySelectorAll('[data-copy]')].some(one => one.checkVisibility())";
    assert_eq!(browser.run(copy, vec![]).await, false, "it needs scripts");
    browser.press("People").await;
    browser.see("People found: 3").await;
    browser.press("carol@example.org").await;
    browser.press("Delete").await;
    browser.fill("typed", "somebody else").await;
    browser.press("Delete for good").await;
    browser
        .see("This is neither their address nor their id.")
        .await;
    browser.fill("typed", "carol@example.org").await;
    browser.press("Delete for good").await;
    browser.see("The person is deleted.").await;
    browser.see("People found: 2").await;
}
