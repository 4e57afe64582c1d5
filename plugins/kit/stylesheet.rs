//! The one stylesheet: small, ours, and cached for good under a name made of its content.

use axum::{Router, routing::get};
use http::{
    HeaderValue,
    header::{CACHE_CONTROL, CONTENT_TYPE},
};
use sha2::{Digest, Sha256};

/// What every page looks like.
const CSS: &str = include_str!("assets/style.css");

/// The path of the stylesheet below the prefix. It changes with the content, so that browsers
/// may keep each version for ever.
pub(crate) fn path() -> String {
    let digest = Sha256::digest(CSS.as_bytes());
    let name: String = digest
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("/assets/{name}.css")
}

/// The router that serves the stylesheet.
pub(crate) fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    let headers = [
        (
            CONTENT_TYPE,
            HeaderValue::from_static("text/css; charset=utf-8"),
        ),
        (
            CACHE_CONTROL,
            HeaderValue::from_static("public, max-age=31536000, immutable"),
        ),
    ];
    Router::new().route(&path(), get(move || async move { (headers, CSS) }))
}
