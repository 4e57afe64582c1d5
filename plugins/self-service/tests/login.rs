//! Signing in with a password: every line of the life cycle.

use std::time::Duration;

use serde_json::json;

use super::house::{House, PASSWORD, PUBLIC, action, credentials, csrf, messages, node};

/// B.8.
#[tokio::test]
async fn a_browser_is_sent_to_the_page_of_its_flow() {
    let house = House::new();
    let mut browser = house.browser();
    let reply = browser.go("/self-service/login/browser").await;
    let location = reply.location().to_owned();
    assert!(location.starts_with("https://gate.test/.portcullis/login?flow="));
    assert!(browser.cookie("csrf_token_").is_some());
    assert_eq!(browser.go(&location).await.status, 200);
}

/// B.8.
#[tokio::test]
async fn a_script_gets_the_flow_and_can_fetch_it() {
    let house = House::new();
    let mut browser = house.browser();
    let flow = browser.begin("login").await;
    let id = flow["id"].as_str().unwrap();
    let fetched = browser
        .go(&format!("/self-service/login/flows?id={id}"))
        .await;
    assert_eq!(fetched.json()["id"], flow["id"]);
    assert_ne!(
        csrf(&fetched.json()),
        csrf(&flow),
        "each answer has its own mask"
    );
}

#[tokio::test]
async fn a_flow_has_the_shape_of_the_dialect() {
    let house = House::new();
    let mut flow = house.browser().begin("login").await;
    flow["ui"]["nodes"][0]["attributes"]["value"] = json!("masked");
    insta::assert_json_snapshot!(flow);
}

/// B.8, B.9.
#[tokio::test]
async fn a_script_signs_in_and_gets_cookie_and_session() {
    let house = House::new();
    let identity = house.resident("ada@example.com").await;
    let mut browser = house.browser();
    let body = browser.sign_in("Ada@Example.com ").await;
    assert_eq!(body["session"]["active"], true);
    assert_eq!(body["session"]["identity"]["id"], json!(identity.id));
    assert_eq!(body["session"]["authenticator_assurance_level"], "aal1");
    assert_eq!(body.get("session_token"), None, "browsers get cookies only");
    assert_eq!(
        body["continue_with"][0]["redirect_browser_to"],
        format!("{PUBLIC}/")
    );
    assert_eq!(browser.session().unwrap().len(), 43);
    assert_eq!(house.heard.all(), ["signed in by password"]);
}

#[tokio::test]
async fn a_person_signs_in_and_returns_to_where_they_were() {
    let house = House::new();
    house.resident("ada@example.com").await;
    let mut browser = house.browser();
    let begun = browser
        .go("/self-service/login/browser?return_to=https%3A%2F%2Fapp.test%2Fdeep%3Fx%3D1")
        .await;
    let id = begun.query("flow");
    let flow = browser
        .ask(&format!("/self-service/login/flows?id={id}"))
        .await
        .json();
    let fields = [
        ("csrf_token", csrf(&flow)),
        ("identifier", "ada@example.com"),
        ("password", PASSWORD),
        ("method", "password"),
    ];
    let reply = browser.submit(action(&flow), &fields).await;
    assert_eq!(reply.location(), "https://app.test/deep?x=1");
    let cookies = reply.set_cookies();
    let session = cookies
        .iter()
        .find(|c| c.starts_with("__Host-portcullis="))
        .unwrap();
    assert!(session.ends_with("Max-Age=50400; Path=/; HttpOnly; Secure; SameSite=Lax"));
    assert!(session.len() < 200, "{session}");
}

/// B.8, B.9.
#[tokio::test]
async fn a_native_client_gets_a_token_and_no_cookie() {
    let house = House::new();
    house.resident("ada@example.com").await;
    let mut client = house.browser();
    let flow = client.ask("/self-service/login/api").await;
    assert_eq!(flow.set_cookies(), Vec::<String>::new());
    let flow = flow.json();
    assert_eq!((csrf(&flow), &flow["type"]), ("", &json!("api")));
    let body = credentials(&flow, "ada@example.com", PASSWORD);
    let reply = client.post(action(&flow), &body).await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.set_cookies(), Vec::<String>::new());
    let token = reply.json()["session_token"].as_str().unwrap().to_owned();
    assert!(token.starts_with("ory_st_"));
    client.headers.push(("x-session-token", token));
    assert_eq!(client.ask("/sessions/whoami").await.status, 200);
}

#[tokio::test]
async fn a_wrong_password_is_told_on_the_form_and_keeps_what_was_entered() {
    let house = House::new();
    house.resident("ada@example.com").await;
    let mut browser = house.browser();
    let flow = browser.begin("login").await;
    let reply = browser
        .post(
            action(&flow),
            &credentials(&flow, "ada@example.com", "secret-wrong"),
        )
        .await;
    assert_eq!(reply.status, 400);
    assert!(!reply.text().contains("secret-wrong"));
    let again = reply.json();
    assert_eq!(messages(&again), [4_000_006]);
    assert_eq!(
        node(&again, "identifier")["attributes"]["value"],
        "ada@example.com"
    );
    assert_eq!(again["active"], "password");
    let fields = [
        ("csrf_token", csrf(&again)),
        ("identifier", "ada@example.com"),
        ("password", "wrong"),
        ("method", "password"),
    ];
    let reply = browser.submit(action(&flow), &fields).await;
    let id = flow["id"].as_str().unwrap();
    assert_eq!(
        reply.location(),
        format!("{PUBLIC}/.portcullis/login?flow={id}")
    );
    let page = browser.go(reply.location()).await.text();
    assert!(page.contains("role=\"alert\""), "{page}");
    assert_eq!(house.heard.all()[0], "refused: invalid_credentials");
}

