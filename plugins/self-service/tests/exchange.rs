//! Native applications that sign people in through providers: what takes a session, and what does
//! not, whoever has stolen what.

mod on_the_way;

use std::time::Duration;

use http::Method;
use portcullis_core::{
    identity::{IdentityState, IdentityStore},
    session::SessionStore,
};
use serde_json::{Value, json};

use super::house::{
    Browser, House, PUBLIC, Reply, action, open_registration,
    provider_visit::{come_back, refused},
};
use crate::{Limits, Rate};

const BACK: &str = "https://app.example.org/back";
const OWN_SCHEME: &str = "com.example.app://signed-in";
const ADA: &str = "ada@example.com";

/// An application that waits for its other code.
struct App<'a> {
    client: Browser<'a>,
    flow: Value,
    /// The code that came with its flow.
    init: String,
}

impl<'a> App<'a> {
    async fn begin(house: &'a House, kind: &str) -> Self {
        Self::begin_at(house, kind, BACK).await
    }

    async fn begin_at(house: &'a House, kind: &str, back: &str) -> Self {
        let mut client = house.browser();
        let target = format!(
            "/self-service/{kind}/api?return_session_token_exchange_code=true&return_to={back}"
        );
        let reply = client.ask(&target).await;
        assert_eq!(reply.status, 200, "{}", reply.text());
        let flow = reply.json();
        let init = flow["session_token_exchange_code"].as_str().unwrap();
        Self {
            init: init.to_owned(),
            flow,
            client,
        }
    }

    /// The page that its browser opens.
    async fn page(&mut self) -> String {
        let body = json!({"method": "oidc", "provider": "google"});
        let reply = self.client.post(action(&self.flow), &body).await;
        let expected = (422, "browser_location_change_required".to_owned());
        assert_eq!(reply.error(), expected);
        let page = reply.json()["redirect_browser_to"].clone();
        page.as_str().unwrap().to_owned()
    }

    /// No other page, for a browser is on its way.
    async fn is_taken(&mut self) {
        let body = json!({"method": "oidc", "provider": "google"});
        let reply = self.client.post(action(&self.flow), &body).await;
        assert_eq!(reply.error(), (400, "bad_request".to_owned()));
    }

    async fn exchange(&mut self, code: &str) -> Reply {
        exchange(&mut self.client, &self.init, code).await
    }

    fn end(&self) -> String {
        let id = self.flow["id"].as_str().unwrap();
        format!("/self-service/exchange/end?flow={id}")
    }
}

async fn exchange(client: &mut Browser<'_>, init: &str, code: &str) -> Reply {
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs([("init_code", init), ("return_to_code", code)])
        .finish();
    client
        .ask(&format!("/sessions/token-exchange?{query}"))
        .await
}

/// Opens the application's page and comes back from the provider as `who`.
async fn through(browser: &mut Browser<'_>, page: &str, who: &str) -> Reply {
    let away = browser.go(page).await;
    let target = away.location().to_owned();
    assert!(target.starts_with("https://idp.test/"), "{target}");
    let query = format!("state={}&code={who}", away.query("state"));
    come_back(browser, "google", &query).await
}

/// Goes on until the browser leaves, and returns the code that it takes along.
async fn follow(browser: &mut Browser<'_>, reply: &Reply) -> String {
    let end = reply.location().to_owned();
    assert!(end.contains("/self-service/exchange/end?"), "{end}");
    let left = agree(browser, &end).await;
    let target = left.location().to_owned();
    assert!(target.starts_with(BACK), "{target}");
    left.query("code")
}

/// The last page asks about the site, and its button is pressed.
async fn agree(browser: &mut Browser<'_>, end: &str) -> Reply {
    let page = browser.go(end).await;
    assert_eq!(page.status, 200, "{}", page.text());
    let page = page.text();
    assert!(page.contains("https://app.example.org"), "{page}");
    let token = page.split("name=\"csrf_token\" value=\"").nth(1).unwrap();
    let token = token.split('"').next().unwrap();
    browser.submit(end, &[("csrf_token", token)]).await
}

async fn whoami(house: &House, token: &str) -> Reply {
    let mut client = house.browser();
    let headers = [("x-session-token", token), ("accept", "application/json")];
    let target = "/sessions/whoami";
    client.send(Method::GET, target, &headers, Vec::new()).await
}

fn token(reply: &Reply) -> String {
    assert_eq!(reply.status, 200, "{}", reply.text());
    reply.json()["session_token"].as_str().unwrap().to_owned()
}

fn is_unknown(reply: &Reply) {
    assert_eq!(reply.error(), (404, "record_not_found".to_owned()));
}

