//! Every address of the admin listener that is ours, and which function answers it.

use std::sync::Arc;

use axum::{
    Router,
    extract::{Request, State},
    middleware::{Next, from_fn_with_state},
    response::Response,
};
use portcullis_core::catalogue::Code;
use portcullis_kit::{JsonOnly, Outcome};

use crate::{
    access::origin,
    api, console,
    desk::Desk,
    endpoints::{Endpoint, Endpoints},
    oauth2,
};

/// The router of the admin listener.
pub(crate) fn router(desk: Arc<Desk>) -> Router {
    let programs = table().into_router();
    let pages = match desk.config.console {
        true => console::router(&desk.shell),
        false => Router::new(),
    };
    programs
        .merge(pages)
        .fallback(|| nothing(Code::NotFound))
        .method_not_allowed_fallback(|| nothing(Code::MethodNotAllowed))
        .layer(from_fn_with_state(Arc::clone(&desk), origin::check))
        .layer(from_fn_with_state(Arc::clone(&desk), mark))
        .with_state(desk)
}

/// Failures at addresses of programs are JSON whatever a request says it wants.
async fn mark(State(desk): State<Arc<Desk>>, request: Request, next: Next) -> Response {
    let is_page = desk.config.console && console::is_page(request.uri().path());
    let mut response = next.run(request).await;
    if !is_page {
        response.extensions_mut().insert(JsonOnly);
    }
    response
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
        .with(api::throttles::endpoints)
        .with(api::courier::endpoints)
        .with(api::form::endpoints)
        .with(api::schemas::endpoints)
}

async fn nothing(code: Code) -> Outcome {
    Err(code.into())
}
