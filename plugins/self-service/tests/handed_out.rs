//! Recoveries that administrators hand out.

use std::time::Duration;

use portcullis_core::session::SessionStore;
use serde_json::json;

use super::house::{House, action, mailed::type_in};
use crate::{MailedProof, Recoveries};

pub(super) fn recoveries(house: &House) -> Recoveries {
    let services = house.services.clone();
    Recoveries {
        clock: services.clock,
        entropy: services.entropy,
        flows: services.flows,
        seal: services.seal,
        addresses: services.addresses,
        ui_url: None,
    }
}

/// KC-078.
#[tokio::test]
async fn an_administrator_hands_a_recovery_out_that_any_browser_takes_once() {
    let house = House::new();
    house.letters.close();
    let ada = house.resident("ada@example.com").await;
    let day = Duration::from_secs(86_400);
    let recovery = recoveries(&house)
        .create_for(ada.id, MailedProof::Code, day)
        .await
        .unwrap();
    let (code, link) = (recovery.code.unwrap(), recovery.link.expose().to_owned());
    house.clock.advance(Duration::from_secs(86_000));
    let mut browser = house.browser();
    let page = browser.go(&link).await;
    assert_eq!(page.status, 200, "{}", page.text());
    assert!(page.text().contains("Get back in") && page.text().contains("one-time-code"));
    let id = link.split("flow=").nth(1).unwrap();
    let flow = browser
        .ask(&format!("/self-service/recovery/flows?id={id}"))
        .await
        .json();
    let forged = json!({"code": code.expose()});
    assert_eq!(
        browser.post(action(&flow), &forged).await.status,
        403,
        "the form is its own"
    );
    assert_eq!(
        type_in(&mut browser, &flow, code.expose()).await.status,
        422
    );
    let sessions: &dyn SessionStore = &*house.store;
    assert_eq!(sessions.list(ada.id).await.unwrap().len(), 1);
    let mut other = house.browser();
    other.go(&link).await;
    assert_eq!(other.post(action(&flow), &forged).await.status, 404);

    let recovery = recoveries(&house)
        .create_for(ada.id, MailedProof::Link, day)
        .await
        .unwrap();
    assert!(recovery.code.is_none());
    let page = other.go(recovery.link.expose()).await.text();
    assert!(page.contains("name=\"token\""), "{page}");
    house.clock.advance(day);
    assert_eq!(other.go(recovery.link.expose()).await.status, 410);
}
