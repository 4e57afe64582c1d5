//! Administrators among people: whose roles change, and that one of them stays.

use portcullis_core::{administrators::LeaveError, catalogue::Code, identity::Identity};
use portcullis_kit::Failure;

use crate::{
    caller::{Actor, Caller},
    role::{Permission, Roles},
};

/// Refuses a change of an identity, or its removal (`after` is `None`), that a caller may not make:
/// that touches whoever may more than the caller, gives or takes roles without the right to, or changes
/// the caller's own roles. That somebody stays who has the role `admin` is seen to where it is stored.
pub(crate) fn may_change(
    caller: &Caller,
    (before, after): (&Identity, Option<&Identity>),
) -> Result<(), Failure> {
    caller.may_touch(before)?;
    match after.filter(|after| !same_roles(before, after)) {
        Some(after) => may_give(caller, after),
        None => Ok(()),
    }
}

/// Why an identity did not change, or did not go.
pub(crate) fn refused(error: LeaveError) -> Failure {
    match error {
        LeaveError::Last => Code::LastAdministrator.into(),
        LeaveError::Store(error) => error.into(),
    }
}

/// Refuses to give these roles to an identity, new or not.
pub(crate) fn may_give(caller: &Caller, after: &Identity) -> Result<(), Failure> {
    caller.require(Permission::ManageAccess)?;
    if caller.actor == Actor::Identity(after.id) {
        return Err(Failure::from(Code::InsufficientRole)
            .because("Nobody changes their own roles; somebody else has to."));
    }
    caller.may_touch(after)
}

/// Whether two states of an identity have the same roles of administrators; others are no rights here.
fn same_roles(before: &Identity, after: &Identity) -> bool {
    Roles::among(&before.roles) == Roles::among(&after.roles)
}
