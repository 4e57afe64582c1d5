//! Fetching flows: by their id, and for browsers with the cookie they are bound to.

use std::sync::Arc;

use axum::{
    extract::State,
    response::{IntoResponse, Json, Redirect},
};
use portcullis_core::{
    catalogue::Code,
    flow::{Flow, FlowKind, Transport},
    principal::Principal,
};
use portcullis_kit::{Failure, Outcome, Visit, Wants};
use serde_json::json;

use crate::{csrf::Csrf, desk::Desk, flow_json, language, remembered};

/// Answers with a login flow.
pub(crate) async fn login(State(desk): State<Arc<Desk>>, visit: Visit) -> Outcome {
    fetch(&desk, &visit, FlowKind::Login).await
}

/// Answers with a settings flow.
pub(crate) async fn settings(State(desk): State<Arc<Desk>>, visit: Visit) -> Outcome {
    fetch(&desk, &visit, FlowKind::Settings).await
}

/// Answers with a recovery flow.
pub(crate) async fn recovery(State(desk): State<Arc<Desk>>, visit: Visit) -> Outcome {
    fetch(&desk, &visit, FlowKind::Recovery).await
}

/// Answers with a verification flow.
pub(crate) async fn verification(State(desk): State<Arc<Desk>>, visit: Visit) -> Outcome {
    fetch(&desk, &visit, FlowKind::Verification).await
}

/// Answers with a registration flow.
pub(crate) async fn registration(State(desk): State<Arc<Desk>>, visit: Visit) -> Outcome {
    fetch(&desk, &visit, FlowKind::Registration).await
}

async fn fetch(desk: &Desk, visit: &Visit, kind: FlowKind) -> Outcome {
    let flow = find(desk, visit.query("id"), kind).await?;
    let csrf = bound(desk, visit, &flow)?;
    if flow.expires_at <= desk.now() {
        return Err(expired(desk, &flow));
    }
    let principal = visit.visitor.principal.as_deref();
    let identity = principal.map(|principal| &*principal.identity);
    let locale = language::of_flow(desk, visit, &flow);
    let json = flow_json::flow(desk, &flow, csrf.as_ref(), identity, &locale);
    Ok(Json(json).into_response())
}

/// The flow of this id, expired or not.
pub(crate) async fn find(desk: &Desk, id: Option<&str>, kind: FlowKind) -> Result<Flow, Failure> {
    let unknown = || {
        Failure::from(Code::FlowNotFound)
            .because("This form is not known any more. Please begin anew.")
            .way_out("Begin anew", desk.begin_page(kind, None))
    };
    let id = id.and_then(|id| id.parse().ok()).ok_or_else(unknown)?;
    let found = desk.services.flows.find(id).await?;
    found.filter(|flow| flow.kind == kind).ok_or_else(unknown)
}

/// The browser's cookie, when the flow is bound to it; native flows need none. A settings flow is
/// also bound to whom it is about.
pub(crate) fn bound(desk: &Desk, visit: &Visit, flow: &Flow) -> Result<Option<Csrf>, Failure> {
    if flow.kind == FlowKind::Settings {
        owned(desk, visit, flow)?;
    }
    if flow.transport == Transport::Api {
        return Ok(None);
    }
    let csrf = Csrf::of(desk, visit);
    match csrf {
        Some(csrf) if flow.csrf_hash == Some(csrf.hash()) || is_unbound(flow) => Ok(Some(csrf)),
        found => Err(foreign(desk, flow, found.is_none())),
    }
}

/// Whether whichever browser has its address may show a flow: one that an administrator handed out,
/// or whose address is proved already.
pub(crate) fn is_unbound(flow: &Flow) -> bool {
    let is_mailed = matches!(flow.kind, FlowKind::Recovery | FlowKind::Verification);
    is_mailed && flow.transport == Transport::Browser && flow.csrf_hash.is_none()
}

/// Fails when the flow is about somebody else than the visitor.
pub(crate) fn owned<'a>(
    desk: &Desk,
    visit: &'a Visit,
    flow: &Flow,
) -> Result<&'a Principal, Failure> {
    let page = desk.flow_page(flow.kind, flow.id);
    let principal = visit.visitor.principal.as_deref().ok_or_else(|| {
        let begin = desk.begin_page(FlowKind::Login, Some(&page));
        Failure::from(Code::SignedOut).way_out("Sign in", begin)
    })?;
    if is_too_weak(desk, principal) {
        return Err(too_weak(desk, &page));
    }
    match remembered::identity(flow) == Some(principal.identity.id) {
        true => Ok(principal),
        false => Err(Failure::from(Code::IdentityMismatch)
            .way_out("Begin anew", desk.begin_page(flow.kind, None))),
    }
}

