//! KC-100 to KC-107: what applications have people do.

use std::time::Duration;

use portcullis_core::action::Action;
use serde_json::json;

use super::house::{
    Browser, House, PASSWORD, PUBLIC, Reply, action,
    busy::{Busy, house_where},
    csrf,
    provider_visit::arrive,
};

const APP: &str = "https://app.test/account?tab=1";
const MINUTES: Duration = Duration::from_secs(60);

fn asking(kind: &str, rest: &str) -> String {
    let app: String = url::form_urlencoded::byte_serialize(APP.as_bytes()).collect();
    format!("/self-service/{kind}/browser?return_to={app}&{rest}")
}

async fn signed_in(house: &House) -> Browser<'_> {
    house.resident("ada@example.com").await;
    let mut browser = house.browser();
    browser.sign_in("ada@example.com").await;
    browser
}

fn is_form(reply: &Reply) -> bool {
    let page = format!("{PUBLIC}/.portcullis/settings?flow=");
    reply.location().starts_with(&page)
}

fn is_refresh(reply: &Reply) -> bool {
    let login = format!("{PUBLIC}/.portcullis/self-service/login/browser?");
    reply.location().starts_with(&login) && reply.query("refresh") == "true"
}

/// KC-101.
#[tokio::test]
async fn kc_101_a_session_goes_straight_to_the_action() {
    let house = house_where(&[]);
    let mut browser = signed_in(&house).await;
    let settings = browser
        .go(&asking("settings", "kc_action=UPDATE_PROFILE"))
        .await;
    assert!(is_form(&settings), "{}", settings.location());
    let login = browser
        .go(&asking("login", "kc_action=UPDATE_PROFILE"))
        .await;
    let flow = browser.errand(&login).await;
    let fields = [
        ("method", "profile"),
        ("traits.email", "ada@example.com"),
        ("traits.name.first", "Augusta"),
    ];
    let done = browser.press(&flow, &fields).await;
    assert_eq!(done.location(), format!("{APP}&kc_action_status=success"));
}

/// KC-100.
#[tokio::test]
async fn kc_100_whoever_is_signed_out_signs_in_and_then_does_it() {
    for kind in ["login", "settings"] {
        let house = house_where(&[]);
        house.resident("ada@example.com").await;
        let mut browser = house.browser();
        let page = asking(kind, "kc_action=UPDATE_PASSWORD&prompt=login");
        let begun = browser.go(&page).await;
        let page = match kind {
            "login" => page,
            _ => begun.location().to_owned(),
        };
        let reply = browser.sign_in_by_form(&page, "ada@example.com").await;
        let flow = browser.errand(&reply).await;
        let fields = [("method", "password"), ("password", "staple battery")];
        let done = browser.press(&flow, &fields).await;
        assert_eq!(done.location(), format!("{APP}&kc_action_status=success"));
    }
}

#[tokio::test]
async fn what_is_required_comes_after_what_an_application_asked_for() {
    let house = house_where(&[Action::TermsAndConditions]);
    house.resident("ada@example.com").await;
    let mut browser = house.browser();
    let page = asking("login", "kc_action=UPDATE_PASSWORD");
    let reply = browser.sign_in_by_form(&page, "ada@example.com").await;
    let flow = browser.errand(&reply).await;
    let fields = [("method", "password"), ("password", "staple battery")];
    let next = browser.press(&flow, &fields).await;
    assert_eq!(next.query("kc_action"), "TERMS_AND_CONDITIONS");
    let flow = browser.errand(&next).await;
    let accept = [("method", "terms_and_conditions"), ("terms_version", "2")];
    let done = browser.press(&flow, &accept).await;
    assert_eq!(done.location(), format!("{APP}&kc_action_status=success"));
}

/// KC-103.
#[tokio::test]
async fn kc_103_after_five_minutes_somebody_signs_in_again_first() {
    let house = house_where(&[]);
    let mut browser = signed_in(&house).await;
    house.clock.advance(MINUTES * 4);
    let page = asking("settings", "kc_action=UPDATE_PROFILE");
    assert!(is_form(&browser.go(&page).await));
    house.clock.advance(MINUTES * 2);
    let reply = browser.go(&page).await;
    assert!(is_refresh(&reply), "{}", reply.location());
    let back = browser
        .sign_in_by_form(reply.location(), "ada@example.com")
        .await;
    let reply = browser.go(back.location()).await;
    assert!(is_form(&reply), "{}", reply.location());
    house.clock.advance(MINUTES * 6);
    let stale = browser.go(back.location()).await;
    assert!(is_refresh(&stale), "a note does not last");
    let script = browser.ask(&page).await;
    assert_eq!(script.error(), (403, "session_refresh_required".to_owned()));
    assert!(script.json()["redirect_browser_to"].is_string());
}

