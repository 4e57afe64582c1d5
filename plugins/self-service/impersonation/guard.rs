//! What nobody does while they act as somebody else: change anything of theirs, or sign in.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::Method;
use portcullis_core::{catalogue::Code, pages::Visitor};
use portcullis_kit::Failure;

use super::STOP;
use crate::desk::Desk;

/// Where a native client ends a session, with its token.
const SIGN_OUT: &str = "/self-service/logout/api";
/// What changes something although it is only looked at: an account arrives from a provider, what
/// waited for a proof goes on, or an application is signed in.
const CHANGING: [&str; 3] = [
    "/self-service/exchange/",
    "/self-service/methods/oidc/callback/",
    "/self-service/settings/continue",
];

/// Refuses what could change something of the person's, and leads on to the way out.
pub(crate) async fn refuse(
    State(desk): State<Arc<Desk>>,
    request: Request,
    next: Next,
) -> Response {
    let visitor = request.extensions().get::<Visitor>();
    let principal = visitor.and_then(|visitor| visitor.principal.as_ref());
    let acts = principal.is_some_and(|one| one.session.acting.is_some());
    match acts && changes(&request) {
        true => refusal(&desk).into_response(),
        false => next.run(request).await,
    }
}

/// The answer to who tries.
pub(crate) fn refusal(desk: &Desk) -> Failure {
    Failure::from(Code::ImpersonatedSession)
        .way_out(STOP, desk.own("/self-service/logout/browser"))
        .way_out("Go to the start", desk.own("/"))
}

fn changes(request: &Request) -> bool {
    let path = request.uri().path();
    match *request.method() {
        Method::GET | Method::HEAD | Method::OPTIONS => {
            CHANGING.iter().any(|place| path.starts_with(place))
        }
        _ => path != SIGN_OUT,
    }
}
