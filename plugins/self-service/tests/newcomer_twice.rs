//! A newcomer's form that is submitted twice, and one whose name is somebody's.

use portcullis_core::action::Action;
use serde_json::json;

use super::{
    house::{Browser, PASSWORD, Reply, action, csrf, messages},
    newcomer::{KNOWN, NEW},
    registration_alike::house_of_names,
};

async fn submit(browser: &mut Browser<'_>, flow: &serde_json::Value, name: &str) -> Reply {
    let fields = json!({
        "method": "password", "password": PASSWORD, "csrf_token": csrf(flow),
        "traits": {"email": NEW, "username": name},
    });
    browser.post(action(flow), &fields).await
}

/// The second click finds the name reserved by the first one, and must neither say that it is somebody
/// else's nor bring the form back.
#[tokio::test]
async fn a_form_that_is_submitted_twice_at_once_is_taken_once() {
    let house = house_of_names(vec![Action::VerifyEmail]);
    let mut browser = house.browser();
    let flow = browser.begin("registration").await;
    let mut again = browser.clone();
    let (first, second) = tokio::join!(
        submit(&mut browser, &flow, "nova"),
        submit(&mut again, &flow, "nova")
    );
    let late = match first.status {
        200 => second,
        _ => first,
    };
    assert_eq!(late.error(), (404, "flow_not_found".to_owned()));
    assert_eq!(house.heard.all(), ["created"], "one of them was taken");
    let third = submit(&mut browser, &flow, "nova").await;
    assert_ne!(third.status, 400, "the form is gone: {}", third.text());
    assert_eq!(house.letters.mails().len(), 1);
}

/// Whoever has to choose another name does so in the same form.
#[tokio::test]
async fn a_form_whose_name_is_taken_stays_good() {
    let house = house_of_names(vec![Action::VerifyEmail]);
    let mut other = house.browser();
    let flow = other.begin("registration").await;
    let fields = json!({
        "method": "password", "password": PASSWORD, "csrf_token": csrf(&flow),
        "traits": {"email": KNOWN, "username": "nova"},
    });
    assert_eq!(other.post(action(&flow), &fields).await.status, 200);
    let mut browser = house.browser();
    let flow = browser.begin("registration").await;
    let taken = submit(&mut browser, &flow, "nova").await;
    let told = (taken.status, messages(&taken.json()));
    assert_eq!(told, (400, vec![4_000_007]));
    let free = submit(&mut browser, &flow, "stella").await;
    assert_eq!(free.status, 200, "{}", free.text());
}
