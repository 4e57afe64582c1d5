//! The profile among the settings: the traits, and what a provider keeps of them.

use portcullis_core::{
    identity::Identity,
    message::Message,
    schema::{Evaluation, ProfileContext, Viewer},
    ui::Node,
};

use crate::desk::Desk;

/// The method that changes the traits, and its nodes' group.
pub(crate) const PROFILE: &str = "profile";

/// The traits, and a button where there is one that can be changed.
pub(super) fn nodes(desk: &Desk, identity: &Identity) -> Vec<Node> {
    let Some(schema) = desk.services.schemas.find(&identity.schema_id) else {
        return Vec::new();
    };
    let place = Evaluation::of(ProfileContext::Account);
    let mut nodes = schema.nodes(&place, &identity.traits, PROFILE);
    lock(&mut nodes, identity);
    nodes.extend(schema.unmanaged_nodes(Viewer::Person, &identity.unmanaged, PROFILE));
    if nodes.iter().any(|node| !node.attributes.disabled) {
        nodes.push(Node::submit(PROFILE, "method", PROFILE, Message::save()));
    }
    nodes
}

/// Locks what a provider keeps up to date, and says which one does.
pub(super) fn lock(nodes: &mut [Node], identity: &Identity) {
    for input in nodes.iter_mut().map(|node| &mut node.attributes) {
        let path = input.name.strip_prefix("traits.");
        if let Some(provider) = path.and_then(|path| identity.kept_by(path)) {
            input.disabled = true;
            let provider = provider.as_str().into();
            input.ext.insert("keptBy".to_owned(), provider);
        }
    }
}