/// Whether somebody has to show their second factor before they change anything of their own.
pub(crate) fn is_too_weak(desk: &Desk, principal: &Principal) -> bool {
    let assurance = desk.services.actions.assurance();
    assurance.is_weaker(&principal.identity, &principal.session)
}

/// The same, whatever the request brings of them: it may be of a while ago.
pub(crate) async fn is_still_too_weak(desk: &Desk, principal: &Principal) -> Result<bool, Failure> {
    let stored = desk.services.identities.find(principal.identity.id).await?;
    let stored = stored.ok_or(Code::SignedOut)?;
    let assurance = desk.services.actions.assurance();
    Ok(assurance.is_weaker(&stored, &principal.session))
}

/// Fails for them.
pub(crate) async fn require_strong(
    desk: &Desk,
    principal: &Principal,
    flow: &Flow,
) -> Result<(), Failure> {
    match is_still_too_weak(desk, principal).await? {
        true => Err(too_weak(desk, &desk.flow_page(flow.kind, flow.id))),
        false => Ok(()),
    }
}

/// The answer to them, who come back to `here` afterwards.
pub(crate) fn too_weak(desk: &Desk, here: &str) -> Failure {
    let page = desk.step_up_page(Some(here));
    Failure::from(Code::SecondFactorRequired)
        .member("redirect_browser_to", page.as_str())
        .way_out("Continue", page)
}

/// Leads people to their second step, to come back to `here`; programs are told of it.
pub(crate) fn step_up(desk: &Desk, visit: &Visit, here: &str) -> Outcome {
    match visit.wants() {
        Wants::Html => Ok(Redirect::to(&desk.step_up_page(Some(here))).into_response()),
        Wants::Json => Err(too_weak(desk, here)),
    }
}

/// The answer to a browser that does not hold the flow's cookie.
pub(crate) fn foreign(desk: &Desk, flow: &Flow, no_cookie: bool) -> Failure {
    let hint = match no_cookie {
        true => "The request had no anti-forgery cookie.",
        false => "The request's anti-forgery cookie or token belongs to another form.",
    };
    let failure = Failure::from(Code::CsrfViolation)
        .detail(
            "docs",
            "Send the cookies of the request that began the flow.",
        )
        .detail("hint", hint)
        .detail("reject_reason", hint)
        .way_out(
            "Begin anew",
            desk.begin_page(flow.kind, flow.return_to.as_deref()),
        );
    match no_cookie {
        true => cookies_blocked(desk, failure),
        false => failure
            .because("The form was opened by another browser, or too long ago. Please begin anew."),
    }
}

/// Explains why a cookie may not have come back.
pub(crate) fn cookies_blocked(desk: &Desk, failure: Failure) -> Failure {
    let public_url = desk.services.addresses.public_url();
    failure
        .because("Your browser did not send back the cookie it was given a moment ago.")
        .hint("Cookies may be blocked for this site in your browser's settings.")
        .hint(format!(
            "This page must be opened at {public_url}, with exactly that scheme and host name."
        ))
        .hint("For whoever runs this gateway: check public_url and cookie_domain.")
}

/// The answer to whoever asks for an expired flow.
pub(crate) fn expired(desk: &Desk, flow: &Flow) -> Failure {
    let begin = match flow.transport {
        Transport::Browser => desk.begin_page(flow.kind, flow.return_to.as_deref()),
        Transport::Api => desk.own(&format!("/self-service/{}/api", flow.kind.as_str())),
    };
    let since = desk.now().duration_since(flow.expires_at).as_nanos();
    let failure = Failure::from(Code::FlowExpired)
        .detail("redirect_to", begin.as_str())
        .member("expired_at", json!(flow.expires_at))
        .member("since", json!(i64::try_from(since).unwrap_or(i64::MAX)));
    match &flow.return_to {
        Some(return_to) => failure.detail("return_to", return_to.as_str()),
        None => failure,
    }
}
