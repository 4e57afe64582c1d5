//! Confirming a link: an account of a provider waits, sealed, in a login flow until somebody has
//! proved to be the identity with the same address.
//!
//! The flow is bound to its id, the browser's cookie, the account and the identity; whoever
//! completes it takes it away, and it ends after ten minutes.

use portcullis_core::{
    broker::{Arrived, LinkReason, PendingLink},
    catalogue::Code,
    credential::CredentialKind,
    event::Event,
    flow::{Flow, FlowKind},
    id::ProviderId,
    identity::Identity,
    message::Message,
    ui::Node,
};
use portcullis_kit::{Failure, Outcome, Wants};
use serde_json::{Value, json};

use super::code;
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
    let nodes = ways_to_prove(desk, &identity, pending).await?;
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

/// The form's ways to prove the identity: providers it is linked to, a code mailed to its verified
/// address, and its local methods.
async fn ways_to_prove(
    desk: &Desk,
    identity: &Identity,
    pending: &PendingLink,
) -> Result<Vec<Node>, Failure> {
    let mut nodes = linked_providers(desk, identity, Message::sign_in_with_and_link).await?;
    nodes.extend(code::button(desk, identity, pending));
    // Whoever holds the address need not learn by what else the identity signs in.
    let known = identity.identifiers.contains(&pending.address);
    let known = known.then_some(pending.address.as_str());
    let local = local_nodes(desk, identity, known).await?.into_iter();
    nodes.extend(local.map(|node| match node.attributes.kind.as_str() {
        "submit" => node.with_label(Message::sign_in_and_link()),
        _ => node,
    }));
    Ok(nodes)
}

/// How somebody who is signed in can prove it again: the ways of this identity and no others.
pub(crate) async fn own_ways(desk: &Desk, identity: &Identity) -> Result<Vec<Node>, Failure> {
    let mut nodes = linked_providers(desk, identity, Message::sign_in_with).await?;
    let known = identity.identifiers.first().map(String::as_str);
    nodes.extend(local_nodes(desk, identity, known).await?);
    Ok(nodes)
}

/// The nodes of the local methods it has, about this `identifier` and no other.
async fn local_nodes(
    desk: &Desk,
    identity: &Identity,
    identifier: Option<&str>,
) -> Result<Vec<Node>, Failure> {
    let credentials = desk.services.credentials.list(identity.id).await?;
    let has = |name: &str| {
        let mut local = credentials.iter().map(|credential| credential.kind);
        local.any(|kind| kind != CredentialKind::Oidc && kind.as_str() == name)
    };
    let methods = desk.services.methods.iter().filter(|one| has(one.name()));
    let mut nodes: Vec<Node> = methods.flat_map(|one| one.nodes(FlowKind::Login)).collect();
    for input in nodes.iter_mut().map(|node| &mut node.attributes) {
        if let ("identifier", Some(identifier)) = (input.name.as_str(), identifier) {
            input.value = Some(identifier.into());
            input.disabled = true;
        }
    }
    Ok(nodes)
}

/// The providers it is linked to. Another account of the very provider proves it as well: the one
/// that waits is linked to nobody, so that it never proves itself.
async fn linked_providers(
    desk: &Desk,
    identity: &Identity,
    label: fn(&str, &str) -> Message,
) -> Result<Vec<Node>, Failure> {
    let links = desk.services.broker.links(identity.id).await;
    let links = links.map_err(|error| Failure::from(error.code()).caused_by(error))?;
    let providers = desk.services.broker.registry.current();
    let is_way = |id: &ProviderId| links.iter().any(|link| link.key.provider == *id);
    let linked = providers.enabled().filter(|one| is_way(&one.id));
    let button = |id: &str, name: &str| Node::submit("oidc", "provider", id, label(name, id));
    Ok(linked
        .map(|one| button(one.id.as_str(), &one.label).with_icon(one.icon.as_deref()))
        .collect())
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
        types.push(json!(sign_in::OIDC));
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
