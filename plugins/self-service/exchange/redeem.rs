//! Exchanging both codes for the session that waits: once, soon, and by the application that began.

use std::sync::Arc;

use axum::{
    extract::State,
    response::{IntoResponse, Json},
};
use portcullis_core::{
    catalogue::Code,
    identity::IdentityState,
    secret::{Token, TokenHash},
    session::Session,
};
use portcullis_kit::{Failure, Outcome, Visit, dialect};
use serde_json::json;

use super::{Waiting, find};
use crate::{desk::Desk, native, sign_in, throttle};

/// Answers an application that has both codes.
pub(crate) async fn redeem(State(desk): State<Arc<Desk>>, visit: Visit) -> Outcome {
    native::require(&visit.headers)?;
    throttle::sign_in(&desk, &visit).await?;
    let given = |name| visit.query(name).filter(|code| !code.is_empty());
    let (Some(init), Some(code)) = (given("init_code"), given("return_to_code")) else {
        return Err(Failure::from(Code::BadRequest)
            .because("Both init_code and return_to_code have to be given."));
    };
    let waiting = take(&desk, (init, code)).await?;
    let waiting = waiting.ok_or_else(|| {
        Failure::from(Code::RecordNotFound).because("No session waits for these codes.")
    })?;
    let services = &desk.services;
    let sessions = services.sessions.store();
    // It has ended meanwhile: with all others, or with what it was begun by.
    let ended = || Failure::from(Code::AccessDenied).because("The session has ended already.");
    let session = sessions.find(&waiting.token).await?.ok_or_else(ended)?;
    let identity = services.identities.find(session.identity_id).await?;
    let is_active = |state| state == IdentityState::Active;
    let identity = identity.filter(|one| is_active(one.state));
    let identity = identity.ok_or_else(ended)?;
    let token = Token::generate_prefixed(sign_in::PREFIX, &*services.entropy);
    let own = Session {
        token_hash: token.hash(),
        expires_at: waiting.expires_at,
        last_seen_at: desk.now(),
        device: sign_in::device(&visit),
        ..session
    };
    let is_live = services.sessions.lifetimes().is_live(&own, desk.now());
    if !is_live || !sessions.replace(&waiting.token, &own).await? {
        return Err(ended());
    }
    let session = dialect::session(services, &own, &identity);
    let body = json!({"session": session, "session_token": token.expose()});
    Ok(Json(body).into_response())
}

/// Takes the session that waits for both codes, whatever becomes of it then. One code alone tells
/// nothing of the other.
async fn take(desk: &Desk, (init, code): (&str, &str)) -> Result<Option<Waiting>, Failure> {
    let Some((id, secret)) = init.split_once('.') else {
        return Ok(None);
    };
    let Some((flow, exchange)) = find(desk, Some(id)).await? else {
        return Ok(None);
    };
    let is_own = exchange.init.matches(&TokenHash::of(secret));
    let waiting = exchange.waits.filter(|waiting| {
        let is_code = waiting.code.matches(&TokenHash::of(code));
        is_own && is_code && waiting.until > desk.now()
    });
    match waiting {
        Some(waiting) => Ok(desk
            .services
            .flows
            .remove(flow.id)
            .await?
            .then_some(waiting)),
        None => Ok(None),
    }
}
