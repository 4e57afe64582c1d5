//! Settings: linking and unlinking accounts of providers.

use std::time::Duration;

use serde_json::{Value, json};
use url::Url;

use super::house::{
    Browser, House, PASSWORD, PUBLIC, action, credentials, csrf, messages, node,
    provider_visit::{arrive, come_back, press, refused},
};

const BROWSER: &str = "/self-service/settings/browser";

async fn settings(browser: &mut Browser<'_>) -> Value {
    let reply = browser.ask(BROWSER).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    reply.json()
}

fn values(flow: &Value, name: &str) -> Vec<String> {
    let nodes = flow["ui"]["nodes"].as_array().unwrap().iter();
    nodes
        .filter(|node| node["attributes"]["name"] == name)
        .map(|node| node["attributes"]["value"].as_str().unwrap().to_owned())
        .collect()
}

async fn link(browser: &mut Browser<'_>, provider: &str, code: &str) -> Value {
    let flow = settings(browser).await;
    let state = press(browser, &flow, "link", provider).await;
    let reply = come_back(browser, provider, &format!("state={state}&code={code}")).await;
    let page = reply.location().to_owned();
    assert!(page.contains("/settings?flow="), "{page}");
    let id = reply.query("flow");
    let fetch = format!("/self-service/settings/flows?id={id}");
    browser.ask(&fetch).await.json()
}

fn unlink(flow: &Value, value: &str) -> Value {
    json!({"unlink": value, "csrf_token": csrf(flow)})
}

#[tokio::test]
async fn settings_need_somebody_who_is_signed_in() {
    let house = House::new();
    let mut browser = house.browser();
    let reply = browser.go("/settings").await;
    let reply = browser.go(reply.location()).await;
    let begin = format!("{PUBLIC}/.portcullis/self-service/login/browser?return_to=");
    assert!(reply.location().starts_with(&begin), "{}", reply.location());
    assert_eq!(
        reply.query("return_to"),
        format!("{PUBLIC}/.portcullis{BROWSER}")
    );
    let expected = (401, "session_inactive".to_owned());
    assert_eq!(browser.ask(BROWSER).await.error(), expected);
    let native = browser.ask("/self-service/settings/api").await;
    assert_eq!(native.error(), expected);
}

#[tokio::test]
async fn a_settings_flow_has_the_shape_of_the_dialect() {
    let house = House::new();
    house.resident("ada@example.com").await;
    let mut browser = house.browser();
    browser.sign_in("ada@example.com").await;
    let flow = settings(&mut browser).await;
    assert_eq!(flow["identity"]["traits"]["email"], "ada@example.com");
    assert_eq!(flow["state"], "show_form");
    assert_eq!(values(&flow, "link"), ["google", "acme"]);
    let button = node(&flow, "link");
    assert_eq!(button["group"], "oidc");
    assert_eq!(button["meta"]["label"]["id"], 1_050_002);
    assert_eq!(
        button["meta"]["label"]["context"],
        json!({"provider": "Google"})
    );
    assert_eq!(node(&flow, "csrf_token")["group"], "default");
}

#[tokio::test]
async fn an_account_is_linked_signs_in_and_is_unlinked() {
    let house = House::new();
    house.resident("ada@example.com").await;
    let mut browser = house.browser();
    browser.sign_in("ada@example.com").await;
    let flow = link(&mut browser, "google", "elsewhere").await;
    assert_eq!(flow["state"], "success");
    assert_eq!(messages(&flow), [1_050_001]);
    assert_eq!(values(&flow, "unlink"), ["google"]);
    assert_eq!(node(&flow, "unlink")["meta"]["label"]["id"], 1_050_003);

    let mut phone = house.browser();
    arrive(&mut phone, "google", "elsewhere").await;
    let whoami = phone.ask("/sessions/whoami").await.json();
    assert_eq!(whoami["identity"]["traits"]["email"], "ada@example.com");

    let reply = browser.post(action(&flow), &unlink(&flow, "google")).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert_eq!(reply.json()["state"], "success");
    assert_eq!(values(&reply.json(), "unlink"), Vec::<String>::new());
    let gone = phone.ask("/sessions/whoami").await;
    assert_eq!(gone.status, 401, "what came through the account has ended");
    assert_eq!(browser.ask("/sessions/whoami").await.status, 200);
    let heard = house.heard.all();
    let told = [
        "linked: settings",
        "signed in by oidc",
        "unlinked: settings",
    ];
    assert_eq!(heard[1..], told);
}

