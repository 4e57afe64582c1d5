//! What comes between a native application's page and its code, as for every browser.

use portcullis_core::{action::Action, identity::IdentityStore};
use serde_json::json;
use url::Url;

use super::{
    super::house::{
        House, PASSWORD, PUBLIC, action,
        busy::house_where,
        credentials, csrf,
        factor::{CODE, available, house, prove},
        mailed::type_in,
        provider_visit::{come_back, refused},
    },
    ADA, App, agree, follow, through, token,
};

/// A session that has not begun on the way is nobody's to take: whoever was signed in proves again
/// who they are.
#[tokio::test]
async fn who_is_signed_in_already_is_asked_before_an_application_gets_them() {
    let house = House::new();
    house.proved_resident(ADA).await;
    let mut app = App::begin(&house, "login").await;
    let mut browser = house.browser();
    let page = app.page().await;
    assert_eq!(browser.go(&page).await.status, 303);
    browser.sign_in(ADA).await;
    let asked = browser.go(&app.end()).await;
    let target = asked.location().to_owned();
    assert!(target.contains("refresh=true"), "{target}");
    let flow = browser.ask(&target).await.json();
    let fields = [
        ("csrf_token", csrf(&flow)),
        ("identifier", ADA),
        ("password", PASSWORD),
        ("method", "password"),
    ];
    let back = browser.submit(action(&flow), &fields).await;
    let code = follow(&mut browser, &back).await;
    token(&app.exchange(&code).await);
}

/// Another way than the provider leads to the application as well, as long as the browser is the one.
#[tokio::test]
async fn an_account_waits_for_its_proof_there_as_anywhere() {
    let house = House::new();
    house.proved_resident(ADA).await;
    let mut app = App::begin(&house, "login").await;
    let mut browser = house.browser();
    let page = app.page().await;
    let asked = through(&mut browser, &page, "ada").await;
    let fetch = format!("/self-service/login/flows?id={}", asked.query("flow"));
    let flow = browser.ask(&fetch).await.json();
    let fields = credentials(&flow, ADA, PASSWORD);
    let done = browser.post(action(&flow), &fields).await.json();
    let target = done["continue_with"][0]["redirect_browser_to"].as_str();
    let left = agree(&mut browser, target.unwrap()).await;
    token(&app.exchange(&left.query("code")).await);
}

#[tokio::test]
async fn the_second_step_comes_before_the_application() {
    let house = house(available());
    let mut app = App::begin(&house, "login").await;
    let mut browser = house.browser();
    let page = app.page().await;
    let back = through(&mut browser, &page, "ada").await;
    let code = follow(&mut browser, &back).await;
    let body = app.exchange(&code).await.json();
    let id = body["session"]["identity"]["id"].as_str().unwrap();
    let ada = IdentityStore::find(&*house.store, id.parse().unwrap());
    let ada = ada.await.unwrap().unwrap();
    house.equip(&ada).await;

    let mut app = App::begin(&house, "login").await;
    let page = app.page().await;
    let step = through(&mut browser, &page, "ada").await;
    assert!(step.location().contains("aal=aal2"), "{}", step.location());
    // Nobody gets around it.
    let around = browser.go(&app.end()).await;
    assert!(around.location().contains("aal=aal2"));
    let flow = browser.ask(around.location()).await.json();
    let done = prove(&mut browser, &flow, CODE).await.json();
    let target = done["continue_with"][0]["redirect_browser_to"].as_str();
    let left = agree(&mut browser, target.unwrap()).await;
    let done = app.exchange(&left.query("code")).await;
    token(&done);
    assert_eq!(
        done.json()["session"]["authenticator_assurance_level"],
        "aal2"
    );
}

#[tokio::test]
async fn what_is_required_is_done_before_the_application_goes_on() {
    let house = house_where(&[Action::TermsAndConditions]);
    let mut app = App::begin(&house, "login").await;
    let mut browser = house.browser();
    let page = app.page().await;
    let asked = through(&mut browser, &page, "ada").await;
    let target = asked.location().to_owned();
    assert!(
        target.contains("/self-service/settings/browser"),
        "{target}"
    );
    let around = browser.go(&app.end()).await;
    assert!(around.location().contains("/self-service/settings/browser"));
    let flow = browser.ask(&target).await.json();
    let fields = json!({
        "csrf_token": csrf(&flow), "method": "terms_and_conditions", "terms_version": "2",
    });
    let reply = browser.post(action(&flow), &fields).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let left = agree(&mut browser, &app.end()).await;
    token(&app.exchange(&left.query("code")).await);
}

#[tokio::test]
async fn what_goes_wrong_at_the_provider_can_be_tried_again_in_the_same_browser() {
    let house = House::new();
    let mut app = App::begin(&house, "login").await;
    let mut browser = house.browser();
    let page = app.page().await;
    let away = browser.go(&page).await;
    let query = format!("state={}&error=access_denied", away.query("state"));
    let failed = come_back(&mut browser, "google", &query).await;
    refused(&failed, 400, "provider_refused");
    let again = format!("{PUBLIC}/.portcullis{}", app.end());
    let mut begin = Url::parse(PUBLIC).unwrap();
    begin.set_path("/.portcullis/self-service/login/browser");
    begin.query_pairs_mut().append_pair("return_to", &again);
    let flow = browser.ask(begin.as_str()).await.json();
    house.resident("bob@example.com").await;
    let fields = [
        ("csrf_token", csrf(&flow)),
        ("identifier", "bob@example.com"),
        ("password", PASSWORD),
        ("method", "password"),
    ];
    let back = browser.submit(action(&flow), &fields).await;
    let code = follow(&mut browser, &back).await;
    let done = app.exchange(&code).await;
    token(&done);
    let traits = &done.json()["session"]["identity"]["traits"];
    assert_eq!(traits["email"], "bob@example.com");
}

/// What the provider does not tell is asked, and an address that was typed is proved.
#[tokio::test]
async fn a_newcomer_completes_their_profile_and_proves_their_address_first() {
    let house = house_where(&[Action::VerifyEmail]);
    let mut app = App::begin(&house, "registration").await;
    let mut browser = house.browser();
    let page = app.page().await;
    let asked = through(&mut browser, &page, "nameless").await;
    let fetch = format!(
        "/self-service/registration/flows?id={}",
        asked.query("flow")
    );
    let flow = browser.ask(&fetch).await.json();
    let fields = [("provider", "google"), ("traits.email", ADA)];
    let shown = browser.press(&flow, &fields).await;
    assert!(shown.location().contains("/verification?flow="));
    let around = browser.go(&app.end()).await;
    assert!(
        !around.location().contains("code="),
        "{}",
        around.location()
    );
    let fetch = format!(
        "/self-service/verification/flows?id={}",
        shown.query("flow")
    );
    let flow = browser.ask(&fetch).await.json();
    let code = house.letters.mails()[0].text.clone();
    let done = type_in(&mut browser, &flow, &code).await;
    assert_eq!(done.status, 200, "{}", done.text());
    let left = agree(&mut browser, &app.end()).await;
    token(&app.exchange(&left.query("code")).await);
}
