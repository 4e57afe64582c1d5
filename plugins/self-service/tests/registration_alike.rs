//! Who registers with an address that is known here, or chooses it later, learns as little as can be.

use std::time::Duration;

use portcullis_core::{
    action::Action,
    identity::{IdentityState, IdentityStore},
};
use serde_json::{Value, json};

use super::house::{
    Browser, House, PASSWORD, PUBLIC, Reply, action,
    busy::{Busy, house_where, of_schemas},
    csrf,
    mailed::{ask, hidden},
    messages, node, open_registration,
};
use crate::{Limits, Rate};

const ADA: &str = "ada@example.com";
const SECOND: Duration = Duration::from_secs(1);

async fn register(browser: &mut Browser<'_>, traits: Value) -> Reply {
    let flow = browser.begin("registration").await;
    let fields = json!({
        "method": "password", "password": PASSWORD, "csrf_token": csrf(&flow), "traits": traits,
    });
    browser.post(action(&flow), &fields).await
}

/// The names of all members, and the texts that are the same for everybody.
fn shape(value: &Value) -> Value {
    match value {
        Value::Object(members) => members
            .iter()
            .map(|(name, member)| (name.clone(), shape(member)))
            .collect(),
        Value::Array(items) => items.iter().map(shape).collect(),
        Value::String(_) => json!("text"),
        other => other.clone(),
    }
}

/// What a registration with this address is told, and what its verification page says.
async fn told(house: &House, email: &str) -> (u16, Value, Value) {
    let mut browser = house.browser();
    let reply = register(&mut browser, json!({"email": email})).await;
    let cookies = reply.set_cookies();
    assert!(
        cookies.is_empty() && browser.session().is_none(),
        "{cookies:?}"
    );
    let body = reply.json();
    let id = body["continue_with"][0]["flow"]["id"].as_str().unwrap();
    let fetch = format!("/self-service/verification/flows?id={id}");
    let flow = browser.ask(&fetch).await.json();
    (reply.status, shape(&body), shape(&flow))
}

/// KC-093, and the rule that nobody finds out who is known here.
#[tokio::test]
async fn where_addresses_have_to_be_proved_a_known_one_is_answered_like_a_new_one() {
    let house = house_where(&[Action::VerifyEmail]);
    house.resident(ADA).await;
    let known = told(&house, ADA).await;
    let new = told(&house, "new@example.com").await;
    assert_eq!(known, new);
    assert_eq!((known.0, &known.1["session"]), (200, &Value::Null));
    let letters: Vec<_> = house
        .letters
        .mails()
        .into_iter()
        .map(|mail| (mail.to, mail.subject))
        .collect();
    let letter = |to: &str, about: &str| (to.to_owned(), about.to_owned());
    assert_eq!(
        letters,
        [
            letter(ADA, "recovery_link"),
            letter("new@example.com", "verification_code")
        ]
    );
    assert_eq!(house.heard.all(), ["created"]);
    for email in [ADA, "newer@example.com"] {
        let mut browser = house.browser();
        let flow = browser.begin("registration").await;
        let fields = [
            ("method", "password"),
            ("password", PASSWORD),
            ("traits.email", email),
        ];
        let reply = browser.press(&flow, &fields).await;
        let page = format!("{PUBLIC}/.portcullis/verification?flow=");
        assert!(reply.location().starts_with(&page), "{}", reply.location());
    }
}

#[tokio::test]
async fn the_owner_gets_back_in_by_the_letter_and_nobody_else_does() {
    let house = House::new();
    let ada = house.resident(ADA).await;
    let mut mallory = house.browser();
    let reply = register(&mut mallory, json!({"email": "ADA@example.com"})).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert!(mallory.session().is_none());
    let link = house.letters.mails().pop().unwrap().text;
    let mut owner = house.browser();
    let page = owner.go(&link).await.text();
    let token = hidden(&page, "token");
    let csrf = hidden(&page, "csrf_token");
    let target = link.split("&token").next().unwrap();
    let fields = [("token", &*token), ("csrf_token", &*csrf)];
    let entered = owner.submit(target, &fields).await;
    assert_eq!(entered.status, 303, "{}", entered.text());
    let whoami = owner.ask("/sessions/whoami").await.json();
    assert_eq!(whoami["identity"]["id"], ada.id.to_string());
    assert_eq!(mallory.ask("/sessions/whoami").await.status, 401);
}

