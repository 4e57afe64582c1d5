//! Looking after oneself: sessions, name, password and links, until the account is deleted.

use super::{ENTER, GERMAN, NEW_PASSWORD, PLAIN, Reader, WIDE, Walk};
use crate::{
    e2e::settings::age,
    support::{ALICE, HostileProvider, LET_IN_AT_ONCE, person::SignedIn, wait_until},
};

const NEWER_PASSWORD: &str = "hunting-of-the-snark";

/// Ends a session elsewhere, changes name and password, links an account, does what an application
/// asks for, and goes for good.
async fn stays_and_leaves(reader: Reader) {
    let walk = Walk::begin(reader, LET_IN_AT_ONCE).await;
    let elsewhere = ALICE.sign_up(&walk.gateway).await;
    walk.browser.goto(&walk.own("profile")).await;
    walk.look("20-login").await;
    walk.sign_in(ALICE.password).await;
    walk.look("21-profile").await;
    ends_elsewhere(&walk, &elsewhere).await;
    walk.press("/settings", "23-settings").await;
    walk.fill("traits.name.first", "Alicia").await;
    walk.press("method=profile", "24-saved").await;
    walk.is_done().await;
    walk.press("link=one", "25-linked").await;
    assert!(walk.has("[name=unlink]").await);
    assert_eq!(walk.provider.requests("/token"), 1);
    changes_the_password(&walk).await;
    is_sent_by_an_application(&walk).await;
    leaves(&walk).await;
}

async fn ends_elsewhere(walk: &Walk<HostileProvider>, elsewhere: &SignedIn) {
    assert_eq!(elsewhere.status("/").await, 200);
    let button = format!("session={}", elsewhere.session_id());
    walk.press(&button, "22-signed-out-elsewhere").await;
    walk.is_done().await;
    wait_until("the other session to end", async || {
        (elsewhere.status("/").await == 401).then_some(())
    })
    .await;
}

async fn changes_the_password(walk: &Walk<HostileProvider>) {
    age(&walk.browser, &walk.gateway, &walk.database).await;
    walk.fill("password", NEW_PASSWORD).await;
    walk.enter("26-proof").await;
    walk.fill("password", ALICE.password).await;
    walk.enter("27-password-changed").await;
    walk.is_done().await;
    let session = ALICE.try_to_sign_in(&walk.gateway.anonymous()).await;
    assert_eq!(session.status(), 400, "the old password is gone");
}

async fn is_sent_by_an_application(walk: &Walk<HostileProvider>) {
    let asked = "self-service/settings/browser?kc_action=UPDATE_PASSWORD&return_to=%2Fback";
    walk.browser.goto(&walk.own(asked)).await;
    walk.look("28-asked").await;
    walk.fill("password", NEWER_PASSWORD).await;
    walk.browser.leave_by(ENTER).await;
    let back = walk.browser.url().await;
    assert!(back.ends_with("/back?kc_action_status=success"), "{back}");
}

async fn leaves(walk: &Walk<HostileProvider>) {
    let given = [
        "set-roles",
        "--email",
        ALICE.email,
        "--add",
        "delete-account",
    ];
    let given = walk.gateway.run(&given, "");
    assert_eq!(given.code, 0, "{given:?}");
    walk.browser.goto(&walk.own("settings")).await;
    walk.look("29-settings").await;
    walk.press("method=delete_account", "30-proof").await;
    walk.fill("password", NEWER_PASSWORD).await;
    walk.enter("31-delete").await;
    walk.press("confirm=delete_account", "32-deleted").await;
    let left = walk.database.query("SELECT count(*) FROM identities");
    assert_eq!(left, "0\n");
}

#[tokio::test]
async fn people_stay_and_leave_by_the_keyboard_alone() {
    stays_and_leaves(WIDE).await;
}

#[tokio::test]
async fn people_stay_and_leave_in_german_in_the_dark_on_a_phone() {
    stays_and_leaves(GERMAN).await;
}

#[tokio::test]
async fn people_stay_and_leave_with_scripts_off() {
    stays_and_leaves(PLAIN).await;
}
