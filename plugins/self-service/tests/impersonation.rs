//! Administrators who act as somebody else (KC-130, KC-131, KC-132): in the same browser, and back.

mod ended;

use std::time::Duration;

use http::Method;
use portcullis_core::{
    audit::{AuditFilter, AuditOutcome, DONE},
    identity::{Identity, IdentityStore},
    impersonation::Ticket,
    part::Part,
    session::{Acting, Session, SessionStore},
};
use serde_json::json;

use super::house::{Browser, House, PUBLIC, Reply, action, csrf};

const COOKIE: &str = "__Host-portcullis";
const PARKED: &str = "__Host-portcullis_parked";

/// Somebody who may act as others, and Ada.
async fn people(house: &House) -> (Identity, Identity) {
    let ada = house.resident("ada@example.com").await;
    let mut grace = house.resident("grace@example.com").await;
    grace.roles = vec!["impersonator".to_owned()];
    IdentityStore::update(&*house.store, &grace).await.unwrap();
    (grace, ada)
}

async fn sessions_of(house: &House, identity: &Identity) -> Vec<Session> {
    let store: &dyn SessionStore = &*house.store;
    store.list(identity.id).await.unwrap()
}

/// The page of `ada` that an administrator came from.
fn came_from(ada: &Identity) -> String {
    format!(
        "https://console.test/ui/identities/{}?ui_locales=de",
        ada.id
    )
}

/// The address that an administrator gets who wants to act as `ada`.
async fn invited(house: &House, grace: &Identity, ada: &Identity, read_only: bool) -> String {
    let own = sessions_of(house, grace).await.first().map(|one| one.id);
    let ticket = Ticket {
        identity: ada.id,
        acting: Acting {
            actor: grace.id.to_string(),
            label: "grace@example.com".to_owned(),
            read_only,
            reason: "She cannot find <it>".to_owned(),
            own_session: own,
        },
        until: house.services.clock.now() + Duration::from_secs(1800),
        came_from: Some(came_from(ada)),
    };
    let code = ticket.issue(&house.services).await.unwrap();
    format!("/impersonation?code={}", code.expose())
}

/// The hidden field of this name on a page.
fn hidden(page: &str, name: &str) -> String {
    let found = page.split(&format!("name=\"{name}\" value=\"")).nth(1);
    found.unwrap().split('"').next().unwrap().to_owned()
}

async fn enter(browser: &mut Browser<'_>, address: &str) -> Reply {
    let page = browser.go(address).await;
    assert_eq!(page.status, 200, "{}", page.text());
    let page = page.text();
    let (token, code) = (hidden(&page, "csrf_token"), hidden(&page, "code"));
    let fields = [("csrf_token", token.as_str()), ("code", code.as_str())];
    browser.submit("/impersonation", &fields).await
}

/// Grace acts as Ada in the browser in which she has signed in.
async fn acting<'a>(house: &'a House, read_only: bool) -> (Browser<'a>, Identity, Identity) {
    let (grace, ada) = people(house).await;
    let mut browser = house.browser();
    browser.sign_in("grace@example.com").await;
    let address = invited(house, &grace, &ada, read_only).await;
    let entered = enter(&mut browser, &address).await;
    assert_eq!(entered.location(), format!("{PUBLIC}/.portcullis/profile"));
    (browser, grace, ada)
}

async fn who(browser: &mut Browser<'_>) -> serde_json::Value {
    browser.ask("/sessions/whoami").await.json()
}

