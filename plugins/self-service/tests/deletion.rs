//! Deleting one's own account: the switch, the role, the proof, the question, and what goes.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use portcullis_core::{
    action::{Action, ActionSettings, Actions},
    identity::{Identity, IdentityStore},
};
use serde_json::{Value, json};

use super::house::{
    Browser, House, PASSWORD, Reply, action, credentials, csrf,
    mailed::{ask, type_in},
    messages, node,
};
use crate::Limits;

const ADA: &str = "ada@example.com";

fn house(enabled: bool) -> House {
    House::altered(Limits::default(), |services, _| {
        let settings = ActionSettings {
            enabled,
            default: false,
            priority: 0,
            max_auth_age: Duration::ZERO,
        };
        let settings = BTreeMap::from([(Action::DeleteAccount, settings)]);
        services.actions = Arc::new(Actions::new(services.schemas.clone(), settings, None));
    })
}

async fn resident(house: &House, roles: &[&str]) -> Identity {
    let mut ada = house.resident(ADA).await;
    ada.roles = roles.iter().map(|role| (*role).to_owned()).collect();
    IdentityStore::update(&*house.store, &ada).await.unwrap();
    ada
}

async fn is_there(house: &House, identity: &Identity) -> bool {
    let found = IdentityStore::find(&*house.store, identity.id).await;
    found.unwrap().is_some()
}

async fn settings(browser: &mut Browser<'_>) -> Value {
    browser.ask("/self-service/settings/browser").await.json()
}

fn button<'a>(flow: &'a Value, name: &str, value: &str) -> Option<&'a Value> {
    let mut nodes = flow["ui"]["nodes"].as_array().unwrap().iter();
    nodes.find(|node| {
        let input = &node["attributes"];
        input["name"] == name && input["value"] == value
    })
}

async fn press(browser: &mut Browser<'_>, flow: &Value, name: &str, value: &str) -> Reply {
    let fields = [("csrf_token", csrf(flow)), (name, value)];
    browser.submit(action(flow), &fields).await
}

/// Proves again who one is, and comes back.
async fn prove(browser: &mut Browser<'_>, asked: &Reply) -> Reply {
    assert_eq!(asked.query("refresh"), "true");
    browser.house().clock.advance(Duration::from_secs(1));
    let begun = browser.go(asked.location()).await;
    let fetch = format!("/self-service/login/flows?id={}", begun.query("flow"));
    let login = browser.ask(&fetch).await.json();
    let fields = [
        ("csrf_token", csrf(&login)),
        ("identifier", ADA),
        ("password", PASSWORD),
        ("method", "password"),
    ];
    let back = browser.submit(action(&login), &fields).await;
    browser.go(back.location()).await
}

/// KC-121, KC-122.
#[tokio::test]
async fn kc_121_and_kc_122_only_with_the_switch_and_the_role() {
    for (enabled, roles, expected) in [
        (false, vec!["delete-account"], false),
        (true, vec![], false),
        (true, vec!["admin"], false),
        (true, vec!["delete-account"], true),
    ] {
        let house = house(enabled);
        let ada = resident(&house, &roles).await;
        let mut browser = house.browser();
        browser.sign_in(ADA).await;
        let flow = settings(&mut browser).await;
        let offered = button(&flow, "method", "delete_account");
        assert_eq!(offered.is_some(), expected, "{enabled} {roles:?}");
        if let Some(offered) = offered {
            assert_eq!(offered["group"], "profile");
            assert_eq!(offered["attributes"]["type"], "submit");
            continue;
        }
        for (name, value) in [("method", "delete_account"), ("confirm", "delete_account")] {
            let body = json!({name: value, "csrf_token": csrf(&flow)});
            let reply = browser.post(action(&flow), &body).await;
            assert_eq!(
                (reply.status, messages(&reply.json())),
                (400, vec![4_010_004])
            );
        }
        assert!(is_there(&house, &ada).await);
    }
}

