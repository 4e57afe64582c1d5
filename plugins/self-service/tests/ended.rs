//! Sessions that have ended, though a node takes their browser for somebody for a while yet.

use portcullis_core::session::SessionStore;
use serde_json::{Value, json};

use super::house::{
    Browser, House, action, csrf,
    provider_visit::{come_back, press},
};

const ADA: &str = "ada@example.com";

/// Whoever has signed in, and whose sessions are ended by somebody else then.
async fn late<'a>(house: &'a House, flow: &mut Value) -> Browser<'a> {
    let ada = house.proved_resident(ADA).await;
    let mut browser = house.browser();
    browser.sign_in(ADA).await;
    let settings = "/self-service/settings/browser";
    let begun = browser.ask(settings).await.json();
    let state = press(&mut browser, &begun, "link", "google").await;
    come_back(&mut browser, "google", &format!("state={state}&code=x")).await;
    *flow = browser.ask(settings).await.json();
    browser.stay_cached().await;
    let ended = SessionStore::revoke_all(&*house.store, ada.id, None).await;
    assert_eq!(ended.unwrap(), 1);
    browser
}

#[tokio::test]
async fn whose_session_has_ended_changes_no_profile_and_no_link() {
    let house = House::new();
    let mut flow = Value::Null;
    let mut browser = late(&house, &mut flow).await;
    let profile = json!({
        "method": "profile", "csrf_token": csrf(&flow),
        "traits": {"email": ADA, "name": {"first": "Eve"}},
    });
    let unlink = json!({"unlink": "google", "csrf_token": csrf(&flow)});
    let heard = house.heard.all();
    for fields in [profile, unlink] {
        let reply = browser.post(action(&flow), &fields).await;
        assert_eq!(reply.error(), (401, "session_inactive".to_owned()));
    }
    assert_eq!(house.heard.all(), heard, "nothing has happened");
}
