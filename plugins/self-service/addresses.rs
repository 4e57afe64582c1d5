//! Addresses of identities: which can be used for what.

use portcullis_core::{
    flow::FlowKind,
    identity::{Address, Identity},
};

/// Whether an address is for what flows of this kind are for.
pub(crate) fn is_usable(kind: FlowKind, address: &Address) -> bool {
    let purpose = match kind {
        FlowKind::Recovery => address.purpose.recovery,
        _ => address.purpose.verification,
    };
    purpose && address.via == "email"
}

/// Whether the identity has proved an address, and not this one: it may be a typing mistake, or
/// whoever had taken the identity has left it there.
pub(crate) fn is_doubtful(identity: &Identity, value: &str) -> bool {
    let mut proved = identity
        .addresses
        .iter()
        .filter(|one| one.verified_at.is_some())
        .peekable();
    proved.peek().is_some() && proved.all(|one| one.value != value)
}

/// Whether an address can be verified and is not yet.
pub(crate) fn awaits_verification(address: &Address) -> bool {
    is_usable(FlowKind::Verification, address) && address.verified_at.is_none()
}