/// KC-123.
#[tokio::test]
async fn kc_123_after_a_proof_and_a_question_everything_goes() {
    let house = house(true);
    let ada = resident(&house, &["delete-account"]).await;
    let mut phone = house.browser();
    phone.sign_in(ADA).await;
    let mut browser = house.browser();
    browser.sign_in(ADA).await;
    let flow = settings(&mut browser).await;

    let asked = press(&mut browser, &flow, "method", "delete_account").await;
    // Confirming without a proof only asks for it again.
    let early = press(&mut browser, &flow, "confirm", "delete_account").await;
    assert_eq!(early.query("refresh"), "true");
    let question = prove(&mut browser, &asked).await;
    assert!(is_there(&house, &ada).await, "nothing goes unasked");
    let other = settings(&mut phone).await;
    let wrong = json!({
        "method": "profile", "csrf_token": csrf(&other),
        "traits": {"email": ADA, "name": {"first": "x".repeat(21)}},
    });
    assert_eq!(phone.post(action(&other), &wrong).await.status, 400);
    let mut mail = house.browser();
    let proof = mail.begin("verification").await;
    ask(&mut mail, &proof, ADA).await;
    let page = browser.go(question.location()).await.text();
    for said in [
        "Delete your account?",
        "go for good",
        "here and everywhere else",
        "Keep my account",
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }
    let gone = press(&mut browser, &flow, "confirm", "delete_account").await;
    assert!(
        gone.location().contains("/signed-out?deleted="),
        "{}",
        gone.location()
    );
    assert_eq!(browser.session(), None);
    assert!(!is_there(&house, &ada).await);
    assert_eq!(phone.ask("/sessions/whoami").await.status, 401);
    let kept = format!("{:?}", house.store);
    assert!(!kept.contains("xxxxxxxxxxxxxxxxxxxxx"), "no form keeps it");
    assert_eq!(type_in(&mut mail, &proof, "123456").await.status, 404);
    let page = browser.go(gone.location()).await.text();
    assert!(page.contains("Your account is deleted"), "{page}");
    assert_eq!(house.heard.all().last().unwrap(), "deleted");
}

/// KC-104.
#[tokio::test]
async fn kc_104_a_proof_from_before_the_wish_does_not_count() {
    let house = house(true);
    let ada = resident(&house, &["delete-account"]).await;
    let mut browser = house.browser();
    browser.sign_in(ADA).await;
    let flow = settings(&mut browser).await;
    for body in [
        json!({"method": "delete_account"}),
        json!({"confirm": "delete_account"}),
    ] {
        let mut body = body;
        body["csrf_token"] = csrf(&flow).into();
        let reply = browser.post(action(&flow), &body).await;
        assert_eq!(reply.error(), (403, "session_refresh_required".to_owned()));
    }
    assert!(is_there(&house, &ada).await);
}

/// The question was opened before the wish, so that it did not tell of it.
#[tokio::test]
async fn a_proof_that_was_not_asked_for_a_deletion_does_not_count() {
    let house = house(true);
    let ada = resident(&house, &["delete-account"]).await;
    let mut browser = house.browser();
    browser.sign_in(ADA).await;
    let flow = settings(&mut browser).await;
    let id = flow["id"].as_str().unwrap();
    let refresh = format!("/self-service/login/browser?refresh=true&waits={id}");
    let login = browser.ask(&refresh).await.json();
    press(&mut browser, &flow, "method", "delete_account").await;
    house.clock.advance(Duration::from_secs(1));
    let sent = credentials(&login, ADA, PASSWORD);
    assert_eq!(browser.post(action(&login), &sent).await.status, 200);
    for name in ["confirm", "method"] {
        let asked = press(&mut browser, &flow, name, "delete_account").await;
        assert_eq!(asked.query("refresh"), "true", "{name}");
    }
    assert!(is_there(&house, &ada).await);
}

#[tokio::test]
async fn whoever_keeps_their_account_is_back_in_the_settings() {
    let house = house(true);
    let ada = resident(&house, &["delete-account"]).await;
    let mut browser = house.browser();
    browser.sign_in(ADA).await;
    let flow = settings(&mut browser).await;
    let asked = press(&mut browser, &flow, "method", "delete_account").await;
    prove(&mut browser, &asked).await;
    let kept = press(&mut browser, &flow, "confirm", "keep").await;
    assert!(
        kept.location().contains("/settings?flow="),
        "{}",
        kept.location()
    );
    let fetch = format!(
        "/self-service/settings/flows?id={}",
        flow["id"].as_str().unwrap()
    );
    let now = browser.ask(&fetch).await.json();
    assert_eq!(node(&now, "traits.email")["attributes"]["value"], ADA);
    let late = press(&mut browser, &flow, "confirm", "delete_account").await;
    assert_eq!(late.query("refresh"), "true", "the wish is forgotten");
    assert!(is_there(&house, &ada).await);
}