#[tokio::test]
async fn kc_130_kc_131_an_administrator_acts_as_somebody_and_comes_back_as_themselves() {
    let house = House::new();
    let (mut browser, grace, ada) = acting(&house, true).await;
    let session = who(&mut browser).await;
    assert_eq!(session["identity"]["id"], json!(ada.id));
    assert_eq!(session["actor"], json!(grace.id));
    assert_eq!(session["read_only"], json!(true));
    let own = browser.jar[PARKED].clone();
    assert!(!own.is_empty());
    let out = browser.ask("/self-service/logout/browser").await.json();
    let out = browser.go(out["logout_url"].as_str().unwrap()).await;
    assert_eq!(out.location(), came_from(&ada));
    let session = who(&mut browser).await;
    assert_eq!(session["identity"]["id"], json!(grace.id));
    assert!(session.get("actor").is_none());
    assert!(!browser.jar.contains_key(PARKED));
    assert!(sessions_of(&house, &ada).await.is_empty(), "it has ended");
    let heard = house.heard.all();
    assert!(heard.contains(&"acts".to_owned()) && heard.contains(&"acts no more".to_owned()));
    // What was parked gives nothing back a second time.
    browser.jar.remove(COOKIE);
    browser.jar.insert(PARKED.to_owned(), own);
    browser.go("/self-service/login/browser").await;
    assert_eq!(browser.ask("/sessions/whoami").await.status, 401);
}

/// Who has stopped acting as whom, as the audit log has it.
async fn ends(house: &House) -> Vec<(String, String, Option<String>)> {
    let filter = AuditFilter {
        verb: Some("identity.impersonate.end".to_owned()),
        outcome: Some(AuditOutcome::Is(DONE.to_owned())),
        ..AuditFilter::default()
    };
    let entries = house.services.audit.list(&filter, Part::First, 50).await;
    let entries = entries.unwrap().into_iter();
    let told = entries.map(|one| (one.actor, one.actor_label, one.object_id));
    told.collect()
}

#[tokio::test]
async fn kc_130_the_audit_log_tells_who_has_stopped_by_the_banner_and_with_a_token() {
    let house = House::new();
    let (mut browser, grace, ada) = acting(&house, true).await;
    assert!(ends(&house).await.is_empty());
    let page = browser.go("/profile").await.text();
    let stop = page.split("/self-service/logout?").nth(1).unwrap();
    let stop = format!("/self-service/logout?{}", stop.split('"').next().unwrap());
    assert_eq!(browser.go(&stop).await.location(), came_from(&ada));
    let end = (
        format!("identity:{}", grace.id),
        "grace@example.com".to_owned(),
        Some(ada.id.to_string()),
    );
    assert_eq!(ends(&house).await, std::slice::from_ref(&end));
    // Whoever signs out as themselves has stopped nothing.
    let out = browser.ask("/self-service/logout/browser").await.json();
    browser.go(out["logout_url"].as_str().unwrap()).await;
    assert_eq!(ends(&house).await.len(), 1);
    // Programs show the token.
    let house = House::new();
    let (browser, ..) = acting(&house, true).await;
    let body = json!({ "session_token": browser.jar[COOKIE] }).to_string();
    let headers = [("content-type", "application/json")];
    let mut program = house.browser();
    let gone = program.send(
        Method::DELETE,
        "/self-service/logout/api",
        &headers,
        body.into_bytes(),
    );
    assert_eq!(gone.await.status, 204);
    assert_eq!(ends(&house).await.len(), 1);
}

/// KC-130: of whom the session was is told as who has ended it, and who acted in it beside that.
#[tokio::test]
async fn kc_130_the_audit_log_tells_when_the_person_has_ended_it() {
    let house = House::new();
    let (mut browser, grace, ada) = acting(&house, true).await;
    let mut own = house.browser();
    own.sign_in("ada@example.com").await;
    let listed = own.ask("/sessions").await.json();
    let acted = listed.as_array().unwrap().iter();
    let acted = acted.clone().find(|one| one["actor"] == json!(grace.id));
    let acted = acted.unwrap()["id"].as_str().unwrap().to_owned();
    let gone = own.delete(&format!("/sessions/{acted}"), &[]).await;
    assert_eq!(gone.status, 204, "{}", gone.text());
    assert_eq!(who(&mut browser).await["error"]["code"], 401);
    let end = (
        format!("identity:{}", ada.id),
        "ada@example.com".to_owned(),
        Some(ada.id.to_string()),
    );
    assert_eq!(ends(&house).await, [end]);
    let filter = AuditFilter::default();
    let entries = house.services.audit.list(&filter, Part::First, 1).await;
    let before = entries.unwrap().remove(0).before;
    let grace = format!("identity:{}", grace.id);
    assert_eq!(before, Some(json!({"actor": grace})));
    let heard = house.heard.all();
    assert!(heard.contains(&"acts no more".to_owned()), "{heard:?}");
}

