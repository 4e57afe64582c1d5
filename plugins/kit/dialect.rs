//! People and their sessions as the dialect writes them, for themselves and for administrators.

mod credentials;
mod device;
mod identity;
mod session;

pub use credentials::credentials;
pub use device::DeviceName;
pub use identity::{ShownIdentity, identity, identity_for_administrators};
pub use session::{newest_first, session, session_for_administrators};
