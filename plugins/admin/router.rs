//! Every address of the admin listener that is ours, and which function answers it.

use std::sync::{Arc, LazyLock};

use axum::{
    Json, Router,
    extract::{Request, State},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Redirect, Response},
    routing::any,
};
use http::{Method, Uri};
use portcullis_core::catalogue::Code;
use portcullis_kit::{Failure, JsonOnly, Outcome};
use serde_json::Value;

use crate::{
    access::origin,
    api, console,
    desk::Desk,
    doc::access,
    endpoints::{Endpoint, Endpoints},
    need::Need,
    oauth2, openapi,
};

/// The description, which no request changes.
static DESCRIPTION: LazyLock<Value> = LazyLock::new(description);

/// The router of the admin listener.
pub(crate) fn router(desk: Arc<Desk>) -> Router {
    let programs = table().into_router().merge(aliases());
    let pages = match desk.config.console {
        true => console::router(&desk.shell),
        false => Router::new(),
    };
    programs
        .merge(pages)
        .fallback(|uri| nothing(uri, Code::NotFound))
        .method_not_allowed_fallback(|uri| nothing(uri, Code::MethodNotAllowed))
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

/// The paths without `/admin` that clients of Kratos' admin port may know.
fn aliases() -> Router<Arc<Desk>> {
    let all = ["/identities", "/identities/", "/identities/{*rest}"].into_iter();
    all.fold(Router::new(), |router, path| {
        router.route(path, any(to_admin))
    })
}

/// The same request, method and body included, is made where the endpoint is; nothing is told of what is
/// there.
async fn to_admin(uri: Uri) -> Redirect {
    let target = uri.path_and_query().map_or("", |target| target.as_str());
    Redirect::temporary(&format!("/admin{target}"))
}

/// Every endpoint of the API, in the order in which it is documented.
pub fn endpoints() -> Vec<Endpoint> {
    table().into_list()
}

/// The description of every endpoint (OpenAPI 3.1).
pub fn description() -> Value {
    openapi::document(&endpoints())
}

fn table() -> Endpoints {
    Endpoints::default()
        .with(api::version::endpoints)
        .at(
            (Method::GET, "/openapi.json"),
            Need::Anybody,
            "Describes this API (OpenAPI 3.1).",
            described,
        )
        .told(access::openapi)
        .with(api::beside::endpoints)
        .with(oauth2::endpoints)
        .with(api::identities::endpoints)
        .with(api::credentials::endpoints)
        .with(api::sessions::endpoints)
        .with(api::recovery::endpoints)
        .with(api::required_actions::endpoints)
        .with(api::unmanaged::endpoints)
        .with(api::links::endpoints)
        .with(api::addresses::endpoints)
        .with(api::impersonation::endpoints)
        .with(api::providers::endpoints)
        .with(api::api_credentials::endpoints)
        .with(api::audit::endpoints)
        .with(api::throttles::endpoints)
        .with(api::courier::endpoints)
        .with(api::form::endpoints)
        .with(api::schemas::endpoints)
}

async fn described() -> Response {
    Json(&*DESCRIPTION).into_response()
}

/// The answer where there is nothing; whoever is at a browser is shown a way on.
async fn nothing(uri: Uri, code: Code) -> Outcome {
    let failure = Failure::from(code);
    Err(match console::is_page(uri.path()) {
        true => failure.way_out("Back to the console", console::HOME),
        false => failure,
    })
}
