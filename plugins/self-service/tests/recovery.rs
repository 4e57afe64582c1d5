//! Getting back in by a code that is mailed.

use std::time::Duration;

use portcullis_core::identity::IdentityStore;
use serde_json::{Value, json};

use super::house::{
    Browser, House, PUBLIC, Reply, action, csrf,
    mailed::{ask, mailed, type_in},
    messages, node,
};

/// KC-078, CU-28.
#[tokio::test]
async fn a_mailed_code_lets_somebody_in_and_to_the_settings() {
    let house = House::new();
    house.resident("ada@example.com").await;
    let mut browser = house.browser();
    let begun = browser
        .ask("/self-service/recovery/browser?return_to=https://app.test/x")
        .await;
    let flow = begun.json();
    assert_eq!(flow["state"], "choose_method");
    let field = node(&flow, "email");
    assert_eq!(field["meta"]["label"]["id"], 1_070_016);
    assert_eq!(field["group"], "code");

    let reply = ask(&mut browser, &flow, "Ada@Example.com").await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let sent = reply.json();
    assert_eq!(messages(&sent), [1_060_003]);
    assert_eq!(
        (&sent["state"], &sent["active"]),
        (&json!("sent_email"), &json!("code"))
    );
    let names: Vec<_> = sent["ui"]["nodes"].as_array().unwrap().iter().collect();
    let label = |node: &&&Value| node["meta"]["label"]["id"] == 1_070_008;
    let resend = names.iter().find(label).unwrap();
    assert_eq!(resend["attributes"]["value"], "ada@example.com");

    let letter = house.letters.mails().pop().unwrap();
    assert_eq!(
        (&*letter.to, &*letter.subject),
        ("ada@example.com", "recovery_code")
    );
    let code = mailed(&house);
    assert_eq!(code.len(), 6);
    let reply = type_in(
        &mut browser,
        &sent,
        &format!(" {} {} ", &code[..3], &code[3..]),
    )
    .await;
    assert_eq!(
        reply.error(),
        (422, "browser_location_change_required".to_owned())
    );
    let page = reply.json()["redirect_browser_to"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(
        page.starts_with(&format!("{PUBLIC}/.portcullis/settings?flow=")),
        "{page}"
    );
    let id = page.split("flow=").nth(1).unwrap();
    let settings = browser
        .ask(&format!("/self-service/settings/flows?id={id}"))
        .await
        .json();
    assert_eq!(messages(&settings), [1_060_001]);
    assert_eq!(settings["return_to"], "https://app.test/x");
    assert_eq!(
        type_in(&mut browser, &sent, &code).await.status,
        404,
        "it counts once"
    );
}

#[tokio::test]
async fn a_recovery_begins_one_session_of_one_factor_and_ends_all_others() {
    let house = House::new();
    let ada = house.resident("ada@example.com").await;
    let mut desktop = house.browser();
    desktop.sign_in("ada@example.com").await;
    let mut browser = house.browser();
    let flow = browser.begin("recovery").await;
    ask(&mut browser, &flow, "ada@example.com").await;
    assert_eq!(
        type_in(&mut browser, &flow, &mailed(&house)).await.status,
        422
    );
    let session = browser.ask("/sessions/whoami").await.json();
    assert_eq!(session["identity"]["id"], ada.id.to_string());
    assert_eq!(session["authenticator_assurance_level"], "aal1");
    assert_eq!(
        session["authentication_methods"][0]["method"],
        "code_recovery"
    );
    assert_eq!(
        session["identity"]["verifiable_addresses"][0]["verified"],
        true
    );
    assert_eq!(desktop.ask("/sessions/whoami").await.status, 401);
    assert!(
        house
            .heard
            .all()
            .contains(&"signed in by code_recovery".to_owned())
    );
}

/// A recovery form that a browser was led to, and where it stands.
async fn led(browser: &mut Browser<'_>) -> (Value, String) {
    let begun = browser.go("/recovery?return_to=https://app.test/x").await;
    let begun = browser.go(begun.location()).await;
    (fetched(browser, &begun).await, begun.location().to_owned())
}

fn has(page: &str, parts: &[&str]) {
    for part in parts {
        assert!(page.contains(part), "{part}: {page}");
    }
}

#[tokio::test]
async fn a_person_gets_back_in_by_form() {
    let house = House::new();
    house.resident("ada@example.com").await;
    let mut browser = house.browser();
    let (flow, address) = led(&mut browser).await;
    let fields = [
        ("csrf_token", csrf(&flow)),
        ("method", "code"),
        ("email", "ada@example.com"),
    ];
    let sent = browser.submit(action(&flow), &fields).await;
    assert_eq!(sent.location(), address);
    let page = browser.go(&address).await.text();
    let resend = "value=\"ada@example.com\" formnovalidate";
    has(&page, &["Check your mail", "one-time-code", resend]);
    let code = mailed(&house);
    let wrong = [("csrf_token", csrf(&flow)), ("code", "1")];
    assert_eq!(
        browser.submit(action(&flow), &wrong).await.location(),
        address
    );
    has(
        &browser.go(&address).await.text(),
        &["This code is not right"],
    );
    let right = [
        ("csrf_token", csrf(&flow)),
        ("method", "code"),
        ("code", &*code),
    ];
    let reply = browser.submit(action(&flow), &right).await;
    has(reply.location(), &["/settings?flow="]);
    has(
        &browser.go(reply.location()).await.text(),
        &["You are back in."],
    );
    let again = browser.go("/self-service/recovery/browser").await;
    assert_eq!(
        again.location(),
        format!("{PUBLIC}/"),
        "who is signed in needs none"
    );
}

#[tokio::test]
async fn the_sign_in_page_leads_to_a_page_that_tells_no_other_site_its_address() {
    let house = House::new();
    let mut browser = house.browser();
    let page = browser.go("/login?return_to=https://app.test/x").await;
    let page = browser.go(page.location()).await;
    let page = browser.go(page.location()).await.text();
    has(
        &page,
        &[
            "Forgot your password?",
            "/self-service/recovery/browser?return_to=",
        ],
    );
    let (_, address) = led(&mut browser).await;
    let page = browser.go(&address).await;
    assert_eq!(page.headers["referrer-policy"], "no-referrer");
    let field = ["type=\"email\"", "autocomplete=\"email\"", "Remembered it?"];
    has(
        &page.text(),
        &["Forgot your password?", field[0], field[1], field[2]],
    );
}

async fn fetched(browser: &mut Browser<'_>, begun: &Reply) -> Value {
    let fetch = format!("/self-service/recovery/flows?id={}", begun.query("flow"));
    browser.ask(&fetch).await.json()
}

#[tokio::test]
async fn a_native_client_gets_a_token_and_where_to_go_on() {
    let house = House::new();
    house.resident("ada@example.com").await;
    let mut app = house.browser();
    let flow = app.ask("/self-service/recovery/api").await.json();
    assert_eq!(flow["type"], "api");
    let body = json!({"method": "code", "email": "ada@example.com"});
    let sent = app.post(action(&flow), &body).await;
    assert_eq!(sent.json()["state"], "sent_email");
    let body = json!({"method": "code", "code": mailed(&house)});
    let done = app.post(action(&flow), &body).await;
    assert_eq!(done.status, 200, "{}", done.text());
    assert_eq!(done.set_cookies(), Vec::<String>::new());
    let done = done.json();
    assert_eq!(done["state"], "passed_challenge");
    let token = done["session_token"].as_str().unwrap().to_owned();
    let next = &done["continue_with"];
    assert_eq!(next[0]["ory_session_token"], token);
    assert_eq!(next[1]["action"], "show_settings_ui");
    let fetch = format!(
        "/self-service/settings/flows?id={}",
        next[1]["flow"]["id"].as_str().unwrap()
    );
    app.headers.push(("x-session-token", token));
    assert_eq!(app.ask(&fetch).await.status, 200);
}

/// Text, status and what is stored are the same, and so is what is handed to the queue; only nothing is
/// mailed.
#[tokio::test]
async fn nobody_learns_whether_an_address_is_known() {
    let house = House::new();
    house.resident("ada@example.com").await;
    let mut inactive = house.resident("off@example.com").await;
    inactive.state = portcullis_core::identity::IdentityState::Inactive;
    IdentityStore::update(&*house.store, &inactive)
        .await
        .unwrap();
    let known = transcript(&house, "ada@example.com").await;
    let (mails, posted) = (house.letters.mails().len(), house.letters.posted());
    for (stranger, before) in [("eve@example.com", 1), ("off@example.com", 2)] {
        let unknown = transcript(&house, stranger).await;
        assert_eq!(known, unknown);
        assert_eq!(house.letters.posted(), posted * (before + 1));
    }
    assert_eq!(
        house.letters.mails().len(),
        mails,
        "nothing is sent to them"
    );
}

/// Everything that is answered, without what is different each time.
async fn transcript(house: &House, address: &str) -> Vec<String> {
    let mut browser = house.browser();
    let flow = browser.begin("recovery").await;
    let id = flow["id"].as_str().unwrap();
    let mut answers = Vec::new();
    let mut replies = vec![ask(&mut browser, &flow, address).await];
    for _ in 0..7 {
        replies.push(type_in(&mut browser, &flow, "12345x").await);
    }
    for _ in 0..5 {
        replies.push(ask(&mut browser, &flow, address).await);
    }
    for reply in replies {
        let text = reply.text().replace(id, "ID").replace(address, "ADDRESS");
        let token = reply.json()["ui"]["nodes"][0]["attributes"]["value"].clone();
        let text = text.replace(token.as_str().unwrap_or("none"), "TOKEN");
        answers.push(format!("{} {text}", reply.status));
    }
    answers
}

#[tokio::test]
async fn what_is_no_address_is_told_and_a_bad_place_to_return_to_is_refused() {
    let house = House::new();
    let mut browser = house.browser();
    let flow = browser.begin("recovery").await;
    for (typed, id) in [
        ("", 4_000_002),
        ("ada", 4_000_040),
        ("a b@example.com", 4_000_040),
    ] {
        let reply = ask(&mut browser, &flow, typed).await;
        assert_eq!(reply.status, 400);
        assert_eq!(
            node(&reply.json(), "email")["messages"][0]["id"],
            id,
            "{typed}"
        );
    }
    let evil = "/self-service/recovery/browser?return_to=https://evil.test/";
    assert_eq!(
        browser.ask(evil).await.error(),
        (400, "self_service_flow_return_to_forbidden".to_owned())
    );
    let begun = browser.go(evil).await;
    assert_eq!(fetched(&mut browser, &begun).await.get("return_to"), None);
}

#[tokio::test]
async fn without_mail_nothing_is_offered() {
    let house = House::new();
    house.letters.close();
    let mut browser = house.browser();
    for kind in ["recovery", "verification"] {
        for end in ["browser", "api"] {
            let reply = house
                .browser()
                .ask(&format!("/self-service/{kind}/{end}"))
                .await;
            assert_eq!(
                reply.error(),
                (400, "self_service_flow_disabled".to_owned())
            );
        }
    }
    let begun = browser.go("/self-service/login/browser").await;
    let page = browser.go(begun.location()).await.text();
    assert!(!page.contains("Forgot"), "{page}");
}

#[tokio::test]
async fn an_expired_form_is_replaced_by_one_that_takes_no_old_code() {
    let house = House::new();
    house.resident("ada@example.com").await;
    let mut browser = house.browser();
    let flow = browser.begin("recovery").await;
    ask(&mut browser, &flow, "ada@example.com").await;
    let code = mailed(&house);
    house.clock.advance(Duration::from_secs(3601));
    let gone = type_in(&mut browser, &flow, &code).await;
    assert_eq!(gone.error(), (410, "self_service_flow_expired".to_owned()));
    let id = gone.json()["use_flow_id"].as_str().unwrap().to_owned();
    let new = browser
        .ask(&format!("/self-service/recovery/flows?id={id}"))
        .await
        .json();
    assert_eq!(messages(&new), [4_060_005]);
    assert_eq!(new["state"], "choose_method");
    assert_eq!(type_in(&mut browser, &new, &code).await.status, 400);
    assert!(browser.session().is_none());
}
