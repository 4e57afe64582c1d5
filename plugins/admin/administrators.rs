//! Administrators among people: whose roles change, and that one of them stays.

use portcullis_core::{
    catalogue::Code,
    identity::{Identity, IdentityState},
};
use portcullis_kit::Failure;
use tokio::sync::MutexGuard;

use crate::{
    caller::{Actor, Caller},
    desk::Desk,
    role::{Permission, Role, Roles},
};

/// Held while an administrator goes, so that of two who go at once one sees that the other has gone.
#[derive(Debug)]
pub(crate) struct Leave<'a>(
    #[expect(dead_code, reason = "it is only held")] Option<MutexGuard<'a, ()>>,
);

/// Refuses a change of an identity, or its removal (`after` is `None`), that a caller may not make:
/// that touches whoever may more than the caller, gives or takes roles without the right to, changes
/// the caller's own roles, or leaves nobody with the role `admin`. What it returns is held until the
/// change is stored.
pub(crate) async fn may_change<'a>(
    desk: &'a Desk,
    caller: &Caller,
    (before, after): (&Identity, Option<&Identity>),
) -> Result<Leave<'a>, Failure> {
    caller.may_touch(before)?;
    let given = after.filter(|after| !same_roles(before, after));
    if let Some(after) = given {
        may_give(caller, after)?;
    }
    let goes = is_admin(before) && !after.is_some_and(is_admin);
    if !goes {
        return Ok(Leave(None));
    }
    let held = desk.leaving.lock().await;
    let identities = &desk.services.identities;
    let stays = identities.is_role_elsewhere(Role::Admin.as_str(), before.id);
    match stays.await? {
        true => Ok(Leave(Some(held))),
        false => Err(Code::LastAdministrator.into()),
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

fn is_admin(identity: &Identity) -> bool {
    let is_active = identity.state == IdentityState::Active;
    is_active && Roles::among(&identity.roles).contains(Role::Admin)
}
