//! KC-090 to KC-096: what people have to do after signing in, and how they go on.

use std::time::Duration;

use portcullis_core::action::Action;
use serde_json::{Value, json};

use super::house::{
    House, PASSWORD, PUBLIC, action,
    busy::{Busy, TERMS, growing_schema, house_where},
    credentials, csrf,
    mailed::{mailed, type_in},
    node,
};

const LOGIN: &str = "/self-service/login/browser?return_to=https://app.test/reports";
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn names(flow: &Value) -> Vec<&str> {
    let nodes = flow["ui"]["nodes"].as_array().unwrap().iter();
    let names = nodes.filter_map(|node| node["attributes"]["name"].as_str());
    names.filter(|name| *name != "csrf_token").collect()
}

fn begin(alias: &str, return_to: &str) -> String {
    let return_to: String = url::form_urlencoded::byte_serialize(return_to.as_bytes()).collect();
    let page = format!("{PUBLIC}/.portcullis/self-service/settings/browser");
    format!("{page}?kc_action={alias}&required=true&return_to={return_to}")
}

/// KC-090.
#[tokio::test]
async fn kc_090_actions_follow_one_another_after_signing_in_and_end_where_somebody_was_going() {
    let house = house_where(&[Action::TermsAndConditions, Action::UpdatePassword]);
    let ada = house.resident("ada@example.com").await;
    let mut browser = house.browser();
    let reply = browser.sign_in_by_form(LOGIN, "ada@example.com").await;
    let reports = "https://app.test/reports";
    assert_eq!(reply.location(), begin("TERMS_AND_CONDITIONS", reports));
    let flow = browser.errand(&reply).await;
    assert_eq!(names(&flow), ["terms_version", "method"]);
    let accept = [("method", "terms_and_conditions"), ("terms_version", "2")];
    let reply = browser.press(&flow, &accept).await;
    assert_eq!(reply.location(), begin("UPDATE_PASSWORD", reports));
    let flow = browser.errand(&reply).await;
    assert_eq!(names(&flow), ["password", "method"]);
    let fields = [("method", "password"), ("password", "staple battery")];
    let reply = browser.press(&flow, &fields).await;
    assert_eq!(reply.location(), reports);
    assert!(house.stored(&ada).await.required_actions.is_empty());
    let reply = house
        .browser()
        .sign_in_by_form(LOGIN, "ada@example.com")
        .await;
    assert!(
        reply.location().contains("/login?flow="),
        "the old password is gone"
    );
}

/// KC-084.
#[tokio::test]
async fn kc_084_accepted_terms_are_kept_with_their_version_and_time() {
    let house = house_where(&[Action::TermsAndConditions]);
    let ada = house.resident("ada@example.com").await;
    let mut browser = house.browser();
    let reply = browser.sign_in_by_form(LOGIN, "ada@example.com").await;
    let begun = browser.go(reply.location()).await;
    let page = browser.go(begun.location()).await.text();
    for said in [
        "<h1>Terms and conditions",
        "Be kind.",
        "I accept",
        "Sign out",
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }
    assert!(
        page.contains("href=\"https://example.org/terms\""),
        "{page}"
    );
    let flow = browser.errand(&reply).await;
    assert_eq!(flow["ui"]["nodes"][1]["attributes"]["text"]["text"], TERMS);
    let other = [("method", "terms_and_conditions"), ("terms_version", "1")];
    let reply = browser.press(&flow, &other).await;
    assert!(reply.location().contains("/settings?flow="));
    assert!(house.stored(&ada).await.accepted_terms.is_empty());
    let these = [("method", "terms_and_conditions"), ("terms_version", "2")];
    let reply = browser.press(&flow, &these).await;
    assert_eq!(reply.location(), "https://app.test/reports");
    let stored = house.stored(&ada).await;
    let accepted = serde_json::to_value(&stored.accepted_terms).unwrap();
    assert_eq!(
        accepted,
        json!([{"alias": "TERMS_AND_CONDITIONS", "version": "2", "accepted_at": "2026-11-21T12:00:00Z"}])
    );
    house.clock.advance(Duration::from_secs(1));
    browser.press(&flow, &these).await;
    let again = house.stored(&ada).await;
    assert_eq!(
        again.accepted_terms, stored.accepted_terms,
        "once is enough"
    );
}

