//! What is asked of whoever calls an endpoint.

use crate::role::Permission;

/// What an endpoint needs of its caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Nothing: it tells nothing about anybody, or asks by itself who calls.
    Anybody,
    /// A role that permits this.
    Permission(Permission),
}
