//! Entering the console with the code of a ticket.

use std::{sync::Arc, time::Duration};

use axum::{
    extract::State,
    response::{AppendHeaders, IntoResponse, Redirect},
};
use http::{HeaderValue, Method, header::SET_COOKIE};
use portcullis_core::{
    administrators, catalogue::Code, cookie::CONSOLE_STATE, secret::TokenHash, session::Session,
};
use portcullis_kit::{Failure, Outcome, Visit};
use serde_json::json;

use super::{HOME, pages::Pages, sign_in, ticket::Ticket};
use crate::{
    access::console_session,
    audit::Act,
    caller::{self, Actor, Caller},
    desk::Desk,
    need::Need,
    role::Roles,
};

/// Where browsers come with a code.
pub(crate) const PATH: &str = "/ui/enter";
/// The parameter of the code.
pub(crate) const CODE: &str = "code";

/// Adds it to the table.
pub(crate) fn pages(table: Pages) -> Pages {
    table.at((Method::GET, PATH), Need::Anybody, enter)
}

/// The address at which the console begins.
pub(crate) fn home(desk: &Desk) -> String {
    let base = desk.config.public_url.as_str().trim_end_matches('/');
    format!("{base}{HOME}")
}

async fn enter(State(desk): State<Arc<Desk>>, visit: Visit) -> Outcome {
    let state = sign_in::state(&desk, &visit.headers);
    let state = state.ok_or_else(|| no_cookie(&desk))?;
    let code = visit.query(CODE).unwrap_or_default();
    let ticket = Ticket::take(&desk.services, code).await?;
    let ticket = ticket.filter(|ticket| ticket.state == TokenHash::of(state));
    let ticket = ticket.ok_or_else(gone)?;
    let (store, now) = (desk.services.sessions.store(), desk.services.clock.now());
    let lifetimes = desk.services.sessions.lifetimes();
    let session = store.find(&ticket.session).await?;
    let session = session.filter(|session| lifetimes.is_live(session, now));
    let session = session.ok_or_else(gone)?;
    let cookie = console_session::set_cookie(&desk, &session).ok_or(Code::Internal)?;
    // What the browser was known by has done its work.
    let state = console_session::set(&desk.config, CONSOLE_STATE, ("", Duration::ZERO));
    let [cookie, state] = [cookie, state].map(|one| HeaderValue::from_str(&one));
    let cookies = [
        (SET_COOKIE, cookie.map_err(|_| Code::Internal)?),
        (SET_COOKIE, state.map_err(|_| Code::Internal)?),
    ];
    note(&desk, &visit, &session).await?;
    let page = Redirect::to(sign_in::below(Some(&ticket.return_to)));
    Ok((AppendHeaders(cookies), page).into_response())
}

/// Writes down that somebody has come in.
async fn note(desk: &Desk, visit: &Visit, session: &Session) -> Result<(), Failure> {
    let id = session.identity_id;
    let identity = desk.services.identities.find(id).await?.ok_or_else(gone)?;
    let held = administrators::held(&identity, session);
    let caller = Caller {
        actor: Actor::Identity(id),
        label: caller::label(&identity),
        roles: Roles::among(&held.collect::<Vec<_>>()),
        client: visit.visitor.client,
        request_id: visit.visitor.request_id.clone(),
        principal: None,
    };
    // Whose the session is, for it will not be there to be asked.
    let act = Act::on("console.enter", "session", session.id);
    let act = act.to(json!({ "identity_id": id }));
    desk.audit(&caller, act).await;
    Ok(())
}

fn gone() -> Failure {
    Failure::from(Code::NotFound)
        .because("This way in has been used already, or is too old. Please begin anew.")
        .way_out("Sign in", HOME)
}

fn no_cookie(desk: &Desk) -> Failure {
    Failure::from(Code::BadRequest)
        .because("Your browser did not send back the cookie it was given a moment ago.")
        .hint(format!(
            "The console must be opened at {}, with exactly that scheme and host name.",
            home(desk)
        ))
        .way_out("Sign in", home(desk))
}
