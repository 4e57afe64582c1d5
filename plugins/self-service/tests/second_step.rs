//! The second step of signing in: who is asked for it, what it gives, and what nobody gets around.

use serde_json::json;

use super::house::{
    PASSWORD, action, credentials, csrf,
    factor::{CODE, STEP_UP, WHOAMI, aal, available, enforced, house, prove},
    messages, node,
    provider_visit::arrive,
    stand_ins::TWICE,
};

const ADA: &str = "ada@example.com";

/// CU-25: who has a second factor is asked for it, and is nobody until it is shown.
#[tokio::test]
async fn whoever_has_a_second_factor_shows_it_after_the_first() {
    let house = house(available());
    let ada = house.resident(ADA).await;
    house.equip(&ada).await;
    let mut browser = house.browser();
    let flow = browser.begin("login").await;
    let fields = [
        ("csrf_token", csrf(&flow)),
        ("identifier", ADA),
        ("password", PASSWORD),
        ("method", "password"),
    ];
    let sent = browser.submit(action(&flow), &fields).await;
    assert!(sent.location().contains("aal=aal2"), "{}", sent.location());
    let refused = browser.ask(WHOAMI).await;
    assert_eq!(refused.error(), (403, "session_aal2_required".to_owned()));
    let refused = browser.ask("/self-service/settings/browser").await;
    assert_eq!(refused.error(), (403, "session_aal2_required".to_owned()));
    let weak = browser.session().unwrap().clone();
    let flow = browser.ask(STEP_UP).await.json();
    assert_eq!(flow["requested_aal"], "aal2");
    assert_eq!(messages(&flow), [1_010_004]);
    let done = prove(&mut browser, &flow, CODE).await;
    assert_eq!(done.status, 200, "{}", done.text());
    assert_eq!(aal(&mut browser).await, "aal2");
    // Whoever knows the token of before gains nothing.
    assert_ne!(browser.session(), Some(&weak));
    let mut thief = house.browser();
    thief.jar = browser.jar.clone();
    thief.jar.insert("__Host-portcullis".to_owned(), weak);
    assert_eq!(thief.ask(WHOAMI).await.status, 401);
    let session = browser.ask(WHOAMI).await.json();
    let methods = session["authentication_methods"].as_array().unwrap();
    let methods: Vec<_> = methods.iter().map(|one| &one["method"]).collect();
    assert_eq!(methods, ["password", "totp"]);
}

/// A script is told by `continue_with`, and a flow that is taken already is refused.
#[tokio::test]
async fn programs_are_told_of_the_second_step() {
    let house = house(available());
    let ada = house.resident(ADA).await;
    house.equip(&ada).await;
    let mut browser = house.browser();
    let body = browser.sign_in(ADA).await;
    let told = &body["continue_with"][0];
    assert_eq!(told["action"], "redirect_browser_to", "{body}");
    let flow = browser.ask(STEP_UP).await.json();
    prove(&mut browser, &flow, CODE).await;
    let again = browser.ask(STEP_UP).await;
    assert_eq!(
        again.error(),
        (401, "session_aal_already_fulfilled".to_owned())
    );
    let anew = browser.ask(&format!("{STEP_UP}&refresh=true")).await.json();
    node(&anew, "totp_code");
}

#[tokio::test]
async fn wrong_codes_are_guesses_and_belong_in_no_form() {
    let house = house(available());
    let ada = house.resident(ADA).await;
    house.equip(&ada).await;
    let mut browser = house.browser();
    browser.sign_in(ADA).await;
    let flow = browser.ask(STEP_UP).await.json();
    let mut statuses = Vec::new();
    for _ in 0..12 {
        let reply = prove(&mut browser, &flow, "000000").await;
        statuses.push(reply.status);
        assert!(!reply.text().contains("000000"), "{}", reply.text());
    }
    assert!(statuses.contains(&429), "{statuses:?}");
    let right = prove(&mut browser, &flow, CODE).await;
    assert_eq!(right.status, 429, "a pause is a pause");
}

/// The flow belongs to the session that began it.
#[tokio::test]
async fn nobody_takes_the_step_for_another_session() {
    let house = house(available());
    let ada = house.resident(ADA).await;
    house.equip(&ada).await;
    let mut browser = house.browser();
    browser.sign_in(ADA).await;
    let flow = browser.ask(STEP_UP).await.json();
    let mut other = house.browser();
    other.sign_in(ADA).await;
    let stolen = other.session().unwrap().clone();
    browser.jar.insert("__Host-portcullis".to_owned(), stolen);
    let refused = prove(&mut browser, &flow, CODE).await;
    assert_eq!(
        refused.error(),
        (403, "security_identity_mismatch".to_owned())
    );
}

