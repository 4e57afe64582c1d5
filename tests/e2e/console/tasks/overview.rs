//! The overview after a busy morning: what was counted is drawn and told as a table, and each number leads
//! to what it is about.

use super::{ENGLISH, ENTER, GERMAN, Reader, Task};
use crate::{
    e2e::abuse::guess,
    support::{ALICE, Anonymous, BOB},
};

async fn looks_at_the_overview(reader: Reader) {
    let house = super::super::house("echo:").listen("trusted_proxies = [\"127.0.0.0/8\"]");
    let gateway = house.start().await;
    ALICE.sign_up(&gateway).await;
    let bob = BOB.sign_up(&gateway).await;
    for _ in 0..7 {
        assert_eq!(BOB.sign_in(&gateway).await.status("/").await, 200);
        assert_eq!(bob.status("/").await, 200);
    }
    let client = Anonymous::without_cookies(&gateway.url());
    for index in 0..4 {
        guess(&client, &format!("203.0.113.{index}"), BOB.email).await;
    }
    let task = Task::begin(("overview", reader), gateway, "/ui/overview").await;
    drawn(&task).await;
    unfolded(&task).await;
    led_on(&task).await;
}

/// What a bar says is what its chart says in all.
async fn drawn(task: &Task) {
    let legend = task.texts(".chart:first-child .legend span").await;
    let titles = "return [...document.querySelectorAll('.chart:first-child .bar-1 title')]
        .map(title => Number(title.textContent.split(': ').pop()))
        .reduce((sum, one) => sum + one, 0)";
    let failures = task.browser.run(titles, vec![]).await;
    assert_eq!(failures, 4, "{legend:?}");
    assert!(legend.iter().any(|one| one.ends_with(": 4")), "{legend:?}");
}

/// The same numbers stand in a table, which the keyboard unfolds.
async fn unfolded(task: &Task) {
    task.browser.goto(&task.address("/ui/overview")).await;
    assert!(!task.has(".chart details[open]").await);
    task.reach(".chart summary").await;
    task.browser.strike(ENTER).await;
    assert!(task.has(".chart details[open]").await, "it is unfolded");
    let cells = task.texts(".chart details[open] td").await;
    assert!(cells.iter().any(|cell| cell == "4"), "{cells:?}");
}

/// A number leads to what it counts.
async fn led_on(task: &Task) {
    let links = "return [...document.querySelectorAll('.tiles a')]
        .map(link => link.getAttribute('href'))";
    let links = task.browser.run(links, vec![]).await;
    let links = links.as_array().unwrap().iter();
    let links: Vec<&str> = links.map(|link| link.as_str().unwrap()).collect();
    assert!(!links.is_empty());
    for (index, link) in links.iter().enumerate() {
        task.open("/ui/overview", &format!("again-{index}")).await;
        task.press_on(&format!(".tiles a[href='{link}']"), &format!("led-{index}"))
            .await;
        let path = task.path().await;
        assert_eq!(Some(path.as_str()), link.split('?').next());
    }
}

#[tokio::test]
async fn the_overview_tells_and_draws_what_was_counted() {
    looks_at_the_overview(ENGLISH).await;
}

#[tokio::test]
async fn the_overview_is_read_in_german_on_a_phone() {
    looks_at_the_overview(GERMAN).await;
}
