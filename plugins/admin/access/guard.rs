//! The guard before each endpoint: finds out who calls and whether they may.

use std::sync::Arc;

use axum::{
    extract::{MatchedPath, Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{StatusCode, request::Parts};
use portcullis_core::{catalogue::Code, pages::Visitor};
use portcullis_kit::{Failure, Outcome};
use url::form_urlencoded;

use super::bearer;
use crate::{
    audit::Act,
    caller::Caller,
    config::Auth,
    desk::Desk,
    need::Need,
    people::refusal::{mistaken, shortened},
    role::Permission,
};

/// What a guard stands before.
#[derive(Debug, Clone)]
pub(crate) struct Gate {
    /// What the endpoint needs.
    pub(crate) need: Need,
    /// The parameters that it takes, where all others are refused.
    pub(crate) parameters: Option<Arc<[String]>>,
}

impl Gate {
    /// Refuses a parameter that nobody reads: it meant something to whoever sent it.
    fn takes(&self, query: Option<&str>) -> Result<(), Failure> {
        let Some(known) = &self.parameters else {
            return Ok(());
        };
        let mut sent = form_urlencoded::parse(query.unwrap_or_default().as_bytes());
        let Some((odd, _)) = sent.find(|(name, _)| !known.iter().any(|known| known == name)) else {
            return Ok(());
        };
        let odd = shortened(&odd);
        let why = match known.is_empty() {
            true => "there is no such parameter, and no other.".to_owned(),
            false => format!(
                "there is no such parameter; there are {}.",
                known.join(", ")
            ),
        };
        Err(mistaken(&odd, why))
    }
}

/// Lets a request through to its endpoint, with its [`Caller`], where it may pass. Whatever a caller
/// is refused is written down.
pub(crate) async fn guard(State(gate): State<Gate>, request: Request, next: Next) -> Outcome {
    let Need::Permission(permission) = gate.need else {
        return Ok(next.run(request).await);
    };
    let (mut parts, body) = request.into_parts();
    let visitor = parts.extensions.get::<Visitor>().ok_or(Code::Internal)?;
    let desk = parts.extensions.get::<Arc<Desk>>().ok_or(Code::Internal)?;
    let desk = Arc::clone(desk);
    let caller = caller(&desk, &parts, visitor).await?;
    let attempt = attempt(&parts);
    let may = caller.require(permission);
    let response = match may.and_then(|()| gate.takes(parts.uri.query())) {
        Ok(()) => {
            parts.extensions.insert(caller.clone());
            next.run(Request::from_parts(parts, body)).await
        }
        Err(failure) => failure.into_response(),
    };
    if let Some(code) = refusal(&response) {
        desk.audit_refusal(&caller, attempt, code.as_str()).await;
    }
    Ok(response)
}

/// The caller of a request that needs this permission, where its endpoint asks by itself.
pub(crate) async fn permitted(
    desk: &Desk,
    parts: &Parts,
    permission: Permission,
) -> Result<Caller, Failure> {
    let visitor = parts.extensions.get::<Visitor>().ok_or(Code::Internal)?;
    let caller = caller(desk, parts, visitor).await?;
    if let Err(failure) = caller.require(permission) {
        let code = failure.code().as_str();
        desk.audit_refusal(&caller, attempt(parts), code).await;
        return Err(failure);
    }
    Ok(caller)
}

async fn caller(desk: &Desk, parts: &Parts, visitor: &Visitor) -> Result<Caller, Failure> {
    match desk.config.auth {
        Auth::None => Ok(Caller::anybody(visitor.client, &visitor.request_id)),
        Auth::Token => bearer::caller(desk, parts, visitor).await,
    }
}

/// What a request attempts, by its address alone.
pub(crate) fn attempt(parts: &Parts) -> Act {
    let matched = parts.extensions.get::<MatchedPath>();
    let path = matched.map_or(parts.uri.path(), MatchedPath::as_str);
    let verb = format!("{} {path}", parts.method);
    Act::on(&verb, "path", parts.uri.path())
}

/// The code by which a response refuses somebody who is known.
pub(crate) fn refusal(response: &Response) -> Option<Code> {
    let is_refused = response.status() == StatusCode::FORBIDDEN;
    let failure = response.extensions().get::<Failure>();
    failure.filter(|_| is_refused).map(Failure::code)
}
