//! The first page of a browser that an application sends: from here on the way is this browser's
//! alone, and an ordinary flow of it leads to the provider.

use std::sync::Arc;

use axum::extract::State;
use portcullis_core::{
    flow::{Flow, FlowKind},
    id::ProviderId,
    secret::TokenHash,
};
use portcullis_kit::{Failure, Outcome, Visit};

use super::{Exchange, end_page, fail, find, gone};
use crate::{
    attempts::Attempts, csrf::Csrf, departure, desk::Desk, forms, navigate::outcome_with_cookie,
    same_origin, scopes, start::NewFlow, throttle,
};

/// Lets one browser in by its ticket and sends it to the provider.
pub(crate) async fn begin(State(desk): State<Arc<Desk>>, visit: Visit) -> Outcome {
    // An application opens a browser; a page that leads one here would sign its reader in for
    // whoever began the flow.
    same_origin::require(&desk, &visit)?;
    throttle::flow(&desk, &visit).await?;
    let csrf = Csrf::of_or_new(&desk, &visit);
    let (flow, provider) = admit(&desk, &visit, &csrf).await?;
    let mut attempts = Attempts::of(&desk, &visit);
    let way = (&flow, visit.wants());
    let sent = departure::send(&desk, &mut attempts, way, (&provider, false)).await;
    if sent.is_err() {
        fail(&desk, &flow).await?;
    }
    let sent = outcome_with_cookie(sent, &attempts.set_cookie(&desk));
    outcome_with_cookie(sent, &csrf.set_cookie(&desk))
}

/// Takes the ticket, and begins the browser's own flow.
async fn admit(desk: &Desk, visit: &Visit, csrf: &Csrf) -> Result<(Flow, ProviderId), Failure> {
    let found = find(desk, visit.query("flow")).await?;
    let (mut native, mut exchange) = found.ok_or_else(|| gone(desk))?;
    let given = visit.query("ticket").map(TokenHash::of);
    let ticket = exchange.ticket.take().filter(|ticket| {
        given.is_some_and(|given| ticket.hash.matches(&given)) && ticket.until > desk.now()
    });
    let ticket = ticket.ok_or_else(|| gone(desk))?;
    let flows = &desk.services.flows;
    // Of two browsers at the same time one gets in.
    if !flows.claim_once(&ticket.hash, native.expires_at).await? {
        return Err(gone(desk));
    }
    let exchange = Exchange {
        browser: Some(csrf.hash()),
        ..exchange
    };
    if !exchange.keep(desk, &mut native).await? {
        return Err(gone(desk));
    }
    let flow = own(desk, visit, (&native, csrf)).await?;
    Ok((flow, ticket.provider))
}

/// The flow in which the browser goes on, on its way to the end of the native one.
async fn own(desk: &Desk, visit: &Visit, (native, csrf): (&Flow, &Csrf)) -> Result<Flow, Failure> {
    let kind = match native.kind {
        FlowKind::Registration => FlowKind::Registration,
        _ => FlowKind::Login,
    };
    let form = forms::usual(desk, visit, (kind, &scopes::of_flow(native))).await?;
    let new = NewFlow {
        request_url: native.request_url.clone(),
        return_to: Some(end_page(desk, native.id)),
        locale: native.locale.clone(),
        csrf_hash: Some(csrf.hash()),
        until: Some(native.expires_at),
        ..NewFlow::of(desk, visit, kind, form)
    };
    new.start(desk).await
}
