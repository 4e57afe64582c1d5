//! The verification flow: proving that one holds an address. It signs nobody in.

pub(crate) mod begin;
pub(crate) mod init;
pub(crate) mod own;
pub(crate) mod submit;
