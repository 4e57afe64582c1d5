//! What captcha services say, and what is made of it.

use std::{net::IpAddr, time::Duration};

use serde_json::{Value, json};
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{body_string_contains, method},
};

use super::*;
use crate::config::{Captcha as Section, CaptchaProvider};

fn service(server: &MockServer, provider: CaptchaProvider) -> Service {
    let section = Section {
        provider,
        site_key: Some("site".to_owned()),
        secret: Some(Secret::new("s3cret")),
        verify_url: Some(server.uri().parse().unwrap()),
        ..Section::default()
    };
    Service::new(&section, &Way::default()).unwrap().unwrap()
}

fn answer() -> CaptchaAnswer<'static> {
    CaptchaAnswer {
        response: "ticked & <all>",
        action: "registration",
        client: IpAddr::from([192, 0, 2, 1]),
    }
}

async fn saying(status: u16, verdict: Value) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .and(body_string_contains("secret=s3cret"))
        .and(body_string_contains("response=ticked+%26+%3Call%3E"))
        .and(body_string_contains("remoteip=192.0.2.1"))
        .respond_with(ResponseTemplate::new(status).set_body_json(verdict))
        .mount(&server)
        .await;
    server
}

/// KC-140.
#[tokio::test]
async fn each_service_is_asked_and_believed_as_it_says() {
    use CaptchaProvider::{Hcaptcha, RecaptchaV2, RecaptchaV3, Turnstile};
    let said =
        |score: f64, action: &str| json!({"success": true, "score": score, "action": action});
    let wrong = json!({"success": false, "error-codes": ["timeout-or-duplicate"]});
    for (provider, verdict, expected) in [
        (Turnstile, json!({"success": true}), true),
        (
            Turnstile,
            json!({"success": true, "action": "registration"}),
            true,
        ),
        (
            Turnstile,
            json!({"success": true, "action": "login"}),
            false,
        ),
        (Turnstile, wrong.clone(), false),
        (RecaptchaV2, json!({"success": true}), true),
        (RecaptchaV2, wrong.clone(), false),
        (Hcaptcha, json!({"success": true}), true),
        (Hcaptcha, wrong, false),
        (RecaptchaV3, said(0.5, "registration"), true),
        (RecaptchaV3, said(0.4, "registration"), false),
        (RecaptchaV3, said(0.9, "login"), false),
        (RecaptchaV3, json!({"success": true}), false),
    ] {
        let server = saying(200, verdict.clone()).await;
        let judged = service(&server, provider).judge(&answer()).await.unwrap();
        assert_eq!(judged, expected, "{provider:?} {verdict}");
    }
}

#[tokio::test]
async fn what_says_nothing_of_the_person_is_no_verdict() {
    for (status, verdict) in [
        (
            200,
            json!({"success": false, "error-codes": ["invalid-input-secret"]}),
        ),
        (
            200,
            json!({"success": false, "error-codes": ["internal-error"]}),
        ),
        (500, json!("out of order")),
        (302, json!(null)),
    ] {
        let server = saying(status, verdict.clone()).await;
        let service = service(&server, CaptchaProvider::Turnstile);
        let error = service.judge(&answer()).await.unwrap_err();
        assert!(!format!("{error} {error:?} {service:?}").contains("s3cret"));
    }
    // Turnstile's own way to say no.
    let no = json!({"success": false, "error-codes": ["invalid-input-response"]});
    let server = saying(400, no).await;
    let service = service(&server, CaptchaProvider::Turnstile);
    assert!(!service.judge(&answer()).await.unwrap());
}

#[tokio::test]
async fn a_service_that_is_away_or_slow_is_no_verdict() {
    let server = saying(200, json!({"success": true})).await;
    let mut gone = service(&server, CaptchaProvider::Turnstile);
    gone.url = "http://127.0.0.1:9/".parse().unwrap();
    gone.judge(&answer()).await.unwrap_err();

    let server = MockServer::start().await;
    let late = ResponseTemplate::new(200)
        .set_body_json(json!({"success": true}))
        .set_delay(Duration::from_secs(60));
    Mock::given(method("POST"))
        .respond_with(late)
        .mount(&server)
        .await;
    let mut slow = service(&server, CaptchaProvider::Turnstile);
    slow.client = Client::builder()
        .timeout(Duration::from_millis(50))
        .build()
        .unwrap();
    let error = slow.judge(&answer()).await.unwrap_err();
    assert!(error.to_string().contains("in time"), "{error}");
}