#[tokio::test]
async fn kc_132_each_page_says_who_acts_as_whom_and_leads_out() {
    let house = House::new();
    let (mut browser, _, _) = acting(&house, true).await;
    let told = "grace@example.com acts as ada@example.com, to look only, until";
    let begun = browser.go("/self-service/settings/browser").await;
    let settings = begun.location().to_owned();
    for page in ["/", "/profile", &settings] {
        let page = browser.go(page).await.text();
        assert!(page.contains(told), "{page}");
        assert!(page.contains("Stop acting as somebody else"), "{page}");
        assert!(page.contains("/self-service/logout?token="), "{page}");
    }
    browser.headers.push(("accept-language", "de".to_owned()));
    let page = browser.go("/profile").await.text();
    assert!(
        page.contains("handelt als ada@example.com, nur um"),
        "{page}"
    );
    let asked = browser.go("/self-service/logout/browser").await.text();
    assert!(asked.contains("Wieder als Sie selbst handeln?"), "{asked}");
}

#[tokio::test]
async fn nothing_of_theirs_changes_in_an_impersonated_session_read_only_or_not() {
    for read_only in [true, false] {
        let house = House::new();
        let (mut browser, _, ada) = acting(&house, read_only).await;
        let flow = browser.begin("settings").await;
        let fields = [
            ("csrf_token", csrf(&flow)),
            ("method", "password"),
            ("password", "another correct horse"),
        ];
        let refused = browser.submit(action(&flow), &fields).await;
        assert_eq!(refused.status, 403);
        assert!(refused.text().contains("impersonated_session"));
        assert!(refused.text().contains("/self-service/logout/browser"));
        let json = [("accept", "application/json")];
        for (verb, path) in [
            (Method::POST, "/self-service/settings"),
            (Method::POST, "/self-service/login"),
            (Method::POST, "/self-service/registration"),
            (Method::POST, "/self-service/recovery"),
            (Method::POST, "/self-service/verification"),
            (Method::POST, "/self-service/browser/flows/profile/update"),
            (Method::POST, "/profile/sessions"),
            (Method::POST, "/impersonation"),
            (Method::DELETE, "/sessions"),
            (Method::GET, "/self-service/settings/continue"),
            (
                Method::GET,
                "/self-service/methods/oidc/callback/google?code=x",
            ),
        ] {
            let refused = browser.send(verb, path, &json, Vec::new()).await;
            let expected = (403, "impersonated_session".to_owned());
            assert_eq!(refused.error(), expected, "{path}");
        }
        let own: &dyn IdentityStore = &*house.store;
        assert_eq!(own.find(ada.id).await.unwrap().as_ref(), Some(&ada));
        assert_eq!(who(&mut browser).await["identity"]["id"], json!(ada.id));
    }
}

#[tokio::test]
async fn once_the_time_is_over_an_administrator_is_themselves_again() {
    let house = House::new();
    let (mut browser, grace, ada) = acting(&house, false).await;
    house.clock.advance(Duration::from_secs(1801));
    // As browsers do when it is time.
    browser.jar.remove(COOKIE);
    let target = "/self-service/login/browser?return_to=https://app.test/x";
    let back = browser.go(target).await;
    assert_eq!(back.location(), came_from(&ada));
    assert_eq!(who(&mut browser).await["identity"]["id"], json!(grace.id));
}

#[tokio::test]
async fn who_is_no_administrator_any_more_acts_no_more_and_does_not_come_back() {
    let house = House::new();
    let (mut browser, grace, ada) = acting(&house, false).await;
    let store: &dyn IdentityStore = &*house.store;
    let mut grace = store.find(grace.id).await.unwrap().unwrap();
    grace.roles.clear();
    store.update(&grace).await.unwrap();
    assert!(sessions_of(&house, &ada).await.is_empty());
    assert_eq!(browser.ask("/sessions/whoami").await.status, 401);
    let begun = browser.go("/self-service/login/browser").await;
    assert!(
        begun.location().contains("/login?flow="),
        "{}",
        begun.location()
    );
}

