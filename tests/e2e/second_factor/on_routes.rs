//! Routes that ask for two factors.

use serde_json::Value;

use super::{gateway, set_app_up};
use crate::support::{ALICE, Browser};

/// HA-11: a navigation steps up and arrives; a script is told.
#[tokio::test]
async fn a_route_that_asks_for_two_factors_steps_a_navigation_up() {
    let gateway = gateway().await;
    let alice = ALICE.sign_up(&gateway).await;
    let mut app = set_app_up(&alice.client).await;
    let again = ALICE.sign_in(&gateway).await;
    let told: Value = again.get("/vault/gold").await.json().await.unwrap();
    assert_eq!(told["code"], "session_aal2_required", "{told}");
    assert!(
        told["redirect_browser_to"]
            .as_str()
            .unwrap()
            .contains("aal=aal2")
    );

    let browser = Browser::open().await;
    browser.narrow(390).await;
    browser.goto(&format!("{}/vault/gold", gateway.url())).await;
    ALICE.sign_in_in(&browser).await;
    browser.see("Code of the authenticator app").await;
    browser.fill("totp_code", &app.code().await).await;
    browser.submit().await;
    browser.see("You are through the gate").await;
    assert_eq!(browser.url().await, format!("{}/vault/gold", gateway.url()));
}

#[tokio::test]
async fn somebody_without_a_second_factor_is_led_to_set_one_up() {
    let gateway = gateway().await;
    let browser = Browser::open().await;
    ALICE.sign_up(&gateway).await;
    browser.goto(&format!("{}/vault", gateway.url())).await;
    ALICE.sign_in_in(&browser).await;
    let mut app = super::in_browser::app_on_page(&browser).await;
    browser.fill("totp_code", &app.code().await).await;
    browser.submit().await;
    browser.see("You are through the gate").await;
}
