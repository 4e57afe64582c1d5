//! A browser that never sends the session's cookie back is told so, in place of going in circles.

use crate::support::{ALICE, Anonymous, Form, Route, TestGateway};

#[tokio::test]
async fn a_browser_that_loses_its_session_is_told_why() {
    let gateway = TestGateway::builder()
        .registration()
        .route(&Route::signed_in("/", "echo:"))
        .start()
        .await;
    ALICE.sign_up(&gateway).await;
    let client = Anonymous::losing(&gateway.url(), "portcullis");
    for round in 0..6 {
        let (page, answer) = client.follow("/deep?x=1").await;
        let status = answer.status();
        let text = answer.text().await.unwrap();
        if text.contains("sign_in_loop") {
            assert!(round >= 1, "one lost cookie may be an accident");
            assert_eq!(status, 400, "{page}");
            assert!(
                text.to_lowercase().contains("cookie"),
                "it says why: {text}"
            );
            return;
        }
        let form = Form::at(&client, &page).await;
        let answer = form.submit(&ALICE.fields()).await;
        assert!(answer.status().as_u16() < 500);
    }
    panic!("after six sign-ins the visitor still does not know what is wrong");
}

#[tokio::test]
async fn somebody_who_signs_in_and_out_often_is_no_loop() {
    let gateway = TestGateway::builder()
        .registration()
        .route(&Route::signed_in("/", "echo:"))
        .start()
        .await;
    ALICE.sign_up(&gateway).await;
    let client = gateway.anonymous();
    for _ in 0..6 {
        let form = Form::asked_at(&client, "/").await;
        assert_eq!(form.submit(&ALICE.fields()).await.status(), 303);
        assert_eq!(client.get_json("/").await.status(), 200);
        let logout = client
            .get_json("/.portcullis/self-service/logout/browser")
            .await;
        let logout: serde_json::Value = logout.json().await.unwrap();
        client
            .navigate(logout["logout_url"].as_str().unwrap())
            .await;
    }
}

/// Without any cookie not even the form can be sent; that, too, is explained and not repeated.
#[tokio::test]
async fn a_browser_without_cookies_is_told_about_them() {
    let gateway = TestGateway::builder()
        .registration()
        .route(&Route::signed_in("/", "echo:"))
        .start()
        .await;
    let client = Anonymous::without_cookies(&gateway.url());
    let (page, answer) = client.follow("/").await;
    let text = answer.text().await.unwrap();
    assert!(
        text.to_lowercase().contains("cookie"),
        "{page} tells about cookies: {text}"
    );
}
