//! The built-in pages that show flows and errors.

use std::sync::Arc;

use axum::{
    extract::State,
    response::{Html, IntoResponse, Redirect, Response},
};
use portcullis_core::{
    catalogue::Code,
    flow::{Flow, FlowKind, Transport},
    message::Message,
};
use portcullis_kit::{ErrorPage, FormPage, Framing, Outcome, Visit, WayOut};
use url::Url;

use crate::{
    actions,
    codes::{self, awaited::SENT, link_page::without_referrer, step::PASSED},
    csrf::Csrf,
    desk::{Desk, with_query},
    errors, fetch, flow_json,
    forms::mailed,
    impersonation,
    init::GONE,
    language,
    legacy::REQUEST,
    login::confirmation,
    logout,
    navigate::with_cookie,
    registration, remembered, scopes,
    settings::{deletion, moving},
};

/// What the recovery page does, in one line.
const RECOVER: &str =
    "Enter the email address that is known here, and you get mail to sign in with.";

/// The sign-in page.
pub(crate) async fn login(State(desk): State<Arc<Desk>>, visit: Visit) -> Outcome {
    show(&desk, &visit, FlowKind::Login).await
}

/// The registration page.
pub(crate) async fn registration(State(desk): State<Arc<Desk>>, visit: Visit) -> Outcome {
    show(&desk, &visit, FlowKind::Registration).await
}

/// The settings page.
pub(crate) async fn settings(State(desk): State<Arc<Desk>>, visit: Visit) -> Outcome {
    show(&desk, &visit, FlowKind::Settings).await
}

/// The recovery page.
pub(crate) async fn recovery(State(desk): State<Arc<Desk>>, visit: Visit) -> Outcome {
    show(&desk, &visit, FlowKind::Recovery).await
}

/// The verification page.
pub(crate) async fn verification(State(desk): State<Arc<Desk>>, visit: Visit) -> Outcome {
    show(&desk, &visit, FlowKind::Verification).await
}

/// The error page.
pub(crate) async fn error(State(desk): State<Arc<Desk>>, visit: Visit) -> Outcome {
    let flow = errors::kept(&desk, visit.query("id")).await?;
    let text = |name: &str| flow.context["error"][name].as_str().unwrap_or_default();
    let known = Code::ALL.iter().find(|code| code.as_str() == text("id"));
    let page = ErrorPage {
        code: known.copied().unwrap_or(Code::Internal),
        request_id: text("request"),
        reason: Some(text("reason")),
        hints: &[],
        ways_out: &[WayOut::new("Continue", desk.home())],
    };
    let page = desk
        .shell
        .error_page(&language::of_visit(&desk, &visit), &page);
    Ok(Html(page).into_response())
}

async fn show(desk: &Desk, visit: &Visit, kind: FlowKind) -> Outcome {
    let id = visit.query("flow").or_else(|| match kind {
        FlowKind::Settings => visit.query(REQUEST),
        _ => None,
    });
    if id.is_none() {
        return Ok(Redirect::to(&begin(desk, visit, kind)).into_response());
    }
    let flow = match fetch::find(desk, id, kind).await {
        Ok(flow) if flow.transport == Transport::Browser => flow,
        Ok(_) => return Ok(Redirect::to(&begin(desk, visit, kind)).into_response()),
        Err(failure) if failure.code() == Code::FlowNotFound => {
            let page = with_query(&begin(desk, visit, kind), &[(GONE, "true")]);
            return Ok(Redirect::to(&page).into_response());
        }
        Err(failure) => return Err(failure),
    };
    if fetch::is_unbound(&flow) && desk.now() < flow.expires_at {
        let csrf = Csrf::of_or_new(desk, visit);
        let page = render(desk, visit, &flow, &csrf);
        return Ok(with_cookie(page, &csrf.set_cookie(desk)));
    }
    let csrf = match fetch::bound(desk, visit, &flow) {
        Ok(Some(csrf)) if desk.now() < flow.expires_at => csrf,
        // A cookie came back, so that a new flow will be bound to it: this cannot go on for ever.
        Ok(_) => return Ok(begin_anew(desk, &flow)),
        Err(_) if Csrf::of(desk, visit).is_some() => return Ok(begin_anew(desk, &flow)),
        Err(failure) => return Err(failure),
    };
    Ok(render(desk, visit, &flow, &csrf))
}

