//! The script that asks browsers for security keys and passkeys: small, ours, and run only with the
//! digest that pages and flows name.

use axum::{Router, routing::get};
use base64::{Engine, engine::general_purpose::STANDARD};
use http::{
    HeaderValue,
    header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_TYPE},
};
use sha2::{Digest, Sha384};

/// What it does.
const SCRIPT: &str = include_str!("assets/webauthn.js");

/// Where it is below the prefix; clients of the wire dialect know the path.
const PATH: &str = "/.well-known/ory/webauthn.js";

/// The script as pages name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyScript {
    /// Its path below the gateway's prefix, with a mark that changes with the script: no browser
    /// takes an older one for it.
    pub path: String,
    /// Its digest (Subresource Integrity).
    pub integrity: String,
}

impl KeyScript {
    /// The script that is served.
    pub fn served() -> Self {
        let digest = Sha384::digest(SCRIPT.as_bytes());
        let mark: String = digest
            .iter()
            .take(4)
            .map(|byte| format!("{byte:02x}"))
            .collect();
        Self {
            path: format!("{PATH}?v={mark}"),
            integrity: format!("sha384-{}", STANDARD.encode(digest)),
        }
    }
}

/// The router that serves it. Pages of other origins may run it, too: they are the ones that speak the
/// dialect, and it knows nothing but what stands on them.
pub(crate) fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    let of = HeaderValue::from_static;
    let headers = [
        (CONTENT_TYPE, of("text/javascript; charset=utf-8")),
        (CACHE_CONTROL, of("public, max-age=3600")),
        (ACCESS_CONTROL_ALLOW_ORIGIN, of("*")),
    ];
    Router::new().route(PATH, get(move || async move { (headers, SCRIPT) }))
}
