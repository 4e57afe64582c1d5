//! The settings flow: changing what belongs to oneself. Its profile, its password, which accounts of
//! providers sign one in, and whether there is an account at all.

pub(crate) mod deletion;
mod factor;
pub(crate) mod init;
pub(crate) mod link;
pub(crate) mod moving;
mod order;
mod password;
mod privilege;
pub(crate) mod profile;
pub(crate) mod resume;
pub(crate) mod save;
pub(crate) mod submit;
mod unlink;
mod waiting;
