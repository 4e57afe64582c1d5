//! Confirming a link: an account of a provider waits, sealed, in a login flow until somebody has
//! proved to be the identity with the same address.
//!
//! Where that identity has a second factor, the account goes on waiting in the flow of the second step.
//! The flow is bound to its id, the browser's cookie, the account and the identity; whoever
//! completes it takes it away, and it ends after ten minutes.

use std::sync::Arc;

use async_trait::async_trait;
use portcullis_core::{
    broker::{Arrived, LinkReason, PendingLink},
    catalogue::Code,
    event::Event,
    flow::{Flow, FlowKind, Transport},
    identity::Identity,
    message::Message,
    principal::Principal,
    session::Session,
    ui::Node,
};
use portcullis_kit::{Failure, Outcome, Wants};
use serde_json::{Value, json};

use super::{step_up, ways};
use crate::{
    actions::after::Next,
    desk::Desk,
    made_link::{self, Basis},
    navigate,
    parked::{self, Parked},
    provider, remembered,
    settings::save,
    sign_in::{self, Detour, Proof},
    start::NewFlow,
};

/// What became of an account that waited for a first proof.
#[derive(Debug, Default)]
pub(crate) struct Settled {
    /// It is linked.
    pub(crate) linked: Option<Box<Arrived>>,
    /// It goes on waiting, for the second step.
    pub(crate) waits: Option<Box<PendingLink>>,
}

/// Whether an account waits in the flow for a first proof.
pub(crate) fn is_in(flow: &Flow) -> bool {
    parked::is_in::<PendingLink>(flow) && !remembered::steps_up(flow)
}

/// Parks the account in a new login flow and sends the browser there. `from` is the flow the
/// browser came with.
pub(crate) async fn park(desk: &Desk, from: &Flow, wants: Wants, pending: &PendingLink) -> Outcome {
    let identity = desk.services.identities.find(pending.identity).await?;
    let identity = identity.ok_or(Code::Internal)?;
    let nodes = ways::to_prove(desk, &identity, pending).await?;
    if nodes.is_empty() {
        return Err(unprovable(desk, pending, from));
    }
    let label = provider::label(desk, &pending.provider);
    let context = parked::context(desk, pending)?;
    let new = NewFlow {
        context: remembered::owned_by(context, identity.id),
        messages: vec![explanation(&nodes, pending, &label)],
        until: Some(pending.expires_at),
        ..NewFlow::after(from, FlowKind::Login, nodes)
    };
    let flow = new.start(desk).await?;
    navigate::to(wants, &desk.flow_page(flow.kind, flow.id))
}

