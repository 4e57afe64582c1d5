//! The registration form: providers that create identities, which they do with the default schema;
//! the traits of the schema, and what the local methods need.

use std::sync::Arc;

use portcullis_core::{
    flow::{Flow, FlowKind},
    message::Message,
    provider::Creation,
    schema::{Evaluation, ProfileContext, Schema, Unmanaged, Viewer},
    ui::Node,
};
use serde_json::json;

use super::provider;
use crate::{desk::Desk, remembered};

/// The form for identities of this schema.
pub(crate) fn nodes(desk: &Desk, schema: &Schema, scopes: &[String]) -> Vec<Node> {
    let is_default = schema.id() == desk.services.schemas.default_schema().id();
    let providers = desk.services.broker.registry.current();
    let mut nodes: Vec<Node> = providers
        .enabled()
        .filter(|_| is_default)
        .filter(|one| provider::is_offered(one) && one.policy.create != Creation::Never)
        .map(|one| {
            let label = Message::sign_up_with(&one.label, one.id.as_str());
            provider::button(one, "provider", label)
        })
        .collect();
    if desk.services.methods.is_empty() {
        return nodes;
    }
    let place = Evaluation::of(ProfileContext::Registration).asking(scopes);
    nodes.extend(schema.nodes(&place, &json!({}), "default"));
    nodes.extend(schema.unmanaged_nodes(Viewer::Person, &Unmanaged::new(), "default"));
    let methods = desk.services.methods.iter();
    nodes.extend(methods.flat_map(|method| method.nodes(FlowKind::Registration)));
    nodes.extend(super::captcha::nodes(desk, FlowKind::Registration));
    nodes
}

/// The schema of the identity that a registration flow makes.
pub(crate) fn schema_of(desk: &Desk, flow: &Flow) -> Arc<Schema> {
    let schemas = &desk.services.schemas;
    let chosen = remembered::identity_schema(flow).and_then(|id| schemas.selectable(id));
    chosen.unwrap_or_else(|| schemas.default_schema())
}
