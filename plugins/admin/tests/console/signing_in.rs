//! Coming in and leaving.

use std::time::Duration;

use http::Method;
use portcullis_core::identity::{IdentityState, IdentityStore};

use crate::{
    Auth, Config, Role,
    tests::house::{House, config},
};

const LIST: &str = "/ui/identities?search=ada";

#[tokio::test]
async fn an_administrator_comes_in_by_the_public_listener_and_goes_on_where_they_wanted_to() {
    let house = House::new();
    let boss = house
        .resident_with("boss@example.org", &[Role::Admin])
        .await;
    let begun = house.stranger().get(LIST).await;
    assert_eq!(begun.status, 303);
    let page = begun.location().to_owned();
    assert!(
        page.starts_with("https://gate.test/.portcullis/console?return_to=%2Fui"),
        "{page}"
    );
    let attributes = begun.header("set-cookie");
    assert!(
        attributes.starts_with("__Host-portcullis_console_state="),
        "{attributes}"
    );
    let stranger = house.publicly(&page, None).await;
    assert!(
        stranger.location().starts_with(
            "https://gate.test/.portcullis/self-service/login/browser?return_to=https%3A"
        ),
        "{stranger:?}"
    );
    let who = house.principal(&boss).await;
    let handed = house.publicly(&page, Some(who)).await;
    let path = handed
        .location()
        .strip_prefix("https://admin.test")
        .unwrap();
    let browser = house.stranger().with("cookie", begun.cookie());
    let entered = browser.get(path).await;
    assert_eq!((entered.status, entered.location()), (303, LIST));
    let cookie = entered.header("set-cookie");
    assert!(cookie.starts_with("__Host-portcullis_console="), "{cookie}");
    assert!(
        cookie.ends_with("; Path=/; HttpOnly; Secure; SameSite=Lax"),
        "{cookie}"
    );
    assert!(
        entered.deletes("__Host-portcullis_console_state"),
        "{entered:?}"
    );
    let inside = house.stranger().with("cookie", entered.cookie());
    let list = inside.get(LIST).await;
    assert_eq!(list.status, 200);
    assert!(list.page().contains("boss@example.org"), "who is signed in");
    let again = browser.get(path).await;
    assert_eq!(again.status, 404, "a code is good once");
    let audit = house
        .admin()
        .await
        .get("/admin/x/audit?verb=console.enter")
        .await;
    assert_eq!(
        audit.json()[0]["actor_label"],
        "boss@example.org",
        "{audit:?}"
    );
    let told = inside.get("/ui/audit?verb=console.enter").await.page();
    assert!(told_of_entering(&told).contains("<span>boss@example.org<"));
}

/// What the row of whoever came in says of whom.
fn told_of_entering(log: &str) -> &str {
    let (_, row) = log.split_once(">Came in to the console</a>").unwrap();
    let (_, whom) = row.split_once("To what").unwrap();
    whom.split_once("</td>").unwrap().0
}

#[tokio::test]
async fn a_code_is_worth_nothing_in_another_browser_or_too_late() {
    let house = House::new();
    let boss = house
        .resident_with("boss@example.org", &[Role::Admin])
        .await;
    let who = house.principal(&boss).await;
    let begun = house.stranger().get(LIST).await;
    let code = async || {
        let handed = house.publicly(begun.location(), Some(who.clone())).await;
        handed
            .location()
            .strip_prefix("https://admin.test")
            .unwrap()
            .to_owned()
    };
    let own = house.stranger().with("cookie", begun.cookie());
    assert_eq!(
        house.stranger().get(&code().await).await.status,
        400,
        "no cookie"
    );
    let other = house.stranger().get(LIST).await;
    let other = house.stranger().with("cookie", other.cookie());
    assert_eq!(
        other.get(&code().await).await.status,
        404,
        "somebody else's link"
    );
    let late = code().await;
    house.clock.advance(Duration::from_secs(61));
    assert_eq!(own.get(&late).await.status, 404);
    assert_eq!(own.get(&code().await).await.status, 303);
}

#[tokio::test]
async fn whoever_is_no_administrator_is_told_what_to_do() {
    let house = House::new();
    let ada = house.resident("ada@example.org").await;
    let begun = house.stranger().get(LIST).await;
    let who = house.principal(&ada).await;
    let refused = house.publicly(begun.location(), Some(who)).await;
    assert_eq!(refused.status, 403);
    assert!(refused.page().contains("set-roles"), "{}", refused.page());
}

#[tokio::test]
async fn who_has_something_to_do_first_is_led_there() {
    let house = House::new();
    let mut boss = house
        .resident_with("boss@example.org", &[Role::Admin])
        .await;
    boss.required_actions = vec!["UPDATE_PROFILE".to_owned()];
    IdentityStore::update(&*house.store, &boss).await.unwrap();
    let begun = house.stranger().get(LIST).await;
    let who = house.principal(&boss).await;
    let led = house.publicly(begun.location(), Some(who)).await;
    let page = "https://gate.test/.portcullis/self-service/settings/browser?kc_action=";
    assert!(led.location().starts_with(page), "{led:?}");
}

