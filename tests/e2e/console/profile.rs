//! The user profile editor: an attribute is asked for as soon as it is there, and gone with what was
//! changed. The whole story is told by a browser that runs no scripts.

use super::{make_administrator, running};
use crate::support::{ALICE, Browser};

/// KC-017.
#[tokio::test]
async fn a_profile_is_changed_by_attribute_group_and_json_without_scripts() {
    let gateway = running("echo:").await;
    ALICE.sign_up(&gateway).await;
    make_administrator(&gateway, "admin");
    let browser = Browser::open_without_scripts().await;
    let schemas = format!("{}/ui/schemas", gateway.admin_url());
    browser.goto(&schemas).await;
    browser.see("Sign in").await;
    ALICE.sign_in_in(&browser).await;
    browser.arrive_at("/ui/schemas").await;
    browser.press("default").await;
    browser.press("Attribute groups").await;
    browser.see("There is no group yet.").await;
    browser.press("Add a group").await;
    browser.fill("name", "work").await;
    browser.fill("header", "At work").await;
    browser.submit().await;
    browser.see("The group is saved.").await;
    browser.press("Attributes").await;
    browser.press("Add an attribute").await;
    browser.fill("title", "Your team").await;
    let choose = "document.querySelector('[name=group]').value = 'work'";
    browser.run(choose, vec![]).await;
    browser.fill("name", "team").await;
    browser.submit().await;
    browser.see("The attribute is added.").await;
    browser.see("Changed here, over the configuration").await;
    let registration = format!("{}/.portcullis/registration", gateway.url());
    let (_, form) = gateway.anonymous().follow(&registration).await;
    let form = form.text().await.unwrap();
    assert!(form.contains("Your team"), "{form}");
    assert!(form.contains("At work"), "{form}");

    browser.press("JSON editor").await;
    browser.see("The document, a JSON Schema").await;
    browser.fill("document", "{ \"type\": ").await;
    browser.press("Check").await;
    browser.see("This is no JSON: line 1").await;
    browser.press("JSON editor").await;
    browser.press("Check").await;
    browser.see("Everybody would fit").await;
    browser.press("Attribute groups").await;
    browser.press("Remove").await;
    browser.see("Put these elsewhere first: team").await;
    browser.goto(&format!("{schemas}/default/json")).await;
    browser.press("Back to the configuration").await;
    browser.see("What was changed here is lost").await;
    browser.press("Back to the configuration").await;
    browser
        .see("What the configuration says counts again.")
        .await;
    let (_, form) = gateway.anonymous().follow(&registration).await;
    assert!(!form.text().await.unwrap().contains("Your team"));
}
