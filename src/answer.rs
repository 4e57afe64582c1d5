//! The gateway's own answers: refusals and failures, as a page for whoever looks at one and as
//! problem JSON (RFC 9457) for everybody else. The only place that decides how they look.

use std::sync::Arc;

use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode,
    header::{ACCEPT, ALLOW, CONTENT_TYPE, LOCATION, RETRY_AFTER, WWW_AUTHENTICATE},
};
use portcullis_core::catalogue::Code;
use portcullis_kit::{ErrorPage, Shell, WayOut, envelope, forbid_framing};
use serde_json::json;
use url::Url;

use crate::{listener::request_id::X_REQUEST_ID, pipeline::Remedy};

/// Marks every answer that is not an application's.
pub const X_PORTCULLIS: HeaderName = HeaderName::from_static("x-portcullis");

/// Methods that are let through where a route does not say more.
const METHODS: HeaderValue =
    HeaderValue::from_static("GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");

/// Makes the gateway's own answers.
#[derive(Debug)]
pub struct Answers {
    shell: Arc<Shell>,
    challenge: HeaderValue,
    sign_out: String,
}

/// What an answer needs to know of the request it answers.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The request id.
    pub id: &'a str,
    /// The method.
    pub method: &'a Method,
    /// The canonical path; empty when the request has none.
    pub path: &'a str,
    /// The headers.
    pub headers: &'a HeaderMap,
}

impl Answers {
    /// Answers of the gateway at `public_url`, whose own pages live under `prefix`.
    pub fn new(shell: Arc<Shell>, public_url: &Url, prefix: &str) -> Self {
        let base = public_url.as_str().trim_end_matches('/');
        let realm = public_url.host_str().unwrap_or_default();
        let challenge = format!(
            "Portcullis realm=\"{realm}\", login_uri=\"{base}{prefix}/self-service/login/browser\""
        );
        Self {
            shell,
            challenge: HeaderValue::from_str(&challenge)
                .unwrap_or(HeaderValue::from_static("Portcullis")),
            sign_out: format!("{prefix}/self-service/logout/browser"),
        }
    }

    /// The answer to a request that ends here because of `code`.
    pub fn refuse(&self, code: Code, remedy: &Remedy, asked: &Asked<'_>) -> Response<Vec<u8>> {
        if let Remedy::SignIn(url) | Remedy::Finish(url) = remedy
            && let Ok(location) = HeaderValue::from_str(url)
        {
            let mut response = redirect(location, asked.method);
            self.finish(&mut response, asked.id);
            return response;
        }
        let mut response = match wants_page(asked.headers) {
            true => self.page(code, remedy, asked),
            false => problem(code, remedy, asked.id),
        };
        *response.status_mut() = code.status();
        let headers = response.headers_mut();
        match code.status() {
            StatusCode::UNAUTHORIZED => headers.insert(WWW_AUTHENTICATE, self.challenge.clone()),
            StatusCode::METHOD_NOT_ALLOWED => headers.insert(ALLOW, METHODS),
            StatusCode::SERVICE_UNAVAILABLE => {
                headers.insert(RETRY_AFTER, HeaderValue::from_static("5"))
            }
            _ => None,
        };
        self.finish(&mut response, asked.id);
        response
    }

    /// The answer to a request to an own page that the page itself never sees: what programs read
    /// there is the dialect's envelope.
    pub fn decline(&self, code: Code, asked: &Asked<'_>) -> Response<Vec<u8>> {
        let mut response = self.refuse(code, &Remedy::None, asked);
        if !wants_page(asked.headers) {
            let envelope = envelope(code, asked.id, None);
            *response.body_mut() = envelope.to_string().into_bytes();
            let kind = HeaderValue::from_static("application/json");
            response.headers_mut().insert(CONTENT_TYPE, kind);
        }
        response
    }

    /// Adds what every own answer carries; what the answer says itself stays.
    pub fn finish(&self, response: &mut Response<Vec<u8>>, request_id: &str) {
        let headers = response.headers_mut();
        for (name, value) in self.shell.security_headers() {
            headers.entry(name).or_insert_with(|| value.clone());
        }
        forbid_framing(headers);
        headers.insert(X_PORTCULLIS, HeaderValue::from_static("1"));
        if let Ok(id) = HeaderValue::from_str(request_id) {
            headers.insert(X_REQUEST_ID, id);
        }
    }

    fn page(&self, code: Code, remedy: &Remedy, asked: &Asked<'_>) -> Response<Vec<u8>> {
        let mut ways_out = Vec::new();
        if let Remedy::FinishAt(url) = remedy {
            ways_out.push(WayOut::new("Continue", url));
        }
        if code.status().is_server_error() && !asked.path.is_empty() {
            ways_out.push(WayOut::new("Try again", asked.path));
        }
        if code == Code::AccessDenied {
            ways_out.push(WayOut::new("Sign in as somebody else", &self.sign_out));
        }
        if code == Code::ImpersonationReadOnly {
            ways_out.push(WayOut::new("Stop acting as somebody else", &self.sign_out));
        }
        if asked.path != "/" {
            ways_out.push(WayOut::new("Go to the start page", "/"));
        }
        let page = ErrorPage {
            code,
            request_id: asked.id,
            reason: None,
            hints: &[],
            ways_out: &ways_out,
        };
        let locale = self.shell.locale(None, asked.headers);
        let html = self.shell.error_page(&locale, &page);
        let kind = HeaderValue::from_static("text/html; charset=utf-8");
        let mut response = Response::new(html.into_bytes());
        response.headers_mut().insert(CONTENT_TYPE, kind);
        response
    }
}

/// Whether the sender will show the answer to a person: browsers say so in `Sec-Fetch-Mode`, and
/// without it an `Accept` that names HTML has to do.
pub fn wants_page(headers: &HeaderMap) -> bool {
    let is = |name: &str, value: &str| {
        headers
            .get(name)
            .is_some_and(|found| found.as_bytes().eq_ignore_ascii_case(value.as_bytes()))
    };
    let scripted = is("x-requested-with", "xmlhttprequest")
        || (headers.contains_key("sec-fetch-mode") && !is("sec-fetch-mode", "navigate"));
    !scripted
        && headers
            .get_all(ACCEPT)
            .iter()
            .filter_map(|accept| accept.to_str().ok())
            .flat_map(|accept| accept.split(','))
            .filter_map(|range| range.split(';').next())
            .any(|range| range.trim().eq_ignore_ascii_case("text/html"))
}

fn redirect(location: HeaderValue, method: &Method) -> Response<Vec<u8>> {
    let mut response = Response::new(Vec::new());
    *response.status_mut() = match *method {
        Method::GET | Method::HEAD => StatusCode::FOUND,
        // Only 303 makes every browser ask for the sign-in page by GET.
        _ => StatusCode::SEE_OTHER,
    };
    response.headers_mut().insert(LOCATION, location);
    response
}

fn problem(code: Code, remedy: &Remedy, request_id: &str) -> Response<Vec<u8>> {
    let status = code.status();
    let mut body = json!({
        "type": format!("urn:portcullis:problem:{}", code.as_str()),
        "title": status.canonical_reason().unwrap_or_default(),
        "status": status.as_u16(),
        "detail": code.meaning(),
        "code": code.as_str(),
        "request_id": request_id,
    });
    if let Remedy::FinishAt(url) = remedy {
        body["redirect_browser_to"] = json!(url);
    }
    let mut response = Response::new(body.to_string().into_bytes());
    response.headers_mut().insert(
        CONTENT_TYPE,
        HeaderValue::from_static("application/problem+json"),
    );
    response
}

#[cfg(test)]
mod tests;
