//! Recoveries that administrators hand out.

use std::time::Duration;

use portcullis_core::{
    errand::{ErrandError, Handed, Handout, Recovery},
    flow::Transport,
    id::IdentityId,
    session::SessionStore,
};
use serde_json::json;

use super::house::{House, PUBLIC, action, mailed::type_in};
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

async fn handed_out(
    house: &House,
    id: IdentityId,
    handout: Handout,
) -> Result<Recovery, ErrandError> {
    let day = Duration::from_secs(86_400);
    recoveries(house).hand_out(id, handout, day).await
}

/// CU-22, B.5.
#[tokio::test]
async fn it_ends_where_the_administrator_says_if_the_gateway_leads_there() {
    let house = House::new();
    let ada = house.resident("ada@example.com").await;
    let to = |place: &str| Handout {
        return_to: Some(place.to_owned()),
        ..Handout::new(Handed::Code, None)
    };
    let foreign = handed_out(&house, ada.id, to("https://evil.test/")).await;
    assert!(matches!(foreign, Err(ErrandError::ReturnTo)), "{foreign:?}");
    let home = format!("{PUBLIC}/home");
    let recovery = handed_out(&house, ada.id, to(&home)).await.unwrap();
    let link = recovery.link.expose();
    let id = link.split("flow=").nth(1).unwrap();
    let mut browser = house.browser();
    browser.go(link).await;
    let path = format!("/self-service/recovery/flows?id={id}");
    let flow = browser.ask(&path).await.json();
    assert_eq!(flow["return_to"], home);
}

/// CU-22: as in Kratos, an application brings the code to the flow.
#[tokio::test]
async fn an_application_takes_a_code_that_is_handed_out_for_it() {
    let house = House::new();
    let ada = house.resident("ada@example.com").await;
    let handout = Handout {
        taker: Transport::Api,
        ..Handout::new(Handed::Code, None)
    };
    let recovery = handed_out(&house, ada.id, handout).await.unwrap();
    let id = recovery.link.expose().split("flow=").nth(1).unwrap();
    let mut app = house.browser();
    let path = format!("/self-service/recovery/flows?id={id}");
    let flow = app.ask(&path).await.json();
    assert_eq!(flow["type"], "api");
    let wrong = json!({"method": "code", "code": "000000"});
    assert_eq!(app.post(action(&flow), &wrong).await.status, 400);
    let body = json!({"method": "code", "code": recovery.code.unwrap().expose()});
    let done = app.post(action(&flow), &body).await;
    assert_eq!(done.status, 200, "{}", done.text());
    assert_eq!(done.set_cookies(), Vec::<String>::new());
    assert_eq!(done.json()["session"]["identity"]["id"], ada.id.to_string());
    assert!(done.json()["session_token"].is_string());
    assert_ne!(app.post(action(&flow), &body).await.status, 200, "once");
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
