//! The console: an administrator signs in to it, finds somebody, and leaves.

mod access;
mod keys;
mod person;
mod plain;
mod profile;
mod programs;
mod providers;
mod standing;
mod tasks;
mod upkeep;
mod walk;

use reqwest::Method;
use serde_json::json;

use crate::support::{
    ALICE, Anonymous, BOB, Browser, Route, TestGateway, Upstream, actor::header, gateway::Builder,
    wait_until,
};

fn house(upstream: &str) -> Builder {
    TestGateway::builder()
        .registration()
        .table("[plugins.admin]")
        .route(&Route::signed_in("/", upstream))
}

async fn running(upstream: &str) -> TestGateway {
    house(upstream).start().await
}

fn make_administrator(gateway: &TestGateway, role: &str) {
    let command = ["set-roles", "--email", ALICE.email, "--add", role];
    let given = gateway.run(&command, "");
    assert_eq!(given.code, 0, "{given:?}");
}

/// The page of the console that somebody comes to, once they have a role.
async fn enter(client: &Anonymous, list: &str) -> String {
    wait_until("the console to open", async || {
        let (url, page) = client.follow(list).await;
        (page.status() == 200 && url.as_str() == list).then_some(page)
    })
    .await
    .text()
    .await
    .unwrap()
}

/// A browser in which Alice looks at somebody.
async fn looking_at(gateway: &TestGateway, email: &str) -> Browser {
    let browser = Browser::open().await;
    let list = format!("{}/ui/identities?search={email}", gateway.admin_url());
    browser.goto(&list).await;
    browser.see("Sign in").await;
    ALICE.sign_in_in(&browser).await;
    browser.arrive_at("/ui/identities").await;
    browser.press(email).await;
    browser.see("Known about them").await;
    browser
}

/// Ticks or unticks a box.
async fn tick(browser: &Browser, selector: &str) {
    let click = "document.querySelector(arguments[0]).click()";
    browser.run(click, vec![json!(selector)]).await;
}

/// Whether something is on the page.
async fn has(browser: &Browser, selector: &str) -> bool {
    let script = "return !!document.querySelector(arguments[0])";
    browser.run(script, vec![json!(selector)]).await == true
}

/// CU-09.
#[tokio::test]
async fn an_administrator_comes_in_with_the_session_they_have_and_it_ends_with_theirs() {
    let gateway = running("echo:").await;
    let alice = ALICE.sign_up(&gateway).await;
    BOB.sign_up(&gateway).await;
    let list = format!("{}/ui/identities?search=bob", gateway.admin_url());
    let (url, refused) = alice.client.follow(&list).await;
    assert_eq!(refused.status(), 403, "no administrator yet");
    assert!(url.path().ends_with("/console"), "{url}");
    make_administrator(&gateway, "viewer");
    let page = enter(&alice.client, &list).await;
    assert!(page.contains(&format!(">{}</a>", BOB.email)), "{page}");
    let (_, stranger) = gateway.anonymous().follow(&list).await;
    let page = stranger.text().await.unwrap();
    assert!(page.contains("identifier"), "they are asked to sign in");
    let sign_out = format!("{}/ui/sign-out", gateway.admin_url());
    let post = || alice.client.request(Method::POST, &sign_out);
    let evil = post().header("origin", "https://evil.test").send().await;
    assert_eq!(evil.unwrap().status(), 403);
    assert_eq!(
        post().send().await.unwrap().status(),
        403,
        "nobody says who asks"
    );
    let out = post().header("origin", gateway.admin_url()).send().await;
    let out = out.unwrap();
    assert_eq!(header(&out, "location"), Some("/ui/signed-out"));
    assert_eq!(alice.status("/.portcullis/sessions/whoami").await, 401);
    let log = gateway.log();
    assert!(
        !log.contains("portcullis_console="),
        "no cookie is in the log"
    );
}

#[tokio::test]
async fn no_application_sees_the_consoles_cookies_or_sets_them() {
    let upstream = Upstream::start().await;
    let gateway = running(&upstream.url()).await;
    let alice = ALICE.sign_up(&gateway).await;
    let client = Anonymous::without_cookies(&gateway.url());
    let cookies = format!(
        "{}; portcullis_console=a; portcullis_console_state=b; __Host-portcullis_console=c; own=d",
        alice.cookie
    );
    let request = client.request(Method::GET, "/").header("cookie", cookies);
    assert_eq!(request.send().await.unwrap().status(), 200);
    assert_eq!(upstream.last().header("cookie"), Some("own=d"));
}

