//! The login flow: signing in with a local identity or through a provider.

mod code;
pub(crate) mod confirmation;
pub(crate) mod init;
pub(crate) mod local;
pub(crate) mod mailed;
mod passwordless;
mod second;
mod step_up;
mod strengthened;
pub(crate) mod submit;
pub(crate) mod ways;