/// KC-100, KC-104, KC-120, KC-123: an application sends somebody to delete their account and hears of
/// it.
#[tokio::test]
async fn an_application_that_asks_for_a_deletion_hears_what_came_of_it() {
    let house = house(true);
    let ada = resident(&house, &["delete-account"]).await;
    let mut browser = house.browser();
    browser.sign_in(ADA).await;
    let app = "https%3A%2F%2Fapp.test%2Faccount";
    let page = format!("/self-service/settings/browser?kc_action=delete_account&return_to={app}");
    let status = |status: &str| format!("https://app.test/account?kc_action_status={status}");
    let begun = browser.go(&page).await;
    let fetch = format!("/self-service/settings/flows?id={}", begun.query("flow"));
    let flow = browser.ask(&fetch).await.json();
    let asked = press(&mut browser, &flow, "method", "delete_account").await;
    prove(&mut browser, &asked).await;
    let kept = press(&mut browser, &flow, "confirm", "keep").await;
    assert_eq!(kept.location(), status("cancelled"));
    assert!(is_there(&house, &ada).await);

    let begun = browser.go(&page).await;
    let fetch = format!("/self-service/settings/flows?id={}", begun.query("flow"));
    let flow = browser.ask(&fetch).await.json();
    let asked = press(&mut browser, &flow, "method", "delete_account").await;
    // However young the session is, it is proved once more.
    let question = prove(&mut browser, &asked).await;
    assert!(question.location().contains("/settings?flow="));
    let gone = press(&mut browser, &flow, "confirm", "delete_account").await;
    assert_eq!(gone.location(), status("success"));
    assert_eq!(browser.session(), None);
    assert!(!is_there(&house, &ada).await);
    let credentials = house.services.credentials.list(ada.id).await.unwrap();
    assert_eq!(credentials, [], "nothing of it is left");
    let sessions = house.services.sessions.store().list(ada.id).await.unwrap();
    assert_eq!(sessions, []);
}

#[tokio::test]
async fn an_application_that_asks_in_vain_for_a_deletion_is_told_so() {
    let house = house(true);
    resident(&house, &[]).await;
    let mut browser = house.browser();
    browser.sign_in(ADA).await;
    let page = "/self-service/settings/browser?kc_action=delete_account";
    let reply = browser.go(page).await;
    assert!(
        reply.location().ends_with("kc_action_status=error"),
        "{}",
        reply.location()
    );
}

#[tokio::test]
async fn the_last_administrator_is_not_deleted_and_told_why() {
    let house = house(true);
    let ada = resident(&house, &["delete-account", "admin"]).await;
    let mut browser = house.browser();
    browser.sign_in(ADA).await;
    let flow = settings(&mut browser).await;
    let asked = press(&mut browser, &flow, "method", "delete_account").await;
    prove(&mut browser, &asked).await;
    let body = json!({"confirm": "delete_account", "csrf_token": csrf(&flow)});
    let refused = browser.post(action(&flow), &body).await;
    assert_eq!(refused.error(), (409, "last_administrator".to_owned()));
    let refused = press(&mut browser, &flow, "confirm", "delete_account").await;
    assert_eq!(refused.status, 409);
    let page = refused.text();
    assert!(page.contains("This is the last administrator"), "{page}");
    assert!(is_there(&house, &ada).await);

    let mut other = house.resident("bob@example.com").await;
    other.roles = vec!["admin".to_owned()];
    IdentityStore::update(&*house.store, &other).await.unwrap();
    let gone = press(&mut browser, &flow, "confirm", "delete_account").await;
    assert!(gone.location().contains("/signed-out?deleted="));
    assert!(!is_there(&house, &ada).await);
}
