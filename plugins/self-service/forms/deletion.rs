//! The button that deletes one's own account, and who is shown it.

use portcullis_core::{action::Action, identity::Identity, message::Message, ui::Node};

use super::profile::PROFILE;
use crate::desk::Desk;

/// The method's name.
pub(crate) const METHOD: &str = "delete_account";
/// The role of those who may.
const ROLE: &str = "delete-account";

/// Whether this identity may delete itself.
pub(crate) fn is_open_to(desk: &Desk, identity: &Identity) -> bool {
    let is_enabled = desk.services.actions.settings(Action::DeleteAccount);
    is_enabled.is_some() && identity.roles.iter().any(|role| role == ROLE)
}

/// The button that asks for it.
pub(crate) fn node() -> Node {
    Node::submit(PROFILE, "method", METHOD, Message::delete_account())
}
