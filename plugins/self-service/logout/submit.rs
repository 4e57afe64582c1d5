//! Signing out with a logout token.

use std::sync::Arc;

use axum::{
    extract::State,
    response::{IntoResponse, Redirect, Response},
};
use http::StatusCode;
use portcullis_core::{catalogue::Code, event::Event, principal::Principal};
use portcullis_kit::{Failure, Outcome, Visit, Wants};

use super::session;
use crate::{csrf::Csrf, desk::Desk, navigate::with_cookie, return_to};

/// Ends the browser's session when the token is for it.
pub(crate) async fn submit(State(desk): State<Arc<Desk>>, visit: Visit) -> Outcome {
    let token = visit.query("token").ok_or_else(|| {
        Failure::from(Code::BadRequest).because("The token to sign out with is missing.")
    })?;
    // Without a session there is nothing to end, and saying so would help nobody.
    if let Some(principal) = &visit.visitor.principal {
        if session(&desk, token) != Some(principal.session.id) {
            return Err(Failure::from(Code::CsrfViolation)
                .because("This link does not belong to the session of this browser.")
                .way_out("Sign out", desk.own("/self-service/logout/browser")));
        }
        end(&desk, principal).await?;
    }
    answer(&desk, &visit)
}

/// Ends a session at its owner's wish.
pub(crate) async fn end(desk: &Desk, principal: &Principal) -> Result<(), Failure> {
    let session = principal.session.id;
    desk.services.sessions.store().revoke(session).await?;
    desk.services.announcer.announce(&Event::SignedOut {
        identity: principal.identity.id,
        session,
    });
    Ok(())
}

fn answer(desk: &Desk, visit: &Visit) -> Outcome {
    let response: Response = match visit.wants() {
        Wants::Json => StatusCode::NO_CONTENT.into_response(),
        Wants::Html => {
            let return_to = return_to::lenient(desk, visit);
            Redirect::to(&return_to.unwrap_or_else(|| desk.home())).into_response()
        }
    };
    let cookies = &desk.services.cookies;
    let response = with_cookie(response, &cookies.delete(cookies.session()));
    Ok(match Csrf::of(desk, visit) {
        Some(csrf) => with_cookie(response, &csrf.forgetful().set_cookie(desk)),
        None => response,
    })
}
