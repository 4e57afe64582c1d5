//! What own answers promise.

use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};

use super::*;

fn answers() -> Answers {
    let url = Url::parse("https://gate.example.org").unwrap();
    let shell = Shell::new("Portcullis", "/.portcullis", true).unwrap();
    Answers::new(Arc::new(shell), &url, "/.portcullis")
}

fn headers(lines: &[(&'static str, &'static str)]) -> HeaderMap {
    lines
        .iter()
        .map(|(name, value)| {
            (
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            )
        })
        .collect()
}

fn answer(
    code: Code,
    remedy: &Remedy,
    method: &Method,
    lines: &[(&'static str, &'static str)],
) -> Response<Vec<u8>> {
    let asked = Asked {
        id: "id-1",
        method,
        path: "/a\"<b>",
        headers: &headers(lines),
    };
    answers().refuse(code, remedy, &asked)
}

const BROWSER: &[(&str, &str)] = &[
    ("accept", "text/html,application/xhtml+xml,*/*;q=0.8"),
    ("sec-fetch-mode", "navigate"),
];

fn text(response: &Response<Vec<u8>>) -> &str {
    std::str::from_utf8(response.body()).unwrap()
}

#[test]
fn programs_get_a_problem_document() {
    let response = answer(Code::SignedOut, &Remedy::Challenge, &Method::GET, &[]);
    assert_eq!(response.status(), 401);
    assert_eq!(
        response.headers()[WWW_AUTHENTICATE],
        "Portcullis realm=\"gate.example.org\", \
         login_uri=\"https://gate.example.org/.portcullis/self-service/login/browser\""
    );
    assert_eq!(response.headers()[CONTENT_TYPE], "application/problem+json");
    let body: serde_json::Value = serde_json::from_slice(response.body()).unwrap();
    assert_eq!(body["code"], "session_inactive");
    assert_eq!(body["status"], 401);
    assert_eq!(body["request_id"], "id-1");
}

#[test]
fn people_get_a_page_that_escapes_what_it_quotes() {
    let response = answer(
        Code::UpstreamUnavailable,
        &Remedy::None,
        &Method::GET,
        BROWSER,
    );
    assert_eq!(response.status(), 502);
    let html = text(&response);
    assert!(html.contains("The application does not answer."), "{html}");
    assert!(html.contains("id-1"), "{html}");
    assert!(!html.contains("<b>"), "{html}");
}

#[test]
fn every_answer_carries_the_security_headers() {
    let to = Remedy::SignIn("https://gate.example.org/x".to_owned());
    for response in [
        answer(Code::NoRoute, &Remedy::None, &Method::GET, BROWSER),
        answer(Code::NoRoute, &Remedy::None, &Method::GET, &[]),
        answer(Code::SignedOut, &to, &Method::GET, BROWSER),
    ] {
        let headers = response.headers();
        let policy = headers[CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'"), "{policy}");
        assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
        let permissions = headers["permissions-policy"].to_str().unwrap();
        assert!(permissions.contains("microphone=()"), "{permissions}");
        assert_eq!(headers[X_CONTENT_TYPE_OPTIONS], "nosniff");
        assert_eq!(headers[REFERRER_POLICY], "same-origin");
        assert_eq!(headers[CACHE_CONTROL], "no-store");
        assert_eq!(headers[X_PORTCULLIS], "1");
        assert_eq!(headers[X_REQUEST_ID], "id-1");
    }
}

#[test]
fn the_way_to_sign_in_keeps_no_method_but_get() {
    let to = Remedy::SignIn("https://gate.example.org/login".to_owned());
    for (method, status) in [(Method::GET, 302), (Method::HEAD, 302), (Method::POST, 303)] {
        let response = answer(Code::SignedOut, &to, &method, BROWSER);
        assert_eq!(response.status(), status);
        assert_eq!(
            response.headers()[LOCATION],
            "https://gate.example.org/login"
        );
    }
}

#[test]
fn what_has_to_be_done_first_is_a_redirect_for_people_and_an_address_for_programs() {
    let url = "https://gate.example.org/settings?kc_action=UPDATE_PASSWORD";
    let code = Code::ActionsPending;
    let response = answer(code, &Remedy::Finish(url.to_owned()), &Method::GET, BROWSER);
    assert_eq!(
        (response.status().as_u16(), &response.headers()[LOCATION]),
        (302, &url.parse().unwrap())
    );
    let at = Remedy::FinishAt(url.to_owned());
    let response = answer(code, &at, &Method::GET, &[]);
    assert_eq!(response.status(), 403);
    let body: serde_json::Value = serde_json::from_slice(response.body()).unwrap();
    assert_eq!(body["code"], "session_required_actions_pending");
    assert_eq!(body["redirect_browser_to"], url);
    let page = answer(code, &at, &Method::GET, BROWSER);
    let html = text(&page);
    assert!(html.contains("kc_action=UPDATE_PASSWORD"), "{html}");
}

#[test]
fn a_script_gets_no_page() {
    for lines in [
        &[
            ("accept", "text/html"),
            ("x-requested-with", "XMLHttpRequest"),
        ][..],
        &[("accept", "text/html"), ("sec-fetch-mode", "cors")],
        &[("accept", "application/json, */*")],
    ] {
        assert!(!wants_page(&headers(lines)));
    }
    assert!(wants_page(&headers(BROWSER)));
    assert!(wants_page(&headers(&[("accept", "TEXT/HTML;q=0.5")])));
}

#[test]
fn a_page_is_in_the_language_of_the_browser() {
    let german = [BROWSER, &[("accept-language", "de")]].concat();
    let page = |code| {
        let response = answer(code, &Remedy::None, &Method::GET, &german);
        String::from_utf8(response.into_body()).unwrap()
    };
    let denied = page(Code::AccessDenied);
    for part in [
        "<html lang=\"de\" dir=\"ltr\">",
        "<h1>Kein Zugang</h1>",
        "Als jemand anderes anmelden",
        "Zur Startseite",
    ] {
        assert!(denied.contains(part), "{part}\n{denied}");
    }
    assert!(page(Code::UpstreamUnavailable).contains("Noch einmal versuchen"));
}
