//! The last page of a browser that an application sent: the session that has begun in it leaves it,
//! and waits for the application under a code that the browser takes back.

use std::sync::Arc;

use axum::{
    extract::State,
    response::{IntoResponse, Redirect},
};
use portcullis_core::{
    catalogue::Code,
    flow::{Flow, FlowKind},
    principal::Principal,
    secret::Token,
    session::Session,
};
use portcullis_kit::{Failure, Outcome, Visit, Wants};

use super::{Exchange, LIFESPAN, Waiting, end_page, find, gone};
use crate::{
    actions::after,
    csrf::Csrf,
    desk::{Desk, with_query},
    fetch,
    navigate::with_cookie,
    remembered,
};

/// Leads the browser back to the application, or on to what is missing.
pub(crate) async fn end(State(desk): State<Arc<Desk>>, visit: Visit) -> Outcome {
    let found = find(&desk, visit.query("flow")).await?;
    let (native, exchange) = found.ok_or_else(|| gone(&desk))?;
    let csrf = Csrf::of(&desk, &visit);
    if exchange.browser.is_none() || exchange.browser != csrf.as_ref().map(Csrf::hash) {
        return Err(fetch::foreign(&desk, &native, csrf.is_none()));
    }
    let here = end_page(&desk, native.id);
    let page = match visit.visitor.principal.as_deref() {
        None => desk.begin_page(FlowKind::Login, Some(&here)),
        // Whoever was signed in here before has not said that they sign in for an application.
        Some(one) if exchange.session != Some(one.session.id) => desk.refresh_page(&here),
        Some(one) => match missing(&desk, (&native, &here), one).await? {
            Some(page) => page,
            None => return leave(&desk, native, (exchange, one)).await,
        },
    };
    Ok(Redirect::to(&page).into_response())
}

/// Where they go who have a second step before them, or something to do.
async fn missing(
    desk: &Desk,
    (native, here): (&Flow, &str),
    principal: &Principal,
) -> Result<Option<String>, Failure> {
    // What the request brings of them may be of a while ago.
    let stored = desk.services.identities.find(principal.identity.id).await?;
    let identity = stored.ok_or(Code::SignedOut)?;
    let session = &principal.session;
    if desk.services.actions.is_too_weak(&identity, session) {
        return Ok(Some(desk.step_up_page(Some(here))));
    }
    let way = (native, Some(here));
    let next = after::next(desk, way, Wants::Html, (&identity, session.aal(), None)).await?;
    Ok(next.map(|next| next.page))
}

/// Takes the session out of the browser.
async fn leave(
    desk: &Desk,
    mut native: Flow,
    (exchange, principal): (Exchange, &Principal),
) -> Outcome {
    let services = &desk.services;
    let sessions = services.sessions.store();
    // The request may bring a copy of a while ago.
    let stored = sessions.find(&principal.session.token_hash).await?;
    let session = stored.ok_or(Code::SignedOut)?;
    let entropy = &*services.entropy;
    let (code, parked) = (Token::generate(entropy), Token::generate(entropy).hash());
    let until = native.expires_at.min(desk.now() + LIFESPAN);
    let waiting = Session {
        token_hash: parked,
        expires_at: until.min(session.expires_at),
        ..session.clone()
    };
    if !sessions.replace(&session.token_hash, &waiting).await? {
        return Err(Code::SignedOut.into());
    }
    let return_to = native.return_to.clone().ok_or_else(|| gone(desk))?;
    let waits = Some(Waiting {
        code: code.hash(),
        until,
        token: parked,
        expires_at: session.expires_at,
    });
    native.context = remembered::owned_by(std::mem::take(&mut native.context), session.identity_id);
    let kept = Exchange { waits, ..exchange };
    if !kept.keep(desk, &mut native).await? {
        sessions.revoke(session.id).await?;
        return Err(gone(desk));
    }
    let back = Redirect::to(&with_query(&return_to, &[("code", code.expose())]));
    let cookies = &services.cookies;
    Ok(with_cookie(
        back.into_response(),
        &cookies.delete(cookies.session()),
    ))
}
