//! Confirming a link: an account of a provider waits, sealed, in a login flow until somebody has
//! proved to be the identity with the same address.
//!
//! The flow is bound to its id, the browser's cookie, the account and the identity; whoever
//! completes it takes it away, and it ends after ten minutes.

use portcullis_core::{
    broker::{Arrived, LinkReason, PendingLink},
    catalogue::Code,
    event::Event,
    flow::{Flow, FlowKind},
    identity::Identity,
    message::Message,
    ui::Node,
};
use portcullis_kit::{Failure, Outcome, Wants};
use serde_json::{Value, json};

use super::ways;
use crate::{desk::Desk, navigate, parked, provider, remembered, sign_in, start::NewFlow};

/// Whether an account waits in the flow.
pub(crate) fn is_in(flow: &Flow) -> bool {
    parked::is_in::<PendingLink>(flow)
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

/// Takes the flow for `identity`, and links the account that waits in it, if one does.
pub(crate) async fn settle(
    desk: &Desk,
    flow: &Flow,
    identity: &Identity,
) -> Result<Option<Box<Arrived>>, Failure> {
    let pending = match is_in(flow) {
        true => Some(parked::open::<PendingLink>(desk, flow)?),
        false => None,
    };
    sign_in::claim(desk, flow, identity.id)
        .await
        .inspect_err(|failure| refused(desk, flow, failure.code()))?;
    let Some(pending) = pending else {
        return Ok(None);
    };
    let until = pending.expires_at;
    parked::claim_once::<PendingLink>(desk, flow, until)
        .await
        .inspect_err(|failure| refused(desk, flow, failure.code()))?;
    let id = pending.provider.clone();
    let confirmed = desk.services.broker.confirm(pending, identity).await;
    let arrived = confirmed.map_err(|error| provider::failure(desk, error, &id, flow))?;
    desk.services.announcer.announce(&Event::Linked {
        identity: identity.id,
        provider: &id,
        reason: LinkReason::Proved,
    });
    Ok(Some(arrived))
}

/// Tells observers that the account that waits in the flow was not linked, if one does.
pub(crate) fn refused(desk: &Desk, flow: &Flow, code: Code) {
    if !is_in(flow) {
        return;
    }
    if let Ok(pending) = parked::open::<PendingLink>(desk, flow) {
        desk.services.announcer.announce(&Event::LinkRefused {
            identity: Some(pending.identity),
            provider: &pending.provider,
            code,
            reason: None,
        });
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