/// What cannot be hidden can be asked a few times only.
#[tokio::test]
async fn without_mail_a_taken_address_is_told_ten_times_at_most() {
    let house = House::new();
    house.letters.close();
    house.resident(ADA).await;
    let mut browser = house.browser();
    for _ in 0..10 {
        let reply = register(&mut browser, json!({"email": ADA})).await;
        assert_eq!(
            (reply.status, messages(&reply.json())),
            (400, vec![4_000_007])
        );
    }
    let traits = json!({"email": ADA});
    assert_eq!(register(&mut browser, traits.clone()).await.status, 429);
    browser.client = [192, 0, 2, 9].into();
    assert_eq!(register(&mut browser, traits).await.status, 400);
}

/// Nobody waits for a code that nobody sends.
#[tokio::test]
async fn a_letter_is_promised_only_where_one_lets_the_owner_in() {
    let mut config = open_registration();
    config.recovery.enabled = false;
    let closed = Busy {
        config,
        defaults: vec![Action::VerifyEmail],
        ..Busy::default()
    }
    .house();
    closed.resident(ADA).await;
    // Where everybody new proves theirs first, it would tell who is switched off.
    let house = house_where(&[]);
    let mut ada = house.resident(ADA).await;
    ada.state = IdentityState::Inactive;
    IdentityStore::update(&*house.store, &ada).await.unwrap();
    for house in [closed, house] {
        let mut browser = house.browser();
        let reply = register(&mut browser, json!({"email": ADA})).await;
        let told = (reply.status, messages(&reply.json()));
        assert_eq!(told, (400, vec![4_000_007]));
        assert!(house.letters.mails().is_empty());
    }
}

/// A house of people who have names to sign in with, too.
pub(super) fn house_of_names(defaults: Vec<Action>) -> House {
    busy_with_names(defaults).house()
}

pub(super) fn busy_with_names(defaults: Vec<Action>) -> Busy {
    let identifier = json!({"credentials": {"password": {"identifier": true}}});
    let mut email = json!({"type": "string", "format": "email", "ory.sh/kratos": identifier});
    for purpose in ["verification", "recovery"] {
        email["ory.sh/kratos"][purpose] = json!({"via": "email"});
    }
    let username = json!({"type": "string", "ory.sh/kratos": identifier});
    Busy {
        defaults,
        schema: Some(json!({"properties": {"email": email, "username": username,
            "name": {"properties": {"first": {"type": "string"}}}}})),
        ..Busy::default()
    }
}

/// A name has to be known as taken to choose another one; it is nobody's mailbox.
#[tokio::test]
async fn a_taken_name_is_told_even_where_mail_is_sent() {
    let house = house_of_names(Vec::new());
    let mut browser = house.browser();
    let traits = json!({"email": ADA, "username": "ada"});
    assert_eq!(register(&mut browser, traits.clone()).await.status, 200);
    for email in [ADA, "bob@example.com"] {
        let traits = json!({"email": email, "username": "ada"});
        let reply = register(&mut house.browser(), traits).await;
        assert_eq!(
            (reply.status, messages(&reply.json())),
            (400, vec![4_000_007])
        );
    }
    let traits = json!({"email": ADA, "username": "bob"});
    assert_eq!(register(&mut house.browser(), traits).await.status, 200);
    assert_eq!(house.letters.mails().len(), 2);
}

