//! Linking an account of a provider: what happens when the browser comes back with it.

use axum::response::{IntoResponse, Json, Redirect, Response};
use http::StatusCode;
use portcullis_core::{
    broker::{Arrived, BrokerError, LinkReason},
    catalogue::Code,
    event::Event,
    flow::Flow,
    link::Link,
    message::Message,
    principal::Principal,
    provider::{Answer, Attempt, Vouched},
};
use portcullis_kit::{Failure, Outcome, Visit, Wants};

use super::{moving, save};
use crate::{
    attempts::Attempts,
    csrf::Csrf,
    departure,
    desk::Desk,
    fetch, flow_json,
    forms::settings,
    language,
    made_link::{self, Basis},
    provider,
};

/// What providers say that do not let people choose among their accounts.
const CANNOT_CHOOSE: [&str; 2] = ["invalid_request", "account_selection_required"];

/// Why an account was not linked, and what its provider said of it.
type Refused = (BrokerError, Option<Vouched>);

/// Links the account of the answer to whom the flow is about.
pub(crate) async fn arrive(
    desk: &Desk,
    visit: &Visit,
    mut flow: Flow,
    (attempt, answer): (&Attempt, &Answer),
    attempts: &mut Attempts,
) -> Outcome {
    let principal = fetch::owned(desk, visit, &flow)?;
    fetch::require_strong(desk, principal, &flow).await?;
    let id = &attempt.provider;
    let error = answer.error.as_deref().unwrap_or_default();
    if CANNOT_CHOOSE.contains(&error) && settings::chooses(desk, &flow, id).await? {
        settings::offer_plainly(&mut flow, id, &provider::label(desk, id));
        desk.services.flows.put(&flow).await?;
        return departure::send(desk, attempts, (&flow, visit.wants()), (id, false)).await;
    }
    let owner = principal.identity.id;
    let before = desk.services.broker.links(owner).await;
    let before = before.map_err(|error| Failure::from(error.code()).caused_by(error))?;
    let linked = link(desk, principal, (attempt, answer), &before).await?;
    let arrived = match linked {
        Ok(arrived) => arrived,
        Err((error @ BrokerError::LinkedElsewhere, Some(vouched))) => {
            provider::tell(desk, &error, id, &flow);
            moving::offer(desk, (principal, &mut flow), id, vouched).await?;
            let page = desk.flow_page(flow.kind, flow.id);
            return Ok(respond(
                desk,
                visit,
                (&flow, &page),
                StatusCode::BAD_REQUEST,
            ));
        }
        Err((error, _)) => {
            // The provider remembers the account, and would bring it again and again.
            if error.code() == Code::ProviderNotAdmitted {
                settings::offer_another(&mut flow, id, &provider::label(desk, id));
                desk.services.flows.put(&flow).await?;
            }
            return Err(provider::failure(desk, error, id, &flow));
        }
    };
    let message = match is_among(&before, &arrived) {
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
    let identity = principal.map(|principal| &*principal.identity);
    let locale = language::of_flow(desk, visit, flow);
    let flow = flow_json::flow(desk, flow, csrf.as_ref(), identity, &locale);
    (status, Json(flow)).into_response()
}

/// Links the account, unless it is among those that were linked `before`; where that fails, what the
/// provider said of it is handed back.
async fn link(
    desk: &Desk,
    principal: &Principal,
    (attempt, answer): (&Attempt, &Answer),
    before: &[Link],
) -> Result<Result<Box<Arrived>, Refused>, Failure> {
    let redirect_uri = provider::redirect_uri(desk, &attempt.provider)?;
    let broker = &desk.services.broker;
    let vouched = match broker.vouch(attempt, answer, &redirect_uri).await {
        Ok(vouched) => vouched,
        Err(error) => return Ok(Err((error, None))),
    };
    // Asking the provider takes its time, in which the identity may have been taken from whoever
    // asks: they must not add a way back in.
    let still = save::require_session(desk, principal).await;
    still.inspect_err(|ended| {
        made_link::tell_refused(
            desk,
            (principal.identity.id, &attempt.provider),
            ended.code(),
        )
    })?;
    let identity = &principal.identity;
    let linked = broker.link(identity, &attempt.provider, vouched.clone());
    let arrived = match linked.await {
        Ok(arrived) => arrived,
        Err(error) => return Ok(Err((error, Some(vouched)))),
    };
    if is_among(before, &arrived) {
        provider::tell_reclaimed(desk, identity.id, &arrived.unlinked);
        return Ok(Ok(arrived));
    }
    // So may it have been while the link was made.
    let lasts = made_link::require_basis(desk, Basis::Session(principal), &arrived).await;
    lasts.inspect_err(|ended| {
        made_link::tell_refused(
            desk,
            (principal.identity.id, &attempt.provider),
            ended.code(),
        )
    })?;
    Ok(Ok(arrived))
}

/// Whether it is one of these links itself that let somebody in, and not one that was made anew of the
/// same account.
fn is_among(links: &[Link], arrived: &Arrived) -> bool {
    links.iter().any(|link| link.id == arrived.link)
}
