//! One person in the console, in German and without scripts: what is seldom changed, the move to
//! another schema, and the history that tells of both.

use super::{house, make_administrator};
use crate::support::{ALICE, BOB, Browser};

/// A schema in which nobody is reached by their address.
const NARROW: &str = "[[identity.schemas]]\nid = \"narrow\"\ninline = '''{\"type\": \"object\", \
    \"properties\": {\"email\": {\"type\": \"string\", \"ory.sh/kratos\": {\"credentials\": \
    {\"password\": {\"identifier\": true}}}}}, \"additionalProperties\": false}'''";

#[tokio::test]
async fn a_person_is_edited_and_moved_in_the_language_that_was_asked_for() {
    let gateway = house("echo:").table(NARROW).start().await;
    ALICE.sign_up(&gateway).await;
    BOB.sign_up(&gateway).await;
    make_administrator(&gateway, "admin");
    let browser = Browser::open_without_scripts().await;
    let list = format!("{}/ui/identities?search=bob", gateway.admin_url());
    browser.goto(&format!("{list}&ui_locales=de")).await;
    browser.see("Anmelden").await;
    ALICE.sign_in_in(&browser).await;
    browser.arrive_at("/ui/identities").await;
    browser.press(BOB.email).await;
    browser.see("Bekannt über diese Person").await;
    let click = async |what: &str| {
        let click = format!("document.querySelector('{what}').click()");
        browser.run(&click, vec![]).await;
    };
    click(".advanced summary").await;
    browser.fill("external_id", "hr-7").await;
    browser.fill("metadata_public", "{\"size\": }").await;
    click(".advanced form button").await;
    browser.see("Das ist kein JSON: Zeile 1").await;
    browser.fill("metadata_public", "{\"size\": \"m\"}").await;
    click(".advanced form button").await;
    browser.see("Gespeichert.").await;
    browser.see("hr-7").await;

    click(".advanced summary").await;
    browser.press("Ansehen, was sich ändert").await;
    let lost = format!("Das ist keine Adresse dieser Person mehr: {}", BOB.email);
    browser.see(&lost).await;
    browser.press("Wechseln").await;
    browser.see("Jetzt gilt das andere Schema.").await;
    browser.press("Verlauf").await;
    browser.see("Person geändert").await;
    click("details.data summary").await;
    browser.see("narrow").await;
    browser.press("Personen").await;
    let url = browser.arrive_at("/ui/identities").await;
    assert!(url.contains("ui_locales=de"), "{url}");
}
