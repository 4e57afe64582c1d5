//! Where everybody needs a second factor.

use serde_json::json;

use super::{described, set_app_up, status, step_up};
use crate::support::{ALICE, Browser, Form, TestGateway, wait_until};

async fn enforcing() -> TestGateway {
    described()
        .table("[identity.mfa]\nenforce = true")
        .start()
        .await
}

/// CU-25, KC-079: who has none is asked to set one up, also after a reset.
#[tokio::test]
async fn cu_25_kc_079_whoever_has_no_second_factor_is_asked_to_set_one_up_and_again_after_a_reset()
{
    let gateway = enforcing().await;
    let alice = ALICE.sign_up(&gateway).await;
    let held = alice.get("/").await;
    assert_eq!(held.status(), 403);
    let held: serde_json::Value = held.json().await.unwrap();
    assert_eq!(held["code"], "session_required_actions_pending");
    assert!(
        held["redirect_browser_to"]
            .as_str()
            .unwrap()
            .contains("CONFIGURE_TOTP")
    );
    let mut app = set_app_up(&alice.client).await;
    assert_eq!(status(&alice, "/").await, 200);

    let again = ALICE.sign_in(&gateway).await;
    assert_eq!(status(&again, "/").await, 403, "the second step is missing");
    let body = json!({ "method": "totp", "totp_code": app.code().await });
    assert_eq!(step_up(&again.client, body).await.status(), 200);
    assert_eq!(status(&again, "/").await, 200);
    let form = Form::begin(&again.client, "settings", "").await;
    let kept = form.submit_json(json!({ "totp_unlink": true })).await;
    assert_eq!(kept.status(), 400, "the last one stays");
    assert!(kept.text().await.unwrap().contains("4990030"));

    let arguments = [
        "reset-identity-mfa",
        "--email",
        ALICE.email,
        "--mfa-type",
        "totp",
        "--yes",
    ];
    assert_eq!(gateway.run(&arguments, "").code, 0);
    let third = ALICE.sign_in(&gateway).await;
    wait_until("the reset to be known", async || {
        let held: serde_json::Value = third.get("/").await.json().await.ok()?;
        let page = held["redirect_browser_to"].as_str()?;
        page.contains("CONFIGURE_TOTP").then_some(())
    })
    .await;
    set_app_up(&third.client).await;
    assert_eq!(status(&third, "/").await, 200);
}

/// CU-25.
#[tokio::test]
async fn cu_25_a_browser_is_led_through_setting_an_app_up_to_where_it_wanted_to_go() {
    let gateway = enforcing().await;
    let browser = Browser::open().await;
    browser.narrow(390).await;
    browser
        .goto(&format!("{}/reports?page=2", gateway.url()))
        .await;
    browser.follow_link("registration").await;
    browser.arrive_at("registration?flow=").await;
    ALICE.register_in(&browser).await;
    let mut app = super::in_browser::app_on_page(&browser).await;
    browser.fill("totp_code", &app.code().await).await;
    browser.submit().await;
    browser.see("You are through the gate").await;
    assert_eq!(
        browser.url().await,
        format!("{}/reports?page=2", gateway.url())
    );
}
