//! People: what is done to identities, for the API and the console alike. Every function here finds out
//! whether its caller may do that to this very identity, does it, and writes it down.

mod actions;
mod audit;
mod change;
mod create;
pub(crate) mod credentials;
mod delete;
mod factors;
mod facts;
mod fitting;
pub(crate) mod linking;
mod links;
pub(crate) mod outreach;
pub(crate) mod password;
pub(crate) mod refusal;
pub(crate) mod sessions;
mod storing;
mod unproved;
mod wanted;

pub(crate) mod impersonation;

use portcullis_core::{
    administrators::reach::Shared, catalogue::Code, identity::Identity, store::StoreError,
};
use portcullis_kit::Failure;

use crate::desk::Desk;

pub(crate) use self::{
    change::change,
    create::{create, create_many},
    delete::{belongings, delete, rehearse},
    factors::NewFactor,
    links::NewLink,
    password::NewPassword,
    wanted::{Proved, Wanted, named_roles},
};

/// What would become of somebody, or of nobody yet, as it is wanted; nothing is stored.
pub(crate) async fn as_wanted(
    desk: &Desk,
    before: Option<&Identity>,
    wanted: &Wanted,
) -> Result<Identity, Failure> {
    match before {
        Some(before) => change::changed(desk, before, wanted).await,
        None => create::newcomer(desk, wanted),
    }
}

/// What of that with which an identity would sign in somebody else does.
pub(crate) async fn signed_in_with(
    desk: &Desk,
    after: &Identity,
) -> Result<Vec<Shared>, StoreError> {
    let mut found = Vec::new();
    for name in &after.identifiers {
        let holder = desk.services.identities.find_by_identifier(name).await?;
        if let Some(holder) = holder.filter(|one| one.id != after.id) {
            let name = name.clone();
            found.push(Shared { name, holder });
        }
    }
    Ok(found)
}

/// The identity of this id; what is no id is nobody's.
pub(crate) async fn find(desk: &Desk, id: &str) -> Result<Identity, Failure> {
    let id = id.parse().map_err(|_| Code::IdentityNotFound)?;
    let found = desk.services.identities.find(id).await?;
    found.ok_or_else(|| Code::IdentityNotFound.into())
}

/// The identity that is called this elsewhere.
pub(crate) async fn find_by_external_id(desk: &Desk, name: &str) -> Result<Identity, Failure> {
    let found = desk.services.identities.find_by_external_id(name).await?;
    found.ok_or_else(|| Code::IdentityNotFound.into())
}
