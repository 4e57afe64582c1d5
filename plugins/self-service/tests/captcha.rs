//! Captchas in the forms of chosen flows.

use std::sync::Arc;

use async_trait::async_trait;
use portcullis_core::{
    captcha::{Captcha, CaptchaAnswer, CaptchaError, CaptchaKind},
    flow::FlowKind,
};
use serde_json::{Value, json};

use super::house::{
    Browser, House, PASSWORD, action, credentials, csrf, mailed::mailed, messages, node,
    open_registration, provider_visit::asked,
};
use crate::{CaptchaGuard, Limits};

const ADA: &str = "ada@example.com";
const FIELD: &str = "captcha_turnstile_response";
const OPTIONS: &str = "captcha_turnstile_options";

/// A service that knows one kind of person: their answers begin with `person`.
#[derive(Debug)]
struct Sphinx(CaptchaKind);

#[async_trait]
impl Captcha for Sphinx {
    fn kind(&self) -> CaptchaKind {
        self.0
    }

    fn site_key(&self) -> &str {
        "site\"key"
    }

    async fn judge(&self, answer: &CaptchaAnswer<'_>) -> Result<bool, CaptchaError> {
        match answer.response {
            "late" => Err(CaptchaError {
                reason: "it did not answer in time".to_owned(),
            }),
            response => Ok(response.starts_with("person")),
        }
    }
}

fn house(kind: CaptchaKind, flows: &[FlowKind]) -> House {
    let guard = CaptchaGuard {
        captcha: Arc::new(Sphinx(kind)),
        flows: flows.to_vec(),
    };
    House::guarded((open_registration(), Limits::default()), guard)
}

async fn register(browser: &mut Browser<'_>, email: &str, answer: Value) -> (u16, Value) {
    let flow = browser.begin("registration").await;
    let body = json!({
        "method": "password", "password": PASSWORD, "csrf_token": csrf(&flow),
        "traits": {"email": email}, "transient_payload": {FIELD: answer},
    });
    let reply = browser.post(action(&flow), &body).await;
    (reply.status, reply.json())
}

/// KC-140.
#[tokio::test]
async fn a_chosen_form_takes_nothing_without_a_person() {
    let house = house(CaptchaKind::Turnstile, &[FlowKind::Registration]);
    let mut browser = house.browser();
    for (answer, expected) in [
        (Value::Null, 4_000_038),
        (json!(""), 4_000_038),
        (json!(["person"]), 4_000_038),
        (json!("machine"), 4_000_038),
        // Nothing is taken while nobody can judge.
        (json!("late"), 4_990_090),
    ] {
        let (status, body) = register(&mut browser, ADA, answer).await;
        assert_eq!((status, messages(&body)), (400, vec![expected]));
        assert_eq!(node(&body, "traits.email")["attributes"]["value"], ADA);
    }
    let (status, body) = register(&mut browser, ADA, json!("person 1")).await;
    assert_eq!(status, 200, "{body}");
    // What was answered once answers for nobody else.
    let mut next = house.browser();
    let (status, body) = register(&mut next, "bob@example.com", json!("person 1")).await;
    assert_eq!((status, messages(&body)), (400, vec![4_000_038]));
    // Signing in was not chosen.
    house.browser().sign_in(ADA).await;
}

#[tokio::test]
async fn nodes_and_pages_ask_for_it_and_no_other_page_lets_it_in() {
    let house = house(
        CaptchaKind::Turnstile,
        &[FlowKind::Login, FlowKind::Recovery],
    );
    let mut browser = house.browser();
    let flow = browser.begin("login").await;
    let response = node(&flow, "transient_payload.captcha_turnstile_response");
    assert_eq!(
        (&response["group"], &response["attributes"]["type"]),
        (&json!("captcha"), &json!("hidden"))
    );
    let options = &node(&flow, "captcha_turnstile_options")["attributes"]["value"];
    let options: Value = serde_json::from_str(options.as_str().unwrap()).unwrap();
    assert_eq!(
        options,
        json!({
            "sitekey": "site\"key", "theme": "auto", "action": "login",
            "response_field_name": "transient_payload.captcha_turnstile_response",
        })
    );
    let id = flow["id"].as_str().unwrap();
    let page = browser.go(&format!("/login?flow={id}")).await;
    let policy = page.headers["content-security-policy"]
        .to_str()
        .unwrap()
        .to_owned();
    for directive in ["script-src", "frame-src"] {
        let allowed = format!("{directive} https://challenges.cloudflare.com;");
        assert!(policy.contains(&allowed), "{policy}");
    }
    let html = page.text();
    assert!(
        html.contains("class=\"captcha cf-turnstile\" data-sitekey=\"site&quot;key\""),
        "{html}"
    );
    assert!(html.contains("src=\"https://challenges.cloudflare.com/turnstile/v0/api.js\""));
    let other = browser.begin("registration").await;
    let id = other["id"].as_str().unwrap();
    let page = browser.go(&format!("/registration?flow={id}")).await;
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    assert!(!policy.contains("cloudflare"), "{policy}");

    // Without the field, and with the one that the service's own script adds.
    house.resident(ADA).await;
    let mut body = credentials(&flow, ADA, PASSWORD);
    let reply = browser.post(action(&flow), &body).await;
    assert_eq!(messages(&reply.json()), [4_000_038]);
    body["cf-turnstile-response"] = json!("person 2");
    assert_eq!(browser.post(action(&flow), &body).await.status, 200);
}