#[tokio::test]
async fn an_account_that_was_linked_already_changes_nothing_and_is_told() {
    let house = House::new();
    house.resident("ada@example.com").await;
    let mut browser = house.browser();
    browser.sign_in("ada@example.com").await;
    link(&mut browser, "google", "home").await;
    let flow = link(&mut browser, "google", "home").await;
    assert_eq!(messages(&flow), [1_990_011]);
    let heard = house.heard.all();
    let links = heard.iter().filter(|event| event.contains("linked"));
    assert_eq!(links.count(), 1, "{heard:?}");
    let page = browser
        .go(&format!("/settings?flow={}", flow["id"].as_str().unwrap()))
        .await
        .text();
    let linked = page.find("<h2>Linked accounts</h2>");
    assert!(
        linked < page.find("<h2>Link another account</h2>"),
        "{page}"
    );
    assert!(linked.is_some(), "{page}");
}

#[tokio::test]
async fn two_accounts_of_one_provider_are_told_apart() {
    let house = House::new();
    house.resident("ada@example.com").await;
    let mut browser = house.browser();
    browser.sign_in("ada@example.com").await;
    link(&mut browser, "google", "home").await;
    let flow = link(&mut browser, "google", "work").await;
    assert_eq!(values(&flow, "unlink"), ["google:home", "google:work"]);
    let page = format!("/settings?flow={}", flow["id"].as_str().unwrap());
    let page = browser.go(&page).await.text();
    for account in ["home", "work"] {
        let told = format!("Unlink Google ({account}@example.com)");
        assert!(page.contains(&told), "{page}");
    }
    let vague = browser.post(action(&flow), &unlink(&flow, "google")).await;
    assert_eq!(
        (vague.status, messages(&vague.json())),
        (400, vec![4_990_006])
    );
    let body = unlink(&flow, "google:work");
    let left = browser.post(action(&flow), &body).await.json();
    assert_eq!(values(&left, "unlink"), ["google"]);
    let unknown = browser.post(action(&flow), &body).await.json();
    assert_eq!(messages(&unknown), [4_990_005]);
}

/// Where the provider is told to let the person choose, or not.
async fn prompt(browser: &mut Browser<'_>, flow: &Value) -> Option<String> {
    let fields = [("csrf_token", csrf(flow)), ("link", "google")];
    let gone = browser.submit(action(flow), &fields).await;
    let url = Url::parse(gone.location()).unwrap();
    let mut pairs = url.query_pairs().into_owned();
    pairs
        .find(|(name, _)| name == "prompt")
        .map(|(_, value)| value)
}

#[tokio::test]
async fn a_second_account_of_a_provider_is_chosen_there() {
    let house = House::new();
    house.resident("ada@example.com").await;
    let mut browser = house.browser();
    browser.sign_in("ada@example.com").await;
    let flow = settings(&mut browser).await;
    assert_eq!(prompt(&mut browser, &flow).await, None);
    let flow = link(&mut browser, "google", "home").await;
    let label = &node(&flow, "link")["meta"]["label"];
    assert_eq!(label["text"], "Link another Google account");
    let chooses = Some("select_account".to_owned());
    assert_eq!(prompt(&mut browser, &flow).await, chooses);
}

