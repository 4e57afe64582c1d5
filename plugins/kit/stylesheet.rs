//! The one stylesheet, the script that asks captchas unseen and the one that copies what is shown: small,
//! ours, and cached for good under names made of their content.

use axum::{Router, routing::get};
use base64::{Engine, engine::general_purpose::STANDARD};
use http::{
    HeaderValue,
    header::{CACHE_CONTROL, CONTENT_TYPE},
};
use sha2::{Digest, Sha256, Sha384};

/// What every page looks like.
const CSS: &str = include_str!("assets/style.css");
/// Asks a captcha when a form is sent.
const CAPTCHA: &str = include_str!("assets/captcha.js");
/// Copies what is shown to be taken elsewhere.
const COPY: &str = include_str!("assets/copy.js");

/// The path of the stylesheet below the prefix. It changes with the content, so that browsers
/// may keep each version for ever.
pub(crate) fn path() -> String {
    named(CSS, "css")
}

/// The address of the captcha's script, and its digest.
pub(crate) fn captcha(prefix: &str) -> (String, String) {
    addressed(prefix, CAPTCHA)
}

/// The address of the script that copies, and its digest.
pub(crate) fn copy(prefix: &str) -> (String, String) {
    addressed(prefix, COPY)
}

fn addressed(prefix: &str, content: &str) -> (String, String) {
    let digest = STANDARD.encode(Sha384::digest(content.as_bytes()));
    let path = named(content, "js");
    (format!("{prefix}{path}"), format!("sha384-{digest}"))
}

/// The path of a file of this content below the prefix.
pub(crate) fn named(content: &str, kind: &str) -> String {
    let digest = Sha256::digest(content.as_bytes());
    let name: String = digest
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("/assets/{name}.{kind}")
}

/// The router that serves all of them.
pub(crate) fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    style(CSS).merge(script(CAPTCHA)).merge(script(COPY))
}

/// The router that serves a stylesheet under its name.
pub(crate) fn style<S: Clone + Send + Sync + 'static>(content: &'static str) -> Router<S> {
    serve(&named(content, "css"), "text/css; charset=utf-8", content)
}

/// The router that serves a script under its name.
pub(crate) fn script<S: Clone + Send + Sync + 'static>(content: &'static str) -> Router<S> {
    let kind = "text/javascript; charset=utf-8";
    serve(&named(content, "js"), kind, content)
}

fn serve<S: Clone + Send + Sync + 'static>(
    path: &str,
    kind: &'static str,
    content: &'static str,
) -> Router<S> {
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static(kind)),
        (
            CACHE_CONTROL,
            HeaderValue::from_static("public, max-age=31536000, immutable"),
        ),
    ];
    Router::new().route(path, get(move || async move { (headers, content) }))
}
