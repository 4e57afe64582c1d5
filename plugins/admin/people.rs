//! People: what is done to identities, for the API and the console alike.

pub(crate) mod impersonation;

use portcullis_core::{catalogue::Code, identity::Identity};
use portcullis_kit::Failure;

use crate::desk::Desk;

/// The identity of this id; what is no id is nobody's.
pub(crate) async fn find(desk: &Desk, id: &str) -> Result<Identity, Failure> {
    let id = id.parse().map_err(|_| Code::IdentityNotFound)?;
    let found = desk.services.identities.find(id).await?;
    found.ok_or_else(|| Code::IdentityNotFound.into())
}
