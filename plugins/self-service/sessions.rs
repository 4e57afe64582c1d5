//! The visitor's own sessions.

pub(crate) mod list;
pub(crate) mod revoke;
pub(crate) mod whoami;

use std::sync::Arc;

use portcullis_core::{catalogue::Code, principal::Principal};
use portcullis_kit::{Failure, Visit};

/// Whoever is signed in.
fn principal(visit: &Visit) -> Result<&Arc<Principal>, Failure> {
    let principal = visit.visitor.principal.as_ref();
    principal.ok_or_else(|| {
        Failure::from(Code::SignedOut).because("No active session was found in this request.")
    })
}
