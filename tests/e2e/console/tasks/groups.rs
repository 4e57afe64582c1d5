//! The groups of the user profile editor: one that attributes are shown in stays.

use super::{ENGLISH, GERMAN, Reader, Task};
use crate::support::{ALICE, wait_until};

const GROUPS: &str = "/ui/schemas/default/groups";
const ATTRIBUTE: &str = "/ui/schemas/default/attribute";

/// KC-017.
async fn looks_after_groups(reader: Reader) {
    let gateway = super::super::house("echo:").start().await;
    ALICE.sign_up(&gateway).await;
    let task = Task::begin(("groups", reader), gateway, GROUPS).await;
    task.press("/add-group", "add").await;
    task.fill("name", " ").await;
    task.enter("no-name").await;
    task.is_refused().await;
    task.fill("name", "in_work").await;
    task.fill("header", "At_work").await;
    task.enter("added").await;
    task.is_done().await;
    task.press("/group?name=in_work", "change").await;
    task.fill("header", "In_the_office").await;
    task.fill("description", "Or_at_home").await;
    task.enter("changed").await;
    task.is_done().await;
    used(&task).await;
    removed(&task).await;
}

/// It is used as soon as it is there, and cannot go while it is.
async fn used(task: &Task) {
    let degree = format!("{ATTRIBUTE}?path=academic-degree");
    task.open(&degree, "attribute").await;
    task.choose("group", "in_work").await;
    task.press(ATTRIBUTE, "grouped").await;
    task.is_done().await;
    let client = task.gateway.anonymous();
    let form = format!("{}/.portcullis/registration", task.gateway.url());
    wait_until("the heading to be read", async || {
        let (_, page) = client.follow(&form).await;
        let page = page.text().await.unwrap();
        (page.contains("In_the_office") && page.contains("Or_at_home")).then_some(())
    })
    .await;
    task.press(GROUPS, "in-use").await;
    task.press("/remove-group?name=in_work", "stays").await;
    task.is_refused().await;
    assert!(!task.has("main form").await, "nothing can be pressed");
    task.press(GROUPS, "still-there").await;
    assert!(task.has("a[href*='group?name=in_work']").await);
}

async fn removed(task: &Task) {
    let degree = format!("{ATTRIBUTE}?path=academic-degree");
    task.open(&degree, "attribute-again").await;
    task.choose("group", "").await;
    task.press(ATTRIBUTE, "alone").await;
    task.is_done().await;
    task.press(GROUPS, "unused").await;
    task.press("/remove-group?name=in_work", "remove").await;
    task.press("/ui/schemas/default/remove-group", "removed")
        .await;
    task.is_done().await;
    assert!(!task.has("main table").await);
}

#[tokio::test]
async fn a_group_that_attributes_are_shown_in_stays_until_they_are_elsewhere() {
    looks_after_groups(ENGLISH).await;
}

#[tokio::test]
async fn groups_are_looked_after_in_german_on_a_phone() {
    looks_after_groups(GERMAN).await;
}