#[tokio::test]
async fn a_person_signs_in_to_the_console_searches_and_leaves_in_a_browser() {
    let gateway = running("echo:").await;
    ALICE.sign_up(&gateway).await;
    BOB.sign_up(&gateway).await;
    make_administrator(&gateway, "admin");
    let browser = Browser::open().await;
    browser.goto(&format!("{}/ui", gateway.admin_url())).await;
    browser.see("Sign in").await;
    ALICE.sign_in_in(&browser).await;
    browser.arrive_at("/ui/overview").await;
    browser.press("People").await;
    browser.arrive_at("/ui/identities").await;
    browser.see("People found: 2").await;
    browser.fill("search", "bob").await;
    browser.submit().await;
    browser.see("People found: 1").await;
    browser.see(BOB.email).await;
    browser.fill("search", "nobody-at-all").await;
    browser.submit().await;
    browser.see("Nobody fits.").await;
    browser.press("Show everybody").await;
    browser.see("People found: 2").await;
    browser.narrow(390).await;
    let wide = "return document.documentElement.scrollWidth > window.innerWidth";
    assert_eq!(browser.run(wide, vec![]).await, false, "nothing is cut off");
    let menu = "document.querySelector('.open-menu').click();
        const leave = document.querySelector('#small-menu button');
        const is_seen = leave.checkVisibility();
        leave.click();
        return is_seen;";
    assert_eq!(browser.run(menu, vec![]).await, true, "the menu opens");
    browser.see("You are signed out").await;
    browser.goto(&format!("{}/ui", gateway.admin_url())).await;
    browser.see("Sign in").await;
    browser.arrive_at("/.portcullis/login").await;
}

#[tokio::test]
async fn a_person_is_found_while_typing_changed_helped_and_deleted_in_a_browser() {
    let gateway = running("echo:").await;
    ALICE.sign_up(&gateway).await;
    BOB.sign_up(&gateway).await;
    make_administrator(&gateway, "admin");
    let browser = Browser::open().await;
    let people = format!("{}/ui/identities", gateway.admin_url());
    browser.goto(&people).await;
    ALICE.sign_in_in(&browser).await;
    browser.arrive_at("/ui/identities").await;
    browser.see("People found: 2").await;
    browser.fill("search", "bob").await;
    browser.see("People found: 1").await;
    browser.arrive_at("search=bob").await;
    browser.press(BOB.email).await;
    browser.see("Known about them").await;
    browser.fill("traits.name.first", "Robert").await;
    browser.press("Save").await;
    browser.see("Saved.").await;
    browser.press("Signing in").await;
    browser.press("Set another password").await;
    browser.fill("password", "short").await;
    browser.press("Set the password").await;
    browser.see("The password needs at least").await;
    browser.press("Signing in").await;
    browser.press("Hand out").await;
    browser.see("A way back in, shown only now").await;
    browser.press("Sessions").await;
    browser.press("End all sessions").await;
    browser.see("Sessions that end: 1").await;
    browser.press("End all sessions").await;
    browser.see("They are signed in nowhere.").await;
    browser.press("History").await;
    browser.see("Changed a person").await;
    browser.see("Before and after").await;
    browser.see(ALICE.email).await;
    browser.press("Delete").await;
    browser.see("Type their address or id").await;
    browser.fill("typed", BOB.email).await;
    browser.press("Delete for good").await;
    browser.see("The person is deleted.").await;
    browser.see("People found: 1").await;
}

#[tokio::test]
async fn an_administrator_acts_as_somebody_from_the_console_and_comes_back() {
    let gateway = running("echo:").await;
    ALICE.sign_up(&gateway).await;
    BOB.sign_up(&gateway).await;
    make_administrator(&gateway, "admin");
    let browser = Browser::open().await;
    let list = format!("{}/ui/identities?search=bob", gateway.admin_url());
    browser.goto(&list).await;
    ALICE.sign_in_in(&browser).await;
    browser.arrive_at("/ui/identities").await;
    browser.press(BOB.email).await;
    browser.press("Act as this person").await;
    browser.fill("reason", " ").await;
    browser.press("Continue").await;
    browser.see("The reason must have between").await;
    browser.fill("reason", "a call from Bob").await;
    browser.press("Continue").await;
    // The public address asks once more, for it cannot know who leads there.
    browser.see("Act as somebody else?").await;
    browser.press("Begin").await;
    let banner = format!("{} acts as {}", ALICE.email, BOB.email);
    browser.see(&banner).await;
    browser
        .goto(&format!("{}/.portcullis/profile", gateway.url()))
        .await;
    browser.press("Stop acting as somebody else").await;
    // She is herself, and where she came from.
    browser.see("Act as this person").await;
    assert!(!browser.text().await.contains(&banner), "she is herself");
    browser.see(BOB.email).await;
    browser.press("History").await;
    browser.see("Began to act as somebody").await;
    browser.see("Stopped acting as somebody").await;
    browser.see("Before and after").await;
    // What is folded shows why, whatever it is that was done is called.
    let written = "return document.querySelector('table.list').textContent.includes(arguments[0])";
    let reason = vec![json!("a call from Bob")];
    assert_eq!(browser.run(written, reason).await, true);
}
