//! Ways back in, and what people are asked to do.

use std::sync::Arc;

use http::Method;
use portcullis_core::{
    flow::Transport,
    identity::{IdentityState, IdentityStore},
    testing::CannedOutreach,
};
use serde_json::json;

use super::{last_act, whole_log};
use crate::{
    Role,
    tests::house::{House, config},
};

/// CU-22.
#[tokio::test]
async fn a_code_and_a_link_are_handed_out_and_written_down_nowhere() {
    let house = House::new();
    let manager = house.acting_as(&[Role::UserManager]).await;
    let mut ada = house.resident("ada@example.org").await;
    let body = json!({"identity_id": ada.id, "expires_in": "1h"});
    let code = manager
        .send(Method::POST, "/admin/recovery/code", &body)
        .await;
    assert_eq!(code.status, 201, "{code:?}");
    assert_eq!(code.json()["recovery_code"], CannedOutreach::CODE);
    assert!(code.json()["recovery_link"].is_string() && code.json()["expires_at"].is_string());
    let link = manager
        .send(Method::POST, "/admin/recovery/link", &body)
        .await;
    assert_eq!(link.status, 200);
    assert!(link.json().get("recovery_code").is_none());
    assert_eq!(last_act(&house).await.verb, "identity.recovery.hand_out");
    let log = whole_log(&house).await;
    assert!(
        !log.contains(CannedOutreach::CODE) && !log.contains("flow="),
        "{log}"
    );
    for (body, status) in [
        (
            json!({"identity_id": "00000000-0000-4000-8000-000000000000"}),
            404,
        ),
        (json!({}), 400),
        (json!({"identity_id": ada.id, "expires_in": "soon"}), 400),
        (
            json!({"identity_id": ada.id, "expires_in": "1000000years"}),
            400,
        ),
        (json!({"identity_id": ada.id, "expires_in": "0s"}), 400),
        (json!({"identity_id": ada.id, "flow_type": "tv"}), 400),
    ] {
        let refused = manager
            .send(Method::POST, "/admin/recovery/code", &body)
            .await;
        assert_eq!(refused.status, status, "{body}");
    }
    ada.state = IdentityState::Inactive;
    IdentityStore::update(&*house.store, &ada).await.unwrap();
    let off = manager
        .send(Method::POST, "/admin/recovery/code", &body)
        .await;
    assert_eq!(off.error(), "identity_disabled");
}

/// CU-22, B.5: where it ends, and that an application may take a code.
#[tokio::test]
async fn who_hands_something_out_says_who_takes_it_and_where_it_ends() {
    let outreach = Arc::new(CannedOutreach::default());
    let house = House::altered(config(), |services, _| services.outreach = outreach.clone());
    let manager = house.acting_as(&[Role::UserManager]).await;
    let ada = house.resident("ada@example.org").await;
    let plain = json!({"identity_id": ada.id});
    let to_an_app = json!({"identity_id": ada.id, "flow_type": "api"});
    let home = "/admin/recovery/link?return_to=https%3A%2F%2Fgate.test%2Fhome";
    for (path, body, status) in [
        ("/admin/recovery/code", &to_an_app, 201),
        (home, &plain, 200),
        ("/admin/recovery/link?return_to=", &plain, 200),
        ("/admin/recovery/link", &to_an_app, 400),
    ] {
        let answer = manager.post(path, body).await;
        assert_eq!(answer.status, status, "{path} {answer:?}");
    }
    let handed_out = outreach.handed_out();
    let handed_out = handed_out
        .iter()
        .map(|one| (one.taker, one.return_to.as_deref()));
    let handed_out: Vec<_> = handed_out.collect();
    let home = Some("https://gate.test/home");
    let browser = Transport::Browser;
    let expected = [(Transport::Api, None), (browser, home), (browser, None)];
    assert_eq!(handed_out, expected);
}

/// KC-078, KC-079.
#[tokio::test]
async fn somebody_is_asked_by_mail_to_do_something() {
    let house = House::new();
    let manager = house.acting_as(&[Role::UserManager]).await;
    let ada = house.resident("ada@example.org").await;
    let path = format!("/admin/identities/{}/actions-email", ada.id);
    let body = json!({"actions": ["UPDATE_PASSWORD"], "lifespan": 43200});
    let sent = manager.send(Method::POST, &path, &body).await;
    assert_eq!(sent.status, 200, "{sent:?}");
    assert_eq!(sent.json()["required_actions"], json!(["UPDATE_PASSWORD"]));
    for body in [
        json!({"actions": []}),
        json!({"actions": ["CONFIGURE_TOTP"]}),
        json!({"actions": ["SING"]}),
        json!({"actions": "UPDATE_PASSWORD"}),
    ] {
        assert_eq!(
            manager.send(Method::POST, &path, &body).await.status,
            400,
            "{body}"
        );
    }
}

/// KC-107: what is told in public is those of the list that are switched on; one of them is asked of
/// nobody but by applications.
#[tokio::test]
async fn what_people_can_be_asked_to_do_is_listed() {
    let house = House::new();
    let viewer = house.acting_as(&[Role::Viewer]).await;
    let list = viewer.get("/admin/x/required-actions").await.json();
    let find = |alias: &str| {
        let mut all = list.as_array().unwrap().iter();
        all.find(|one| one["alias"] == alias).cloned()
    };
    let password = find("UPDATE_PASSWORD").unwrap();
    assert_eq!(password["max_auth_age"], "5m");
    assert_eq!(
        (&password["enabled"], &password["default"]),
        (&json!(true), &json!(false))
    );
    assert_eq!(find("UPDATE_PROFILE").unwrap()["default"], true);
    assert_eq!(find("CONFIGURE_TOTP").unwrap()["enabled"], false);
    let all = list.as_array().unwrap().iter();
    let enabled: Vec<_> = all.filter(|one| one["enabled"] == true).collect();
    let enabled: Vec<_> = enabled.iter().map(|one| one["alias"].clone()).collect();
    let public = house.services.actions.enabled();
    let public: Vec<_> = public.iter().map(|one| json!(one.alias())).collect();
    assert_eq!(enabled, public);
    assert_eq!(find("delete_account").unwrap()["default"], false);

    let manager = house.acting_as(&[Role::UserManager]).await;
    let ada = house.resident("ada@example.org").await;
    let path = format!("/admin/identities/{}/required-actions", ada.id);
    let asked = json!({"add": ["delete_account"]});
    assert_eq!(manager.send(Method::PATCH, &path, &asked).await.status, 400);
    let path = format!("/admin/identities/{}/actions-email", ada.id);
    let asked = json!({"actions": ["delete_account"]});
    assert_eq!(manager.send(Method::POST, &path, &asked).await.status, 400);
    let browser = house.console(&[Role::Admin]).await;
    let page = format!("/ui/identities/{}/actions", ada.id);
    let page = browser.get(&page).await.page();
    assert!(page.contains("UPDATE_PASSWORD"), "{page}");
    assert!(!page.contains("delete_account"), "{page}");
}
