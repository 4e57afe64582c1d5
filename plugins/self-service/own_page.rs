//! The built-in pages that show flows and errors.

use std::sync::Arc;

use axum::{
    extract::State,
    response::{Html, IntoResponse, Redirect},
};
use portcullis_core::{
    catalogue::Code,
    flow::{Flow, FlowKind, Transport},
};
use portcullis_kit::{ErrorPage, FormPage, Outcome, Visit, WayOut};
use url::Url;

use crate::{csrf::Csrf, desk::Desk, errors, fetch, flow_json, registration};

/// The sign-in page.
pub(crate) async fn login(State(desk): State<Arc<Desk>>, visit: Visit) -> Outcome {
    show(&desk, &visit, FlowKind::Login).await
}

/// The registration page.
pub(crate) async fn registration(State(desk): State<Arc<Desk>>, visit: Visit) -> Outcome {
    show(&desk, &visit, FlowKind::Registration).await
}

/// The error page.
pub(crate) async fn error(State(desk): State<Arc<Desk>>, visit: Visit) -> Outcome {
    let flow = errors::kept(&desk, visit.query("id")).await?;
    let text = |name: &str| flow.context["error"][name].as_str().unwrap_or_default();
    let known = Code::ALL.iter().find(|code| code.as_str() == text("id"));
    let page = desk.shell.error_page(&ErrorPage {
        code: known.copied().unwrap_or(Code::Internal),
        request_id: text("request"),
        reason: Some(text("reason")),
        hints: &[],
        ways_out: &[WayOut::new("Continue", desk.home())],
    });
    Ok(Html(page).into_response())
}

async fn show(desk: &Desk, visit: &Visit, kind: FlowKind) -> Outcome {
    if visit.query("flow").is_none() {
        return Ok(begin(desk, visit, kind));
    }
    let flow = match fetch::find(desk, visit.query("flow"), kind).await {
        Ok(flow) if flow.transport == Transport::Browser => flow,
        Ok(_) => return Ok(begin(desk, visit, kind)),
        Err(failure) if failure.code() == Code::FlowNotFound => {
            return Ok(begin(desk, visit, kind));
        }
        Err(failure) => return Err(failure),
    };
    let csrf = match fetch::bound(desk, visit, &flow) {
        Ok(Some(csrf)) if desk.now() < flow.expires_at => csrf,
        // A cookie came back, so that a new flow will be bound to it: this cannot go on for ever.
        Ok(_) => return Ok(begin_anew(desk, &flow)),
        Err(_) if Csrf::of(desk, visit).is_some() => return Ok(begin_anew(desk, &flow)),
        Err(failure) => return Err(failure),
    };
    Ok(Html(render(desk, &flow, &csrf)).into_response())
}

/// Begins a flow with the page's own query.
fn begin(desk: &Desk, visit: &Visit, kind: FlowKind) -> axum::response::Response {
    let page = desk.begin_page(kind, None);
    let parameters = visit.parameters().iter().filter(|(name, _)| name != "flow");
    let target = Url::parse(&page).map_or(page, |mut url| {
        let parameters: Vec<_> = parameters.collect();
        if !parameters.is_empty() {
            url.query_pairs_mut().extend_pairs(parameters);
        }
        url.into()
    });
    Redirect::to(&target).into_response()
}

fn begin_anew(desk: &Desk, flow: &Flow) -> axum::response::Response {
    let kind = match flow.kind {
        FlowKind::Registration if desk.config.registration.enabled => FlowKind::Registration,
        _ => FlowKind::Login,
    };
    Redirect::to(&desk.begin_page(kind, flow.return_to.as_deref())).into_response()
}

fn render(desk: &Desk, flow: &Flow, csrf: &Csrf) -> String {
    let return_to = flow.return_to.as_deref();
    let refresh = flow.context["refresh"] == true;
    let drafted = registration::draft::is_in(flow);
    let (title, other) = match flow.kind {
        FlowKind::Registration if drafted => (
            "Almost there",
            Some(("Not you?", FlowKind::Login, "Sign in another way")),
        ),
        FlowKind::Registration => (
            "Sign up",
            Some(("Registered already?", FlowKind::Login, "Sign in")),
        ),
        FlowKind::Login | FlowKind::Error if refresh => ("Confirm that it is you", None),
        FlowKind::Login | FlowKind::Error => (
            "Sign in",
            Some(("New here?", FlowKind::Registration, "Sign up"))
                .filter(|_| desk.config.registration.enabled),
        ),
    };
    let lead = destination(desk, return_to).map(|host| format!("to continue to {host}"));
    let footer = other.map(|(question, kind, label)| {
        (
            question,
            WayOut::new(label, desk.begin_page(kind, return_to)),
        )
    });
    desk.shell.form_page(&FormPage {
        title,
        lead: lead.as_deref(),
        ui: &flow_json::ui(desk, flow, Some(csrf)),
        footer: footer.as_ref().map(|(question, link)| (*question, link)),
    })
}

/// The host people are on their way to.
fn destination(desk: &Desk, return_to: Option<&str>) -> Option<String> {
    let home = desk.services.addresses.public_url();
    let url = return_to.and_then(|url| Url::parse(url).ok());
    let url = url.as_ref().unwrap_or(home);
    url.host_str().map(str::to_owned)
}
