//! The ways in which an identity can prove itself: the accounts it is linked to, a code mailed to its
//! verified address, and its local methods.
//!
//! A provider that may let a browser through which it remembers, unasked, counts only where there is
//! no other way.

use portcullis_core::{
    broker::PendingLink,
    catalogue::Code,
    credential::CredentialKind,
    flow::{Flow, FlowKind},
    id::ProviderId,
    identity::Identity,
    message::Message,
    provider::{ConfiguredProvider, Heeds},
    ui::Node,
};
use portcullis_kit::Failure;

use crate::{codes::by_mail, desk::Desk, factors, form::Form, forms::captcha};

/// How it can prove that an account is its own, too.
pub(super) async fn to_prove(
    desk: &Desk,
    identity: &Identity,
    pending: &PendingLink,
) -> Result<Vec<Node>, Failure> {
    let providers = linked_providers(desk, identity, Message::sign_in_with_and_link).await?;
    let mut nodes = providers.certain;
    nodes.extend(by_mail::button(desk, identity));
    // Whoever holds the address need not learn by what else the identity signs in.
    let known = identity.identifiers.contains(&pending.address);
    let known = known.then_some(pending.address.as_str());
    let local = local_nodes(desk, identity, known).await?;
    // What can be guessed at here is guessed at by a person, as where people sign in.
    let captcha = match local.is_empty() {
        true => Vec::new(),
        false => captcha::nodes(desk, FlowKind::Login),
    };
    let local = local.into_iter();
    nodes.extend(local.map(|node| match node.attributes.kind.as_str() {
        "submit" => node.with_label(Message::sign_in_and_link()),
        _ => node,
    }));
    nodes.extend(captcha);
    Ok(or(nodes, providers.uncertain))
}

/// How somebody who is signed in can prove it again: the ways of this identity and no others. Without
/// any there is no form that could be completed.
pub(crate) async fn own(desk: &Desk, identity: &Identity) -> Result<Form, Failure> {
    let providers = linked_providers(desk, identity, Message::sign_in_with).await?;
    let mut nodes = providers.certain;
    let known = identity.identifiers.first().map(String::as_str);
    nodes.extend(local_nodes(desk, identity, known).await?);
    let credentials = desk.services.credentials.list(identity.id).await?;
    let has = |kind: CredentialKind| credentials.iter().any(|one| one.kind == kind);
    let mut alone = factors::passwordless(desk, has).await?;
    nodes.append(&mut alone.nodes);
    if nodes.is_empty() {
        nodes.extend(by_mail::button(desk, identity));
    }
    let nodes = or(nodes, providers.uncertain);
    match nodes.is_empty() {
        true => Err(Failure::from(Code::BadRequest)
            .because(
                "There is no way left to prove here that it is you. Please ask your administrator.",
            )
            .way_out("Continue", desk.home())),
        false => Ok(Form {
            nodes,
            memory: alone.memory,
        }),
    }
}

/// Whether the flow's form has a button for the provider of this name.
pub(super) fn offers(flow: &Flow, provider: &str) -> bool {
    let mut inputs = flow.ui.nodes.iter().map(|node| &node.attributes);
    inputs.any(|input| {
        let value = input.value.as_ref().and_then(|value| value.as_str());
        input.name == "provider" && value == Some(provider)
    })
}

fn or(nodes: Vec<Node>, otherwise: Vec<Node>) -> Vec<Node> {
    match nodes.is_empty() {
        true => otherwise,
        false => nodes,
    }
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

/// The buttons of the providers that an identity is linked to.
struct Linked {
    /// Those that ask people again who they are, and tell so.
    certain: Vec<Node>,
    /// The others.
    uncertain: Vec<Node>,
}

/// The providers it is linked to. Another account of the very provider proves it as well: the one
/// that waits is linked to nobody, so that it never proves itself.
async fn linked_providers(
    desk: &Desk,
    identity: &Identity,
    label: fn(&str, &str) -> Message,
) -> Result<Linked, Failure> {
    let links = desk.services.broker.links(identity.id).await;
    let links = links.map_err(|error| Failure::from(error.code()).caused_by(error))?;
    let providers = desk.services.broker.registry.current();
    let is_way = |id: &ProviderId| links.iter().any(|link| link.key.provider == *id);
    let button = |one: &ConfiguredProvider| {
        let (id, name) = (one.id.as_str(), &one.label);
        let button = Node::submit("oidc", "provider", id, label(name, id));
        button.with_icon(one.icon.as_deref())
    };
    let linked = providers.enabled().filter(|one| is_way(&one.id));
    let (certain, uncertain): (Vec<_>, Vec<_>) =
        linked.partition(|one| one.heeds() == Heeds::MaxAge);
    Ok(Linked {
        certain: certain.into_iter().map(|one| button(one)).collect(),
        uncertain: uncertain.into_iter().map(|one| button(one)).collect(),
    })
}
