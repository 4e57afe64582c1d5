//! Ending the visitor's other sessions.

use std::sync::Arc;

use axum::{
    extract::{Path, State},
    response::{IntoResponse, Json},
};
use http::StatusCode;
use portcullis_core::{catalogue::Code, id::SessionId, pages::Visitor, principal::Principal};
use portcullis_kit::{Failure, Outcome, Visit};
use serde_json::json;

use super::principal;
use crate::{desk::Desk, impersonation, same_origin};

/// Ends all sessions of the visitor but for the one that asks.
pub(crate) async fn others(State(desk): State<Arc<Desk>>, visit: Visit) -> Outcome {
    let principal = principal(&desk, &visit)?;
    same_origin::require(&desk, &visit)?;
    let count = end_others(&desk, &visit.visitor, principal).await?;
    Ok(Json(json!({"count": count})).into_response())
}

/// Ends one other session of the visitor.
pub(crate) async fn one(
    State(desk): State<Arc<Desk>>,
    Path(id): Path<String>,
    visit: Visit,
) -> Outcome {
    let principal = principal(&desk, &visit)?;
    same_origin::require(&desk, &visit)?;
    end_one(&desk, &visit.visitor, principal, &id).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Ends all sessions of the principal but for its own; says how many ended.
pub(crate) async fn end_others(
    desk: &Desk,
    visitor: &Visitor,
    principal: &Principal,
) -> Result<u64, Failure> {
    let (identity, keep) = (principal.identity.id, principal.session.id);
    let store = desk.services.sessions.store();
    let ended = store.end_all(identity, Some(keep)).await?;
    let owner = (visitor, &*principal.identity);
    impersonation::end::tell_of_others(desk, owner, &ended.acting).await;
    Ok(ended.count)
}

/// Ends the session of this name, if it is one of the principal's others.
pub(crate) async fn end_one(
    desk: &Desk,
    visitor: &Visitor,
    principal: &Principal,
    id: &str,
) -> Result<(), Failure> {
    let id: SessionId = id.parse().map_err(|_| Code::NotFound)?;
    if id == principal.session.id {
        return Err(Failure::from(Code::BadRequest)
            .because("The session that asks cannot be ended this way. Sign out instead."));
    }
    let store = desk.services.sessions.store();
    let own = store.list(principal.identity.id).await?;
    // Somebody else's session is as unknown as one that never was.
    let ended = own.into_iter().find(|session| session.id == id);
    let ended = ended.ok_or(Code::NotFound)?;
    if !store.revoke(id).await? {
        return Err(Code::NotFound.into());
    }
    impersonation::end::tell_of_other(desk, (visitor, &principal.identity), &ended).await;
    Ok(())
}
