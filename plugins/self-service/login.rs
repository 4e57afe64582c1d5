//! The login flow: signing in with a local identity or through a provider.

pub(crate) mod init;
pub(crate) mod local;
pub(crate) mod submit;

use portcullis_core::{flow::FlowKind, message::Message, ui::Node};

use crate::desk::Desk;

/// The form: a button for each provider that is not hidden or that was asked for by name, then
/// what the local methods need.
pub(crate) fn nodes(desk: &Desk, named: Option<&str>) -> Vec<Node> {
    let providers = desk.services.broker.registry.current();
    let buttons = providers
        .enabled()
        .filter(|provider| !provider.hidden || named == Some(provider.id.as_str()))
        .map(|provider| {
            let id = provider.id.as_str();
            let label = Message::sign_in_with(&provider.label, id);
            Node::submit("oidc", "provider", id, label)
        });
    let methods = desk.services.methods.iter();
    let local = methods.flat_map(|method| method.nodes(FlowKind::Login));
    buttons.chain(local).collect()
}
