//! The guard before each endpoint: finds out who calls and whether they may.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    middleware::Next,
};
use portcullis_core::{catalogue::Code, pages::Visitor};
use portcullis_kit::Outcome;

use super::bearer;
use crate::{caller::Caller, config::Auth, desk::Desk, endpoints::Need};

/// Lets a request through to its endpoint, with its [`Caller`], where it may pass.
pub(crate) async fn guard(State(need): State<Need>, mut request: Request, next: Next) -> Outcome {
    let Need::Permission(permission) = need else {
        return Ok(next.run(request).await);
    };
    let (parts, body) = request.into_parts();
    let visitor = parts.extensions.get::<Visitor>().ok_or(Code::Internal)?;
    let desk = parts.extensions.get::<Arc<Desk>>().ok_or(Code::Internal)?;
    let caller = match desk.config.auth {
        Auth::None => Caller::anybody(visitor.client, &visitor.request_id),
        Auth::Token => bearer::caller(desk, &parts, visitor).await?,
    };
    caller.require(permission)?;
    request = Request::from_parts(parts, body);
    request.extensions_mut().insert(caller);
    Ok(next.run(request).await)
}
