//! Linking an account of a provider: what happens when the browser comes back with it.

use axum::response::{IntoResponse, Json, Redirect};
use portcullis_core::{
    broker::{Arrived, BrokerError, LinkReason},
    event::Event,
    flow::Flow,
    identity::Identity,
    provider::{Answer, Attempt},
};
use portcullis_kit::{Outcome, Visit, Wants};

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
    let linked = link(desk, &principal.identity, attempt, answer).await?;
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
    identity: &Identity,
    attempt: &Attempt,
    answer: &Answer,
) -> Result<Result<Box<Arrived>, BrokerError>, portcullis_kit::Failure> {
    let redirect_uri = provider::redirect_uri(desk, &attempt.provider)?;
    let broker = &desk.services.broker;
    Ok(match broker.vouch(attempt, answer, &redirect_uri).await {
        Ok(vouched) => broker.link(identity, &attempt.provider, vouched).await,
        Err(error) => Err(error),
    })
}
