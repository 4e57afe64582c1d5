//! Linking an account of a provider: what happens when the browser comes back with it.

use axum::response::{IntoResponse, Json, Redirect, Response};
use http::StatusCode;
use portcullis_core::{
    broker::{Arrived, BrokerError, LinkReason},
    event::Event,
    flow::Flow,
    identity::Identity,
    message::Message,
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
    let owner = principal.identity.id;
    let before = desk.services.broker.links(owner).await;
    let before = before.map_err(|error| Failure::from(error.code()).caused_by(error))?;
    let linked = link(desk, &principal.identity, attempt, answer).await?;
    let arrived = match linked {
        Ok(arrived) => arrived,
        Err(error @ BrokerError::LinkedElsewhere) => {
            provider::tell(desk, &error, id, &flow);
            let message = Message::linked_elsewhere(&provider::label(desk, id));
            save::refresh(desk, &mut flow, owner).await?;
            flow.ui.messages = vec![message];
            desk.services.flows.put(&flow).await?;
            let page = desk.flow_page(flow.kind, flow.id);
            return Ok(respond(
                desk,
                visit,
                (&flow, &page),
                StatusCode::BAD_REQUEST,
            ));
        }
        Err(error) => return Err(provider::failure(desk, error, id, &flow)),
    };
    let key = &arrived.upstream.link;
    let message = match before.iter().any(|link| link.key == *key) {
        true => Message::linked_already(&provider::label(desk, id)),
        false => {
            desk.services.announcer.announce(&Event::Linked {
                identity: owner,
                provider: id,
                reason: LinkReason::Settings,
            });
            Message::settings_saved()
        }
    };
    save::succeed(desk, &mut flow, owner, message).await?;
    let page = desk.flow_page(flow.kind, flow.id);
    let page = flow.return_to.as_deref().unwrap_or(&page);
    Ok(respond(desk, visit, (&flow, page), StatusCode::OK))
}

/// Sends people to `page`, and tells scripts the flow.
fn respond(
    desk: &Desk,
    visit: &Visit,
    (flow, page): (&Flow, &str),
    status: StatusCode,
) -> Response {
    if visit.wants() == Wants::Html {
        return Redirect::to(page).into_response();
    }
    let csrf = Csrf::of(desk, visit);
    let principal = visit.visitor.principal.as_deref();
    let flow = flow_json::flow(desk, flow, csrf.as_ref(), principal);
    (status, Json(flow)).into_response()
}

async fn link(
    desk: &Desk,
    identity: &Identity,
    attempt: &Attempt,
    answer: &Answer,
) -> Result<Result<Box<Arrived>, BrokerError>, Failure> {
    let redirect_uri = provider::redirect_uri(desk, &attempt.provider)?;
    let broker = &desk.services.broker;
    Ok(match broker.vouch(attempt, answer, &redirect_uri).await {
        Ok(vouched) => broker.link(identity, &attempt.provider, vouched).await,
        Err(error) => Err(error),
    })
}
