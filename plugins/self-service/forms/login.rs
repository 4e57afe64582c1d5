//! The login form: a button for each provider, then what the local methods need.

use portcullis_core::{flow::FlowKind, message::Message, ui::Node};

use super::provider;
use crate::desk::Desk;

/// The form. A provider that is not offered still has its button when it is asked for by name.
pub(super) fn nodes(desk: &Desk, named: Option<&str>) -> Vec<Node> {
    let providers = desk.services.broker.registry.current();
    let buttons = providers
        .enabled()
        .filter(|one| provider::is_offered(one) || named == Some(one.id.as_str()))
        .map(|one| {
            let label = Message::sign_in_with(&one.label, one.id.as_str());
            provider::button(one, "provider", label)
        });
    let methods = desk.services.methods.iter();
    let local = methods.flat_map(|method| method.nodes(FlowKind::Login));
    buttons.chain(local).collect()
}
