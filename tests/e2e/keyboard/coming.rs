//! Registering, signing in and out, and getting back in.

use super::{GERMAN, NEW_PASSWORD, PLAIN, Reader, SPACE, WIDE, Walk};
use crate::support::{ALICE, HostileProvider};

/// Registers, proves the address, accepts the terms, signs out and in, and gets back in.
async fn comes_and_comes_back(reader: Reader) {
    let lines = "[required_actions.TERMS_AND_CONDITIONS]\nenabled = true\ndefault = true\nversion = \"1\"\n\
        text = \"Be kind to each other.\\n\\nAnd return your books in time.\"";
    let walk = Walk::begin(reader, lines).await;
    walk.browser.goto(&walk.gateway.url()).await;
    walk.look("01-login").await;
    registers(&walk).await;
    walk.sign_in(ALICE.password).await;
    walk.look("06-terms").await;
    walk.browser.tab_to("method=terms_and_conditions").await;
    walk.browser.leave_by(SPACE).await;
    walk.look_at("07-echo", "en").await;
    walk.press("/logout", "08-sign-out").await;
    walk.press("/logout?", "09-signed-out").await;
    walk.press("/login", "10-login-again").await;
    walk.sign_in(ALICE.password).await;
    walk.look_at("11-echo", "en").await;
    walk.press("/logout", "08-sign-out").await;
    walk.press("/logout?", "09-signed-out").await;
    walk.press("/login", "10-login-again").await;
    gets_back_in(&walk).await;
}

async fn registers(walk: &Walk<HostileProvider>) {
    walk.press("/registration", "02-registration").await;
    walk.fill("traits.email", ALICE.email).await;
    walk.fill("traits.name.first", ALICE.first).await;
    walk.fill("traits.name.last", ALICE.last).await;
    walk.browser.tab_back_to("traits.email").await;
    walk.fill("password", "short").await;
    walk.enter("03-registration-refused").await;
    walk.fill("password", ALICE.password).await;
    walk.enter("04-code").await;
    walk.enter_code(0, "05-confirmed").await;
    walk.press("method=code", "05-login").await;
}

async fn gets_back_in(walk: &Walk<HostileProvider>) {
    walk.press("/recovery", "12-recovery").await;
    walk.fill("email", ALICE.email).await;
    walk.enter("13-recovery-code").await;
    walk.fill("code", "000000").await;
    walk.enter("14-recovery-wrong").await;
    walk.enter_code(1, "15-recovered").await;
    walk.fill("password", NEW_PASSWORD).await;
    walk.enter("16-new-password").await;
    let session = ALICE.try_to_sign_in(&walk.gateway.anonymous()).await;
    assert_eq!(session.status(), 400, "the old password is gone");
}

#[tokio::test]
async fn people_come_and_come_back_by_the_keyboard_alone() {
    comes_and_comes_back(WIDE).await;
}

#[tokio::test]
async fn people_come_and_come_back_in_german_in_the_dark_on_a_phone() {
    comes_and_comes_back(GERMAN).await;
}

#[tokio::test]
async fn people_come_and_come_back_with_scripts_off() {
    comes_and_comes_back(PLAIN).await;
}
