//! Beginning to change one's profile.

use std::sync::Arc;

use axum::{
    extract::State,
    response::{IntoResponse, Json, Redirect},
};
use portcullis_core::{catalogue::Code, flow::FlowKind};
use portcullis_kit::{Failure, Outcome, Visit, Wants};

use super::{BEGIN, page, request};
use crate::{
    csrf::Csrf, desk::Desk, fetch, forms, navigate::with_cookie, remembered, start::NewFlow,
    throttle,
};

/// Begins a flow; whoever is not signed in does that first.
pub(crate) async fn browser(State(desk): State<Arc<Desk>>, visit: Visit) -> Outcome {
    let Some(principal) = &visit.visitor.principal else {
        let sign_in = desk.begin_page(FlowKind::Login, Some(&desk.own(BEGIN)));
        return match visit.wants() {
            Wants::Html => Ok(Redirect::to(&sign_in).into_response()),
            Wants::Json => {
                Err(Failure::from(Code::SignedOut).member("redirect_browser_to", sign_in))
            }
        };
    };
    if fetch::is_still_too_weak(&desk, principal).await? {
        return fetch::step_up(&desk, &visit, &desk.own(BEGIN));
    }
    throttle::flow(&desk, &visit).await?;
    let csrf = Csrf::of_or_new(&desk, &visit);
    let form = forms::usual(&desk, &visit, (FlowKind::Settings, &[])).await?;
    let new = NewFlow {
        csrf_hash: Some(csrf.hash()),
        context: remembered::owner(principal.identity.id),
        ..NewFlow::of(&desk, &visit, FlowKind::Settings, form)
    };
    let flow = new.start(&desk).await?;
    let response = match visit.wants() {
        Wants::Html => Redirect::to(&page(&desk, &flow)).into_response(),
        Wants::Json => {
            let payload = request::payload(&desk, &flow, Some(&csrf), &principal.identity);
            Json(payload).into_response()
        }
    };
    Ok(with_cookie(response, &csrf.set_cookie(&desk)))
}
