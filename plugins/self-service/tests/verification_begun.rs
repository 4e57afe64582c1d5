//! Verifications that begin by themselves: after a first sign-in through a provider, and after a
//! change of address.

use portcullis_core::{action::Action, identity::IdentityStore, trust::TrustRules};
use serde_json::{Value, json};

use super::house::{
    Browser, House, PUBLIC, Reply, action,
    busy::{Busy, house_where},
    csrf,
    mailed::{mailed, type_in},
    messages,
    provider_visit::arrive,
};

const ADA: &str = "ada@example.com";
const NEW: &str = "new@example.com";

/// Nothing that Google says of addresses is believed.
fn distrust(house: &House) {
    house.configure("google", |provider| {
        provider.trust = TrustRules(Vec::new());
    });
}

/// Signs in for the first time with an address that the provider does not vouch for: it is shown on
/// a form, where it counts as typed.
async fn come(browser: &mut Browser<'_>, code: &str) -> Reply {
    let reply = arrive(browser, "google", code).await;
    let fetch = format!(
        "/self-service/registration/flows?id={}",
        reply.query("flow")
    );
    let flow = browser.ask(&fetch).await.json();
    browser
        .press(&flow, &[("provider", "google"), ("traits.email", ADA)])
        .await
}

/// The verification that a page shows.
async fn shown(browser: &mut Browser<'_>, reply: &Reply) -> Value {
    let page = format!("{PUBLIC}/.portcullis/verification?flow=");
    assert!(reply.location().starts_with(&page), "{}", reply.location());
    fetched(browser, &reply.query("flow")).await
}

async fn fetched(browser: &mut Browser<'_>, id: &str) -> Value {
    let fetch = format!("/self-service/verification/flows?id={id}");
    let reply = browser.ask(&fetch).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    reply.json()
}

async fn settings(browser: &mut Browser<'_>) -> Value {
    browser.ask("/self-service/settings/browser").await.json()
}

fn moved(flow: &Value, email: &str, first: &str) -> Value {
    json!({
        "method": "profile", "csrf_token": csrf(flow),
        "traits": {"email": email, "name": {"first": first}},
    })
}

/// KC-092, KC-093: login only after success.
#[tokio::test]
async fn kc_093_whoever_a_provider_does_not_vouch_for_is_led_to_prove_the_address() {
    let house = house_where(&[Action::VerifyEmail]);
    distrust(&house);
    let mut browser = house.browser();
    let reply = come(&mut browser, "ada").await;
    let flow = shown(&mut browser, &reply).await;
    assert_eq!(
        (&flow["state"], messages(&flow)),
        (&json!("sent_email"), vec![1_080_003])
    );
    let whoami = browser.ask("/sessions/whoami").await.json();
    assert_eq!(whoami["required_actions"], json!(["VERIFY_EMAIL"]));
    assert_eq!(house.letters.mails()[0].to, ADA);
    let done = type_in(&mut browser, &flow, &mailed(&house)).await;
    assert_eq!(done.json()["state"], "passed_challenge");
    let whoami = browser.ask("/sessions/whoami").await.json();
    assert_eq!(whoami["required_actions"], json!([]), "KC-090: it is done");
}

/// KC-095: where it is no default, a mail is on its way all the same, and nobody is held up.
#[tokio::test]
async fn who_need_not_prove_the_address_at_once_goes_on_with_a_mail_on_its_way() {
    let house = House::new();
    distrust(&house);
    let mut browser = house.browser();
    let reply = come(&mut browser, "ada").await;
    assert_eq!(reply.location(), format!("{PUBLIC}/"));
    assert_eq!(house.letters.mails().len(), 1);
    let again = arrive(&mut house.browser(), "google", "ada").await;
    assert_eq!(again.location(), format!("{PUBLIC}/"));
    assert_eq!(house.letters.mails().len(), 1, "who is known gets no other");
}

#[tokio::test]
async fn what_a_trusted_provider_vouches_for_needs_no_proof() {
    let house = house_where(&[Action::VerifyEmail]);
    let mut browser = house.browser();
    let reply = arrive(&mut browser, "google", "ada").await;
    assert_eq!(reply.location(), format!("{PUBLIC}/"));
    assert!(house.letters.mails().is_empty());
}

#[tokio::test]
async fn an_address_typed_at_a_first_sign_in_is_proved_first() {
    let house = house_where(&[Action::VerifyEmail]);
    let mut browser = house.browser();
    let reply = come(&mut browser, "nameless").await;
    let verification = shown(&mut browser, &reply).await;
    assert_eq!(verification["state"], "sent_email");
    assert_eq!(house.letters.mails()[0].to, ADA);
}

/// Where nobody requires addresses to be proved, a change of address alone begins a verification, and
/// holds nobody up. The old address is told as well.
#[tokio::test]
async fn a_new_address_is_mailed_a_proof_and_programs_are_told_where_to_enter_it() {
    let house = House::new();
    house.proved_resident(ADA).await;
    let mut browser = house.browser();
    browser.sign_in(ADA).await;
    let flow = settings(&mut browser).await;
    let reply = browser.post(action(&flow), &moved(&flow, NEW, "Ada")).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let told = &reply.json()["continue_with"][0];
    assert_eq!(told["action"], "show_verification_ui");
    assert_eq!(told["flow"]["verifiable_address"], NEW);
    let letters = house.letters.mails();
    assert_eq!([&*letters[0].to, &*letters[1].to], [ADA, NEW]);
    let verification = fetched(&mut browser, told["flow"]["id"].as_str().unwrap()).await;
    let done = type_in(&mut browser, &verification, &mailed(&house)).await;
    assert_eq!(done.json()["state"], "passed_challenge");
    let address = &browser.ask("/sessions/whoami").await.json()["identity"]["verifiable_addresses"];
    assert_eq!(
        (&address[0]["value"], &address[0]["verified"]),
        (&json!(NEW), &json!(true))
    );
}

#[tokio::test]
async fn a_change_of_anything_else_begins_no_verification() {
    let house = House::new();
    house.resident(ADA).await;
    let mut browser = house.browser();
    browser.sign_in(ADA).await;
    let flow = settings(&mut browser).await;
    let reply = browser
        .post(action(&flow), &moved(&flow, ADA, "Augusta"))
        .await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert_eq!(reply.json()["continue_with"], Value::Null);
    assert!(house.letters.mails().is_empty());
}

/// KC-093, in a browser: 303 to the verification where `VERIFY_EMAIL` is pending, else as always.
#[tokio::test]
async fn kc_093_whoever_still_has_to_prove_an_address_is_led_there_after_changing_it() {
    for (is_required, page) in [(true, "/verification?flow="), (false, "/settings?flow=")] {
        let house = Busy::default().house();
        let mut ada = house.resident(ADA).await;
        if is_required {
            ada.required_actions = vec!["VERIFY_EMAIL".to_owned()];
        }
        IdentityStore::update(&*house.store, &ada).await.unwrap();
        let mut browser = house.browser();
        browser.sign_in(ADA).await;
        let flow = settings(&mut browser).await;
        let fields = [
            ("method", "profile"),
            ("traits.email", NEW),
            ("traits.name.first", "Ada"),
        ];
        let reply = browser.press(&flow, &fields).await;
        assert!(reply.location().contains(page), "{}", reply.location());
        assert_eq!(house.letters.mails().pop().unwrap().to, NEW);
    }
}
