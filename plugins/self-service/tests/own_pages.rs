//! The built-in pages as people see them.

use super::house::{House, action, csrf, open_registration};
use crate::Limits;

#[tokio::test]
async fn the_sign_in_page_ties_labels_and_leads_on() {
    let house = House::new();
    let mut browser = house.browser();
    let begun = browser.go("/login?return_to=https://app.test/x").await;
    assert!(
        begun
            .location()
            .contains("/self-service/login/browser?return_to=")
    );
    let page = browser.go(begun.location()).await;
    let page = browser.go(page.location()).await.text();
    for part in [
        "<h1>Sign in</h1>",
        "to continue to app.test",
        "<label for=\"field-identifier\">",
        "id=\"field-identifier\" name=\"identifier\"",
        "autocomplete=\"username\"",
        "autocomplete=\"current-password\"",
        "Sign in with Google",
        "Sign up",
        "<link rel=\"stylesheet\" href=\"/.portcullis/assets/",
    ] {
        assert!(page.contains(part), "{part}\n{page}");
    }
    assert_eq!(page.matches(" autofocus").count(), 1);
    for forbidden in ["<script", "style=", "onclick", "javascript:"] {
        assert!(!page.contains(forbidden), "{forbidden}");
    }
}

#[tokio::test]
async fn the_stylesheet_is_kept_for_good() {
    let house = House::new();
    let mut browser = house.browser();
    let page = browser.go("/").await.text();
    let path = page
        .split("href=\"")
        .find(|part| part.starts_with("/.portcullis/assets/"));
    let path = path.unwrap().split('"').next().unwrap();
    let css = browser.go(path).await;
    assert_eq!(css.headers["content-type"], "text/css; charset=utf-8");
    assert!(
        css.headers["cache-control"]
            .to_str()
            .unwrap()
            .contains("immutable")
    );
}

/// RFC 9110, section 15.5.6.
#[tokio::test]
async fn another_method_is_answered_with_those_that_there_are() {
    let house = House::new();
    let mut browser = house.browser();
    for (path, methods) in [
        ("/.portcullis/sessions/whoami", "GET, HEAD"),
        ("/.portcullis/self-service/login", "POST"),
    ] {
        let wrong = browser.delete(path, &[]).await;
        assert_eq!(wrong.status, 405);
        assert_eq!(wrong.headers["allow"], methods, "{path}");
    }
}

#[tokio::test]
async fn what_was_entered_is_written_safely_into_the_page() {
    let house = House::new();
    let mut browser = house.browser();
    let flow = browser.begin("registration").await;
    let evil = "\"><script>alert(1)</script>";
    let fields = [
        ("csrf_token", csrf(&flow)),
        ("traits.email", evil),
        ("password", "short"),
        ("method", "password"),
    ];
    let reply = browser.submit(action(&flow), &fields).await;
    let page = browser.go(reply.location()).await.text();
    assert!(!page.contains("<script>"), "{page}");
    assert!(page.contains("aria-invalid=\"true\" aria-describedby=\"field-traits-email-errors\""));
    assert!(page.contains("id=\"field-traits-email-errors\""));
    assert!(!page.contains("\"short\""));
}

#[tokio::test]
async fn a_browser_without_cookies_is_told_so() {
    let house = House::new();
    let mut browser = house.browser();
    let begun = browser.go("/self-service/login/browser").await;
    browser.jar.clear();
    let reply = browser.go(begun.location()).await;
    assert_eq!(reply.status, 403);
    assert!(reply.text().contains("Cookies may be blocked"));
    assert!(reply.text().contains("Begin anew"));
}

#[tokio::test]
async fn a_page_of_another_browsers_flow_begins_anew() {
    let house = House::new();
    let mut browser = house.browser();
    let begun = browser
        .go("/self-service/login/browser?return_to=/deep")
        .await;
    let mut other = house.browser();
    other.begin("login").await;
    let again = other.go(begun.location()).await;
    assert!(
        again
            .location()
            .contains("/self-service/login/browser?return_to=")
    );
    for unknown in [
        "/login?flow=x",
        "/login?flow=00000000-0000-4000-8000-000000000000",
    ] {
        let again = other.go(unknown).await;
        assert!(
            again
                .location()
                .ends_with("/self-service/login/browser?form_gone=true")
        );
        let begun = other.go(again.location()).await;
        let page = other.go(begun.location()).await.text();
        let notice = "That form is not known any more, so here is a new one.";
        assert!(page.contains(notice), "{page}");
    }
}

#[tokio::test]
async fn the_root_shows_who_is_signed_in_and_the_way_out() {
    let house = House::new();
    house.resident("ada@example.com").await;
    let mut browser = house.browser();
    assert!(
        browser
            .go("/.portcullis")
            .await
            .text()
            .contains("You are signed out")
    );
    browser.sign_in("ada@example.com").await;
    let page = browser.go("/").await.text();
    assert!(
        page.contains("ada@example.com") && page.contains("Sign out"),
        "{page}"
    );
}

#[tokio::test]
async fn an_operators_error_page_gets_the_error_by_its_id() {
    let mut config = open_registration();
    config.error.ui_url = Some("https://ui.example.org/error?a=1".parse().unwrap());
    let house = House::with(config, Limits::default());
    let mut browser = house.browser();
    let reply = browser
        .go("/self-service/methods/oidc/callback/google?state=x")
        .await;
    assert!(
        reply
            .location()
            .starts_with("https://ui.example.org/error?a=1&id=")
    );
    let id = reply.query("id");
    let kept = browser
        .ask(&format!("/self-service/errors?id={id}"))
        .await
        .json();
    assert_eq!(kept["error"]["id"], "provider_answer_unexpected");
    let page = browser.go(&format!("/error?id={id}")).await.text();
    assert!(page.contains("provider_answer_unexpected"), "{page}");
    assert_eq!(
        browser.ask("/self-service/errors?id=x").await.error().0,
        404
    );
}

/// KP-04.
#[tokio::test]
async fn pages_of_the_operators_own_are_used_where_given() {
    let mut config = open_registration();
    config.login.ui_url = Some("https://ui.example.org/login?lang=en".parse().unwrap());
    config.settings.ui_url = Some("https://ui.example.org/profile".parse().unwrap());
    let house = House::with(config, Limits::default());
    house.resident("ada@example.com").await;
    let mut browser = house.browser();
    let reply = browser.go("/self-service/login/browser").await;
    let page = "https://ui.example.org/login?lang=en&flow=";
    assert!(reply.location().starts_with(page), "{}", reply.location());
    browser.sign_in("ada@example.com").await;
    let reply = browser.go("/self-service/settings/browser").await;
    let page = "https://ui.example.org/profile?flow=";
    assert!(reply.location().starts_with(page), "{}", reply.location());
}
