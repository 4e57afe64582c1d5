//! Every address of the admin listener that is ours, and which function answers it.

use std::sync::Arc;

use axum::{Router, middleware::from_fn_with_state};
use portcullis_core::catalogue::Code;
use portcullis_kit::{Outcome, json_only};

use crate::{
    access::origin,
    api,
    desk::Desk,
    endpoints::{Endpoint, Endpoints},
    oauth2,
};

/// The router of the admin listener.
pub(crate) fn router(desk: Arc<Desk>) -> Router {
    let programs = table()
        .into_router()
        .fallback(|| nothing(Code::NotFound))
        .method_not_allowed_fallback(|| nothing(Code::MethodNotAllowed));
    let checked = programs.layer(from_fn_with_state(Arc::clone(&desk), origin::check));
    json_only(checked).with_state(desk)
}

/// Every endpoint of the API, in the order in which it is documented.
pub fn endpoints() -> Vec<Endpoint> {
    table().into_list()
}

fn table() -> Endpoints {
    Endpoints::default()
        .with(api::version::endpoints)
        .with(oauth2::endpoints)
        .with(api::identities::endpoints)
        .with(api::credentials::endpoints)
        .with(api::sessions::endpoints)
        .with(api::recovery::endpoints)
        .with(api::required_actions::endpoints)
        .with(api::unmanaged::endpoints)
        .with(api::impersonation::endpoints)
        .with(api::providers::endpoints)
        .with(api::api_credentials::endpoints)
        .with(api::audit::endpoints)
}

async fn nothing(code: Code) -> Outcome {
    Err(code.into())
}
