//! The page at the prefix itself: who is signed in, and the way out.

use std::sync::Arc;

use axum::{
    extract::State,
    response::{Html, IntoResponse},
};
use jiff::Timestamp;
use portcullis_core::{flow::FlowKind, principal::Principal};
use portcullis_kit::{Failure, Line, Locale, NoticePage, Outcome, Visit, WayOut};

use crate::{desk::Desk, language, logout, provider};

/// Greets whoever comes.
pub(crate) async fn page(State(desk): State<Arc<Desk>>, visit: Visit) -> Outcome {
    let locale = language::of_visit(&desk, &visit);
    let page = match &visit.visitor.principal {
        Some(principal) => signed_in(&desk, principal, &locale)?,
        None => signed_out(&desk, &locale),
    };
    Ok(Html(page).into_response())
}

fn signed_in(desk: &Desk, principal: &Principal, locale: &Locale) -> Result<String, Failure> {
    let (identity, session) = (&principal.identity, &principal.session);
    let token = logout::token(desk, session.id)?;
    let name = identity.identifiers.first().cloned();
    let through = match session.provider() {
        Some(provider) => provider::label(desk, provider),
        None => session
            .methods
            .last()
            .map(|method| locale.text(&method.method))
            .unwrap_or_default(),
    };
    let moment = |time: Timestamp| Line::at(time, locale.moment(time));
    let page = NoticePage {
        title: "You are signed in",
        lead: &name.unwrap_or_else(|| identity.id.to_string()),
        facts: &[
            ("Signed in with", through.into()),
            ("Since", moment(session.authenticated_at)),
            ("Until at most", moment(session.expires_at)),
        ],
        ways_out: &[
            WayOut::new("Continue", desk.home()),
            WayOut::new("Your account", desk.own("/profile")),
            WayOut::new("Your settings", desk.own("/settings")),
            WayOut::new("Sign out", logout::url(desk, &token, None)),
        ],
    };
    Ok(desk.shell.notice_page(locale, &page))
}

fn signed_out(desk: &Desk, locale: &Locale) -> String {
    let mut ways_out = vec![WayOut::new(
        "Sign in",
        desk.begin_page(FlowKind::Login, None),
    )];
    if desk.config.registration.enabled {
        let page = desk.begin_page(FlowKind::Registration, None);
        ways_out.push(WayOut::new("Sign up", page));
    }
    let page = NoticePage {
        title: "You are signed out",
        lead: &locale.text("Sign in to go on."),
        facts: &[],
        ways_out: &ways_out,
    };
    desk.shell.notice_page(locale, &page)
}
