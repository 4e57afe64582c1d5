//! Linking an account of a provider: what happens when the browser comes back with it.

use axum::response::{IntoResponse, Json, Redirect};
use portcullis_core::{
    broker::{Arrived, BrokerError, LinkReason},
    catalogue::Code,
    event::Event,
    flow::{Flow, FlowKind},
    principal::Principal,
    provider::{Answer, Attempt},
};
use portcullis_kit::{Failure, Outcome, Visit, Wants};

use super::save;
use crate::{csrf::Csrf, desk::Desk, fetch, flow_json, provider};

/// Links the account of the answer to whom the flow is about.
pub(crate) async fn arrive(
    desk: &Desk,
    visit: &Visit,
    mut flow: Flow,
    (attempt, answer): (&Attempt, &Answer),
) -> Outcome {
    let principal = fetch::owned(desk, visit, &flow)?;
    let id = &attempt.provider;
    let linked = link(desk, principal, attempt, answer).await?;
    let arrived = linked.map_err(|error| provider::failure(desk, error, id, &flow))?;
    let identity = arrived.identity.id;
    desk.services.announcer.announce(&Event::Linked {
        identity,
        provider: id,
        reason: LinkReason::Settings,
    });
    save::succeed(desk, &mut flow, identity).await?;
    Ok(match visit.wants() {
        Wants::Html => {
            let page = desk.flow_page(flow.kind, flow.id);
            Redirect::to(flow.return_to.as_deref().unwrap_or(&page)).into_response()
        }
        Wants::Json => {
            let csrf = Csrf::of(desk, visit);
            Json(flow_json::flow(desk, &flow, csrf.as_ref(), Some(principal))).into_response()
        }
    })
}

async fn link(
    desk: &Desk,
    principal: &Principal,
    attempt: &Attempt,
    answer: &Answer,
) -> Result<Result<Box<Arrived>, BrokerError>, Failure> {
    let redirect_uri = provider::redirect_uri(desk, &attempt.provider)?;
    let broker = &desk.services.broker;
    let vouched = match broker.vouch(attempt, answer, &redirect_uri).await {
        Ok(vouched) => vouched,
        Err(error) => return Ok(Err(error)),
    };
    // Asking the provider takes its time, in which the identity may have been taken from whoever
    // asks: they must not add a way back in.
    let session = &principal.session;
    let still = desk.services.sessions.store().find(&session.token_hash);
    if still.await?.is_none_or(|still| still.id != session.id) {
        let begin = desk.begin_page(FlowKind::Login, None);
        return Err(Failure::from(Code::SignedOut).way_out("Sign in", begin));
    }
    let identity = &principal.identity;
    Ok(broker.link(identity, &attempt.provider, vouched).await)
}