#[tokio::test]
async fn a_ticket_is_taken_once_in_its_minute_by_the_browser_of_who_asked() {
    let house = House::new();
    let (grace, ada) = people(&house).await;
    let mut browser = house.browser();
    browser.sign_in("grace@example.com").await;
    let late = invited(&house, &grace, &ada, true).await;
    house.clock.advance(Duration::from_secs(60));
    assert_eq!(browser.go(&late).await.status, 404);
    let address = invited(&house, &grace, &ada, true).await;
    let mut eve = house.browser();
    house.resident("eve@example.com").await;
    eve.sign_in("eve@example.com").await;
    assert_eq!(eve.go(&address).await.status, 403, "somebody else is here");
    let code = address.split_once('=').unwrap().1;
    let forged = [("csrf_token", "x"), ("code", code)];
    let forged = browser.submit("/impersonation", &forged).await;
    assert_eq!(forged.status, 403, "no page of ours has sent it");
    let page = browser.go(&address).await.text();
    assert!(page.contains("She cannot find &lt;it&gt;"), "{page}");
    let mut twin = browser.clone();
    assert_eq!(enter(&mut browser, &address).await.status, 303);
    assert_eq!(twin.go(&address).await.status, 404, "it is used up");
    assert_eq!(browser.go(&address).await.status, 404);
    let again = invited(&house, &grace, &ada, true).await;
    assert_eq!(browser.go(&again).await.status, 403, "not within another");
}

#[tokio::test]
async fn an_administrators_visit_is_told_as_such_and_is_no_device_of_theirs() {
    let house = House::new();
    let (mut browser, grace, ada) = acting(&house, true).await;
    let mut own = house.browser();
    own.sign_in("ada@example.com").await;
    let others = own.ask("/sessions").await.json();
    assert_eq!(others[0]["actor"], json!(grace.id));
    let page = own.go("/profile").await.text();
    assert!(page.contains("An administrator"), "{page}");
    assert!(house.letters.mails().is_empty(), "nobody is written to");
    // What they may do about it.
    let id = others[0]["id"].as_str().unwrap();
    let json = [("accept", "application/json"), ("origin", PUBLIC)];
    let path = format!("/sessions/{id}");
    let ended = own.send(Method::DELETE, &path, &json, Vec::new()).await;
    assert_eq!(ended.status, 204);
    assert_eq!(sessions_of(&house, &ada).await.len(), 1);
    assert_eq!(browser.ask("/sessions/whoami").await.status, 401);
}

/// KC-130: what was asked for is looked at once more when it begins.
#[tokio::test]
async fn kc_130_a_code_leads_to_nobody_who_may_more_by_now() {
    for is_demoted in [false, true] {
        let house = House::new();
        let (grace, mut ada) = people(&house).await;
        let store: &dyn IdentityStore = &*house.store;
        let mut grace = store.find(grace.id).await.unwrap().unwrap();
        let mut browser = house.browser();
        browser.sign_in("grace@example.com").await;
        let address = invited(&house, &grace, &ada, true).await;
        let page = browser.go(&address).await.text();
        let fields = [
            ("csrf_token", hidden(&page, "csrf_token")),
            ("code", hidden(&page, "code")),
        ];
        let changed = match is_demoted {
            true => {
                grace.roles = vec!["user-manager".to_owned()];
                &grace
            }
            false => {
                ada.roles = vec!["provider-manager".to_owned()];
                &ada
            }
        };
        store.update(changed).await.unwrap();
        let refused = browser.go(&address).await;
        assert_eq!(refused.status, 403, "{}", refused.text());
        let fields = fields
            .each_ref()
            .map(|(name, value)| (*name, value.as_str()));
        let refused = browser.submit("/impersonation", &fields).await;
        assert_eq!(refused.status, 403, "{}", refused.text());
        assert!(refused.text().contains("insufficient_role"));
        assert!(sessions_of(&house, &ada).await.is_empty());
        assert_eq!(who(&mut browser).await["identity"]["id"], json!(grace.id));
    }
}
