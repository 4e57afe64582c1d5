//! Passwords that an administrator sets: one that is changed at the next sign-in, one that stays, and
//! none at all.

use super::{ENGLISH, ENTER, GERMAN, Reader, Task, place};
use crate::support::{ALICE, BOB, LET_IN_AT_ONCE, Person, SignedIn, SmtpServer, wait_until};

const TEMPORARY: Person = Person {
    password: "for-the-first-day-1",
    ..BOB
};
const OWN: Person = Person {
    password: "of-his-own-choice-2",
    ..BOB
};
const LASTING: Person = Person {
    password: "for-every-day-after-3",
    ..BOB
};

/// KC-070 to KC-073, KC-094.
async fn sets_passwords(reader: Reader) {
    let mail = SmtpServer::start().await;
    let lines = format!("{}\n{LET_IN_AT_ONCE}", mail.table());
    let gateway = super::super::house("echo:").table(&lines).start().await;
    ALICE.sign_up(&gateway).await;
    let bob = BOB.sign_up(&gateway).await;
    let sign_in = format!("{}/sign-in", place(&bob));
    let task = Task::begin(("passwords", reader), gateway, &sign_in).await;
    temporary(&task, &bob).await;
    lasting(&task, &sign_in).await;
    letters(&task, &mail).await;
    removed(&task, &sign_in).await;
}

/// Bob is out, comes in with what he was given, and chooses another one before he goes on.
async fn temporary(task: &Task, bob: &SignedIn) {
    let page = format!("{}/password", place(bob));
    task.press(&page, "asks").await;
    assert_eq!(task.texts(".losses li").await.len(), 2, "it says what ends");
    task.fill("password", "short").await;
    task.enter("too-short").await;
    assert!(task.has("#password-trouble").await, "beside the field");
    assert!(task.has("[name=temporary]:checked").await);
    task.fill("password", TEMPORARY.password).await;
    task.enter("temporary").await;
    task.is_done().await;
    wait_until("his session to end", async || {
        (bob.status("/").await == 401).then_some(())
    })
    .await;
    let held = TEMPORARY.sign_in(&task.gateway).await;
    assert_eq!(held.status("/").await, 403, "he has something to do first");
    chooses_another(task).await;
}

async fn chooses_another(task: &Task) {
    comes_in(task, TEMPORARY.password).await;
    task.look("chooses").await;
    task.fill("password", OWN.password).await;
    task.browser.leave_by(ENTER).await;
    assert_eq!(task.browser.url().await, task.gateway.url() + "/");
    let free = OWN.sign_in(&task.gateway).await;
    assert_eq!(free.status("/").await, 200);
}

/// Bob signs in where Alice was signed in.
async fn comes_in(task: &Task, password: &str) {
    let page = task.gateway.url();
    task.browser.goto(&page).await;
    task.browser.forget_cookies().await;
    task.browser.goto(&page).await;
    task.fill("identifier", BOB.email).await;
    task.fill("password", password).await;
    task.browser.leave_by(ENTER).await;
}

async fn lasting(task: &Task, sign_in: &str) {
    task.open(sign_in, "again").await;
    task.press("/password", "asks-again").await;
    task.fill("password", LASTING.password).await;
    task.tick("temporary").await;
    task.enter("lasting").await;
    task.is_done().await;
    comes_in(task, LASTING.password).await;
    assert_eq!(task.browser.url().await, task.gateway.url() + "/");
    let refused = OWN.try_to_sign_in(&task.gateway.anonymous()).await;
    assert_eq!(refused.status(), 400, "the one before counts no more");
}

/// What Bob was told of it has been sent, and says nothing of any password.
async fn letters(task: &Task, mail: &SmtpServer) {
    mail.letter_to(BOB.email, 0).await;
    wait_until("a letter to be known as sent", async || {
        task.browser
            .goto(&task.address("/ui/mail?status=sent"))
            .await;
        task.has(".badge.good").await.then_some(())
    })
    .await;
    task.look("letters").await;
    task.press("/ui/mail/", "letter").await;
    assert!(task.has(".badge.good").await, "it is sent");
    assert!(task.texts("dd").await.contains(&BOB.email.to_owned()));
    let said: String = mail
        .letters()
        .iter()
        .map(|one| one.message.clone())
        .collect();
    for one in [TEMPORARY, OWN, LASTING] {
        assert!(!said.contains(one.password), "{said}");
    }
    task.press_on("main a[href='/ui/mail']", "letters-again")
        .await;
}

/// Without a password nobody comes in by it.
async fn removed(task: &Task, sign_in: &str) {
    task.open(sign_in, "with-one").await;
    task.press("/credentials/", "asks").await;
    assert!(task.has(".losses li").await, "it says what will be lost");
    let path = task.path().await;
    task.press(&path, "without").await;
    task.is_done().await;
    assert!(!task.has(".rows > li").await);
    let refused = LASTING.try_to_sign_in(&task.gateway.anonymous()).await;
    assert_eq!(refused.status(), 400);
    for one in [TEMPORARY, OWN, LASTING] {
        assert!(!task.gateway.log().contains(one.password));
    }
}

#[tokio::test]
async fn somebody_gets_a_password_for_once_and_one_that_stays() {
    sets_passwords(ENGLISH).await;
}

#[tokio::test]
async fn somebody_gets_passwords_in_german_on_a_phone() {
    sets_passwords(GERMAN).await;
}
