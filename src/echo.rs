//! The built-in application: it shows the request that an application would have received.

use base64::{Engine, engine::general_purpose::STANDARD};
use http::{
    HeaderMap, HeaderValue, Response,
    header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE},
};
use minijinja::{Environment, Value, context};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::answer::wants_page;

const PAGE: &str = "page.html";
const STYLE: &str = include_str!("echo/style.css");

/// The echo application.
#[derive(Debug)]
pub struct Echo {
    templates: Environment<'static>,
    policy: HeaderValue,
    settings: Value,
    sign_out: Value,
}

/// A request as an upstream would receive it.
#[derive(Debug, Clone)]
pub struct Received<'a> {
    /// The method.
    pub method: &'a str,
    /// Path and query.
    pub target: &'a str,
    /// The headers in order.
    pub headers: Vec<Line>,
}

/// One header.
#[derive(Debug, Clone)]
pub struct Line {
    /// Its name as it would be sent.
    pub name: String,
    /// Its value.
    pub value: String,
    /// Whether the gateway set it.
    pub ours: bool,
}

/// The page's template does not hold.
#[derive(Debug, thiserror::Error)]
#[error("the echo page cannot be read")]
pub struct TemplateError(#[source] minijinja::Error);

impl Echo {
    /// An echo that offers to sign out below `prefix`.
    pub fn new(prefix: &str) -> Result<Self, TemplateError> {
        let mut templates = Environment::new();
        templates
            .add_template(PAGE, include_str!("echo/page.html"))
            .map_err(TemplateError)?;
        // The digest lets exactly this style through and no other.
        let digest = STANDARD.encode(Sha256::digest(STYLE));
        let policy = format!(
            "default-src 'none'; style-src 'sha256-{digest}'; img-src data:; \
             frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
        );
        Ok(Self {
            templates,
            policy: HeaderValue::from_str(&policy)
                .unwrap_or(HeaderValue::from_static("default-src 'none'")),
            // A configured path holds nothing that means something in HTML.
            settings: Value::from_safe_string(format!("{prefix}/settings")),
            sign_out: Value::from_safe_string(format!("{prefix}/self-service/logout/browser")),
        })
    }

    /// Shows the request: as a page to people, as JSON to everybody else.
    pub fn show(&self, asked: &HeaderMap, received: &Received<'_>) -> Response<Vec<u8>> {
        match wants_page(asked) {
            true => self.page(received),
            false => document(received),
        }
    }

    fn page(&self, received: &Received<'_>) -> Response<Vec<u8>> {
        let line = |line: &Line| {
            let Line { name, value, ours } = line;
            context! { name, value, ours }
        };
        let values = context! {
            style => Value::from_safe_string(STYLE.to_owned()),
            method => received.method,
            target => received.target,
            headers => received.headers.iter().map(line).collect::<Vec<Value>>(),
            settings => &self.settings,
            sign_out => &self.sign_out,
        };
        let html = self
            .templates
            .get_template(PAGE)
            .and_then(|template| template.render(values))
            .unwrap_or_default();
        let mut response = with_type("text/html; charset=utf-8", html);
        response
            .headers_mut()
            .insert(CONTENT_SECURITY_POLICY, self.policy.clone());
        response
    }
}

fn document(received: &Received<'_>) -> Response<Vec<u8>> {
    let pairs: Vec<(&str, &str)> = received
        .headers
        .iter()
        .map(|line| (line.name.as_str(), line.value.as_str()))
        .collect();
    let body = json!({
        "method": received.method,
        "target": received.target,
        "headers": pairs,
    });
    with_type("application/json", body.to_string())
}

fn with_type(kind: &'static str, body: String) -> Response<Vec<u8>> {
    let mut response = Response::new(body.into_bytes());
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}

#[cfg(test)]
mod tests {
    use http::header::ACCEPT;

    use super::*;

    fn line(name: &str, value: &str, ours: bool) -> Line {
        Line {
            name: name.to_owned(),
            value: value.to_owned(),
            ours,
        }
    }

    fn shown(accept: &'static str) -> Response<Vec<u8>> {
        let asked = [(ACCEPT, HeaderValue::from_static(accept))]
            .into_iter()
            .collect();
        let received = Received {
            method: "GET",
            target: "/<x>?y",
            headers: vec![
                line("Accept", accept, false),
                line("x-forwarded-user", "u-1", true),
            ],
        };
        Echo::new("/.portcullis").unwrap().show(&asked, &received)
    }

    #[test]
    fn programs_see_pairs_in_order() {
        let body: serde_json::Value =
            serde_json::from_slice(shown("application/json").body()).unwrap();
        assert_eq!(
            body,
            json!({
                "method": "GET",
                "target": "/<x>?y",
                "headers": [["Accept", "application/json"], ["x-forwarded-user", "u-1"]],
            })
        );
    }

    #[test]
    fn people_see_a_page_with_a_way_out() {
        let html = String::from_utf8(shown("text/html").into_body()).unwrap();
        assert!(
            html.contains("\"/.portcullis/self-service/logout/browser\""),
            "{html}"
        );
        assert!(html.contains("u-1") && !html.contains("<x>"), "{html}");
    }
}