#[tokio::test]
async fn what_happens_to_a_session_counts_at_once() {
    let house = House::new();
    let mut boss = house
        .resident_with("boss@example.org", &[Role::Viewer])
        .await;
    let who = house.principal(&boss).await;
    let browser = house.console_of(&who).await;
    assert_eq!(browser.get(LIST).await.status, 200);
    boss.roles.clear();
    IdentityStore::update(&*house.store, &boss).await.unwrap();
    boss = IdentityStore::find(&*house.store, boss.id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(browser.get(LIST).await.status, 403, "no role any more");
    boss.roles = vec!["viewer".to_owned()];
    boss.state = IdentityState::Inactive;
    IdentityStore::update(&*house.store, &boss).await.unwrap();
    assert_eq!(browser.get(LIST).await.status, 303, "switched off");
    boss = IdentityStore::find(&*house.store, boss.id)
        .await
        .unwrap()
        .unwrap();
    boss.state = IdentityState::Active;
    IdentityStore::update(&*house.store, &boss).await.unwrap();
    assert_eq!(browser.get(LIST).await.status, 200);
    let sessions = house.services.sessions.store();
    sessions.revoke(who.session.id).await.unwrap();
    assert_eq!(browser.get(LIST).await.status, 303, "the session has ended");
}

#[tokio::test]
async fn the_cookie_calls_the_api_for_a_page_of_ours_only() {
    let house = House::new();
    let browser = house.console(&[Role::Viewer]).await;
    assert_eq!(browser.get("/admin/identities").await.status, 200);
    let boss = house
        .resident_with("boss@example.org", &[Role::Admin])
        .await;
    let who = house.principal(&boss).await;
    let elsewhere = house
        .console_of(&who)
        .await
        .with("sec-fetch-site", "cross-site");
    assert_eq!(elsewhere.get("/admin/identities").await.status, 401);
}

#[tokio::test]
async fn signing_out_ends_the_session_and_no_page_elsewhere_can_do_that() {
    let house = House::new();
    let boss = house
        .resident_with("boss@example.org", &[Role::Admin])
        .await;
    let who = house.principal(&boss).await;
    let browser = house.console_of(&who).await;
    let cross = browser.clone().with("sec-fetch-site", "same-site");
    assert_eq!(cross.form("/ui/sign-out", &[]).await.status, 403);
    let mut silent = house.console_of(&who).await;
    silent.forget("origin");
    assert_eq!(
        silent.form("/ui/sign-out", &[]).await.status,
        403,
        "who asks?"
    );
    assert_eq!(browser.get(LIST).await.status, 200);
    let out = browser.form("/ui/sign-out", &[]).await;
    assert_eq!((out.status, out.location()), (303, "/ui/signed-out"));
    assert!(out.header("set-cookie").contains("Max-Age=0"));
    assert_eq!(browser.get(LIST).await.status, 303);
    let late = browser.form("/ui/nowhere", &[]).await;
    assert_eq!(late.status, 404);
    let told = browser.get("/ui/signed-out").await;
    assert!(told.page().contains("You are signed out"));
}

#[tokio::test]
async fn the_console_begins_where_somebody_may_look() {
    let house = House::new();
    let browser = house.console(&[Role::Viewer]).await;
    for path in ["/", "/ui"] {
        let led = browser.get(path).await;
        assert_eq!(
            (led.status, led.location()),
            (303, "/ui/overview"),
            "{path}"
        );
    }
    let json = house.stranger().with("accept", "application/json");
    assert_eq!(json.get("/").await.error(), "not_found");
    let begun = house.stranger().get("/ui").await;
    assert!(
        begun.location().contains("/console?return_to=%2Fui&"),
        "{begun:?}"
    );
}

#[tokio::test]
async fn where_nobody_is_asked_the_console_says_so() {
    let house = House::with(Config {
        auth: Auth::None,
        ..config()
    });
    let page = house.stranger().get("/ui/identities").await.page();
    assert!(page.contains("Nobody is asked who they are here"), "{page}");
    assert!(
        !page.contains("/ui/sign-out"),
        "there is nothing to sign out of"
    );
    assert!(house.public.is_none());
}

#[tokio::test]
async fn without_the_console_there_are_no_pages() {
    let house = House::with(Config {
        console: false,
        ..config()
    });
    for path in ["/ui", "/ui/identities", "/"] {
        let gone = house.stranger().ask(Method::GET, path, Vec::new()).await;
        assert_eq!(
            (gone.status, gone.error()),
            (404, "not_found".to_owned()),
            "{path}"
        );
    }
    assert!(house.public.is_none());
}

#[tokio::test]
async fn whoever_comes_by_another_name_of_this_machine_goes_on_at_the_consoles_own() {
    let house = House::with(Config {
        public_url: "http://127.0.0.1:4434".parse().unwrap(),
        ..config()
    });
    let mut stranger = house.stranger();
    stranger.authority = "localhost:4434".to_owned();
    for path in [LIST, "/ui", "/"] {
        let led = stranger.get(path).await;
        assert_eq!(led.location(), format!("http://127.0.0.1:4434{path}"));
        assert!(!led.headers.contains_key("set-cookie"));
    }
    stranger.authority = "127.0.0.1:4434".to_owned();
    for path in [LIST, "/ui", "/"] {
        let begun = stranger.get(path).await;
        assert!(begun.location().contains("/.portcullis/console?"));
    }
    // A proxy in front may name this machine; whoever comes through it is led nowhere else.
    let house = House::new();
    let mut stranger = house.stranger();
    stranger.authority = "localhost:4434".to_owned();
    let begun = stranger.get(LIST).await;
    assert!(begun.location().contains("/.portcullis/console?"));
}
