//! Storing what has become of an identity, with all that proves it, in one step: what fails leaves everything as
//! it was, and nothing of it is told.

use portcullis_core::{
    administrators::ROLE,
    catalogue::Code,
    identity::{Identity, Kept, Replaced, SessionsThen, Whole},
};
use portcullis_kit::Failure;

use super::refusal;
use crate::{administrators, caller::Caller, desk::Desk, role::Permission};

/// How often a change is tried over what others change meanwhile.
pub(super) const TRIES: usize = 8;

/// What became of a change.
pub(super) enum Stored {
    /// It is stored, and so many sessions ended.
    Done(u64),
    /// Somebody else has changed the identity, or what proves it, since it was read.
    Overtaken,
}

/// Refuses a change that is not this caller's to make.
pub(super) fn permit(
    caller: &Caller,
    (before, after): (&Identity, &Identity),
) -> Result<(), Failure> {
    if before.roles != after.roles {
        caller.require(Permission::ManageAccess)?;
        administrators::may_give(caller, after)?;
    }
    administrators::may_change(caller, (before, Some(after)))
}

/// Stores an identity in the place of what it was before, with these credentials.
pub(super) async fn store(
    desk: &Desk,
    caller: &Caller,
    (before, after): (&Identity, &Identity),
    (credentials, sessions): (&[Kept], SessionsThen),
) -> Result<Stored, Failure> {
    permit(caller, (before, after))?;
    let whole = Whole {
        identity: after,
        credentials,
        sessions,
    };
    let replaced = desk.services.identities.replace_whole(&whole, ROLE).await;
    match replaced.map_err(refusal::conflict)? {
        Replaced::Done(ended) => Ok(Stored::Done(ended)),
        Replaced::Overtaken => Ok(Stored::Overtaken),
        Replaced::Last => Err(Code::LastAdministrator.into()),
    }
}
