//! The settings form: the profile, what local methods keep, which accounts of providers are linked,
//! and which could be.

use portcullis_core::{
    broker::BrokerError,
    catalogue::Code,
    flow::{Flow, FlowKind},
    id::{IdentityId, ProviderId},
    link::Link,
    message::Message,
    method::Method,
    ui::Node,
};
use portcullis_kit::Failure;

use super::{deletion, profile, provider};
use crate::{desk::Desk, factors, form::Form, remembered};

/// The name of the buttons that link an account.
const LINK: &str = "link";

/// The form of an identity.
pub(crate) async fn form(desk: &Desk, id: IdentityId) -> Result<Form, Failure> {
    let identity = desk.services.identities.find(id).await?;
    let identity = identity.ok_or(Code::SignedOut)?;
    let mut nodes = profile::nodes(desk, &identity);
    // Nobody signs in with a password who has nothing to say beside it.
    if !identity.identifiers.is_empty() {
        let methods = desk.services.methods.iter();
        nodes.extend(methods.flat_map(|method| method.nodes(FlowKind::Settings)));
    }
    let mut factors = factors::offer(desk, &identity).await?;
    nodes.append(&mut factors.nodes);
    nodes.extend(accounts(desk, id).await?);
    if deletion::is_open_to(desk, &identity) {
        nodes.push(deletion::node());
    }
    Ok(Form {
        nodes,
        memory: factors.memory,
    })
}

/// Whether the form has a part for this method.
pub(crate) fn is_offered(method: &dyn Method) -> bool {
    !method.nodes(FlowKind::Settings).is_empty()
}

/// The linked accounts, and those that could be.
async fn accounts(desk: &Desk, identity: IdentityId) -> Result<Vec<Node>, Failure> {
    let links = desk.services.broker.links(identity).await;
    let links = links.map_err(|error| match error {
        BrokerError::Store(error) => Failure::from(error),
        error => Failure::from(error.code()).caused_by(error),
    })?;
    let providers = desk.services.broker.registry.current();
    let unlink = links.iter().map(|link| {
        let configured = providers.find(&link.key.provider);
        let icon = configured.and_then(|provider| provider.icon.as_deref());
        let label = configured.map_or(link.key.provider.as_str(), |found| found.label.as_str());
        let is_only_one = is_only_one(&links, link);
        let value = match is_only_one {
            true => link.key.provider.to_string(),
            false => name(link),
        };
        let account = account(&links, link);
        let shown = match is_only_one && link.label.is_none() {
            true => label.to_owned(),
            false => format!("{label} ({account})"),
        };
        let mut message = Message::unlink_provider(&shown);
        message.context.insert("account".to_owned(), account.into());
        Node::submit("oidc", "unlink", &value, message).with_icon(icon)
    });
    let link = providers.enabled().filter(|one| !one.hidden);
    let link = link.map(|one| {
        let is_linked = links.iter().any(|link| link.key.provider == one.id);
        let label = match is_linked {
            true => Message::link_another(&one.label),
            false => Message::link_provider(&one.label),
        };
        provider::button(one, LINK, label)
    });
    Ok(link.chain(unlink).collect())
}

/// Offers to choose another account of this provider, which would bring the same one again.
pub(crate) fn offer_another(flow: &mut Flow, provider: &ProviderId, label: &str) {
    remembered::settle_choice(flow, provider, true);
    relabel(flow, provider, &Message::link_another(label));
}

/// Offers what the provider itself brings: it does not let people choose.
pub(crate) fn offer_plainly(flow: &mut Flow, provider: &ProviderId, label: &str) {
    remembered::settle_choice(flow, provider, false);
    relabel(flow, provider, &Message::link_provider(label));
}

fn relabel(flow: &mut Flow, provider: &ProviderId, label: &Message) {
    for node in &mut flow.ui.nodes {
        if is_button(node, provider) {
            node.meta.label = Some(label.clone());
        }
    }
}

/// Whether the person chooses an account of this provider there: one is linked already, or the
/// provider has brought one that cannot be.
pub(crate) async fn chooses(
    desk: &Desk,
    flow: &Flow,
    provider: &ProviderId,
) -> Result<bool, Failure> {
    let owner = remembered::identity(flow).filter(|_| flow.kind == FlowKind::Settings);
    match (remembered::choice(flow, provider), owner) {
        (Some(chooses), _) => Ok(chooses),
        (None, None) => Ok(false),
        (None, Some(owner)) => {
            let links = desk.services.broker.links(owner).await;
            let links = links.map_err(|error| Failure::from(error.code()).caused_by(error))?;
            Ok(links.iter().any(|link| link.key.provider == *provider))
        }
    }
}

fn is_button(node: &Node, provider: &ProviderId) -> bool {
    let input = &node.attributes;
    input.name == LINK && input.value.as_ref().is_some_and(|v| v == provider.as_str())
}

/// The links that `text` names: all of a provider, or one account of it as `<provider>:<subject>`.
pub(crate) fn named<'a>(links: &'a [Link], text: &str) -> Vec<&'a Link> {
    let links = links.iter();
    links
        .filter(|link| link.key.provider.as_str() == text || name(link) == text)
        .collect()
}

fn is_only_one(links: &[Link], link: &Link) -> bool {
    let same = |other: &&Link| other.key.provider == link.key.provider;
    links.iter().filter(same).count() == 1
}

/// What tells the account from the others of its provider.
fn account<'a>(links: &[Link], link: &'a Link) -> &'a str {
    let (shown, provider) = (link.shown(), &link.key.provider);
    let same = |other: &&Link| other.key.provider == *provider && other.shown() == shown;
    match links.iter().filter(same).count() {
        1 => shown,
        _ => &link.key.subject,
    }
}

fn name(link: &Link) -> String {
    format!("{}:{}", link.key.provider, link.key.subject)
}
