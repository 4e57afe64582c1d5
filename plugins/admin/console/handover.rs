//! The page of the public listener that hands an administrator who is signed in there over to the
//! console, with a code that only their browser can use, once and within a minute.

use std::sync::Arc;

use axum::{
    extract::State,
    response::{IntoResponse, Redirect, Response},
};
use portcullis_core::{catalogue::Code, principal::Principal, secret::TokenHash};
use portcullis_kit::{Failure, Outcome, UI_LOCALES, Visit};

use super::{
    enter, guard, language,
    sign_in::{self, RETURN_TO, STATE},
    ticket::Ticket,
    view,
};
use crate::{desk::Desk, role::Roles};

/// Answers whoever comes from the console.
pub(crate) async fn page(State(desk): State<Arc<Desk>>, visit: Visit) -> Outcome {
    let asked = visit.query(UI_LOCALES);
    let asked = asked.map(|asked| desk.shell.locale(Some(asked), &visit.headers));
    let answer = hand_over(&desk, &visit).await?;
    Ok(language::kept(&desk, asked.as_ref(), answer))
}

async fn hand_over(desk: &Desk, visit: &Visit) -> Outcome {
    let state = visit.query(STATE).and_then(TokenHash::from_hex);
    let state = state.ok_or_else(|| begun_elsewhere(desk))?;
    let return_to = sign_in::below(visit.query(RETURN_TO));
    let here = sign_in::handover(desk, return_to, &state.to_hex());
    let here = view::locale(desk, visit).link(&desk.services.addresses.prefix, &here);
    let Some(principal) = visit.visitor.principal.as_deref() else {
        return Ok(to_own(
            desk,
            "/self-service/login/browser",
            &[("return_to", &here)],
        ));
    };
    if let Some(elsewhere) = first(desk, principal, &here)? {
        return Ok(elsewhere);
    }
    let ticket = Ticket::new(&principal.session, state, return_to.to_owned());
    let code = ticket.issue(&desk.services, principal.identity.id).await?;
    let base = desk.config.public_url.as_str().trim_end_matches('/');
    let page = format!("{base}{}?{}={}", enter::PATH, enter::CODE, code.expose());
    Ok(Redirect::to(&page).into_response())
}

/// What somebody who is signed in has to do first, if anything; refuses who cannot go on.
fn first(desk: &Desk, principal: &Principal, here: &str) -> Result<Option<Response>, Failure> {
    if principal.session.acting.is_some() {
        let own = desk.services.addresses.own("/self-service/logout/browser");
        return Err(Failure::from(Code::ImpersonatedSession)
            .because("Administrators call as themselves. Stop acting as somebody else first.")
            .way_out("Stop acting as somebody else", own));
    }
    if principal.is_too_weak {
        let way = [("aal", "aal2"), ("return_to", here)];
        return Ok(Some(to_own(desk, "/self-service/login/browser", &way)));
    }
    if let Some(action) = principal.pending.first() {
        let way = [
            ("kc_action", action.alias()),
            ("required", "true"),
            ("return_to", here),
        ];
        return Ok(Some(to_own(desk, "/self-service/settings/browser", &way)));
    }
    match Roles::among(&principal.roles()).is_empty() {
        true => {
            let own = desk.services.addresses.own("/");
            Err(guard::no_administrator().way_out("Go to the start", own))
        }
        false => Ok(None),
    }
}

fn to_own(desk: &Desk, path: &str, query: &[(&str, &str)]) -> Response {
    let mut pairs = url::form_urlencoded::Serializer::new(String::new());
    pairs.extend_pairs(query);
    let page = desk.services.addresses.own(path);
    Redirect::to(&format!("{page}?{}", pairs.finish())).into_response()
}

fn begun_elsewhere(desk: &Desk) -> Failure {
    Failure::from(Code::BadRequest)
        .because("Signing in to the console begins at the console.")
        .way_out("Open the console", enter::home(desk))
}
