//! What somebody may do, whether they may come in, which addresses are theirs, and what they have to do
//! first, by letter or not.

use serde_json::json;

use super::{ENGLISH, GERMAN, Reader, SPACE, Task, place};
use crate::support::{ALICE, BOB, LET_IN_AT_ONCE, SignedIn, SmtpServer, wait_until};

/// KC-078, KC-094, CU-10.
async fn changes_how_somebody_stands(reader: Reader) {
    let mail = SmtpServer::start().await;
    let lines = format!("{}\n{LET_IN_AT_ONCE}", mail.table());
    let gateway = super::super::house("echo:").table(&lines).start().await;
    ALICE.sign_up(&gateway).await;
    let bob = BOB.sign_up(&gateway).await;
    let task = Task::begin(("standing", reader), gateway, &place(&bob)).await;
    roles(&task, &bob).await;
    address(&task, &bob).await;
    let bob = state(&task, &bob).await;
    required(&task, &bob).await;
    asked_by_mail(&task, &mail).await;
}

/// A name that no role can have is told, and what was ticked beside it stays.
async fn roles(task: &Task, bob: &SignedIn) {
    task.tick("role-viewer").await;
    task.fill("others", "straße").await;
    task.enter("no-role").await;
    task.is_refused().await;
    assert!(task.has("[name=role-viewer]:checked").await);
    task.fill("others", "editor").await;
    task.enter("roles").await;
    task.is_done().await;
    let known = task.identity(bob.identity());
    assert_eq!(known["roles"], json!(["viewer", "editor"]));
    take_role(task, bob).await;
}

/// It is asked first, and nothing is taken from whoever changes their mind.
async fn take_role(task: &Task, bob: &SignedIn) {
    task.tick("role-viewer").await;
    task.enter("asks-to-take").await;
    assert_eq!(task.texts(".losses li").await.len(), 2, "which, and when");
    task.press_on("main .row a", "not-taken").await;
    assert!(task.has("[name=role-viewer]:checked").await);
    task.tick("role-viewer").await;
    task.enter("asks-to-take-again").await;
    task.press_on("main .final", "role-taken").await;
    task.is_done().await;
    assert_eq!(task.identity(bob.identity())["roles"], json!(["editor"]));
}

async fn address(task: &Task, bob: &SignedIn) {
    let mark = format!("{}/addresses", place(bob));
    task.press(&mark, "verified").await;
    task.is_done().await;
    assert!(task.has(".rows .badge.good").await);
    task.press(&mark, "not-verified").await;
    task.is_done().await;
    assert!(!task.has(".rows .badge.good").await);
}

/// Bob is out at once, and comes in again once he may.
async fn state(task: &Task, bob: &SignedIn) -> SignedIn {
    let path = place(bob);
    task.press(&format!("{path}/state"), "asks").await;
    assert!(task.has(".losses li").await, "it says what is lost");
    task.press_on("main .row a", "not-now").await;
    task.press(&format!("{path}/state"), "asks-again").await;
    task.press_on("main .final", "switched-off").await;
    task.is_done().await;
    wait_until("Bob to be out", async || {
        (bob.status("/").await == 401).then_some(())
    })
    .await;
    let refused = BOB.try_to_sign_in(&task.gateway.anonymous()).await;
    assert_eq!(refused.status(), 400);
    task.press("state=active", "switched-on").await;
    task.is_done().await;
    BOB.sign_in(&task.gateway).await
}

/// What is ticked holds him up until it is not ticked any more.
async fn required(task: &Task, bob: &SignedIn) {
    let page = format!("{}/actions", place(bob));
    task.press(&page, "actions").await;
    for (name, status) in [("required", 403), ("not-required", 200)] {
        task.tick("do-UPDATE_PROFILE").await;
        task.enter(name).await;
        task.is_done().await;
        wait_until("Bob to be held up or to go on", async || {
            (bob.status("/").await == status).then_some(())
        })
        .await;
    }
}

/// A letter about nothing is refused; the other is good for as long as is chosen.
async fn asked_by_mail(task: &Task, mail: &SmtpServer) {
    const LETTER: &str = "form[action$='/actions-email']";
    mail.letter_to(BOB.email, 0).await;
    task.press_on(&format!("{LETTER} button"), "nothing-ticked")
        .await;
    task.is_refused().await;
    task.reach(&format!("{LETTER} [name=do-UPDATE_PASSWORD]"))
        .await;
    task.browser.strike(SPACE).await;
    task.choose("lifespan", "3d").await;
    task.press_on(&format!("{LETTER} button"), "letter").await;
    task.is_done().await;
    let letter = mail.letter_to(BOB.email, 1).await;
    assert!(letter.link().contains("token="), "it leads somewhere");
    assert!(task.has("[name=do-UPDATE_PASSWORD]:checked").await);
}

#[tokio::test]
async fn somebody_gets_roles_a_state_a_proved_address_and_something_to_do() {
    changes_how_somebody_stands(ENGLISH).await;
}

#[tokio::test]
async fn how_somebody_stands_is_changed_in_german_on_a_phone() {
    changes_how_somebody_stands(GERMAN).await;
}
