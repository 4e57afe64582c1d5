//! Who is sent to sign in, and where they return to.

use http::Method;

use super::*;
use crate::pipeline::tests::fixture::{Asking, addresses};

fn is_redirected(asking: &Asking) -> bool {
    let remedy = sign_in(Unauthenticated::Auto, &asking.head(), &addresses());
    matches!(remedy, Remedy::SignIn(_))
}

fn location_of(asking: &Asking) -> String {
    match sign_in(Unauthenticated::Redirect, &asking.head(), &addresses()) {
        Remedy::SignIn(location) => location,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_navigation_is_redirected_whatever_its_method() {
    for method in [Method::GET, Method::HEAD, Method::POST, Method::DELETE] {
        assert!(is_redirected(&Asking::page("/").by(method)));
    }
}

#[test]
fn without_fetch_metadata_an_accept_that_names_html_is_a_navigation() {
    for accept in [
        "text/html",
        "application/json, Text/HTML;q=0.9",
        "application/xhtml+xml;q=0.9,*/*;q=0.8",
    ] {
        assert!(
            is_redirected(&Asking::get("/").with("accept", accept)),
            "{accept}"
        );
    }
    for accept in [
        "*/*",
        "application/json",
        "text/*",
        "text/htmlx",
        "",
        "x;text/html",
    ] {
        assert!(
            !is_redirected(&Asking::get("/").with("accept", accept)),
            "{accept}"
        );
    }
    assert!(!is_redirected(&Asking::get("/")));
}

#[test]
fn fetch_metadata_decides_over_accept() {
    for mode in ["cors", "no-cors", "same-origin", "websocket"] {
        let asking = Asking::get("/")
            .with("accept", "text/html")
            .with("sec-fetch-mode", mode);
        assert!(!is_redirected(&asking), "{mode}");
    }
    let asking = Asking::get("/")
        .with("accept", "text/html")
        .with("sec-fetch-dest", "image");
    assert!(!is_redirected(&asking));
}

#[test]
fn a_scripted_request_is_challenged() {
    assert!(!is_redirected(
        &Asking::page("/").with("x-requested-with", "XMLHttpRequest")
    ));
    let asking = Asking::get("/").with("accept", "text/html");
    assert!(!is_redirected(
        &asking.with("x-requested-with", "xmlhttprequest")
    ));
}

#[test]
fn a_route_can_redirect_everything_or_nothing() {
    let remedy = |setting, asking: &Asking| sign_in(setting, &asking.head(), &addresses());
    let script = remedy(Unauthenticated::Redirect, &Asking::get("/"));
    assert!(matches!(script, Remedy::SignIn(_)));
    assert_eq!(
        remedy(Unauthenticated::Challenge, &Asking::page("/")),
        Remedy::Challenge
    );
}

#[test]
fn signing_in_returns_to_where_it_was() {
    assert_eq!(
        location_of(&Asking::page("/deep/er").asking("q=a&b=%2F")),
        "https://gate.test/.portcullis/self-service/login/browser\
         ?return_to=https%3A%2F%2Fgate.test%2Fdeep%2Fer%3Fq%3Da%26b%3D%252F"
    );
}

#[test]
fn signing_in_returns_to_another_host_of_ours() {
    let location = location_of(&Asking::page("/x").at("app.test"));
    assert!(
        location.ends_with("?return_to=https%3A%2F%2Fapp.test%2Fx"),
        "{location}"
    );
}

#[test]
fn signing_in_never_returns_to_a_host_that_is_not_ours() {
    let location = location_of(&Asking::page("/x").at("evil.test"));
    assert!(
        location.ends_with("?return_to=https%3A%2F%2Fgate.test%2Fx"),
        "{location}"
    );
    let location = location_of(&Asking::page("//evil.test").at("evil.test"));
    assert!(location.ends_with("/login/browser"), "{location}");
}