/// KC-106.
#[tokio::test]
async fn kc_106_an_application_can_only_ask_for_a_younger_sign_in() {
    let house = house_where(&[]);
    let mut browser = signed_in(&house).await;
    house.clock.advance(MINUTES);
    let with = |rest: &str| asking("settings", &format!("kc_action=UPDATE_PROFILE&{rest}"));
    for rest in ["max_age=90", "max_age=999999"] {
        assert!(is_form(&browser.go(&with(rest)).await), "{rest}");
    }
    for rest in ["max_age=30", "max_age=0", "max_age=never", "prompt=login"] {
        assert!(is_refresh(&browser.go(&with(rest)).await), "{rest}");
    }
    let straight = browser
        .go(&asking("login", "kc_action=UPDATE_PROFILE&prompt=login"))
        .await;
    assert!(is_refresh(&browser.go(straight.location()).await));
    house.clock.advance(MINUTES * 5);
    assert!(is_refresh(&browser.go(&with("max_age=999999")).await));
}

#[tokio::test]
async fn prompt_login_is_content_with_one_sign_in_and_with_none_before_it() {
    let house = house_where(&[]);
    let mut browser = signed_in(&house).await;
    let reply = browser
        .go(&asking("settings", "kc_action=UPDATE_PROFILE&prompt=login"))
        .await;
    let back = format!(
        "{}&forged=1",
        reply.query("return_to").replace("asked_at=", "asked_at=x")
    );
    house.clock.advance(MINUTES * 6);
    assert!(
        is_refresh(&browser.go(&back).await),
        "a forged note is none"
    );
    let early = browser.go(&reply.query("return_to")).await;
    assert!(is_refresh(&early), "nobody has signed in since");
    let back = browser
        .sign_in_by_form(reply.location(), "ada@example.com")
        .await;
    assert!(is_form(&browser.go(back.location()).await));
}

/// KC-100, KC-106: what is pending anyway is no excuse.
#[tokio::test]
async fn an_application_hears_of_what_is_pending_anyway_and_may_ask_for_a_younger_sign_in() {
    let house = house_where(&[Action::TermsAndConditions]);
    let mut browser = signed_in(&house).await;
    house.clock.advance(MINUTES);
    let with = |rest: &str| asking("settings", &format!("kc_action=TERMS_AND_CONDITIONS{rest}"));
    for rest in ["&prompt=login", "&max_age=30"] {
        assert!(is_refresh(&browser.go(&with(rest)).await), "{rest}");
    }
    let refresh = browser.go(&with("&prompt=login")).await;
    let early = browser.go(&refresh.query("return_to")).await;
    assert!(is_refresh(&early), "nobody has signed in since");
    let back = browser
        .sign_in_by_form(refresh.location(), "ada@example.com")
        .await;
    let asked = browser.go(back.location()).await;
    assert!(is_form(&asked), "{}", asked.location());
    let page = browser.go(asked.location()).await.text();
    assert!(page.contains("kc_action_status=cancelled"), "{page}");
    let ours = browser.go(&with("&required=true")).await;
    let page = browser.go(ours.location()).await.text();
    assert!(!page.contains("kc_action_status"), "{page}");
    let asked = browser.go(&with("")).await;
    let fetch = format!("/self-service/settings/flows?id={}", asked.query("flow"));
    let flow = browser.ask(&fetch).await.json();
    let accept = [("method", "terms_and_conditions"), ("terms_version", "2")];
    let done = browser.press(&flow, &accept).await;
    assert_eq!(done.location(), format!("{APP}&kc_action_status=success"));
}

