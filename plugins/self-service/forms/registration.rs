//! The registration form: providers that create identities, the traits of the default schema, and
//! what the local methods need.

use portcullis_core::{
    flow::FlowKind,
    message::Message,
    provider::Creation,
    schema::{Evaluation, ProfileContext, Unmanaged, Viewer},
    ui::Node,
};
use serde_json::json;

use super::provider;
use crate::desk::Desk;

/// The form.
pub(super) fn nodes(desk: &Desk, scopes: &[String]) -> Vec<Node> {
    let providers = desk.services.broker.registry.current();
    let mut nodes: Vec<Node> = providers
        .enabled()
        .filter(|one| provider::is_offered(one) && one.policy.create != Creation::Never)
        .map(|one| {
            let label = Message::sign_up_with(&one.label, one.id.as_str());
            provider::button(one, "provider", label)
        })
        .collect();
    if desk.services.methods.is_empty() {
        return nodes;
    }
    let schema = desk.services.schemas.default_schema();
    let place = Evaluation::of(ProfileContext::Registration).asking(scopes);
    nodes.extend(schema.nodes(&place, &json!({}), "default"));
    nodes.extend(schema.unmanaged_nodes(Viewer::Person, &Unmanaged::new(), "default"));
    let methods = desk.services.methods.iter();
    nodes.extend(methods.flat_map(|method| method.nodes(FlowKind::Registration)));
    nodes
}