/// KC-095.
#[tokio::test]
async fn kc_095_whoever_registers_does_the_defaults_first() {
    let house = house_where(&[Action::TermsAndConditions]);
    let mut browser = house.browser();
    let flow = browser.begin("registration").await;
    let fields = json!({
        "method": "password", "password": PASSWORD, "csrf_token": csrf(&flow),
        "traits": {"email": "new@example.com"},
    });
    let reply = browser.post(action(&flow), &fields).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let body = reply.json();
    assert_eq!(
        body["session"]["required_actions"],
        json!(["TERMS_AND_CONDITIONS"])
    );
    assert_eq!(
        body["identity"]["required_actions"],
        json!(["TERMS_AND_CONDITIONS"])
    );
    let first = &body["continue_with"][0];
    assert_eq!(first["action"], "show_settings_ui");
    let id = first["flow"]["id"].as_str().unwrap();
    assert_eq!(
        first["flow"]["url"],
        format!("{PUBLIC}/.portcullis/settings?flow={id}")
    );
    let flow = browser
        .ask(&format!("/self-service/settings/flows?id={id}"))
        .await
        .json();
    let accept = json!({
        "method": "terms_and_conditions", "terms_version": "2", "csrf_token": csrf(&flow),
    });
    let reply = browser.post(action(&flow), &accept).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert_eq!(reply.json()["state"], "success");
    let onward = &reply.json()["continue_with"];
    assert_eq!(onward[0]["action"], "redirect_browser_to");
    let whoami = browser.ask("/sessions/whoami").await.json();
    assert_eq!(whoami["required_actions"], json!([]));
}

#[tokio::test]
async fn a_native_client_is_led_from_signing_in_to_the_end() {
    let house = house_where(&[Action::UpdatePassword, Action::TermsAndConditions]);
    house.resident("ada@example.com").await;
    let mut app = house.browser();
    let flow = app.ask("/self-service/login/api").await.json();
    let fields =
        json!({"method": "password", "identifier": "ada@example.com", "password": PASSWORD});
    let body = app.post(action(&flow), &fields).await.json();
    let token = body["session_token"].as_str().unwrap().to_owned();
    app.headers.push(("x-session-token", token));
    let id = body["continue_with"][0]["flow"]["id"].as_str().unwrap();
    let flow = app
        .ask(&format!("/self-service/settings/flows?id={id}"))
        .await
        .json();
    let accept = json!({"method": "terms_and_conditions", "terms_version": "2"});
    let body = app.post(action(&flow), &accept).await.json();
    assert_eq!(body["continue_with"].as_array().unwrap().len(), 1);
    let id = body["continue_with"][0]["flow"]["id"].as_str().unwrap();
    let flow = app
        .ask(&format!("/self-service/settings/flows?id={id}"))
        .await
        .json();
    let change = json!({"method": "password", "password": "staple battery"});
    let reply = app.post(action(&flow), &change).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert_eq!(reply.json()["continue_with"], json!([]));
}

/// KC-063.
#[tokio::test]
async fn kc_063_a_schema_that_asks_for_more_asks_when_somebody_signs_in() {
    let busy = Busy {
        schema: Some(growing_schema()),
        ..Busy::default()
    };
    let house = busy.house();
    let ada = house.resident("ada@example.com").await;
    let mut browser = house.browser();
    let reply = browser.sign_in_by_form(LOGIN, "ada@example.com").await;
    assert!(reply.location().contains("kc_action=VERIFY_PROFILE"));
    let flow = browser.errand(&reply).await;
    assert_eq!(node(&flow, "traits.team")["messages"][0]["id"], 4_000_002);
    let without = [("method", "profile"), ("traits.email", "ada@example.com")];
    let refused = browser.press(&flow, &without).await;
    assert!(refused.location().contains("/settings?flow="));
    let with = [without[0], without[1], ("traits.team", "red")];
    let reply = browser.press(&flow, &with).await;
    assert_eq!(reply.location(), "https://app.test/reports");
    assert_eq!(house.stored(&ada).await.traits["team"], "red");
    let off = Busy {
        schema: Some(growing_schema()),
        off: vec![Action::VerifyProfile],
        ..Busy::default()
    };
    let house = off.house();
    house.resident("ada@example.com").await;
    let reply = house
        .browser()
        .sign_in_by_form(LOGIN, "ada@example.com")
        .await;
    assert_eq!(reply.location(), "https://app.test/reports");
}

