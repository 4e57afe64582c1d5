//! Access: who calls, and whether a page elsewhere makes a browser call in their name.

pub(crate) mod bearer;
pub(crate) mod console_session;
pub(crate) mod guard;
pub(crate) mod named;
pub(crate) mod origin;
pub(crate) mod throttle;
