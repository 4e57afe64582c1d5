//! Doing what is asked on the way to an application, and moving to another address.

use super::{NIGHT, Reader, SPACE, Walk};
use crate::{
    e2e::profiles,
    support::{ALICE, HostileProvider, LET_IN_AT_ONCE},
};

const NEW_ADDRESS: &str = "alice@elsewhere.example";

/// Proves an address and completes a profile because both are asked for, then has another address.
async fn does_what_is_asked_and_moves(reader: Reader) {
    let call = "[[routes]]\nname = \"call\"\npath = \"/call\"\nupstream = [\"echo:\"]\n\
        access = \"signed-in\"\nscopes = [\"phone\"]";
    let lines = format!("{}\n{LET_IN_AT_ONCE}\n{call}", profiles::schema());
    let walk = Walk::begin(reader, &lines).await;
    ALICE.sign_up(&walk.gateway).await;
    let asked = [
        "set-required-actions",
        "--email",
        ALICE.email,
        "--add",
        "VERIFY_EMAIL",
    ];
    let asked = walk.gateway.run(&asked, "");
    assert_eq!(asked.code, 0, "{asked:?}");
    walk.browser
        .goto(&format!("{}/call", walk.gateway.url()))
        .await;
    walk.look("40-login").await;
    walk.sign_in(ALICE.password).await;
    walk.look("41-address").await;
    walk.press("method=verify_email", "42-code").await;
    walk.enter_code(1, "43-confirmed").await;
    walk.press("method=code", "44-profile").await;
    walk.fill("traits.phone", "+49 30 12345").await;
    walk.browser.tab_to("method=profile").await;
    walk.browser.leave_by(SPACE).await;
    walk.look_at("45-echo", "en").await;
    assert!(walk.browser.url().await.ends_with("/call"));
    moves(&walk).await;
}

async fn moves(walk: &Walk<HostileProvider>) {
    walk.browser.goto(&walk.own("settings")).await;
    walk.look("46-settings").await;
    walk.fill("traits.email", NEW_ADDRESS).await;
    walk.press("method=profile", "47-code").await;
    let code = walk.mail.letter_to(NEW_ADDRESS, 0).await.code();
    walk.fill("code", &code).await;
    walk.enter("48-confirmed").await;
    let shown = walk.gateway.run(
        &["get-identity", "--email", NEW_ADDRESS, "--output", "json"],
        "",
    );
    let open = &shown.json()["verifiable_addresses"];
    assert_eq!(open[0]["verified"], true, "{shown:?}");
}

#[tokio::test]
async fn people_do_what_is_asked_of_them_and_move_by_the_keyboard_alone() {
    does_what_is_asked_and_moves(NIGHT).await;
}