/// KC-091.
#[tokio::test]
async fn kc_091_a_password_that_has_grown_too_old_has_to_be_changed() {
    let busy = Busy {
        password_max_age: Some(DAY),
        ..Busy::default()
    };
    let house = busy.house();
    let ada = house.resident("ada@example.com").await;
    let mut browser = house.browser();
    browser.sign_in("ada@example.com").await;
    assert!(house.stored(&ada).await.required_actions.is_empty());
    house.clock.advance(DAY * 2);
    let mut browser = house.browser();
    let flow = browser.begin("login").await;
    let fields = credentials(&flow, "ada@example.com", PASSWORD);
    let body = browser.post(action(&flow), &fields).await.json();
    assert_eq!(
        body["session"]["required_actions"],
        json!(["UPDATE_PASSWORD"])
    );
    assert_eq!(body["continue_with"][0]["action"], "show_settings_ui");
    let stored = house.stored(&ada).await;
    assert_eq!(stored.required_actions, ["UPDATE_PASSWORD"]);
}

/// KC-093.
#[tokio::test]
async fn kc_093_an_address_is_proved_by_a_code_that_is_mailed() {
    let house = house_where(&[Action::VerifyEmail]);
    house.resident("ada@example.com").await;
    let mut browser = house.browser();
    let reply = browser.sign_in_by_form(LOGIN, "ada@example.com").await;
    let flow = browser.errand(&reply).await;
    let label = &node(&flow, "method")["meta"]["label"]["text"];
    assert_eq!(label, "Confirm ada@example.com");
    let reply = browser.press(&flow, &[("method", "verify_email")]).await;
    let page = format!("{PUBLIC}/.portcullis/verification?flow=");
    assert!(reply.location().starts_with(&page), "{}", reply.location());
    let fetch = format!(
        "/self-service/verification/flows?id={}",
        reply.query("flow")
    );
    let flow = browser.ask(&fetch).await.json();
    assert_eq!(flow["return_to"], "https://app.test/reports");
    let passed = type_in(&mut browser, &flow, &mailed(&house)).await;
    assert_eq!(passed.json()["state"], "passed_challenge");
    let whoami = browser.ask("/sessions/whoami").await.json();
    assert_eq!(whoami["required_actions"], json!([]));

    let flow = browser.ask("/self-service/settings/browser").await.json();
    let fields = json!({
        "method": "profile", "csrf_token": csrf(&flow),
        "traits": {"email": "ceo@example.org", "name": {"first": "Ada"}},
    });
    let reply = browser.post(action(&flow), &fields).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let whoami = browser.ask("/sessions/whoami").await.json();
    assert_eq!(
        whoami["required_actions"],
        json!(["VERIFY_EMAIL"]),
        "another address asks for another proof"
    );
}

/// KC-093.
#[tokio::test]
async fn kc_093_a_program_is_told_the_verification_that_has_begun() {
    let house = house_where(&[Action::VerifyEmail]);
    house.resident("ada@example.com").await;
    let mut browser = house.browser();
    let body = browser.sign_in("ada@example.com").await;
    let first = &body["continue_with"][0];
    assert_eq!(first["action"], "show_verification_ui");
    assert_eq!(first["flow"]["verifiable_address"], "ada@example.com");
    assert_eq!(house.letters.mails().len(), 1);
    let mut other = house.browser();
    let flow = other.begin("registration").await;
    let fields = json!({
        "method": "password", "password": PASSWORD, "csrf_token": csrf(&flow),
        "traits": {"email": "new@example.com"},
    });
    let body = other.post(action(&flow), &fields).await.json();
    let told: Vec<_> = body["continue_with"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["action"].as_str().unwrap())
        .collect();
    assert_eq!(told, ["show_verification_ui"], "and no session before");
    assert_eq!(house.letters.mails().len(), 2, "one letter each");
}

