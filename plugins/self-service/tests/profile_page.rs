//! The profile page: what it shows, and ending sessions from it.

use portcullis_core::identity::IdentityStore;
use serde_json::{Value, json};

use super::house::{Browser, House, PUBLIC, Reply, busy::Busy};

const ADA: &str = "ada@example.com";
const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";

/// The value of the first hidden field of this name behind `mark`.
fn hidden<'a>(page: &'a str, mark: &str, name: &str) -> &'a str {
    let from = page
        .find(mark)
        .unwrap_or_else(|| panic!("no {mark}: {page}"));
    let field = format!("name=\"{name}\" value=\"");
    let rest = &page[from..];
    let start = rest.find(&field).unwrap() + field.len();
    rest[start..].split('"').next().unwrap()
}

async fn press(browser: &mut Browser<'_>, page: &str, session: &str) -> Reply {
    let token = hidden(page, "Where you are signed in", "csrf_token");
    let fields = [("csrf_token", token), ("session", session)];
    browser.submit("/profile/sessions", &fields).await
}

/// HA-09.
#[tokio::test]
async fn ha_09_the_page_shows_how_one_signs_in_what_is_known_and_where() {
    let house = House::new();
    house.proved_resident(ADA).await;
    let mut browser = house.browser();
    browser.headers.push(("user-agent", FIREFOX.to_owned()));
    browser.sign_in(ADA).await;
    let page = browser.go("/profile").await.text();
    for shown in [
        "Account &amp; Security",
        "Account settings",
        "Where you are signed in",
        ADA,
        "Verified",
        "<time datetime=\"2026-11-21T12:00:00Z\">Set on 21 November 2026, 12:00 UTC</time>",
        "First name",
        "Ada",
        "Firefox, Linux",
        "This device",
        "192.0.2.1",
        "Last seen on",
    ] {
        assert!(page.contains(shown), "{shown}: {page}");
    }
    assert!(!page.contains("Sign out everywhere else"), "{page}");
    let german = browser.go("/profile?ui_locales=de").await.text();
    for shown in [
        "Dieses Gerät",
        ">Festgelegt am 21. November 2026, 12:00 UTC</time>",
        "/.portcullis/settings?ui_locales=de\"",
    ] {
        assert!(german.contains(shown), "{shown}: {german}");
    }
}

#[tokio::test]
async fn choices_have_their_labels_and_what_people_say_is_never_translated() {
    let size = json!({"type": "string", "title": "Size", "enum": ["s", "m"],
        "x-profile": {"annotations": {"inputOptionLabels": {"s": "${size.small}", "m": "Name"}}}});
    let mut schema: Value = serde_json::from_str(include_str!("schema.json")).unwrap();
    let properties = &mut schema["properties"]["traits"]["properties"];
    properties["size"] = size.clone();
    properties["sizes"] = json!({"type": "array", "title": "Sizes", "items": {
        "type": "string", "enum": ["s", "m"]}, "x-profile": size["x-profile"]});
    properties["since"] = json!({"type": "string", "title": "Since", "format": "date-time"});
    properties["alarm"] = json!({"type": "string", "format": "time"});
    properties["team"] = json!({"type": "string", "title": "First name"});
    properties["word"] = json!({"type": "string"});
    properties["born"] = json!({"type": "string", "title": "Born", "format": "date"});
    let group =
        |name: &str| json!({"type": "string", "title": name, "x-profile": {"group": "taste"}});
    properties["colour"] = group("Colour");
    properties["dish"] = group("Dish");
    schema["properties"]["traits"]["x-profile"] =
        json!({"groups": [{"name": "taste", "display_header": "${username}"}]});
    let house = Busy {
        schema: Some(schema),
        ..Busy::default()
    };
    let house = house.house();
    let mut ada = house.resident(ADA).await;
    ada.traits = json!({"email": ADA, "size": "m", "sizes": ["s", "m"], "team": "Email",
        "word": "${email}", "born": "2000-12-31", "colour": "red", "dish": "soup", "alarm": "06:45:00Z", "since": "2026-01-02T03:04:05Z"});
    IdentityStore::update(&*house.store, &ada).await.unwrap();
    let mut browser = house.browser();
    browser.sign_in(ADA).await;
    let page = browser.go("/profile?ui_locales=de").await.text();
    for shown in [
        "<p>Vorname</p>\n<p class=\"detail\">Email</p>",
        "<p class=\"detail\">${email}</p>",
        "<p class=\"detail\">Name</p>",
        "<p class=\"detail\">31. Dezember 2000</p>",
        "<h3>Benutzername</h3>\n<ul class=\"rows\">\n<li>\n<div>\n<p>Colour</p>",
        "<p class=\"detail\">06:45 UTC</p>",
        "<p class=\"detail\">size.small, Name</p>",
        "<time datetime=\"2026-01-02T03:04:05Z\">2. Januar 2026, 03:04 UTC</time>",
    ] {
        assert!(page.contains(shown), "{shown}: {page}");
    }
}