/// KC-100.
#[tokio::test]
async fn kc_100_an_action_that_there_is_not_comes_back_as_an_error() {
    let house = Busy {
        off: vec![Action::UpdateProfile],
        ..Busy::default()
    }
    .house();
    let mut browser = signed_in(&house).await;
    for alias in ["UPDATE_PROFILE", "CONFIGURE_TOTP", "nonsense"] {
        let page = asking("settings", &format!("kc_action={alias}"));
        let reply = browser.go(&page).await;
        assert_eq!(
            reply.location(),
            format!("{APP}&kc_action_status=error"),
            "{alias}"
        );
        let script = browser.ask(&page).await;
        assert_eq!(script.status, 422);
    }
}

/// KC-100.
#[tokio::test]
async fn kc_100_somebody_can_change_their_mind() {
    let house = house_where(&[]);
    let mut browser = signed_in(&house).await;
    let begun = browser
        .go(&asking("settings", "kc_action=UPDATE_PASSWORD"))
        .await;
    let page = browser.go(begun.location()).await.text();
    let cancel = format!("{APP}&kc_action_status=cancelled").replace('&', "&amp;");
    assert!(page.contains(&cancel), "{page}");
    assert!(
        page.contains(">Cancel<") && !page.contains("Sign out"),
        "{page}"
    );
}

#[tokio::test]
async fn where_it_came_from_is_never_left_for_elsewhere() {
    let house = house_where(&[]);
    let mut browser = signed_in(&house).await;
    let page = "/self-service/settings/browser?kc_action=none&return_to=https://evil.test/";
    let reply = browser.go(page).await;
    assert_eq!(
        reply.location(),
        format!("{PUBLIC}/?kc_action_status=error")
    );
    let page = "/self-service/login/browser?kc_action=UPDATE_PROFILE&return_to=https://evil.test/";
    let reply = browser.go(page).await;
    let reply = browser.go(reply.location()).await;
    let page = browser.go(reply.location()).await.text();
    assert!(!page.contains("evil.test"), "{page}");
}

#[tokio::test]
async fn a_native_client_begins_an_action_with_its_token() {
    let house = house_where(&[]);
    house.resident("ada@example.com").await;
    let mut app = house.browser();
    let flow = app.ask("/self-service/login/api").await.json();
    let fields =
        json!({"method": "password", "identifier": "ada@example.com", "password": PASSWORD});
    let body = app.post(action(&flow), &fields).await.json();
    let token = body["session_token"].as_str().unwrap().to_owned();
    app.headers.push(("x-session-token", token));
    let page = "/self-service/settings/api?kc_action=UPDATE_PASSWORD";
    let flow = app.ask(page).await.json();
    assert_eq!(csrf(&flow), "");
    let change = json!({"method": "password", "password": "staple battery"});
    let reply = app.post(action(&flow), &change).await;
    assert_eq!(reply.json()["state"], "success", "{}", reply.text());
    house.clock.advance(MINUTES * 6);
    let old = app.ask(page).await;
    assert_eq!(old.error(), (403, "session_refresh_required".to_owned()));
    let unknown = app.ask("/self-service/settings/api?kc_action=none").await;
    assert_eq!(unknown.error(), (400, "bad_request".to_owned()));
}

/// KC-093.
#[tokio::test]
async fn kc_093_an_application_hears_when_there_is_nothing_to_prove() {
    let house = house_where(&[]);
    house.proved_resident("ada@example.com").await;
    let mut browser = house.browser();
    browser.sign_in("ada@example.com").await;
    let reply = browser
        .go(&asking("settings", "kc_action=VERIFY_EMAIL"))
        .await;
    assert_eq!(reply.location(), format!("{APP}&kc_action_status=success"));
}

/// A provider that remembers the browser is no young sign-in, and nobody's note counts for another.
#[tokio::test]
async fn what_is_pending_anyway_asks_for_a_proof_and_not_for_any_session() {
    let house = house_where(&[Action::TermsAndConditions]);
    house.letters.close();
    let page = asking("settings", "kc_action=TERMS_AND_CONDITIONS&prompt=login");
    let mut ada = signed_in(&house).await;
    let back = ada.go(&page).await.query("return_to");
    house.clock.advance(MINUTES);
    let mut silent = house.browser();
    arrive(&mut silent, "google", "eve").await;
    assert!(is_refresh(&silent.go(&back).await), "the note is Ada's");
    let back = silent.go(&page).await.query("return_to");
    house.clock.advance(MINUTES);
    drop(silent);
    let mut silent = house.browser();
    arrive(&mut silent, "google", "eve").await;
    assert!(is_refresh(&silent.go(&back).await), "nobody was asked");
}
