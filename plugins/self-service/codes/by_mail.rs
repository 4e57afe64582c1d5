//! Codes by mail that prove people: to which address they go.

use portcullis_core::{identity::Identity, ui::Node};

use crate::{desk::Desk, forms::code::ask};

/// Where a code goes: the address in common with an account that waits, else another one; always
/// one that the identity has proved to hold.
pub(crate) fn address<'a>(identity: &'a Identity, common: Option<&str>) -> Option<&'a str> {
    let mut verified: Vec<&str> = identity
        .addresses
        .iter()
        .filter(|own| own.verified_at.is_some() && own.via == "email")
        .map(|own| own.value.as_str())
        .collect();
    verified.sort_by_key(|own| Some(*own) != common);
    verified.first().copied()
}

/// The button that asks for a code, where mail is sent and the identity has an address to send it
/// to.
pub(crate) fn button(desk: &Desk, identity: &Identity) -> Option<Node> {
    let can_be_sent = desk.services.mailer.is_configured();
    (can_be_sent && address(identity, None).is_some()).then(ask)
}
