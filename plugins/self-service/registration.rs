//! The registration flow: creating an identity for oneself, and completing what a provider said.

pub(crate) mod draft;
pub(crate) mod init;
mod local;
pub(crate) mod submit;

use portcullis_core::{
    flow::{Flow, FlowKind},
    message::Message,
    provider::Creation,
    ui::Node,
};
use serde_json::json;

use crate::desk::Desk;

/// The form: providers that create identities, the traits of the default schema, and what the
/// local methods need.
pub(crate) fn nodes(desk: &Desk) -> Vec<Node> {
    let providers = desk.services.broker.registry.current();
    let mut nodes: Vec<Node> = providers
        .enabled()
        .filter(|provider| !provider.hidden && provider.policy.create != Creation::Never)
        .map(|provider| {
            let id = provider.id.as_str();
            let label = Message::sign_up_with(&provider.label, id);
            Node::submit("oidc", "provider", id, label)
        })
        .collect();
    if desk.services.methods.is_empty() {
        return nodes;
    }
    let schema = desk.services.schemas.default_schema();
    nodes.extend(schema.nodes(&json!({}), "default"));
    let methods = desk.services.methods.iter();
    nodes.extend(methods.flat_map(|method| method.nodes(FlowKind::Registration)));
    nodes
}

/// Whether this flow may be used: everybody's when registration is on, and always one that
/// completes what a provider said.
pub(crate) fn is_open(desk: &Desk, flow: &Flow) -> bool {
    desk.config.registration.enabled || draft::is_in(flow)
}
