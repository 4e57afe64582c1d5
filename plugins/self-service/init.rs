//! Beginning flows: what browsers and native clients get, whatever the flow is for.

use axum::response::{IntoResponse, Json, Redirect};
use portcullis_core::{
    flow::{FlowKind, Transport},
    message::Message,
};
use portcullis_kit::{Failure, Outcome, Visit, Wants};
use serde_json::Value;

use crate::{
    attempts::Attempts,
    choosing,
    csrf::Csrf,
    departure,
    desk::Desk,
    exchange, flow_json,
    form::Form,
    forms, language, native,
    navigate::{outcome_with_cookie, with_cookie},
    return_to, scopes,
    start::NewFlow,
    throttle,
};

/// The query parameter of whoever asked for a form that is gone.
pub(crate) const GONE: &str = "form_gone";

/// How a flow begins beside what all flows have in common.
#[derive(Debug, Default)]
pub(crate) struct Opening {
    /// What the flow's own code remembers.
    pub(crate) context: Value,
    /// What the form says from the start.
    pub(crate) messages: Vec<Message>,
    /// What the form asks for, when that is not the usual.
    pub(crate) form: Option<Form>,
    /// Where the browser goes afterwards, when that is not what its address says.
    pub(crate) return_to: Option<String>,
}

/// Begins a browser's flow.
pub(crate) async fn browser(
    desk: &Desk,
    visit: &Visit,
    kind: FlowKind,
    opening: Opening,
) -> Outcome {
    throttle::flow(desk, visit).await?;
    let asked = return_to(desk, visit)?;
    let csrf = Csrf::of_or_new(desk, visit);
    let form = form(desk, visit, (kind, opening.form)).await?;
    let replaced = visit.query(GONE).map(|_| Message::form_replaced());
    let new = NewFlow {
        return_to: opening.return_to.or(asked),
        csrf_hash: Some(csrf.hash()),
        context: opening.context,
        messages: opening.messages.into_iter().chain(replaced).collect(),
        ..NewFlow::of(desk, visit, kind, form)
    };
    let flow = new.start(desk).await?;
    if let Some(id) = choosing::chosen_anew(desk, visit, &flow) {
        let mut attempts = Attempts::of(desk, visit);
        let gone = departure::send(desk, &mut attempts, (&flow, Wants::Html), (&id, true)).await;
        let gone = outcome_with_cookie(gone, &attempts.set_cookie(desk));
        return outcome_with_cookie(gone, &csrf.set_cookie(desk));
    }
    let response = match visit.wants() {
        Wants::Html => Redirect::to(&desk.flow_page(kind, flow.id)).into_response(),
        Wants::Json => {
            let principal = visit.visitor.principal.as_deref();
            let identity = principal.map(|principal| &*principal.identity);
            let locale = language::of_flow(desk, visit, &flow);
            Json(flow_json::flow(desk, &flow, Some(&csrf), identity, &locale)).into_response()
        }
    };
    Ok(with_cookie(response, &csrf.set_cookie(desk)))
}

/// Where a browser's address says that it goes afterwards.
pub(crate) fn return_to(desk: &Desk, visit: &Visit) -> Result<Option<String>, Failure> {
    match visit.wants() {
        Wants::Html => Ok(return_to::lenient(desk, visit)),
        Wants::Json => return_to::strict(desk, visit),
    }
}

/// Begins a native client's flow.
pub(crate) async fn native(
    desk: &Desk,
    visit: &Visit,
    kind: FlowKind,
    opening: Opening,
) -> Outcome {
    native::require(&visit.headers)?;
    throttle::flow(desk, visit).await?;
    let form = form(desk, visit, (kind, opening.form)).await?;
    let return_to = return_to::strict(desk, visit)?;
    let mut context = opening.context;
    let code = exchange::offer(desk, visit, return_to.as_deref(), &mut context)?;
    let new = NewFlow {
        transport: Transport::Api,
        return_to,
        context,
        messages: opening.messages,
        ..NewFlow::of(desk, visit, kind, form)
    };
    let flow = new.start(desk).await?;
    let principal = visit.visitor.principal.as_deref();
    let identity = principal.map(|principal| &*principal.identity);
    let locale = language::of_flow(desk, visit, &flow);
    let mut json = flow_json::flow(desk, &flow, None, identity, &locale);
    if let Some(code) = code {
        json["session_token_exchange_code"] = exchange::init_code(&flow, &code).into();
    }
    Ok(Json(json).into_response())
}

async fn form(
    desk: &Desk,
    visit: &Visit,
    (kind, own): (FlowKind, Option<Form>),
) -> Result<Form, Failure> {
    match own {
        Some(form) => Ok(form),
        None => forms::usual(desk, visit, (kind, &scopes::of_visit(visit))).await,
    }
}
