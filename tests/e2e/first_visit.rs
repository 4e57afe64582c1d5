//! Somebody opens the application's address in Chromium for the first time.

use serde_json::{Value, json};

use crate::support::{ALICE, Browser, Route, SELF_SERVICE, TestGateway};

/// The built-in echo application behind the gate, open for registration.
async fn gateway() -> TestGateway {
    TestGateway::builder()
        .registration()
        .route(&Route::signed_in("/", "echo:"))
        .start()
        .await
}

/// From the application's address over the sign-in page to the registration form.
async fn open_registration(browser: &Browser, address: &str) {
    browser.goto(address).await;
    browser.arrive_at("login").await;
    browser.follow_link("registration").await;
    browser.arrive_at("registration").await;
}

/// Signs up, sees the request as the application does, signs out, and is asked to sign in again.
async fn whole_visit(browser: Browser) {
    let gateway = gateway().await;
    open_registration(&browser, &gateway.url()).await;
    ALICE.register_in(&browser).await;
    browser.see("You are through the gate").await;
    let shown = browser.text().await.to_lowercase();
    for expected in ["x-forwarded-user", "x-forwarded-email", ALICE.email] {
        assert!(shown.contains(expected), "{expected} is shown: {shown}");
    }
    assert!(
        browser
            .cookie_names()
            .await
            .contains(&"portcullis".to_owned())
    );

    sign_out(&browser).await;
    assert!(
        !browser
            .cookie_names()
            .await
            .contains(&"portcullis".to_owned())
    );
    browser.goto(&gateway.url()).await;
    browser.arrive_at("login").await;

    ALICE.sign_in_in(&browser).await;
    browser.see("You are through the gate").await;
}

/// Follows the link on the echo page, and confirms if asked to.
async fn sign_out(browser: &Browser) {
    browser.press("Sign out").await;
    let left = format!("{SELF_SERVICE}/logout");
    if browser.url().await.contains(&left) && browser.has_button("Sign out").await {
        browser.press("Sign out").await;
    }
    crate::support::wait_until("the session to end", async || {
        let names = browser.cookie_names().await;
        (!names.contains(&"portcullis".to_owned())).then_some(())
    })
    .await;
}

/// KC-080, KC-081.
#[tokio::test]
async fn a_person_signs_up_sees_the_application_and_signs_out() {
    whole_visit(Browser::open().await).await;
}

#[tokio::test]
async fn the_same_works_with_scripts_off() {
    whole_visit(Browser::open_without_scripts().await).await;
}

#[tokio::test]
async fn the_visitor_returns_to_the_deep_link_with_its_query() {
    let gateway = gateway().await;
    let browser = Browser::open().await;
    let deep = format!("{}/reports/2026?sort=name&q=a%20b&q=%C3%A9", gateway.url());
    open_registration(&browser, &deep).await;
    ALICE.register_in(&browser).await;
    browser.see("You are through the gate").await;
    assert_eq!(browser.url().await, deep);
    sign_out(&browser).await;
    browser.goto(&deep).await;
    browser.arrive_at("login").await;
    ALICE.sign_in_in(&browser).await;
    browser.see("You are through the gate").await;
    assert_eq!(browser.url().await, deep);
}

#[tokio::test]
async fn a_wrong_password_is_explained_beside_the_form_and_the_address_is_kept() {
    let gateway = gateway().await;
    ALICE.sign_up(&gateway).await;
    let browser = Browser::open().await;
    browser.goto(&gateway.url()).await;
    browser.fill("identifier", ALICE.email).await;
    browser.fill("password", "not-her-password").await;
    browser.submit().await;
    browser.see("is not right").await;
    let kept = "return document.getElementsByName('identifier')[0].value";
    assert_eq!(browser.run(kept, vec![]).await, ALICE.email);
    let password = "return document.getElementsByName('password')[0].value";
    assert_eq!(browser.run(password, vec![]).await, "");
    ALICE.sign_in_in(&browser).await;
    browser.see("You are through the gate").await;
}

#[tokio::test]
async fn errors_are_tied_to_their_fields_and_what_was_typed_is_kept() {
    let gateway = gateway().await;
    let browser = Browser::open().await;
    open_registration(&browser, &gateway.url()).await;
    browser.fill("traits.email", ALICE.email).await;
    browser.fill("traits.name.first", "Alice").await;
    browser.fill("password", "short").await;
    browser.press("Sign up").await;
    browser.see("at least 8 characters").await;
    let described = "
        const field = document.getElementsByName('password')[0];
        const ids = (field.getAttribute('aria-describedby') || '').split(' ');
        return field.getAttribute('aria-invalid') + ': ' + ids
            .map(id => document.getElementById(id)).filter(e => e).map(e => e.innerText).join(' ');";
    let described = browser.run(described, vec![]).await;
    let described = described.as_str().unwrap_or_default();
    assert!(described.starts_with("true: "), "{described}");
    assert!(described.contains("at least 8 characters"), "{described}");
    let kept = "return document.getElementsByName('traits.name.first')[0].value";
    assert_eq!(browser.run(kept, vec![]).await, "Alice");
}

#[tokio::test]
async fn pages_fit_a_phone_and_every_field_has_its_label() {
    let gateway = gateway().await;
    let browser = Browser::open().await;
    browser.narrow(390).await;
    browser.goto(&gateway.url()).await;
    for page in ["login", "registration"] {
        browser.arrive_at(page).await;
        let width = "return [innerWidth, document.documentElement.scrollWidth]";
        let width = browser.run(width, vec![]).await;
        assert_eq!(width, json!([390, 390]), "{page} fits a phone");
        let unlabelled = browser.run(UNLABELLED, vec![]).await;
        assert_eq!(unlabelled, json!([]), "every field of {page} has a label");
        let small = browser.run(SMALL_TARGETS, vec![]).await;
        assert_eq!(
            small,
            json!([]),
            "every button of {page} can be hit by a thumb"
        );
        let facts = "return [document.documentElement.lang, document.querySelectorAll('h1').length,
            document.title.length > 0, document.activeElement.tagName]";
        let facts = browser.run(facts, vec![]).await;
        assert_eq!(facts, json!(["en", 1, true, "INPUT"]), "{page}");
        if page == "login" {
            browser.follow_link("registration").await;
        }
    }
}

#[tokio::test]
async fn pages_follow_the_readers_light_or_dark() {
    let gateway = gateway().await;
    let browser = Browser::open().await;
    browser.goto(&gateway.url()).await;
    let mut seen: Vec<Value> = Vec::new();
    for scheme in ["light", "dark"] {
        browser.prefer(scheme).await;
        let colours = "const s = getComputedStyle(document.body);
            return [s.color, getComputedStyle(document.documentElement).backgroundColor,
                s.backgroundColor]";
        seen.push(browser.run(colours, vec![]).await);
    }
    assert_ne!(seen[0], seen[1], "dark is not light");
}

const UNLABELLED: &str = "
    return [...document.querySelectorAll('input:not([type=hidden])')]
        .filter(field => !field.labels.length || !field.labels[0].innerText.trim())
        .map(field => field.name);";

/// 24 CSS pixels is the least of WCAG 2.2, criterion 2.5.8.
const SMALL_TARGETS: &str = "
    return [...document.querySelectorAll('button, input:not([type=hidden])')]
        .map(e => [e.name, e.getBoundingClientRect()])
        .filter(([, box]) => box.height < 24 || box.width < 24).map(([name]) => name);";
