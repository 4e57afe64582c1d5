//! What somebody adds to an identity at the moment in which it is taken from them.

use std::sync::Arc;

use portcullis_core::credential::{CredentialKind, CredentialStore};
use serde_json::json;

use super::house::{
    House, action, csrf,
    hasty::Hasty,
    provider_visit::{come_back, press, refused},
};
use crate::Limits;

const ADA: &str = "ada@example.com";

fn house() -> House {
    House::altered(Limits::default(), |services, store| {
        services.credentials = Arc::new(Hasty(store.clone()));
        services.broker.credentials = services.credentials.clone();
    })
}

/// KC-093: neither a first one nor another one.
#[tokio::test]
async fn a_password_that_was_on_its_way_does_not_come_after_everything_is_taken_back() {
    for has_one in [true, false] {
        let house = house();
        let ada = house.proved_resident(ADA).await;
        let mut browser = house.browser();
        browser.sign_in(ADA).await;
        let credentials: &dyn CredentialStore = &*house.store;
        if !has_one {
            let first = credentials.list(ada.id).await.unwrap().remove(0);
            assert!(credentials.delete(first.id).await.unwrap());
        }
        let flow = browser.begin("settings").await;
        let fields = json!({
            "method": "password", "password": "staple battery", "csrf_token": csrf(&flow),
        });
        let refused = browser.post(action(&flow), &fields).await;
        assert_eq!(refused.status, 401, "{}", refused.text());
        assert_eq!(credentials.list(ada.id).await.unwrap(), [], "{has_one}");
    }
}

/// KC-093.
#[tokio::test]
async fn an_account_that_was_on_its_way_is_not_linked_after_everything_is_taken_back() {
    let house = house();
    let ada = house.proved_resident(ADA).await;
    let mut browser = house.browser();
    browser.sign_in(ADA).await;
    let flow = browser.ask("/self-service/settings/browser").await.json();
    let state = press(&mut browser, &flow, "link", "google").await;
    let reply = come_back(&mut browser, "google", &format!("state={state}&code=x")).await;
    refused(&reply, 401, "session_inactive");
    let own = CredentialStore::list(&*house.store, ada.id).await.unwrap();
    let kinds: Vec<_> = own.iter().map(|one| one.kind).collect();
    assert_eq!(kinds, [CredentialKind::Password]);
    let told = "link refused: session_inactive".to_owned();
    assert_eq!(house.heard.all().last(), Some(&told));
}