/// A name that came with a known address would be free again, and tell.
#[tokio::test]
async fn a_name_is_taken_by_a_registration_whether_its_address_was_known_or_not() {
    let house = house_of_names(vec![Action::VerifyEmail]);
    let traits = |email: &str, name: &str| json!({"email": email, "username": name});
    let mut ada = house.browser();
    ada.client = [192, 0, 2, 9].into();
    let old = register(&mut ada, traits(ADA, "ada")).await;
    assert_eq!(old.status, 200, "{}", old.text());
    let known = register(&mut house.browser(), traits(ADA, "one")).await;
    let new = register(&mut house.browser(), traits("new@example.com", "two")).await;
    assert_eq!((known.status, &known.work), (200, &new.work));
    for (number, name) in ["ada", "one", "two"].into_iter().enumerate() {
        let email = format!("mallory{number}@example.com");
        let reply = register(&mut house.browser(), traits(&email, name)).await;
        let told = (reply.status, messages(&reply.json()));
        assert_eq!(told, (400, vec![4_000_007]), "{name}");
    }
}

/// Neither a known address nor a new one burns a name, and so neither tells which it was.
#[tokio::test]
async fn a_name_is_free_again_once_nobody_can_prove_its_address_any_more() {
    let house = house_of_names(vec![Action::VerifyEmail]);
    let traits = |email: &str, name: &str| json!({"email": email, "username": name});
    let mut ada = house.browser();
    ada.client = [192, 0, 2, 9].into();
    assert_eq!(register(&mut ada, traits(ADA, "ada")).await.status, 200);
    for (email, name) in [(ADA, "one"), ("new@example.com", "two")] {
        let reply = register(&mut house.browser(), traits(email, name)).await;
        assert_eq!(reply.status, 200, "{name}");
    }
    // A day, and the hour that a letter is good for.
    house
        .clock
        .advance(Duration::from_secs(25 * 60 * 60) - SECOND);
    for name in ["one", "two"] {
        let reply = register(&mut house.browser(), traits("eve@example.com", name)).await;
        assert_eq!(reply.status, 400, "{name} is kept");
    }
    house.clock.advance(SECOND);
    let mut works = Vec::new();
    for (number, name) in ["one", "two"].into_iter().enumerate() {
        let email = format!("mallory{number}@example.com");
        let reply = register(&mut house.browser(), traits(&email, name)).await;
        assert_eq!(reply.status, 200, "{name}: {}", reply.text());
        works.push(reply.work.clone());
    }
    assert_eq!(works[0], works[1]);
    let identities = &house.services.identities;
    let two = identities.find_by_identifier("two").await.unwrap();
    assert_eq!(two.unwrap().traits["email"], "mallory1@example.com");
    let gone = identities.find_by_identifier("new@example.com").await;
    assert_eq!(gone.unwrap(), None, "nobody has proved it");
}

/// The words of the dialect stay where somebody who is known changes their own address.
#[tokio::test]
async fn somebody_signed_in_is_told_that_an_address_is_taken_ten_times_at_most() {
    let house = House::new();
    house.resident(ADA).await;
    house.resident("bob@example.com").await;
    let mut browser = house.browser();
    browser.sign_in("bob@example.com").await;
    let flow = browser.begin("settings").await;
    let fields = json!({
        "method": "profile", "csrf_token": csrf(&flow), "traits": {"email": ADA},
    });
    for _ in 0..10 {
        let reply = browser.post(action(&flow), &fields).await;
        assert_eq!(
            (reply.status, messages(&reply.json())),
            (400, vec![4_000_007])
        );
    }
    assert_eq!(browser.post(action(&flow), &fields).await.status, 429);
}

