//! Beginning to act as somebody else in a browser, with the code of a ticket: the page that asks, and
//! what happens then.

use std::sync::Arc;

use axum::{
    extract::State,
    response::{Html, IntoResponse, Redirect},
};
use portcullis_core::{
    catalogue::Code,
    event::Event,
    identity::Identity,
    impersonation::{self, Impersonation, Ticket},
    secret::Token,
    session::Session,
};
use portcullis_kit::{
    Failure, Line, Outcome, OverviewPage, OverviewRow, OverviewSection, PostButton, Visit, WayOut,
};
use serde_json::Value;

use super::guard;
use crate::{
    csrf::{self, Csrf},
    desk::Desk,
    language,
    navigate::with_cookie,
    sign_in::device,
};

/// Where it is.
const PATH: &str = "/impersonation";
/// The parameter and field of the ticket's code.
const CODE: &str = "code";

/// Asks whether to begin: a link on another site must not make anybody somebody else.
pub(crate) async fn page(State(desk): State<Arc<Desk>>, visit: Visit) -> Outcome {
    let code = visit.query(CODE).unwrap_or_default();
    let ticket = Ticket::find(&desk.services, code).await?;
    let ticket = ticket.ok_or_else(gone)?;
    admit(&desk, &visit, &ticket)?;
    let identity = person(&desk, &ticket).await?;
    let csrf = Csrf::of_or_new(&desk, &visit);
    let locale = language::of_visit(&desk, &visit);
    let until = locale.moment(ticket.until);
    let how = match ticket.acting.read_only {
        true => "To look only: nothing can be changed.",
        false => "What you do, you do in their name.",
    };
    let row = OverviewRow {
        title: called(&identity),
        details: vec![
            Line::from(ticket.acting.reason.as_str()),
            Line::at(ticket.until, locale.text(&format!("Until {until}"))),
            Line::from(locale.text(how)),
        ],
        button: Some(PostButton {
            label: "Begin",
            is_main: true,
            action: language::of_page(&visit, &desk.own(PATH)),
            hidden: vec![
                (csrf::FIELD, csrf.masked(&*desk.services.entropy)),
                (CODE, code.to_owned()),
            ],
        }),
        ..OverviewRow::default()
    };
    let page = OverviewPage {
        title: "Act as somebody else?",
        lead: Some(ticket.acting.label.clone()),
        sections: vec![OverviewSection {
            heading: "You act as",
            rows: vec![row],
            ..OverviewSection::default()
        }],
        ways_out: vec![WayOut::new("Cancel", desk.home())],
        ..OverviewPage::default()
    };
    let page = Html(desk.shell.overview_page(&locale, &page)).into_response();
    Ok(with_cookie(page, &csrf.set_cookie(&desk)))
}

/// Begins, and shows the person's own page.
pub(crate) async fn submit(State(desk): State<Arc<Desk>>, visit: Visit) -> Outcome {
    let fields = visit.fields()?;
    let csrf = Csrf::of(&desk, &visit);
    if !csrf.is_some_and(|csrf| csrf.is_in(&visit, &fields)) {
        return Err(Code::CsrfViolation.into());
    }
    let services = &desk.services;
    let code = fields.get(CODE).and_then(Value::as_str).unwrap_or_default();
    let found = Ticket::find(services, code).await?;
    admit(&desk, &visit, &found.ok_or_else(gone)?)?;
    let ticket = Ticket::take(services, code).await?.ok_or_else(gone)?;
    let identity = person(&desk, &ticket).await?;
    let own = own_session(&desk, &visit, &ticket)
        .await?
        .ok_or_else(gone)?;
    let token = Token::generate(&*services.entropy);
    let came_from = ticket.came_from;
    let mut acting = ticket.acting;
    acting.own_session = Some(own.id);
    let begun = Impersonation {
        acting,
        own: Some(own),
        until: ticket.until,
        device: device(&visit),
    };
    let begun = impersonation::begin(services, &identity, begun, &token).await?;
    let session = begun.ok_or_else(gone)?;
    announce(&desk, &session);
    let page = language::of_page(&visit, &desk.own("/profile"));
    let mut response = Redirect::to(&page).into_response();
    for cookie in cookies(&desk, &visit, (&session, &token), came_from) {
        response = with_cookie(response, &cookie);
    }
    Ok(response)
}

