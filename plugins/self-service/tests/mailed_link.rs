//! Links that are mailed: for the browser that opens them, and only once somebody presses the button.

use serde_json::json;

use super::house::{
    House, PUBLIC, Reply, action,
    mailed::{ask, hidden, mailed},
    messages, open_registration,
};
use crate::{Config, Limits, MailedProof};

pub(super) fn house() -> House {
    let mut config: Config = open_registration();
    config.recovery.proof = MailedProof::Link;
    config.verification.proof = MailedProof::Link;
    House::with(config, Limits::default())
}

/// The fields of the button on the page of a link.
fn fields(page: &Reply) -> Vec<(&'static str, String)> {
    let text = page.text();
    vec![
        ("csrf_token", hidden(&text, "csrf_token")),
        ("token", hidden(&text, "token")),
        ("method", "link".to_owned()),
    ]
}

pub(super) async fn press(
    browser: &mut super::house::Browser<'_>,
    link: &str,
    page: &Reply,
) -> Reply {
    let action = link.split("&token=").next().unwrap();
    let fields = fields(page);
    let fields: Vec<_> = fields
        .iter()
        .map(|(name, value)| (*name, &**value))
        .collect();
    browser.submit(action, &fields).await
}

/// KC-093: by link.
#[tokio::test]
async fn a_link_is_good_once_in_whichever_browser_opens_it() {
    let house = house();
    house.resident("ada@example.com").await;
    let mut browser = house.browser();
    let flow = browser.begin("recovery").await;
    let sent = ask(&mut browser, &flow, "ada@example.com").await.json();
    assert_eq!(messages(&sent), [1_060_002]);
    assert!(!sent.to_string().contains("\"name\":\"code\""));
    let link = mailed(&house);
    assert!(
        link.starts_with(&format!("{PUBLIC}/.portcullis/self-service/recovery?flow=")),
        "{link}"
    );

    for _ in 0..3 {
        let scanner = house.browser().go(&link).await;
        assert_eq!(scanner.status, 200, "looking at it is no use of it");
    }
    let mut telephone = house.browser();
    let page = telephone.go(&link).await;
    assert_eq!(page.headers["referrer-policy"], "no-referrer");
    assert!(page.text().contains("Get back in"), "{}", page.text());
    let forged = json!({"token": hidden(&page.text(), "token")});
    let forged = telephone.clone().post(action(&flow), &forged).await;
    assert_eq!(forged.status, 403, "no other page presses the button");
    let reply = press(&mut telephone, &link, &page).await;
    assert!(
        reply.location().contains("/settings?flow="),
        "{}",
        reply.location()
    );
    assert!(!reply.location().contains("token"), "it is not carried on");
    assert_eq!(telephone.go(reply.location()).await.status, 200);
    let session = telephone.ask("/sessions/whoami").await.json();
    assert_eq!(
        session["authentication_methods"][0]["method"],
        "link_recovery"
    );
    let again = house.browser().go(&link).await;
    assert_eq!(again.status, 404);
}

#[tokio::test]
async fn a_wrong_link_shows_and_changes_nothing() {
    let house = house();
    house.resident("ada@example.com").await;
    let mut browser = house.browser();
    let flow = browser.begin("recovery").await;
    ask(&mut browser, &flow, "ada@example.com").await;
    let link = mailed(&house);
    let mut forged = link.clone();
    forged.replace_range(link.len() - 4.., "AAAA");
    let mut eve = house.browser();
    let page = eve.go(&forged).await;
    let reply = press(&mut eve, &forged, &page).await;
    assert_eq!(reply.status, 400);
    assert!(
        reply.text().contains("This link is not right"),
        "{}",
        reply.text()
    );
    assert!(!reply.text().contains("ada@example.com"));
    let id = flow["id"].as_str().unwrap();
    let fetch = format!("/self-service/recovery/flows?id={id}");
    assert_eq!(
        eve.ask(&fetch).await.status,
        403,
        "the flow is still another browser's"
    );

    let mut other = house.browser();
    let other_flow = other.begin("recovery").await;
    ask(&mut other, &other_flow, "ada@example.com").await;
    let token = link.split("token=").nth(1).unwrap();
    let crossed = format!("{}&token={token}", action(&other_flow));
    let page = eve.go(&crossed).await;
    assert_eq!(
        press(&mut eve, &crossed, &page).await.status,
        400,
        "of another flow"
    );
    let page = browser.go(&link).await;
    assert_eq!(
        press(&mut browser, &link, &page).await.status,
        303,
        "the right one still counts"
    );
}

#[tokio::test]
async fn a_native_client_may_bring_the_token_itself() {
    let house = house();
    house.resident("ada@example.com").await;
    let mut app = house.browser();
    let flow = app.ask("/self-service/recovery/api").await.json();
    let body = json!({"method": "link", "email": "ada@example.com"});
    app.post(action(&flow), &body).await;
    let link = mailed(&house);
    let wrong = app
        .post(&format!("{}&token=no", action(&flow)), &json!({}))
        .await;
    assert_eq!(
        (wrong.status, messages(&wrong.json())),
        (400, vec![4_060_004])
    );
    let done = app.post(&link, &json!({"method": "link"})).await;
    assert_eq!(done.status, 200, "{}", done.text());
    assert!(done.json()["session_token"].is_string());
}

#[tokio::test]
async fn an_address_is_proved_by_a_link_and_both_browsers_are_told() {
    let house = house();
    house.resident("ada@example.com").await;
    let mut browser = house.browser();
    let flow = browser.begin("verification").await;
    let sent = ask(&mut browser, &flow, "ada@example.com").await.json();
    assert_eq!(messages(&sent), [1_080_001]);
    let link = mailed(&house);
    let mut telephone = house.browser();
    telephone.sign_in("ada@example.com").await;
    let page = telephone.go(&link).await;
    assert!(page.text().contains("Confirm your address"));
    let reply = press(&mut telephone, &link, &page).await;
    for browser in [&mut telephone, &mut browser] {
        let page = browser.go(reply.location()).await;
        assert!(page.text().contains("Address confirmed"), "{}", page.text());
    }
    assert!(browser.session().is_none(), "it signs nobody in");
    let page = telephone.go(&link).await;
    let again = press(&mut telephone, &link, &page).await;
    assert_eq!(again.location(), format!("{PUBLIC}/"), "it is done");
}
