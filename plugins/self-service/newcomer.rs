//! Newcomers: where addresses are proved before anything else, whoever registers is let in by nothing
//! until they have proved theirs, so that nobody learns whether a registration came to anything.

use portcullis_core::{
    action::Action,
    flow::FlowKind,
    identity::{Address, Identity},
};

use crate::{
    addresses::{awaits_verification, is_usable},
    codes,
    desk::Desk,
};

/// Whether everybody new proves an address first: who is known already is written to then, and gets
/// back in by mail.
pub(crate) fn prove_first(desk: &Desk) -> bool {
    let actions = &desk.services.actions;
    let is_on = actions.settings(Action::VerifyEmail).is_some();
    let mut mailed = [FlowKind::Verification, FlowKind::Recovery].into_iter();
    is_on
        && actions.is_default(Action::VerifyEmail)
        && mailed.all(|kind| codes::is_offered(desk, kind))
}

/// Whether whoever registers this identity, which is not stored yet, becomes a newcomer: they sign in
/// with an address that lets them in by mail.
pub(crate) fn becomes_one(desk: &Desk, identity: &Identity) -> bool {
    let is_way_in = |one: &Address| {
        is_usable(FlowKind::Recovery, one) && identity.identifiers.contains(&one.value)
    };
    let mut asked = identity.required_actions.iter();
    prove_first(desk)
        && asked.any(|alias| alias == Action::VerifyEmail.alias())
        && address(identity).is_some_and(is_way_in)
}

/// Whether this stored identity still is one.
pub(crate) fn is_one(desk: &Desk, identity: &Identity) -> bool {
    identity.awaits_first_proof() && becomes_one(desk, identity)
}

/// The address that a newcomer proves, one to sign in with if there is one: whoever has registered
/// with somebody else's is not to learn from letters to another one of their own what became of it.
pub(crate) fn address(identity: &Identity) -> Option<&Address> {
    let waiting = identity.addresses.iter();
    let waiting = waiting.filter(|one| awaits_verification(one));
    waiting.max_by_key(|one| (identity.identifiers.contains(&one.value), one.created_at))
}

/// Whether letters go to this address of the identity.
pub(crate) fn is_written_to(desk: &Desk, identity: &Identity, value: &str) -> bool {
    !is_one(desk, identity) || address(identity).is_some_and(|one| one.value == value)
}
