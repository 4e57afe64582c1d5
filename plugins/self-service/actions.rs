//! Required actions: what people have to do before they are let through, and what applications have
//! them do. Each is a settings flow with a form of its own, which remembers what it is for.

pub(crate) mod after;
pub(crate) mod begin;
mod fresh;
pub(crate) mod list;
pub(crate) mod page;
mod status;
pub(crate) mod submit;

use portcullis_core::{
    action::Action, catalogue::Code, id::IdentityId, identity::Identity, store::StoreError,
};
use portcullis_kit::Failure;

use crate::desk::Desk;

/// The query parameter that asks for an action.
pub(crate) const KC_ACTION: &str = "kc_action";
/// The query parameter by which our own links say that the action is required.
pub(crate) const REQUIRED: &str = "required";
/// How often a change is tried that somebody else's change comes in between.
const ATTEMPTS: usize = 3;

/// Notes that `identity` has done what `action` asks for, and returns it as it is then.
pub(crate) async fn done(
    desk: &Desk,
    identity: &Identity,
    action: Action,
) -> Result<Identity, Failure> {
    change(desk, identity.id, |identity| {
        let aliases = &mut identity.required_actions;
        let before = aliases.len();
        aliases.retain(|alias| alias != action.alias());
        aliases.len() != before
    })
    .await
}

/// Has `identity` do this before it goes on, and returns it as it is then.
pub(crate) async fn ask(
    desk: &Desk,
    identity: IdentityId,
    action: Action,
) -> Result<Identity, Failure> {
    let alias = action.alias();
    change(desk, identity, |identity| {
        let is_asked = identity.required_actions.iter().any(|one| one == alias);
        if !is_asked {
            identity.required_actions.push(alias.to_owned());
        }
        !is_asked
    })
    .await
}

/// Changes the identity as it is stored, unless `change` says that there is nothing to do.
async fn change(
    desk: &Desk,
    id: IdentityId,
    change: impl Fn(&mut Identity) -> bool,
) -> Result<Identity, Failure> {
    let identities = &desk.services.identities;
    for _ in 0..ATTEMPTS {
        let mut identity = identities.find(id).await?.ok_or(Code::SignedOut)?;
        if !change(&mut identity) {
            return Ok(identity);
        }
        identity.updated_at = desk.now();
        match identities.update(&identity).await {
            Ok(()) => {
                identity.version += 1;
                return Ok(identity);
            }
            Err(StoreError::Conflict { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(StoreError::Conflict {
        what: "identity version",
    }
    .into())
}