/// Takes the flow for `identity`, which the proof has shown, and links the account that waits in it, if one
/// does: at once, or once whoever has a second factor has shown it.
pub(crate) async fn settle(
    desk: &Desk,
    flow: &Flow,
    (proof, identity): (Proof<'_>, &Identity),
) -> Result<Settled, Failure> {
    let pending = match is_in(flow) {
        true => Some(parked::open::<PendingLink>(desk, flow)?),
        false => None,
    };
    sign_in::claim(desk, flow, identity.id)
        .await
        .inspect_err(|failure| refused(desk, flow, failure.code()))?;
    let Some(pending) = pending else {
        return Ok(Settled::default());
    };
    claim(desk, flow, &pending).await?;
    // One proof is not what this identity is changed for.
    if desk.services.actions.assurance().has_second(identity) {
        return Ok(Settled {
            waits: Some(Box::new(pending)),
            linked: None,
        });
    }
    let linked = link(desk, flow, pending, (Basis::Proof(proof), identity));
    let linked = Some(linked.await?);
    Ok(Settled {
        linked,
        waits: None,
    })
}

/// Links the account that has waited in the flow of the second step, which has just been taken.
pub(crate) async fn link_waiting(
    desk: &Desk,
    principal: &Principal,
    flow: &Flow,
    identity: &Identity,
) -> Result<(), Failure> {
    if !parked::is_in::<PendingLink>(flow) {
        return Ok(());
    }
    let pending = parked::open::<PendingLink>(desk, flow)?;
    claim(desk, flow, &pending).await?;
    // Somebody may have taken the identity back just then.
    save::require_session(desk, principal)
        .await
        .inspect_err(|failure| refused(desk, flow, failure.code()))?;
    let basis = Basis::Session(principal);
    link(desk, flow, pending, (basis, identity)).await.map(drop)
}

async fn claim(desk: &Desk, flow: &Flow, pending: &PendingLink) -> Result<(), Failure> {
    parked::claim_once::<PendingLink>(desk, flow, pending.expires_at)
        .await
        .inspect_err(|failure| refused(desk, flow, failure.code()))
}

/// Links the account, unless what its owner has proved is gone by then.
async fn link(
    desk: &Desk,
    flow: &Flow,
    pending: PendingLink,
    (basis, identity): (Basis<'_>, &Identity),
) -> Result<Box<Arrived>, Failure> {
    let id = pending.provider.clone();
    let confirmed = desk.services.broker.confirm(pending, identity).await;
    let arrived = confirmed.map_err(|error| provider::failure(desk, error, &id, flow))?;
    let lasts = made_link::require_basis(desk, basis, &arrived).await;
    lasts.inspect_err(|gone| made_link::tell_refused(desk, (identity.id, &id), gone.code()))?;
    desk.services.announcer.announce(&Event::Linked {
        identity: identity.id,
        provider: &id,
        reason: LinkReason::Proved,
    });
    Ok(arrived)
}

/// Tells observers that the account that waits in the flow was not linked, if one does.
pub(crate) fn refused(desk: &Desk, flow: &Flow, code: Code) {
    if !parked::is_in::<PendingLink>(flow) {
        return;
    }
    if let Ok(pending) = parked::open::<PendingLink>(desk, flow) {
        made_link::tell_refused(desk, (pending.identity, &pending.provider), code);
    }
}

/// The identifier that a submission to this flow is about, whatever its field says.
pub(crate) fn identifier(flow: &Flow) -> Option<String> {
    let fixed = |node: &&Node| node.attributes.name == "identifier" && node.attributes.disabled;
    let node = flow.ui.nodes.iter().find(fixed)?;
    Some(node.attributes.value.as_ref()?.as_str()?.to_owned())
}

fn explanation(nodes: &[Node], pending: &PendingLink, label: &str) -> Message {
    let mut message = Message::link_account(&pending.address, label);
    let of = |name: &str| -> Vec<Value> {
        let nodes = nodes.iter().filter(|node| node.attributes.name == name);
        nodes
            .filter_map(|node| node.attributes.value.clone())
            .collect()
    };
    let (methods, providers) = (of("method"), of("provider"));
    let mut types = methods;
    if !providers.is_empty() {
        types.push(json!(provider::OIDC));
    }
    let context = &mut message.context;
    context.insert("available_credential_types".to_owned(), json!(types));
    context.insert("available_providers".to_owned(), json!(providers));
    message
}

/// The answer when the identity has no way to prove itself that works here.
fn unprovable(desk: &Desk, pending: &PendingLink, from: &Flow) -> Failure {
    let code = Code::AddressTaken;
    desk.services.announcer.announce(&Event::LinkRefused {
        identity: Some(pending.identity),
        provider: &pending.provider,
        code,
        reason: Some("no way left to prove"),
    });
    let label = provider::label(desk, &pending.provider);
    let (way_out, href) = provider::way_out(desk, code, from);
    Failure::from(code)
        .because(Message::address_taken(&label).text)
        .hint("There is no way left to prove here that it is yours. Please ask your administrator.")
        .way_out(way_out, href)
}

#[async_trait]
impl Detour for PendingLink {
    async fn next(
        &self,
        desk: &Desk,
        flow: &Flow,
        who: (&Identity, &Session),
    ) -> Result<Option<Next>, Failure> {
        before_second_step(desk, flow, who, self).await
    }
}

/// Lets the account wait on in the flow of the second step of whoever has just signed in: where that
/// is taken, or `None` where it cannot be. Where there is nothing more to show, it is linked at once.
async fn before_second_step(
    desk: &Desk,
    from: &Flow,
    (identity, session): (&Identity, &Session),
    pending: &PendingLink,
) -> Result<Option<Next>, Failure> {
    let assurance = desk.services.actions.assurance();
    let principal = Principal::new(Arc::new(identity.clone()), session.clone(), Vec::new());
    if !assurance.is_weaker(identity, session) {
        let by = (Basis::Session(&principal), identity);
        link(desk, from, pending.clone(), by).await?;
        return Ok(None);
    }
    let opening = match from.transport {
        Transport::Browser => step_up::opening(desk, &principal).await?,
        Transport::Api => None,
    };
    let Some(opening) = opening else {
        let about = (pending.identity, &pending.provider);
        made_link::tell_refused(desk, about, Code::SecondFactorRequired);
        return Ok(None);
    };
    let mut context = opening.context;
    context[PendingLink::NAME] = parked::context(desk, pending)?[PendingLink::NAME].take();
    let new = NewFlow {
        context,
        messages: opening.messages,
        until: Some(pending.expires_at),
        ..NewFlow::after(from, FlowKind::Login, opening.form.unwrap_or_default())
    };
    let flow = new.start(desk).await?;
    let page = desk.flow_page(flow.kind, flow.id);
    let told = json!({"action": "redirect_browser_to", "redirect_browser_to": page});
    Ok(Some(Next {
        page,
        continue_with: Some(told),
    }))
}
