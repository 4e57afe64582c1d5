//! What a principal is made of.

use portcullis_core::{identity::Identity, session::Session};

/// A session and whose it is.
#[derive(Debug)]
pub(super) struct Record {
    pub(super) session: Session,
    pub(super) identity: Identity,
}