#[tokio::test]
async fn each_service_has_its_own_widget_and_origins() {
    for (kind, script, origin, own) in [
        (
            CaptchaKind::RecaptchaV2,
            "https://www.google.com/recaptcha/api.js\"",
            "script-src https://www.google.com/recaptcha/ https://www.gstatic.com/recaptcha/;",
            0,
        ),
        (
            CaptchaKind::RecaptchaV3,
            "https://www.google.com/recaptcha/api.js?render=site%22key\"",
            "connect-src https://www.google.com/recaptcha/",
            1,
        ),
        (
            CaptchaKind::Hcaptcha,
            "https://js.hcaptcha.com/1/api.js\"",
            "style-src 'self' https://hcaptcha.com https://*.hcaptcha.com;",
            0,
        ),
    ] {
        let house = house(kind, &[FlowKind::Registration]);
        let mut browser = house.browser();
        let id = browser.begin("registration").await["id"]
            .as_str()
            .unwrap()
            .to_owned();
        let page = browser.go(&format!("/registration?flow={id}")).await;
        let policy = page.headers["content-security-policy"]
            .to_str()
            .unwrap()
            .to_owned();
        assert!(policy.contains(origin), "{policy}");
        let html = page.text();
        assert!(html.contains(script), "{html}");
        let ours =
            html.matches("<script type=\"module\" src=\"https://gate.test/.portcullis/assets/");
        assert_eq!(ours.count(), own, "{html}");
        assert_eq!(
            policy.contains("https://gate.test/.portcullis/assets/"),
            own == 1
        );
    }
}

/// Whoever leaves for a provider fills in nothing here.
#[tokio::test]
async fn the_way_to_a_provider_stays_open() {
    let house = house(CaptchaKind::Turnstile, &[FlowKind::Login]);
    let mut browser = house.browser();
    let flow = browser.begin("login").await;
    let fields = [("csrf_token", csrf(&flow)), ("provider", "google")];
    let reply = browser.submit(action(&flow), &fields).await;
    assert!(reply.location().starts_with("https://idp.test/"));
}

fn is_refused(body: &Value) -> bool {
    messages(body).contains(&4_000_038)
}

/// KC-140: whoever proves by a password that an account is theirs signs in.
#[tokio::test]
async fn a_password_that_links_an_account_is_taken_from_people_only() {
    let house = house(CaptchaKind::Turnstile, &[FlowKind::Login]);
    house.proved_resident(ADA).await;
    let mut browser = house.browser();
    let flow = asked(&mut browser, "google", "ada").await;
    assert_eq!(node(&flow, OPTIONS)["group"], "captcha");
    let id = flow["id"].as_str().unwrap();
    let page = browser.go(&format!("/login?flow={id}")).await.text();
    assert_eq!(page.matches("class=\"captcha ").count(), 1, "{page}");
    let mut body = credentials(&flow, ADA, PASSWORD);
    let refused = browser.post(action(&flow), &body).await;
    assert!(is_refused(&refused.json()));

    // A code goes to nobody else, so it may be asked for; but it opens no way round.
    let ask = json!({"method": "code", "csrf_token": csrf(&flow)});
    let sent = browser.post(action(&flow), &ask).await.json();
    assert!(messages(&sent).contains(&1_010_014), "{sent}");
    let refused = browser.post(action(&flow), &body).await;
    assert!(is_refused(&refused.json()));
    // The form that waits for it takes no password at all.
    body["cf-turnstile-response"] = json!("person 3");
    let refused = browser.post(action(&flow), &body).await.json();
    assert!(messages(&refused).contains(&4_010_002), "{refused}");
    let code = json!({"method": "code", "code": mailed(&house), "csrf_token": csrf(&flow)});
    let linked = browser.post(action(&flow), &code).await;
    assert_eq!(linked.status, 200, "{}", linked.text());
}

/// KC-140: a code by mail needs no second captcha, and opens no way round it.
#[tokio::test]
async fn a_code_on_its_way_lets_no_machine_try_passwords() {
    let guard = CaptchaGuard {
        captcha: Arc::new(Sphinx(CaptchaKind::Turnstile)),
        flows: vec![FlowKind::Login],
    };
    let mut config = open_registration();
    config.passwordless_code = true;
    let house = House::guarded((config, Limits::default()), guard);
    house.proved_resident(ADA).await;
    let mut browser = house.browser();
    let flow = browser.begin("login").await;
    let mut ask = json!({"method": "code", "identifier": ADA, "csrf_token": csrf(&flow)});
    let refused = browser.post(action(&flow), &ask).await;
    assert!(is_refused(&refused.json()));
    ask["cf-turnstile-response"] = json!("person 4");
    let sent = browser.post(action(&flow), &ask).await.json();
    assert!(messages(&sent).contains(&1_010_014), "{sent}");

    let mut guess = credentials(&flow, ADA, PASSWORD);
    for resend in [Value::Null, json!("code")] {
        guess["resend"] = resend;
        let reply = browser.post(action(&flow), &guess).await;
        assert!(is_refused(&reply.json()));
    }
    let again = json!({"resend": "code", "csrf_token": csrf(&flow)});
    let sent = browser.post(action(&flow), &again).await.json();
    assert!(messages(&sent).contains(&1_010_014), "{sent}");
    let code = json!({"method": "code", "code": mailed(&house), "csrf_token": csrf(&flow)});
    let done = browser.post(action(&flow), &code).await;
    assert_eq!(done.status, 200, "{}", done.text());
}