/// Where a flow begins with the page's own query.
fn begin(desk: &Desk, visit: &Visit, kind: FlowKind) -> String {
    let page = desk.begin_page(kind, None);
    let parameters = visit
        .parameters()
        .iter()
        .filter(|(name, _)| name != "flow" && name != REQUEST && name != GONE);
    let parameters: Vec<(&str, &str)> = parameters
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    match parameters.is_empty() {
        true => page,
        false => with_query(&page, &parameters),
    }
}

fn begin_anew(desk: &Desk, flow: &Flow) -> Response {
    let kind = match flow.kind {
        FlowKind::Registration if desk.config.registration.enabled => FlowKind::Registration,
        kind @ (FlowKind::Settings | FlowKind::Recovery | FlowKind::Verification) => kind,
        _ => FlowKind::Login,
    };
    let return_to = flow.return_to.as_deref();
    let page = match remembered::action(flow) {
        Some(action) if remembered::is_asked(flow) => {
            actions::begin::asked_page(desk, action, return_to)
        }
        Some(action) => actions::begin::page(desk, action, return_to),
        None => with_query(&desk.begin_page(kind, return_to), &[(GONE, "true")]),
    };
    Redirect::to(&onward(flow, &page)).into_response()
}

/// A page that goes on from a flow, in its language and with what it is for.
fn onward(flow: &Flow, page: &str) -> String {
    scopes::kept(flow, &language::kept(flow, page))
}

/// What stands around a form: its title, and a question with the way to go instead.
struct Frame {
    title: &'static str,
    instead: Option<Way>,
}

/// A question, and a link with its label and target that answers it.
type Way = (&'static str, &'static str, String);

/// The way back in for who signs in with something that can be forgotten.
fn forgotten(desk: &Desk, flow: &Flow) -> Option<Way> {
    let is_further = remembered::refreshes(flow) || remembered::steps_up(flow);
    let is_usual = flow.kind == FlowKind::Login && !confirmation::is_in(flow) && !is_further;
    let has_password = !desk.services.methods.is_empty();
    let is_offered = codes::is_offered(desk, FlowKind::Recovery);
    (is_usual && has_password && is_offered).then(|| {
        let begin = desk.begin_page(FlowKind::Recovery, flow.return_to.as_deref());
        let begin = language::kept(flow, &begin);
        ("Forgot your password?", "Get back in", begin)
    })
}

/// The way for who has just registered, where they prove an address before they sign in; told to
/// everybody whose sign-in fails.
fn newcomers(desk: &Desk, flow: &Flow) -> Option<Way> {
    let hint = Message::prove_first().id;
    let is_told = flow.ui.messages.iter().any(|one| one.id == hint);
    is_told.then(|| {
        let begin = desk.begin_page(FlowKind::Verification, flow.return_to.as_deref());
        let begin = language::kept(flow, &begin);
        ("Just registered?", "Confirm your address", begin)
    })
}

/// The way for who has mistyped their address, and waits for mail that goes elsewhere.
fn readdressed(desk: &Desk, visit: &Visit, flow: &Flow) -> Option<Way> {
    mailed::receiver(flow).filter(|_| flow.state == SENT && !fetch::is_unbound(flow))?;
    let begin = |kind| onward(flow, &desk.begin_page(kind, flow.return_to.as_deref()));
    let (label, page) = match &visit.visitor.principal {
        Some(_) => ("Change your profile", begin(FlowKind::Settings)),
        None if remembered::has_registered(flow) => ("Begin anew", begin(FlowKind::Registration)),
        None => ("Begin anew", begin(flow.kind)),
    };
    Some(("Another address?", label, page))
}