#[tokio::test]
async fn an_empty_field_is_told_on_the_field() {
    let house = House::new();
    let mut browser = house.browser();
    let flow = browser.begin("login").await;
    let reply = browser
        .post(action(&flow), &credentials(&flow, "", ""))
        .await;
    assert_eq!(
        node(&reply.json(), "identifier")["messages"][0]["id"],
        4_000_002
    );
    let unknown = json!({"method": "telepathy", "csrf_token": csrf(&flow)});
    let reply = browser.post(action(&flow), &unknown).await;
    assert_eq!(
        (reply.status, messages(&reply.json())),
        (400, vec![4_010_002])
    );
}

#[tokio::test]
async fn an_unknown_flow_is_not_found() {
    let house = House::new();
    let mut browser = house.browser();
    let registration = browser.begin("registration").await;
    let other = registration["id"].as_str().unwrap();
    let known = "00000000-0000-4000-8000-000000000000";
    for id in [other, known, "x", ""] {
        let fetch = format!("/self-service/login/flows?id={id}");
        let expected = (404, "flow_not_found".to_owned());
        assert_eq!(browser.ask(&fetch).await.error(), expected);
        let submit = format!("/self-service/login?flow={id}");
        assert_eq!(browser.post(&submit, &json!({})).await.error(), expected);
    }
}

/// B.7, B.8.
#[tokio::test]
async fn an_expired_flow_is_replaced() {
    let house = House::new();
    house.resident("ada@example.com").await;
    let mut browser = house.browser();
    let flow = browser.begin("login").await;
    let id = flow["id"].as_str().unwrap();
    house.clock.advance(Duration::from_secs(3601));

    let fetched = browser
        .ask(&format!("/self-service/login/flows?id={id}"))
        .await;
    assert_eq!(
        fetched.error(),
        (410, "self_service_flow_expired".to_owned())
    );
    assert!(fetched.json()["error"]["details"]["redirect_to"].is_string());

    let body = credentials(&flow, "ada@example.com", PASSWORD);
    let reply = browser.post(action(&flow), &body).await;
    assert_eq!(reply.error(), (410, "self_service_flow_expired".to_owned()));
    assert_eq!(reply.json()["since"], 1_000_000_000);
    let next = reply.json()["use_flow_id"].as_str().unwrap().to_owned();
    let next = browser
        .ask(&format!("/self-service/login/flows?id={next}"))
        .await;
    assert_eq!(messages(&next.json()), [4_010_001]);

    let reply = browser
        .submit(action(&flow), &[("csrf_token", csrf(&flow))])
        .await;
    assert!(reply.location().contains("/login?flow="));
    assert_ne!(reply.query("flow"), id);
}

/// B.7.
#[tokio::test]
async fn whoever_is_signed_in_already_is_told_so() {
    let house = House::new();
    house.resident("ada@example.com").await;
    let mut browser = house.browser();
    browser.sign_in("ada@example.com").await;
    for kind in ["login", "registration"] {
        let init = format!("/self-service/{kind}/browser");
        let expected = (400, "session_already_available".to_owned());
        assert_eq!(browser.ask(&init).await.error(), expected);
        assert_eq!(browser.go(&init).await.location(), format!("{PUBLIC}/"));
        let there = format!("{init}?return_to=/deep");
        assert_eq!(
            browser.go(&there).await.location(),
            format!("{PUBLIC}/deep")
        );
    }
}

/// B.7.
#[tokio::test]
async fn a_refresh_gives_a_new_session_to_the_same_identity_only() {
    let house = House::new();
    house.resident("ada@example.com").await;
    house.resident("bob@example.com").await;
    let mut browser = house.browser();
    browser.sign_in("ada@example.com").await;
    let before = browser.session().cloned();
    let flow = browser
        .ask("/self-service/login/browser?refresh=true")
        .await
        .json();
    assert_eq!(
        (&flow["refresh"], messages(&flow)),
        (&json!(true), vec![1_010_003])
    );
    let other = credentials(&flow, "bob@example.com", PASSWORD);
    let reply = browser.post(action(&flow), &other).await;
    assert_eq!(
        reply.error(),
        (403, "security_identity_mismatch".to_owned())
    );
    let own = credentials(&flow, "ada@example.com", PASSWORD);
    assert_eq!(browser.post(action(&flow), &own).await.status, 200);
    assert_ne!(browser.session().cloned(), before);
}

#[tokio::test]
async fn what_cannot_be_had_is_refused() {
    let house = House::new();
    let mut browser = house.browser();
    let status = async |browser: &mut super::house::Browser<'_>, query: &str| {
        let target = format!("/self-service/login/browser?{query}");
        browser.ask(&target).await.error()
    };
    let too_weak = (401, "session_aal1_required".to_owned());
    assert_eq!(status(&mut browser, "aal=aal2").await, too_weak);
    assert_eq!(status(&mut browser, "aal=aal9").await.0, 400);
    assert_eq!(status(&mut browser, "login_challenge=x").await.0, 400);
    let reply = browser.ask("/self-service/login/browser?aal=aal1").await;
    assert_eq!(reply.status, 200);
}
