//! The visitor's own sessions.

pub(crate) mod list;
pub(crate) mod revoke;
pub(crate) mod whoami;

use std::sync::Arc;

use portcullis_core::{catalogue::Code, principal::Principal};
use portcullis_kit::{Failure, Visit};

use crate::desk::Desk;

/// Whoever is signed in, as strongly as they have to be.
fn principal<'a>(desk: &Desk, visit: &'a Visit) -> Result<&'a Arc<Principal>, Failure> {
    let principal = visit.visitor.principal.as_ref();
    let principal = principal.ok_or_else(|| {
        Failure::from(Code::SignedOut).because("No active session was found in this request.")
    })?;
    match principal.is_too_weak {
        true => {
            let page = desk.step_up_page(None);
            Err(Failure::from(Code::SecondFactorRequired).member("redirect_browser_to", page))
        }
        false => Ok(principal),
    }
}
