//! Moving an account from another identity of the same person, who has proved to hold both: the one
//! by being signed in, the other by having come back from the provider.

use portcullis_core::{
    broker::{BrokerError, LinkReason, Moved, PendingMove},
    event::{Event, UnlinkReason},
    flow::Flow,
    id::{IdentityId, ProviderId},
    message::Message,
    principal::Principal,
    provider::Vouched,
    ui::Node,
};
use portcullis_kit::{Failure, Outcome};

use super::{save, unlink};
use crate::{
    desk::Desk,
    forms::settings,
    made_link::{self, Basis},
    parked, provider, start,
    submission::Submission,
};

/// The button that moves the account.
pub(super) const MOVE: &str = "move";
/// The button that leaves it where it is.
pub(super) const KEEP: &str = "keep";

/// Whether an account waits in the flow to be moved.
pub(crate) fn is_in(flow: &Flow) -> bool {
    parked::is_in::<PendingMove>(flow)
}

/// Says in the flow that the account signs in another identity, and asks whether to move it where
/// it can be moved.
pub(super) async fn offer(
    desk: &Desk,
    (principal, flow): (&Principal, &mut Flow),
    id: &ProviderId,
    vouched: Vouched,
) -> Result<(), Failure> {
    let label = provider::label(desk, id);
    save::refresh(desk, flow, principal.identity.id).await?;
    parked::take::<PendingMove>(flow);
    flow.ui.messages = vec![Message::linked_elsewhere(&label)];
    let broker = &desk.services.broker;
    match broker.offer_move(&principal.identity, id, vouched).await {
        Ok(pending) => {
            parked::add(desk, flow, &pending)?;
            flow.ui.messages.push(Message::move_offered(&label));
            flow.ui.nodes = start::arrange(vec![
                Node::submit("oidc", MOVE, id.as_str(), Message::move_link(&label)),
                Node::submit("oidc", KEEP, id.as_str(), Message::keep_link()),
            ]);
        }
        Err(BrokerError::Store(error)) => return Err(error.into()),
        Err(error) => {
            if matches!(error, BrokerError::LastFactor) {
                flow.ui.messages.push(Message::move_refused(&label));
            }
            settings::offer_another(flow, id, &label);
        }
    }
    Ok(desk.services.flows.put(flow).await?)
}

/// Leaves the account where it is.
pub(super) async fn keep(
    desk: &Desk,
    principal: &Principal,
    mut submission: Box<Submission>,
) -> Outcome {
    let kept = submission.text(KEEP).map(str::to_owned);
    let flow = &mut submission.flow;
    parked::take::<PendingMove>(flow);
    save::refresh(desk, flow, principal.identity.id).await?;
    if let Some(id) = kept.and_then(|id| id.parse().ok()) {
        settings::offer_another(flow, &id, &provider::label(desk, &id));
    }
    flow.ui.messages.clear();
    desk.services.flows.put(flow).await?;
    save::answer(desk, &submission)
}

/// Moves the account that waits in the flow.
pub(super) async fn go(
    desk: &Desk,
    principal: &Principal,
    mut submission: Box<Submission>,
) -> Outcome {
    let pending = parked::open::<PendingMove>(desk, &submission.flow)?;
    let id = pending.provider.clone();
    let still = save::require_session(desk, principal).await;
    still.inspect_err(|ended| {
        made_link::tell_refused(desk, (principal.identity.id, &id), ended.code())
    })?;
    let until = pending.expires_at;
    parked::claim_once::<PendingMove>(desk, &submission.flow, until).await?;
    parked::take::<PendingMove>(&mut submission.flow);
    let identity = principal.identity.id;
    let broker = &desk.services.broker;
    match broker.move_link(pending, &principal.identity).await {
        Ok(moved) => {
            let lasts = settle(desk, principal, &moved).await;
            if let Err(error) = moved.arrived {
                return stranded(desk, identity, submission, (error, &id)).await;
            }
            lasts.inspect_err(|ended| {
                made_link::tell_refused(desk, (principal.identity.id, &id), ended.code())
            })?;
        }
        Err(error @ BrokerError::LastFactor) => {
            provider::tell(desk, &error, &id, &submission.flow);
            save::refresh(desk, &mut submission.flow, identity).await?;
            let message = Message::move_refused(&provider::label(desk, &id));
            return submission.reject(desk, vec![(None, message)]).await;
        }
        Err(error) => return stranded(desk, identity, submission, (error, &id)).await,
    }
    save::succeed(
        desk,
        &mut submission.flow,
        identity,
        Message::settings_saved(),
    )
    .await?;
    save::answer(desk, &submission)
}

/// The answer when the account has not come to sign in whom it was moved to.
async fn stranded(
    desk: &Desk,
    identity: IdentityId,
    mut submission: Box<Submission>,
    (error, id): (BrokerError, &ProviderId),
) -> Outcome {
    save::refresh(desk, &mut submission.flow, identity).await?;
    submission.flow.ui.messages.clear();
    desk.services.flows.put(&submission.flow).await?;
    Err(provider::failure(desk, error, id, &submission.flow))
}

/// Tells what was moved, and ends what the account still keeps open as whom it signed in before. Fails where
/// the session has ended meanwhile: then the account signs in nobody.
async fn settle(desk: &Desk, principal: &Principal, moved: &Moved) -> Result<(), Failure> {
    let announcer = &desk.services.announcer;
    let provider = &moved.link.key.provider;
    announcer.announce(&Event::Unlinked {
        identity: moved.from,
        provider,
        reason: UnlinkReason::Moved,
    });
    let lasts = match &moved.arrived {
        Ok(arrived) => {
            let basis = Basis::Session(principal);
            let lasts = made_link::require_basis(desk, basis, arrived).await;
            if lasts.is_ok() {
                announcer.announce(&Event::Linked {
                    identity: arrived.identity.id,
                    provider,
                    reason: LinkReason::Settings,
                });
            }
            lasts
        }
        Err(_) => Ok(()),
    };
    unlink::end_sessions(desk, principal, &moved.link).await;
    lasts
}
