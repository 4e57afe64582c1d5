//! The buttons of providers.

use portcullis_core::{message::Message, provider::ConfiguredProvider, ui::Node};

/// A button that submits the provider's id under `name`.
pub(super) fn button(provider: &ConfiguredProvider, name: &str, label: Message) -> Node {
    Node::submit("oidc", name, provider.id.as_str(), label).with_icon(provider.icon.as_deref())
}

/// Whether strangers are offered this provider.
pub(super) fn is_offered(provider: &ConfiguredProvider) -> bool {
    !provider.hidden && !provider.policy.link_only
}