/// The code is not known any more, or what it was for.
fn gone() -> Failure {
    Failure::from(Code::NotFound)
        .because("This way in has been used already, or is too old. Please begin anew.")
}

/// As whom, looked up once more: they may have got roles since, or the administrator lost some.
async fn person(desk: &Desk, ticket: &Ticket) -> Result<Identity, Failure> {
    let identities = &desk.services.identities;
    let person = identities.find(ticket.identity).await?.ok_or_else(gone)?;
    let actor = ticket.acting.actor.parse().map_err(|_| gone())?;
    let actor = identities.find(actor).await?.ok_or_else(gone)?;
    match impersonation::may_act_as(&actor, &person) {
        true => Ok(person),
        false => Err(Code::InsufficientRole.into()),
    }
}

/// Only the browser of whoever asked for it goes in, or one in which nobody is signed in.
fn admit(desk: &Desk, visit: &Visit, ticket: &Ticket) -> Result<(), Failure> {
    let Some(present) = &visit.visitor.principal else {
        return Ok(());
    };
    if present.session.acting.is_some() {
        return Err(guard::refusal(desk));
    }
    // Acting as somebody else is no way around what is asked of them.
    if present.is_too_weak {
        return Err(
            Failure::from(Code::SecondFactorRequired).way_out("Continue", desk.step_up_page(None))
        );
    }
    match ticket.acting.is_by(present.identity.id) {
        true => Ok(()),
        false => Err(Failure::from(Code::IdentityMismatch)
            .because("Somebody else is signed in in this browser. Sign out first.")),
    }
}

/// The administrator's own session: this browser's, else the one that they asked in.
async fn own_session(
    desk: &Desk,
    visit: &Visit,
    ticket: &Ticket,
) -> Result<Option<Session>, Failure> {
    if let Some(present) = &visit.visitor.principal {
        return Ok(Some(present.session.clone()));
    }
    let services = &desk.services;
    let Ok(actor) = ticket.acting.actor.parse() else {
        return Ok(None);
    };
    let lifetimes = services.sessions.lifetimes();
    let mut sessions = services.sessions.store().list(actor).await?.into_iter();
    let is_it = |one: &Session| {
        Some(one.id) == ticket.acting.own_session && lifetimes.is_live(one, desk.now())
    };
    Ok(sessions.find(is_it))
}

fn announce(desk: &Desk, session: &Session) {
    if let Some(acting) = &session.acting {
        desk.services.announcer.announce(&Event::Impersonated {
            identity: session.identity_id,
            actor: &acting.actor,
            session: session.id,
            read_only: acting.read_only,
        });
    }
}

/// What the browser keeps: the session it acts in, and its own for later.
fn cookies(
    desk: &Desk,
    visit: &Visit,
    (session, token): (&Session, &Token),
    came_from: Option<String>,
) -> Vec<String> {
    let services = &desk.services;
    let names = &services.cookies;
    let left = session.expires_at.duration_since(desk.now()).unsigned_abs();
    let acted = names.set(names.session(), token.expose(), left);
    let own = visit.visitor.principal.as_ref().and_then(|own| {
        let token = visit.cookie(names.session())?;
        let parked = impersonation::park(services, token, (session.id, came_from))?;
        let left = own.session.expires_at.duration_since(desk.now());
        Some(names.set(names.parked(), &parked, left.unsigned_abs()))
    });
    std::iter::once(acted).chain(own).collect()
}

fn called(identity: &Identity) -> String {
    let name = identity.identifiers.first().cloned();
    name.unwrap_or_else(|| identity.id.to_string())
}