#[tokio::test]
async fn a_provider_that_lets_nobody_choose_is_asked_once_more_without() {
    let house = House::new();
    house.resident("ada@example.com").await;
    let mut browser = house.browser();
    browser.sign_in("ada@example.com").await;
    let flow = link(&mut browser, "google", "home").await;
    let state = press(&mut browser, &flow, "link", "google").await;
    let query = format!("state={state}&error=invalid_request");
    let again = come_back(&mut browser, "google", &query).await;
    assert!(again.location().starts_with("https://idp.test/authorize?"));
    assert!(
        !again.location().contains("prompt="),
        "{}",
        again.location()
    );
    let query = format!("state={}&error=invalid_request", again.query("state"));
    let refusal = come_back(&mut browser, "google", &query).await;
    refused(&refusal, 400, "provider_refused");

    let state = press(&mut browser, &flow, "link", "google").await;
    let query = format!("state={state}&code=work");
    come_back(&mut browser, "google", &query).await;
    let flow = settings(&mut browser).await;
    assert_eq!(values(&flow, "unlink"), ["google:home", "google:work"]);
}

#[tokio::test]
async fn an_account_that_cannot_be_linked_gives_way_to_another_one() {
    let house = House::new();
    let mut bob = house.browser();
    arrive(&mut bob, "google", "bob").await;
    house.resident("ada@example.com").await;
    let mut browser = house.browser();
    browser.sign_in("ada@example.com").await;
    for code in ["stranger", "bob"] {
        let flow = settings(&mut browser).await;
        let state = press(&mut browser, &flow, "link", "google").await;
        let query = format!("state={state}&code={code}");
        let told = come_back(&mut browser, "google", &query).await;
        if code == "stranger" {
            refused(&told, 403, "provider_not_admitted");
            assert!(told.text().contains("choose another Google account"));
        }
        let page = format!("/settings?flow={}", flow["id"].as_str().unwrap());
        let page = browser.go(&page).await.text();
        assert!(page.contains("Link another Google account"), "{page}");
        let chooses = Some("select_account".to_owned());
        assert_eq!(prompt(&mut browser, &flow).await, chooses, "{code}");
    }
}

#[tokio::test]
async fn the_only_way_in_stays() {
    let house = House::new();
    let mut browser = house.browser();
    arrive(&mut browser, "acme", "ada").await;
    let flow = settings(&mut browser).await;
    let reply = browser.post(action(&flow), &unlink(&flow, "acme")).await;
    assert_eq!(
        (reply.status, messages(&reply.json())),
        (400, vec![4_990_004])
    );
    assert_eq!(values(&reply.json(), "unlink"), ["acme"]);
}

#[tokio::test]
async fn somebody_elses_account_is_not_taken() {
    let house = House::new();
    let mut bob = house.browser();
    arrive(&mut bob, "google", "bob").await;
    house.resident("ada@example.com").await;
    let mut browser = house.browser();
    browser.sign_in("ada@example.com").await;
    let flow = settings(&mut browser).await;
    let state = press(&mut browser, &flow, "link", "google").await;
    let reply = come_back(&mut browser, "google", &format!("state={state}&code=bob")).await;
    assert_eq!(reply.query("flow"), flow["id"].as_str().unwrap());
    let page = browser.go(reply.location()).await.text();
    assert!(
        page.contains("belongs to somebody who is known here"),
        "{page}"
    );
    let told = "link refused: account_linked_elsewhere".to_owned();
    assert_eq!(house.heard.all().last(), Some(&told));

    let state = press(&mut browser, &flow, "link", "google").await;
    let target = format!("/self-service/methods/oidc/callback/google?state={state}&code=bob");
    let script = browser.ask(&target).await;
    assert_eq!(
        (script.status, messages(&script.json())),
        (400, vec![4_000_027, 4_990_008])
    );
    assert_eq!(values(&script.json(), "move"), Vec::<String>::new());
    assert_eq!(values(&script.json(), "link"), ["google", "acme"]);
}

