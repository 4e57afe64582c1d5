//! The page that a mailed link opens. It changes nothing: programs that look through mail open links,
//! too, so that the proof counts only once a person presses the button.

use std::sync::Arc;

use axum::{
    extract::State,
    response::{Html, IntoResponse, Redirect, Response},
};
use http::{HeaderValue, header::REFERRER_POLICY};
use portcullis_core::{
    flow::{Flow, FlowKind},
    message::Message,
    ui::{Node, Ui},
};
use portcullis_kit::{FormPage, Framing, Outcome, Visit};

use crate::{
    csrf::{self, Csrf},
    desk::Desk,
    fetch,
    forms::mailed::TOKEN,
    language,
    navigate::with_cookie,
    remembered, start,
};

/// The page of a link to get back in.
pub(crate) async fn recovery(State(desk): State<Arc<Desk>>, visit: Visit) -> Outcome {
    page(&desk, &visit, FlowKind::Recovery).await
}

/// The page of a link that proves an address.
pub(crate) async fn verification(State(desk): State<Arc<Desk>>, visit: Visit) -> Outcome {
    page(&desk, &visit, FlowKind::Verification).await
}

async fn page(desk: &Desk, visit: &Visit, kind: FlowKind) -> Outcome {
    let flow = fetch::find(desk, visit.query("flow"), kind).await?;
    let Some(token) = visit.query(TOKEN) else {
        return Ok(Redirect::to(&desk.flow_page(kind, flow.id)).into_response());
    };
    if flow.expires_at <= desk.now() {
        let begin = desk.begin_page(kind, flow.return_to.as_deref());
        return Err(fetch::expired(desk, &flow).way_out("Begin anew", begin));
    }
    let csrf = Csrf::of_or_new(desk, visit);
    let response = with_cookie(
        render(desk, visit, (&flow, token), &csrf),
        &csrf.set_cookie(desk),
    );
    Ok(without_referrer(response))
}

fn render(desk: &Desk, visit: &Visit, (flow, token): (&Flow, &str), csrf: &Csrf) -> Response {
    let nodes = vec![
        Node::input("link", TOKEN, "hidden").with_value(token),
        Node::submit("link", "method", "link", Message::go_on()),
    ];
    let mut ui = Ui {
        action: flow.ui.action.clone(),
        method: "POST".to_owned(),
        nodes: start::arrange(nodes),
        messages: Vec::new(),
    };
    let locale = language::of_flow(desk, visit, flow);
    locale.form(&mut ui);
    let masked = csrf.masked(&*desk.services.entropy);
    for node in &mut ui.nodes {
        if node.attributes.name == csrf::FIELD {
            node.attributes.value = Some(masked.as_str().into());
        }
    }
    let gate = desk.services.addresses.public_url();
    let gate = gate.host_str().unwrap_or("the gate");
    let (title, lead) = match flow.kind {
        FlowKind::Recovery if remembered::leads_on(flow) => (
            "Something to do",
            format!("Continue to sign in at {gate} and do what you are asked for there."),
        ),
        FlowKind::Recovery => (
            "Get back in",
            format!("Continue to sign in at {gate} and choose a new password."),
        ),
        _ => (
            "Confirm your address",
            format!("Continue to show {gate} that this email address is yours."),
        ),
    };
    let page = FormPage {
        title,
        lead: Some(&locale.text(&lead)),
        ui: &ui,
        footer: &[],
    };
    let page = desk.shell.form_page(&locale, &page);
    (desk.shell.policy(&Framing::Nobody, None), Html(page)).into_response()
}

/// The page, whose address no other site learns of: it may carry a token.
pub(crate) fn without_referrer(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}
