//! Signing out with a logout token.

use std::sync::Arc;

use axum::{
    extract::State,
    response::{IntoResponse, Redirect},
};
use http::StatusCode;
use portcullis_core::{catalogue::Code, provider::SignOutScope};
use portcullis_kit::{Failure, Outcome, Visit, Wants, WayOut};

use super::{
    TOLD, UPSTREAM,
    elsewhere::Elsewhere,
    session,
    signed_out::{ended_page, goodbye},
};
use crate::{
    csrf::Csrf,
    desk::Desk,
    impersonation, language,
    navigate::{self, outcome_with_cookie},
    return_to,
};

/// Ends the browser's session when the token is for it, then the provider's where that is wanted.
pub(crate) async fn submit(State(desk): State<Arc<Desk>>, visit: Visit) -> Outcome {
    let token = visit.query("token").ok_or_else(|| {
        Failure::from(Code::BadRequest).because("The token to sign out with is missing.")
    })?;
    let mut elsewhere = None;
    let mut back = None;
    // Without a session there is nothing to end, and saying so would help nobody.
    if let Some(principal) = &visit.visitor.principal {
        if session(&desk, token) != Some(principal.session.id) {
            return Err(Failure::from(Code::CsrfViolation)
                .because("This link does not belong to the session of this browser.")
                .way_out("Sign out", desk.own("/self-service/logout/browser")));
        }
        // Where it came from is forgotten with the session.
        elsewhere = Elsewhere::of(&desk, principal.session.id).await;
        let store = desk.services.sessions.store();
        if store.revoke(principal.session.id).await? {
            impersonation::end::tell(&desk, &visit.visitor, &principal.session).await;
        }
        if principal.session.acting.is_some() {
            let return_to = return_to::lenient(&desk, &visit);
            let to = (Some(principal.session.id), return_to.as_deref());
            back = impersonation::back::answer(&desk, &visit, to).await?;
        }
    }
    if let Some(back) = back {
        return Ok(back);
    }
    let gone = go_on(&desk, &visit, elsewhere.as_ref()).await;
    let cookies = &desk.services.cookies;
    let mut gone = outcome_with_cookie(gone, &cookies.delete(cookies.session()));
    if visit.cookie(cookies.parked()).is_some() {
        gone = outcome_with_cookie(gone, &cookies.delete(cookies.parked()));
    }
    match Csrf::of(&desk, &visit) {
        Some(csrf) => outcome_with_cookie(gone, &csrf.forgetful().set_cookie(&desk)),
        None => gone,
    }
}

/// Where a browser goes, now that the session here has ended; scripts are told where to send it.
async fn go_on(desk: &Desk, visit: &Visit, elsewhere: Option<&Elsewhere>) -> Outcome {
    let return_to = return_to::lenient(desk, visit);
    let still = elsewhere.map(Elsewhere::id);
    let is_told = still.is_none() || visit.query(TOLD) == Some("true");
    let onward = match &return_to {
        Some(return_to) if is_told => return_to.clone(),
        _ => language::of_page(visit, &ended_page(desk, still, return_to.as_deref())),
    };
    let wanted = elsewhere.filter(|elsewhere| match elsewhere.scope() {
        SignOutScope::Local => false,
        SignOutScope::Upstream => true,
        SignOutScope::Ask => visit.query(UPSTREAM) == Some("true"),
    });
    let wants = visit.wants();
    let Some(elsewhere) = wanted else {
        return Ok(match wants {
            Wants::Html => Redirect::to(&onward).into_response(),
            Wants::Json => StatusCode::NO_CONTENT.into_response(),
        });
    };
    let csrf = Csrf::of(desk, visit);
    let url = elsewhere
        .end_session(desk, csrf.as_ref(), return_to.as_deref())
        .await?;
    if let Some(url) = url {
        return navigate::to(wants, url.as_str());
    }
    if wants == Wants::Json {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let on = return_to.map(|url| WayOut::new("Continue", url));
    Ok(goodbye(desk, visit, Some(elsewhere.label()), on))
}
