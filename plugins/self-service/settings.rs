//! The settings flow: changing what belongs to oneself. So far that is which accounts of providers
//! sign one in.

pub(crate) mod init;
pub(crate) mod link;
pub(crate) mod moving;
mod privilege;
mod save;
pub(crate) mod submit;
mod unlink;
