//! The last page of a browser that an application sent: the session that has begun in it leaves it,
//! and waits for the application under a code that the browser takes back. Where that goes to a site,
//! the person is asked once: by a link alone and a provider that asks nothing they would not notice.

use std::sync::Arc;

use axum::{
    extract::State,
    response::{Html, IntoResponse, Redirect, Response},
};
use portcullis_core::{
    catalogue::Code,
    flow::{Flow, FlowKind},
    principal::Principal,
    return_to::is_own_scheme,
    secret::Token,
    session::Session,
};
use portcullis_kit::{
    Failure, Line, Outcome, OverviewPage, OverviewRow, OverviewSection, PostButton, Visit, Wants,
    WayOut,
};
use url::Url;

use super::{Exchange, LIFESPAN, Waiting, end_page, find, gone};
use crate::{
    actions::after,
    csrf::{self, Csrf},
    desk::{Desk, with_query},
    fetch, language,
    navigate::with_cookie,
    remembered,
};

/// Leads the browser back to the application, or on to what is missing.
pub(crate) async fn end(State(desk): State<Arc<Desk>>, visit: Visit) -> Outcome {
    let (native, exchange, csrf) = found(&desk, &visit).await?;
    let site = site(&desk, &native)?;
    match ready(&desk, &visit, (&native, &exchange)).await? {
        Err(page) => Ok(Redirect::to(&page).into_response()),
        Ok(principal) => match site {
            Some(site) => Ok(ask(&desk, &visit, (&native, &csrf), &site)),
            None => leave(&desk, native, (exchange, principal)).await,
        },
    }
}

/// Leads the browser back to the site that it was asked about.
pub(crate) async fn agree(State(desk): State<Arc<Desk>>, visit: Visit) -> Outcome {
    let fields = visit.fields()?;
    let (native, exchange, csrf) = found(&desk, &visit).await?;
    if !csrf.is_in(&visit, &fields) {
        return Err(Code::CsrfViolation.into());
    }
    match ready(&desk, &visit, (&native, &exchange)).await? {
        Err(page) => Ok(Redirect::to(&page).into_response()),
        Ok(principal) => leave(&desk, native, (exchange, principal)).await,
    }
}

/// The native flow that this browser came for.
async fn found(desk: &Desk, visit: &Visit) -> Result<(Flow, Exchange, Csrf), Failure> {
    let found = find(desk, visit.query("flow")).await?;
    let (native, exchange) = found.ok_or_else(|| gone(desk))?;
    match Csrf::of(desk, visit) {
        Some(csrf) if exchange.browser == Some(csrf.hash()) => Ok((native, exchange, csrf)),
        other => Err(fetch::foreign(desk, &native, other.is_none())),
    }
}

/// Whoever has signed in for the application, or the page where they go on to do so.
async fn ready<'a>(
    desk: &Desk,
    visit: &'a Visit,
    (native, exchange): (&Flow, &Exchange),
) -> Result<Result<&'a Principal, String>, Failure> {
    let here = end_page(desk, native.id);
    Ok(match visit.visitor.principal.as_deref() {
        None => Err(desk.begin_page(FlowKind::Login, Some(&here))),
        // Whoever was signed in here before has not said that they sign in for an application.
        Some(one) if exchange.session != Some(one.session.id) => Err(desk.refresh_page(&here)),
        Some(one) => match missing(desk, (native, &here), one).await? {
            Some(page) => Err(page),
            None => Ok(one),
        },
    })
}

/// The site that the code goes to, unless it goes to an application of this device: what others begin
/// ends at an application that has begun nothing, and has no other code to exchange this one with.
fn site(desk: &Desk, native: &Flow) -> Result<Option<String>, Failure> {
    let return_to = native.return_to.as_deref();
    let url = return_to.and_then(|url| Url::parse(url).ok());
    let url = url.ok_or_else(|| gone(desk))?;
    let is_site = !is_own_scheme(url.scheme());
    Ok(is_site.then(|| url.origin().ascii_serialization()))
}

/// Asks whether the application there is to be signed in.
fn ask(desk: &Desk, visit: &Visit, (native, csrf): (&Flow, &Csrf), site: &str) -> Response {
    let locale = language::of_flow(desk, visit, native);
    let row = OverviewRow {
        title: site.to_owned(),
        details: vec![Line::from(locale.text(
            "Go on only if you have just begun to sign in there: it acts in your name then.",
        ))],
        button: Some(PostButton {
            label: "Sign in",
            is_main: true,
            action: language::of_page(visit, &end_page(desk, native.id)),
            hidden: vec![(csrf::FIELD, csrf.masked(&*desk.services.entropy))],
        }),
        ..OverviewRow::default()
    };
    let page = OverviewPage {
        title: "Sign in to an application?",
        sections: vec![OverviewSection {
            heading: "The application at",
            rows: vec![row],
            ..OverviewSection::default()
        }],
        ways_out: vec![WayOut::new("Cancel", desk.home())],
        ..OverviewPage::default()
    };
    Html(desk.shell.overview_page(&locale, &page)).into_response()
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
    let next = after::next(desk, way, Wants::Html, (&identity, Some(session), None)).await?;
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