/// HA-01, HA-02, CU-18: one schema each for several kinds of people.
#[tokio::test]
async fn people_register_with_a_schema_that_they_may_choose() {
    let house = of_schemas(&["customer", "staff"], &["customer"]);
    let mut browser = house.browser();
    let init = "/self-service/registration/browser?identity_schema=";
    for refused in ["staff", "nobody"] {
        let reply = browser.ask(&format!("{init}{refused}")).await;
        assert_eq!(reply.error(), (400, "bad_request".to_owned()));
    }
    let usual = browser.ask(&format!("{init}default")).await.json();
    assert_eq!(usual.get("identity_schema"), None);
    node(&usual, "provider");
    let flow = browser.ask(&format!("{init}customer")).await.json();
    assert_eq!(flow["identity_schema"], "customer");
    node(&flow, "traits.customer");
    let is_button = |node: &Value| node["attributes"]["name"] == "provider";
    assert!(
        !flow["ui"]["nodes"]
            .as_array()
            .unwrap()
            .iter()
            .any(is_button)
    );
    let mut fields = json!({"csrf_token": csrf(&flow), "provider": "google"});
    let refused = browser.post(action(&flow), &fields).await;
    assert_eq!(refused.status, 400, "providers use the default schema");
    fields = json!({
        "method": "password", "password": PASSWORD, "csrf_token": csrf(&flow),
        "traits": {"email": ADA, "customer": "c-1"},
    });
    let body = browser.post(action(&flow), &fields).await.json();
    assert_eq!(body["identity"]["schema_id"], "customer", "{body}");
    assert_eq!(body["identity"]["traits"]["customer"], "c-1");

    let mut late = house.browser();
    let flow = late.ask(&format!("{init}customer")).await.json();
    house.clock.advance(std::time::Duration::from_secs(3601));
    let reply = late
        .post(action(&flow), &json!({"csrf_token": csrf(&flow)}))
        .await;
    let next = reply.json()["use_flow_id"].as_str().unwrap().to_owned();
    let fetch = format!("/self-service/registration/flows?id={next}");
    let flow = late.ask(&fetch).await.json();
    assert_eq!(flow["identity_schema"], "customer");
    node(&flow, "traits.customer");
}

/// Whoever registers in vain takes nothing from the owner, and does not do it without end.
#[tokio::test]
async fn registrations_in_vain_take_no_letter_from_the_owner_and_are_counted() {
    let house = house_where(&[Action::VerifyEmail]);
    house.resident(ADA).await;
    let mut owner = house.browser();
    owner.sign_in(ADA).await;
    let to_owner = || {
        let mails = house.letters.mails();
        mails.iter().filter(|mail| mail.to == ADA).count()
    };
    let before = to_owner();
    for _ in 0..30 {
        let reply = register(&mut house.browser(), json!({"email": ADA})).await;
        assert_eq!(reply.status, 200, "{}", reply.text());
    }
    for email in [ADA, "new@example.com"] {
        let reply = register(&mut house.browser(), json!({"email": email})).await;
        assert_eq!(reply.status, 429, "{email}");
    }
    let written = to_owner() - before;
    assert!(written <= 5, "{written} letters");
    let flow = owner.begin("verification").await;
    let asked = ask(&mut owner, &flow, ADA).await;
    assert_eq!(asked.status, 200, "{}", asked.text());
}

/// Whoever has one network of a site has many.
#[tokio::test]
async fn the_networks_of_one_site_register_four_times_as_often_as_one() {
    let house = Busy {
        defaults: vec![Action::VerifyEmail],
        limits: Limits {
            registrations_per_address: Rate::new(3, 600),
            ..Limits::default()
        },
        ..Busy::default()
    }
    .house();
    let mut statuses = Vec::new();
    for network in 0..5 {
        for nth in 0..4 {
            let mut browser = house.browser();
            browser.client = format!("2001:db8:1:{network}::1").parse().unwrap();
            let email = format!("p{network}-{nth}@example.com");
            let reply = register(&mut browser, json!({"email": email})).await;
            statuses.push(reply.status);
        }
    }
    let (of_one, beyond) = ([200, 200, 200, 429], [429; 4]);
    assert_eq!(statuses, [of_one, of_one, of_one, of_one, beyond].concat());
    let mut other = house.browser();
    other.client = "2001:db8:2::1".parse().unwrap();
    let reply = register(&mut other, json!({"email": "other@example.com"})).await;
    assert_eq!(reply.status, 200);
}