/// CU-25, KC-091: without a second factor the next sign-in asks for one.
#[tokio::test]
async fn where_it_is_enforced_everybody_sets_one_up() {
    let house = house(enforced());
    house.proved_resident(ADA).await;
    let mut browser = house.browser();
    let body = browser.sign_in(ADA).await;
    let told = &body["continue_with"][0];
    assert_eq!(told["action"], "show_settings_ui", "{body}");
    let session = browser.ask(WHOAMI).await.json();
    assert_eq!(session["required_actions"], json!(["CONFIGURE_TOTP"]));
    let flow = told["flow"]["id"].as_str().unwrap();
    let flow = browser
        .ask(&format!("/self-service/settings/flows?id={flow}"))
        .await
        .json();
    let done = prove(&mut browser, &flow, CODE).await;
    assert_eq!(done.status, 200, "{}", done.text());
    // It has just been shown, so that nobody asks for it at once.
    assert_eq!(aal(&mut browser).await, "aal2");
    let session = browser.ask(WHOAMI).await.json();
    assert_eq!(session["required_actions"], json!([]));
    assert!(house.heard.all().contains(&"totp added".to_owned()));
}

#[tokio::test]
async fn the_last_factor_stays_where_everybody_needs_one() {
    for (assurance, stays) in [(enforced(), true), (available(), false)] {
        let house = house(assurance);
        let ada = house.proved_resident(ADA).await;
        house.equip(&ada).await;
        let mut browser = house.browser();
        browser.sign_in(ADA).await;
        let flow = browser.ask(STEP_UP).await.json();
        prove(&mut browser, &flow, CODE).await;
        let flow = browser.begin("settings").await;
        let fields = json!({"totp_unlink": "true", "csrf_token": csrf(&flow)});
        let reply = browser.post(action(&flow), &fields).await;
        match stays {
            true => {
                assert_eq!(reply.status, 400);
                assert_eq!(messages(&reply.json()), [4_990_030]);
            }
            false => {
                assert_eq!(reply.status, 200, "{}", reply.text());
                node(&reply.json(), "totp_code");
            }
        }
    }
}

/// Proving again who one is does not take away what was shown besides.
#[tokio::test]
async fn a_fresh_password_keeps_the_second_factor() {
    let house = house(available());
    let ada = house.resident(ADA).await;
    house.equip(&ada).await;
    let mut browser = house.browser();
    browser.sign_in(ADA).await;
    let flow = browser.ask(STEP_UP).await.json();
    prove(&mut browser, &flow, CODE).await;
    let flow = browser
        .ask("/self-service/login/browser?refresh=true")
        .await
        .json();
    let done = browser
        .post(action(&flow), &credentials(&flow, ADA, PASSWORD))
        .await;
    assert_eq!(done.status, 200, "{}", done.text());
    assert_eq!(aal(&mut browser).await, "aal2");
}

/// Without a second factor a page leads to where one is set up.
#[tokio::test]
async fn whoever_has_none_is_led_to_set_one_up() {
    let house = house(available());
    house.resident(ADA).await;
    let mut browser = house.browser();
    browser.sign_in(ADA).await;
    assert_eq!(browser.ask(STEP_UP).await.status, 400);
    let sent = browser.go(STEP_UP).await;
    let to = sent.location();
    assert!(to.contains("kc_action=CONFIGURE_TOTP"), "{to}");
    let mut nobody = house.browser();
    assert_eq!(
        nobody.ask(STEP_UP).await.error(),
        (401, "session_aal1_required".to_owned())
    );
}

/// A form says what it is for after a mistake, too, and keeps no code whatever is wrong with it.
#[tokio::test]
async fn what_was_typed_by_mistake_is_in_no_form() {
    let house = house(available());
    let ada = house.resident(ADA).await;
    house.equip(&ada).await;
    let mut browser = house.browser();
    browser.sign_in(ADA).await;
    let flow = browser.ask(STEP_UP).await.json();
    for method in ["totp", "nonsense"] {
        let fields = json!({"method": method, "totp_code": "112233", "csrf_token": csrf(&flow)});
        let reply = browser.post(action(&flow), &fields).await;
        assert_eq!(reply.status, 400);
        assert!(!reply.text().contains("112233"), "{}", reply.text());
        assert!(messages(&reply.json()).contains(&1_010_004), "{method}");
    }
}

/// CU-25: whoever has shown two factors at their provider needs none here, and is told of none.
#[tokio::test]
async fn two_factors_at_a_provider_are_enough() {
    let house = house(enforced());
    house.configure("google", |provider| {
        provider.policy.second_factor.amr_values = vec!["mfa".to_owned()];
    });
    let mut browser = house.browser();
    let reply = arrive(&mut browser, "google", TWICE).await;
    let page = reply.location();
    assert!(!page.contains("CONFIGURE_TOTP"), "{page}");
    let session = browser.ask(WHOAMI).await.json();
    assert_eq!(
        session["authenticator_assurance_level"], "aal2",
        "{session}"
    );
    assert_eq!(session["required_actions"], json!([]));
    assert_eq!(session["identity"]["required_actions"], json!([]));
}