#[tokio::test]
async fn an_application_signs_somebody_in_through_a_provider() {
    let house = House::new();
    for kind in ["login", "registration"] {
        let mut app = App::begin(&house, kind).await;
        let mut browser = house.browser();
        let page = app.page().await;
        let back = through(&mut browser, &page, "ada").await;
        let held = browser.session().unwrap().clone();
        let code = follow(&mut browser, &back).await;
        assert_eq!(browser.session(), None, "the session leaves the browser");
        browser.jar.insert("__Host-portcullis".to_owned(), held);
        assert_eq!(browser.ask("/sessions/whoami").await.status, 401);

        let done = app.exchange(&code).await;
        let (token, body) = (token(&done), done.json());
        assert!(token.starts_with("ory_st_"));
        assert_eq!(body["session"]["identity"]["traits"]["email"], ADA);
        let told = whoami(&house, &token).await.json();
        assert_eq!(told["id"], body["session"]["id"]);
        assert_eq!(told["authentication_methods"][0]["provider"], "google");
        assert_eq!(told["expires_at"], "2026-11-22T02:00:00Z", "{told}");
        is_unknown(&app.exchange(&code).await);
    }
}

#[tokio::test]
async fn both_codes_are_needed_and_neither_stands_in_the_record() {
    let house = House::new();
    let mut app = App::begin(&house, "login").await;
    let mut other = App::begin(&house, "login").await;
    let mut browser = house.browser();
    let page = app.page().await;
    is_unknown(&app.exchange("early").await);
    let back = through(&mut browser, &page, "ada").await;
    let code = follow(&mut browser, &back).await;
    let kept = format!("{:?}", house.store);
    let secret = app.init.split_once('.').unwrap().1.to_owned();
    assert!(!kept.contains(&code) && !kept.contains(&secret));

    // A thief of either has nothing, and takes nothing away.
    let id = app.flow["id"].as_str().unwrap().to_owned();
    let mut thief = house.browser();
    for (init, code) in [
        (&*other.init, &*code),
        (&*app.init, "guess"),
        (&*format!("{id}.guess"), &*code),
        (&*id, &*code),
        (&*code, &*app.init),
        (&*app.init, &*secret),
        (&*format!("{id}.{code}"), &*secret),
    ] {
        is_unknown(&exchange(&mut thief, init, code).await);
    }
    is_unknown(&other.exchange(&code).await);
    for query in [
        "",
        "?init_code=a",
        "?return_to_code=a",
        "?init_code=&return_to_code=",
    ] {
        let reply = thief.ask(&format!("/sessions/token-exchange{query}")).await;
        assert_eq!(reply.error(), (400, "bad_request".to_owned()));
    }
    token(&app.exchange(&code).await);
}

#[tokio::test]
async fn of_many_exchanges_at_once_one_succeeds() {
    let house = House::new();
    let mut app = App::begin(&house, "login").await;
    let mut browser = house.browser();
    let page = app.page().await;
    let back = through(&mut browser, &page, "ada").await;
    let code = follow(&mut browser, &back).await;
    let (mut one, mut two) = (house.browser(), house.browser());
    let (one, two) = tokio::join!(
        exchange(&mut one, &app.init, &code),
        exchange(&mut two, &app.init, &code),
    );
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 404]);
}

/// Whoever steals the page's address on its way to the browser finds it used; and whatever browser
/// comes later cannot end what another began.
#[tokio::test]
async fn the_way_belongs_to_the_first_browser_that_comes() {
    let house = House::new();
    let mut app = App::begin(&house, "login").await;
    let (mut browser, mut thief) = (house.browser(), house.browser());
    let page = app.page().await;
    let back = through(&mut browser, &page, "ada").await;
    refused(&thief.go(&page).await, 404, "flow_not_found");
    refused(&browser.go(&page).await, 404, "flow_not_found");
    let end = back.location().to_owned();
    refused(&thief.go(&end).await, 403, "security_csrf_violation");
    thief.begin("login").await;
    refused(&thief.go(&end).await, 403, "security_csrf_violation");
    house.resident("eve@example.com").await;
    thief.sign_in("eve@example.com").await;
    refused(&thief.go(&end).await, 403, "security_csrf_violation");
    let code = follow(&mut browser, &back).await;
    token(&app.exchange(&code).await);
}

#[tokio::test]
async fn a_newer_page_makes_the_older_one_worthless_until_a_browser_has_come() {
    let house = House::new();
    let mut app = App::begin(&house, "login").await;
    let mut browser = house.browser();
    let first = app.page().await;
    let second = app.page().await;
    refused(&browser.go(&first).await, 404, "flow_not_found");
    let away = browser.go(&second).await;
    app.is_taken().await;
    let query = format!("state={}&error=access_denied", away.query("state"));
    let failed = come_back(&mut browser, "google", &query).await;
    refused(&failed, 400, "provider_refused");
    let third = app.page().await;
    let back = through(&mut browser, &third, "ada").await;
    app.is_taken().await;
    let code = follow(&mut browser, &back).await;
    app.is_taken().await;
    token(&app.exchange(&code).await);
}

