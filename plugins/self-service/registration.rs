//! The registration flow: creating an identity for oneself, and completing what a provider said.

mod alike;
pub(crate) mod draft;
pub(crate) mod init;
mod local;
pub(crate) mod submit;
mod unseen;

use portcullis_core::flow::Flow;

use crate::desk::Desk;

/// Whether this flow may be used: everybody's when registration is on, and always one that
/// completes what a provider said.
fn is_open(desk: &Desk, flow: &Flow) -> bool {
    desk.config.registration.enabled || draft::is_in(flow)
}