#[tokio::test]
async fn nobody_sees_a_profile_before_signing_in() {
    let house = House::new();
    let mut browser = house.browser();
    let reply = browser.go("/profile").await;
    assert_eq!(
        reply.query("return_to"),
        format!("{PUBLIC}/.portcullis/profile")
    );
    assert_eq!(browser.ask("/profile").await.status, 401);
    let change = browser.go("/.well-known/change-password").await;
    assert!(
        change
            .location()
            .ends_with("/self-service/settings/browser")
    );
}

#[tokio::test]
async fn one_other_session_ends_or_all_of_them() {
    let house = House::new();
    house.resident(ADA).await;
    let (mut phone, mut tablet) = (house.browser(), house.browser());
    phone.headers.push(("user-agent", FIREFOX.to_owned()));
    phone.sign_in(ADA).await;
    tablet.sign_in(ADA).await;
    let mut browser = house.browser();
    browser.sign_in(ADA).await;
    let page = browser.go("/profile").await.text();
    let session = hidden(&page, "Firefox, Linux", "session").to_owned();
    let ended = press(&mut browser, &page, &session).await;
    assert_eq!(ended.query("ended"), "one");
    let told = browser.go("/profile?ended=one").await.text();
    assert!(
        told.contains("role=\"status\">That device is signed out."),
        "{told}"
    );
    assert_eq!(phone.ask("/sessions/whoami").await.status, 401);
    assert_eq!(tablet.ask("/sessions/whoami").await.status, 200);
    // Once more does no harm.
    assert_eq!(press(&mut browser, &page, &session).await.status, 303);
    assert_eq!(press(&mut browser, &page, "others").await.status, 303);
    assert_eq!(tablet.ask("/sessions/whoami").await.status, 401);
    assert_eq!(browser.ask("/sessions/whoami").await.status, 200);
}

#[tokio::test]
async fn no_other_page_ends_sessions_nor_somebody_elses() {
    let house = House::new();
    house.resident(ADA).await;
    house.resident("bob@example.com").await;
    let mut bob = house.browser();
    bob.sign_in("bob@example.com").await;
    let bobs = bob.ask("/sessions/whoami").await.json();
    let mut browser = house.browser();
    browser.sign_in(ADA).await;
    let forged = browser
        .submit("/profile/sessions", &[("session", "others")])
        .await;
    assert_eq!(forged.status, 403);
    // The page has a token once there is another session.
    house.browser().sign_in(ADA).await;
    let page = browser.go("/profile").await.text();
    let theirs = bobs["id"].as_str().unwrap();
    assert_eq!(press(&mut browser, &page, theirs).await.status, 303);
    assert_eq!(bob.ask("/sessions/whoami").await.status, 200);
}

#[tokio::test]
async fn sessions_tell_their_device_to_scripts() {
    let house = House::new();
    house.resident(ADA).await;
    let mut phone = house.browser();
    phone.headers.push(("user-agent", FIREFOX.to_owned()));
    phone.sign_in(ADA).await;
    let mut browser = house.browser();
    browser.sign_in(ADA).await;
    let sessions = browser.ask("/sessions").await.json();
    let device: &Value = &sessions[0]["devices"][0];
    assert_eq!(
        (&device["browser"], &device["os"]),
        (&"Firefox".into(), &"Linux".into())
    );
    assert_eq!(device["last_seen"], "2026-11-21T12:00:00Z");
}