/// The provider asks nothing of whom it knows, so a link alone leads to the last page.
#[tokio::test]
async fn no_site_gets_a_code_before_the_person_has_agreed() {
    let house = House::new();
    let mut app = App::begin(&house, "login").await;
    let mut browser = house.browser();
    let page = app.page().await;
    let back = through(&mut browser, &page, "ada").await;
    let end = back.location().to_owned();
    let forged = browser.submit(&end, &[("csrf_token", "guess")]).await;
    refused(&forged, 403, "security_csrf_violation");
    assert!(browser.session().is_some(), "nothing has left");
    let mut thief = house.browser();
    let forged = thief.submit(&end, &[]).await;
    refused(&forged, 403, "security_csrf_violation");
    let left = agree(&mut browser, &end).await;
    token(&app.exchange(&left.query("code")).await);
}

#[tokio::test]
async fn an_application_of_the_device_is_not_asked_about() {
    let house = House::new();
    let mut app = App::begin_at(&house, "login", OWN_SCHEME).await;
    let mut browser = house.browser();
    let page = app.page().await;
    let back = through(&mut browser, &page, "ada").await;
    let left = browser.go(back.location()).await;
    assert!(left.location().starts_with(OWN_SCHEME));
    token(&app.exchange(&left.query("code")).await);
}

/// A page of another site would sign its reader in for whoever began the flow.
#[tokio::test]
async fn no_page_of_another_site_leads_a_browser_into_it() {
    let house = House::new();
    let mut app = App::begin(&house, "login").await;
    let page = app.page().await;
    let mut browser = house.browser();
    browser.headers = vec![("sec-fetch-site", "cross-site".to_owned())];
    refused(&browser.go(&page).await, 403, "security_csrf_violation");
    browser.headers = vec![("sec-fetch-site", "none".to_owned())];
    assert_eq!(browser.go(&page).await.status, 303);
}

#[tokio::test]
async fn all_of_it_ends_soon() {
    let house = House::new();
    let mut app = App::begin(&house, "login").await;
    let mut browser = house.browser();
    let page = app.page().await;
    house.clock.advance(Duration::from_secs(301));
    refused(&browser.go(&page).await, 404, "flow_not_found");
    let page = app.page().await;
    let back = through(&mut browser, &page, "ada").await;
    let code = follow(&mut browser, &back).await;
    house.clock.advance(Duration::from_secs(301));
    is_unknown(&app.exchange(&code).await);
}

/// Whatever ends sessions ends the one that waits.
#[tokio::test]
async fn what_ends_sessions_meanwhile_ends_it_too() {
    let house = House::new();
    for is_disabled in [false, true] {
        let mut app = App::begin(&house, "login").await;
        let mut browser = house.browser();
        let page = app.page().await;
        let back = through(&mut browser, &page, "ada").await;
        let session = browser.ask("/sessions/whoami").await.json();
        let code = follow(&mut browser, &back).await;
        let id = session["identity"]["id"].as_str().unwrap().parse().unwrap();
        if is_disabled {
            let mut ada = IdentityStore::find(&*house.store, id)
                .await
                .unwrap()
                .unwrap();
            ada.state = IdentityState::Inactive;
            IdentityStore::update(&*house.store, &ada).await.unwrap();
        } else {
            SessionStore::revoke_all(&*house.store, id, None)
                .await
                .unwrap();
        }
        let reply = app.exchange(&code).await;
        assert_eq!(reply.error(), (403, "access_denied".to_owned()));
    }
}

#[tokio::test]
async fn browsers_exchange_nothing_and_applications_say_where_they_are() {
    let house = House::new();
    let mut browser = house.browser();
    browser.begin("login").await;
    let reply = exchange(&mut browser, "a", "b").await;
    assert_eq!(reply.error(), (400, "bad_request".to_owned()));
    let mut client = house.browser();
    let begin = "/self-service/login/api?return_session_token_exchange_code=true";
    assert_eq!(client.ask(begin).await.error().0, 400);
    for place in ["https://evil.test", "/", "https://app.test/", PUBLIC] {
        let reply = client.ask(&format!("{begin}&return_to={place}")).await;
        let expected = (400, "self_service_flow_return_to_forbidden".to_owned());
        assert_eq!(reply.error(), expected, "{place}");
    }
    let flow = client
        .ask(&format!("{begin}&return_to={BACK}"))
        .await
        .json();
    let fetch = format!(
        "/self-service/login/flows?id={}",
        flow["id"].as_str().unwrap()
    );
    let again = client.ask(&fetch).await.json();
    assert_eq!(again.get("session_token_exchange_code"), None, "told once");
    let plain = client.ask("/self-service/login/api").await.json();
    assert_eq!(plain.get("session_token_exchange_code"), None);
}

#[tokio::test]
async fn guesses_are_counted_like_other_submissions() {
    let limits = Limits {
        sign_ins_per_address: Rate::new(3, 60),
        ..Limits::default()
    };
    let house = House::with(open_registration(), limits);
    let mut thief = house.browser();
    let mut statuses = Vec::new();
    for _ in 0..5 {
        statuses.push(exchange(&mut thief, "a", "b").await.status);
    }
    assert_eq!(statuses, [404, 404, 404, 429, 429]);
}
