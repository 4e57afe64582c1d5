//! The recovery flow: getting back in by a proof that is mailed to an address of one's own.
//!
//! It stands in for what one signs in with, and for nothing else: the session that begins has one
//! factor, and whatever asks for a second one still does.

pub(crate) mod errand;
pub(crate) mod init;
pub(crate) mod issue;
mod settle;
pub(crate) mod submit;
