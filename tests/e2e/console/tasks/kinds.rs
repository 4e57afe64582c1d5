//! A provider of each kind: its form is come to by the keyboard and looked at; the one that proves itself by
//! a key is added with one, and a name that cannot be one is told.

use super::{ENGLISH, GERMAN, Reader, Task};
use crate::support::ALICE;

const KINDS: &str = "/ui/providers/new";

/// XP-10.
async fn looks_at_each_kind(reader: Reader) {
    let gateway = super::super::house("echo:").start().await;
    ALICE.sign_up(&gateway).await;
    let task = Task::begin(("kinds", reader), gateway, "/ui/providers").await;
    task.press(KINDS, "all").await;
    let links = "return [...document.querySelectorAll('.kinds a')]
        .map(link => link.getAttribute('href'))";
    let links = task.browser.run(links, vec![]).await;
    let links = links.as_array().unwrap().iter();
    let links: Vec<&str> = links.map(|link| link.as_str().unwrap()).collect();
    assert!(links.len() > 10, "{links:?}");
    for link in &links {
        let kind = link.split_once("kind=").unwrap().1;
        task.press_on(&format!(".kinds a[href='{link}']"), kind)
            .await;
        assert!(task.has("[name=client_id]").await, "{kind}");
        task.press_on("main .fields .row a", &format!("all-after-{kind}"))
            .await;
    }
    signs_with_a_key(&task).await;
}

/// What is no key is told beside its field, and the key is never shown again.
async fn signs_with_a_key(task: &Task) {
    task.open(&format!("{KINDS}?kind=apple&id=no%20name"), "no-name")
        .await;
    task.is_refused().await;
    task.open(&format!("{KINDS}?kind=apple"), "apple-form")
        .await;
    task.fill("label", "At_the_orchard").await;
    task.fill("client_id", "org.example.gate").await;
    task.fill("team_id", "TEAM123456").await;
    task.fill("key_id", "KEY1234567").await;
    task.paste("private_key", "no key at all").await;
    task.press_on("main .fields.panel button.primary", "no-key")
        .await;
    task.is_refused().await;
    assert_eq!(task.texts("[name=team_id]").await, ["TEAM123456"]);
    assert_eq!(task.texts("[name=private_key]").await, [""], "not shown");
    task.paste("private_key", &key()).await;
    task.press_on("main .fields.panel button.primary", "apple-added")
        .await;
    task.is_done().await;
    assert!(!task.browser.text().await.contains("PRIVATE KEY"));
}

/// A key on the curve that Apple asks for (RFC 7518, section 3.4), in PEM.
fn key() -> String {
    let made = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256);
    made.unwrap().serialize_pem()
}

#[tokio::test]
async fn each_kind_of_provider_has_a_form_that_can_be_filled_in() {
    looks_at_each_kind(ENGLISH).await;
}

#[tokio::test]
async fn each_kind_of_provider_is_looked_at_in_german_on_a_phone() {
    looks_at_each_kind(GERMAN).await;
}