#[tokio::test]
async fn a_form_of_an_action_takes_nothing_else() {
    let house = house_where(&[Action::TermsAndConditions]);
    house.resident("ada@example.com").await;
    let mut browser = house.browser();
    let reply = browser.sign_in_by_form(LOGIN, "ada@example.com").await;
    let flow = browser.errand(&reply).await;
    for method in ["password", "profile", "verify_email", "delete_account"] {
        let sent = json!({
            "method": method, "password": "staple battery", "csrf_token": csrf(&flow),
        });
        let reply = browser.post(action(&flow), &sent).await;
        assert_eq!(reply.status, 400, "{method}");
        assert_eq!(reply.json()["ui"]["messages"][0]["id"], 4_010_004);
    }
}

#[tokio::test]
async fn whoami_lists_what_is_left_to_do_or_refuses_until_it_is_done() {
    let house = house_where(&[Action::UpdateProfile]);
    house.resident("ada@example.com").await;
    let mut browser = house.browser();
    browser.sign_in("ada@example.com").await;
    let whoami = browser.ask("/sessions/whoami").await.json();
    assert_eq!(whoami["required_actions"], json!(["UPDATE_PROFILE"]));
    assert_eq!(
        whoami["identity"]["required_actions"],
        json!(["UPDATE_PROFILE"])
    );
    let mut strict = Busy {
        defaults: vec![Action::UpdateProfile],
        ..Busy::default()
    };
    strict.config.whoami_enforces_actions = true;
    let house = strict.house();
    house.resident("ada@example.com").await;
    let mut browser = house.browser();
    browser.sign_in("ada@example.com").await;
    let reply = browser.ask("/sessions/whoami").await;
    let expected = (403, "session_required_actions_pending".to_owned());
    assert_eq!(reply.error(), expected);
    let page = format!(
        "{PUBLIC}/.portcullis/self-service/settings/browser?kc_action=UPDATE_PROFILE&required=true"
    );
    assert_eq!(reply.json()["redirect_browser_to"], page);
}

#[tokio::test]
async fn an_expired_form_of_an_action_is_replaced_by_one_of_the_same() {
    let house = house_where(&[Action::TermsAndConditions]);
    house.resident("ada@example.com").await;
    let mut browser = house.browser();
    let reply = browser.sign_in_by_form(LOGIN, "ada@example.com").await;
    let flow = browser.errand(&reply).await;
    house.clock.advance(Duration::from_secs(3601));
    let accept = [("method", "terms_and_conditions"), ("terms_version", "2")];
    let reply = browser.press(&flow, &accept).await;
    let fetch = format!("/self-service/settings/flows?id={}", reply.query("flow"));
    let renewed = browser.ask(&fetch).await.json();
    assert_eq!(names(&renewed), ["terms_version", "method"]);
    let reply = browser.press(&renewed, &accept).await;
    assert_eq!(reply.location(), "https://app.test/reports");
}

async fn of(house: &House, alias: &str) -> Vec<String> {
    let list = house.browser().ask("/self-service/actions").await.json();
    let list: Vec<String> = serde_json::from_value(list).unwrap();
    list.into_iter().filter(|one| one == alias).collect()
}

/// KC-107.
#[tokio::test]
async fn kc_107_only_what_is_switched_on_is_listed() {
    let house = Busy {
        off: vec![Action::UpdateProfile],
        ..Busy::default()
    }
    .house();
    assert_eq!(of(&house, "UPDATE_PASSWORD").await, ["UPDATE_PASSWORD"]);
    assert!(of(&house, "UPDATE_PROFILE").await.is_empty());
}
