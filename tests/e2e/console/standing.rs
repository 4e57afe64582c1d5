//! What somebody may do, whether they may come in, and what they have to do first: changed in a
//! browser, and felt by them at once.

use serde_json::json;

use super::{enter, has, house, looking_at, make_administrator, tick};
use crate::support::{
    ALICE, BOB, Browser, LET_IN_AT_ONCE, SignedIn, SmtpServer, TestGateway, person::whoami,
    wait_until,
};

/// KC-078, KC-094.
#[tokio::test]
async fn what_somebody_may_and_has_to_do_is_changed_in_a_browser() {
    let mail = SmtpServer::start().await;
    let lines = format!("{}\n{LET_IN_AT_ONCE}", mail.table());
    let gateway = house("echo:").table(&lines).start().await;
    ALICE.sign_up(&gateway).await;
    make_administrator(&gateway, "admin");
    let bob = BOB.sign_up(&gateway).await;
    let browser = looking_at(&gateway, BOB.email).await;
    roles(&browser, (&gateway, &bob)).await;
    addresses(&browser, &bob).await;
    let bob = state(&browser, (&gateway, &bob)).await;
    actions(&browser, &bob).await;
    letter(&browser, &mail).await;
    browser.press("History").await;
    browser.see("Before and after").await;
    browser.see(ALICE.email).await;
}

async fn roles(browser: &Browser, (gateway, bob): (&TestGateway, &SignedIn)) {
    let list = format!("{}/ui/identities", gateway.admin_url());
    tick(browser, "[name=role-viewer]").await;
    browser.fill("others", "editor").await;
    browser.press("Save the roles").await;
    browser.see("Saved.").await;
    assert!(has(browser, "[name=role-viewer]:checked").await);
    assert!(has(browser, "[name=others][value=editor]").await);
    let page = enter(&bob.client, &list).await;
    assert!(page.contains(ALICE.email), "{page}");
    assert!(!page.contains("/ui/identities/new"), "he only looks");
    tick(browser, "[name=role-viewer]").await;
    browser.press("Save the roles").await;
    browser.see("They lose the role viewer").await;
    browser.press("Take them away").await;
    browser.see("Saved.").await;
    assert!(!has(browser, "[name=role-viewer]:checked").await);
    wait_until("the console to close", async || {
        let (_, page) = bob.client.follow(&list).await;
        (page.status() == 403).then_some(())
    })
    .await;
}

async fn addresses(browser: &Browser, bob: &SignedIn) {
    let is_proved = async |wanted: bool| {
        wait_until("the address to be marked", async || {
            let session = whoami(&bob.client).await;
            let is = session["identity"]["verifiable_addresses"][0]["verified"] == wanted;
            is.then_some(())
        })
        .await;
    };
    browser.press("Mark as verified").await;
    browser.see("Proved on").await;
    is_proved(true).await;
    browser.press("Mark as not verified").await;
    browser.see("Not verified").await;
    is_proved(false).await;
}

/// Bob is out at once, and comes in again once he may.
async fn state(browser: &Browser, (gateway, bob): (&TestGateway, &SignedIn)) -> SignedIn {
    browser.press("Switch off").await;
    browser.see("Nothing of theirs is deleted.").await;
    browser.press("Cancel").await;
    browser.see("They may sign in.").await;
    browser.press("Switch off").await;
    browser.see("Nothing of theirs is deleted.").await;
    browser.press("Switch off").await;
    browser
        .see("Switched off, and every session has ended.")
        .await;
    browser.see("They cannot sign in.").await;
    wait_until("Bob to be out", async || {
        (bob.status("/").await == 401).then_some(())
    })
    .await;
    let refused = BOB.try_to_sign_in(&gateway.anonymous()).await;
    assert_eq!(refused.status(), 400);
    browser.press("Switch on").await;
    browser.see("Switched on.").await;
    wait_until("Bob to be let in", async || {
        let client = gateway.anonymous();
        let answer = BOB.try_to_sign_in(&client).await;
        (answer.status() == 200).then_some(())
    })
    .await;
    BOB.sign_in(gateway).await
}

async fn actions(browser: &Browser, bob: &SignedIn) {
    const BOX: &str = "form[action$='/actions'] [name=do-UPDATE_PROFILE]";
    assert_eq!(bob.status("/").await, 200);
    browser.press("Required actions").await;
    browser.see("At the next sign-in").await;
    tick(browser, BOX).await;
    browser.press("Save").await;
    browser.see("Saved.").await;
    assert!(has(browser, &format!("{BOX}:checked")).await);
    wait_until("Bob to be held up", async || {
        (bob.status("/").await == 403).then_some(())
    })
    .await;
    tick(browser, BOX).await;
    browser.press("Save").await;
    browser.see("Saved.").await;
    wait_until("Bob to go on", async || {
        (bob.status("/").await == 200).then_some(())
    })
    .await;
}

/// The first letter that Bob got was about his address.
async fn letter(browser: &Browser, mail: &SmtpServer) {
    mail.letter_to(BOB.email, 0).await;
    browser.press("Send the mail").await;
    browser.see("Please tick at least one of them.").await;
    tick(
        browser,
        "form[action$='/actions-email'] [name=do-UPDATE_PASSWORD]",
    )
    .await;
    let choose = "document.querySelector('[name=lifespan]').value = arguments[0]";
    browser.run(choose, vec![json!("3d")]).await;
    browser.press("Send the mail").await;
    browser.see("The mail is on its way.").await;
    let letter = mail.letter_to(BOB.email, 1).await;
    assert!(letter.body().contains("3 days"), "{}", letter.body());
    assert!(letter.link().contains("token="), "it leads somewhere");
    assert!(
        has(
            browser,
            "form[action$='/actions'] [name=do-UPDATE_PASSWORD]:checked"
        )
        .await,
        "what is mailed is required, too"
    );
}