fn frame(desk: &Desk, flow: &Flow) -> Frame {
    let begin = |kind| onward(flow, &desk.begin_page(kind, flow.return_to.as_deref()));
    let another = || ("Not you?", "Sign in another way", begin(FlowKind::Login));
    let sign_in = || begin(FlowKind::Login);
    let known = || ("Remembered it?", "Sign in", sign_in());
    let (title, instead) = match flow.kind {
        FlowKind::Settings if moving::is_in(flow) => ("Move this account?", None),
        FlowKind::Settings if deletion::is_confirmed_in(flow) => ("Delete your account?", None),
        FlowKind::Settings if let Some((title, _)) = actions::page::words(flow) => {
            (title, Some(actions::page::way_out(desk, flow)))
        }
        FlowKind::Settings => ("Your settings", Some(("Done?", "Go back", desk.own("/")))),
        FlowKind::Registration if registration::draft::is_in(flow) => {
            ("Almost there", Some(another()))
        }
        FlowKind::Registration => (
            "Sign up",
            Some(("Registered already?", "Sign in", sign_in())),
        ),
        FlowKind::Recovery if fetch::is_unbound(flow) => ("Get back in", None),
        FlowKind::Recovery if flow.state == SENT => ("Check your mail", Some(known())),
        FlowKind::Recovery => ("Forgot your password?", Some(known())),
        FlowKind::Verification if flow.state == SENT => ("Check your mail", None),
        FlowKind::Verification if flow.state == PASSED => ("Address confirmed", None),
        FlowKind::Verification => ("Confirm your address", None),
        _ if confirmation::is_in(flow) => ("Is this you?", Some(another())),
        _ if remembered::steps_up(flow) => ("Confirm that it is you", departure(desk, flow)),
        _ if remembered::refreshes(flow) => {
            let back = flow.return_to.clone().unwrap_or_else(|| desk.home());
            let back = actions::page::refused(desk, &back).unwrap_or(back);
            let cancel = Some(("Changed your mind?", "Cancel", back));
            ("Confirm that it is you", cancel)
        }
        _ => {
            let sign_up = ("New here?", "Sign up", begin(FlowKind::Registration));
            let open = desk.config.registration.enabled;
            ("Sign in", open.then_some(sign_up))
        }
    };
    Frame { title, instead }
}

/// The way out for somebody who cannot take the second step.
fn departure(desk: &Desk, flow: &Flow) -> Option<(&'static str, &'static str, String)> {
    let token = logout::token(desk, remembered::session(flow)?).ok()?;
    Some(("Not you?", "Sign out", logout::url(desk, &token, None)))
}

fn render(desk: &Desk, visit: &Visit, flow: &Flow, csrf: &Csrf) -> Response {
    let Frame { title, instead } = frame(desk, flow);
    let locale = language::of_flow(desk, visit, flow);
    let is_shown = flow.kind == FlowKind::Settings && impersonation::acts(visit);
    let lead = match (flow.kind, &visit.visitor.principal) {
        _ if is_shown => Some(locale.text(impersonation::ONLY_LOOKS)),
        _ if let Some((_, lead)) = actions::page::words(flow) => Some(locale.text(lead)),
        (FlowKind::Settings, Some(principal)) => principal.identity.identifiers.first().cloned(),
        _ if let Some(address) = mailed::receiver(flow) => Some(address.to_owned()),
        (FlowKind::Recovery, _) if flow.state != SENT => Some(locale.text(RECOVER)),
        _ => destination(desk, flow.return_to.as_deref())
            .map(|host| locale.text(&format!("to continue to {host}"))),
    };
    let ways = instead.into_iter().chain(forgotten(desk, flow));
    let ways = ways.chain(newcomers(desk, flow));
    let ways = ways.chain(readdressed(desk, visit, flow));
    let footer: Vec<_> = ways
        .map(|(question, label, href)| (question, WayOut::new(label, href)))
        .collect();
    let mut ui = flow_json::ui(desk, flow, Some(csrf), &locale);
    if is_shown {
        impersonation::only_shown(&mut ui);
    }
    let page = FormPage {
        title,
        lead: lead.as_deref(),
        ui: &ui,
        footer: &footer,
    };
    let page = desk.shell.form_page(&locale, &page);
    let policy = desk.shell.policy(&Framing::Nobody, Some(&ui));
    let response = (policy, Html(page)).into_response();
    match codes::config(desk, flow.kind) {
        Some(_) => without_referrer(response),
        None => response,
    }
}

/// The host people are on their way to.
fn destination(desk: &Desk, return_to: Option<&str>) -> Option<String> {
    let home = desk.services.addresses.public_url();
    let url = return_to.and_then(|url| Url::parse(url).ok());
    let url = url.as_ref().unwrap_or(home);
    url.host_str().map(str::to_owned)
}