#[tokio::test]
async fn a_session_that_is_not_fresh_signs_in_again_and_goes_on_with_what_was_chosen() {
    let house = House::new();
    house.resident("ada@example.com").await;
    let mut browser = house.browser();
    browser.sign_in("ada@example.com").await;
    let flow = settings(&mut browser).await;
    house.clock.advance(Duration::from_secs(301));
    let body = json!({"link": "google", "csrf_token": csrf(&flow)});
    let reply = browser.post(action(&flow), &body).await;
    assert_eq!(reply.error(), (403, "session_refresh_required".to_owned()));
    let target = reply.json()["redirect_browser_to"]
        .as_str()
        .unwrap()
        .to_owned();

    let fields = [("csrf_token", csrf(&flow)), ("link", "google")];
    let sent = browser.submit(action(&flow), &fields).await;
    assert_eq!(sent.location(), target);
    assert_eq!(sent.query("refresh"), "true");
    house.clock.advance(Duration::from_secs(1));
    let begun = browser.go(&target).await;
    let id = begun.query("flow");
    let fetch = format!("/self-service/login/flows?id={id}");
    let login = browser.ask(&fetch).await.json();
    assert_eq!(login["refresh"], true);
    let fields = [
        ("csrf_token", csrf(&login)),
        ("identifier", "ada@example.com"),
        ("password", PASSWORD),
        ("method", "password"),
    ];
    let back = browser.submit(action(&login), &fields).await;
    let id = flow["id"].as_str().unwrap();
    assert_eq!(back.query("flow"), id);
    let gone = browser.go(back.location()).await;
    assert!(
        gone.location().starts_with("https://idp.test/authorize?"),
        "what was chosen goes on by itself: {}",
        gone.location()
    );
}

#[tokio::test]
async fn a_settings_flow_is_its_owners_alone() {
    let house = House::new();
    house.resident("ada@example.com").await;
    house.resident("bob@example.com").await;
    let mut browser = house.browser();
    browser.sign_in("ada@example.com").await;
    let flow = settings(&mut browser).await;
    let id = flow["id"].as_str().unwrap();
    let fetch = format!("/self-service/settings/flows?id={id}");
    let mut bob = browser.clone();
    bob.jar.remove("__Host-portcullis");
    assert_eq!(bob.ask(&fetch).await.status, 401);
    bob.sign_in("bob@example.com").await;
    let expected = (403, "security_identity_mismatch".to_owned());
    assert_eq!(bob.ask(&fetch).await.error(), expected);
    let body = unlink(&flow, "google");
    assert_eq!(bob.post(action(&flow), &body).await.error(), expected);
    assert_eq!(browser.ask(&fetch).await.status, 200);
}

#[tokio::test]
async fn a_provider_that_answers_somebody_elses_session_links_nothing() {
    let house = House::new();
    house.resident("ada@example.com").await;
    house.resident("bob@example.com").await;
    let mut browser = house.browser();
    browser.sign_in("ada@example.com").await;
    let flow = settings(&mut browser).await;
    let state = press(&mut browser, &flow, "link", "google").await;
    browser.jar.remove("__Host-portcullis");
    browser.sign_in("bob@example.com").await;
    let reply = come_back(&mut browser, "google", &format!("state={state}&code=x")).await;
    refused(&reply, 403, "security_identity_mismatch");
    assert!(
        house
            .heard
            .all()
            .iter()
            .all(|event| !event.contains("linked"))
    );
}

#[tokio::test]
async fn a_native_client_unlinks_but_links_in_a_browser() {
    let house = House::new();
    house.resident("ada@example.com").await;
    let mut browser = house.browser();
    browser.sign_in("ada@example.com").await;
    link(&mut browser, "google", "home").await;
    let mut client = house.browser();
    let login = client.ask("/self-service/login/api").await.json();
    let body = credentials(&login, "ada@example.com", PASSWORD);
    let token = client.post(action(&login), &body).await.json()["session_token"].clone();
    let token = token.as_str().unwrap().to_owned();
    client.headers.push(("x-session-token", token));
    let flow = client.ask("/self-service/settings/api").await.json();
    assert_eq!(flow["type"], "api");
    let reply = client.post(action(&flow), &json!({"link": "google"})).await;
    assert_eq!(reply.error().0, 400);
    let reply = client
        .post(action(&flow), &json!({"unlink": "google"}))
        .await;
    assert_eq!(reply.json()["state"], "success", "{}", reply.text());
    let reply = client
        .post(action(&flow), &json!({"method": "magic"}))
        .await;
    assert_eq!(messages(&reply.json()), [4_010_004]);
}
