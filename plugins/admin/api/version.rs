//! `/version`: what runs here.

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use http::Method;
use serde_json::json;

use crate::{doc::access, endpoints::Endpoints, need::Need};

/// The endpoints of this part.
pub(crate) fn endpoints(table: Endpoints) -> Endpoints {
    table
        .at(
            (Method::GET, "/version"),
            Need::Anybody,
            "Tells which version runs.",
            version,
        )
        .told(access::version)
}

async fn version() -> Response {
    Json(json!({"version": env!("CARGO_PKG_VERSION")})).into_response()
}
