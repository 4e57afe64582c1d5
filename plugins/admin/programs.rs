//! Programs: what is done to API credentials, for the API and the console alike.

use std::time::Duration;

use portcullis_core::{
    api_credential::ApiCredential, catalogue::Code, secret::Secret, store::StoreError,
};
use portcullis_kit::Failure;

use crate::{
    audit::Act,
    caller::{Actor, Caller},
    credential::{self, Change, InvalidWish, Wish, facts},
    desk::Desk,
    people::{impersonation, refusal::mistaken},
    role::{Permission, Roles},
};

/// What the audit log calls them.
const KIND: &str = "api-credential";
/// How often a credential is changed over what others change meanwhile.
const TRIES: usize = 8;

impl From<InvalidWish> for Failure {
    fn from(error: InvalidWish) -> Self {
        let (at, why) = (error.member(), format!("{error}."));
        // Commands name the member in the sentence.
        let why = why.strip_prefix(at).and_then(|why| why.strip_prefix(": "));
        match why {
            Some(why) => mistaken(at, why),
            None => Code::BadRequest.into(),
        }
    }
}

/// All API credentials, the oldest first.
pub(crate) async fn list(desk: &Desk) -> Result<Vec<ApiCredential>, Failure> {
    Ok(desk.services.api_credentials.list().await?)
}

/// The credential of this id; what is no id is nobody's.
pub(crate) async fn find(desk: &Desk, id: &str) -> Result<ApiCredential, Failure> {
    let id = id.parse().map_err(|_| Code::RecordNotFound)?;
    let found = desk.services.api_credentials.find(id).await?;
    found.ok_or_else(|| Code::RecordNotFound.into())
}

/// Makes a credential; its secret is shown now or never.
pub(crate) async fn create(
    desk: &Desk,
    caller: &Caller,
    wish: Wish,
) -> Result<(ApiCredential, Secret), Failure> {
    let (made, secret) = make(desk, caller, wish)?;
    keep(desk, caller, &made).await?;
    Ok((made, secret))
}

/// A credential as the caller may have it, which is kept nowhere yet.
pub(crate) fn make(
    desk: &Desk,
    caller: &Caller,
    wish: Wish,
) -> Result<(ApiCredential, Secret), Failure> {
    may_have(caller, &wish.roles)?;
    let services = &desk.services;
    Ok(credential::make(
        wish,
        &*services.clock,
        &*services.entropy,
    )?)
}

/// Keeps one that has just been made.
pub(crate) async fn keep(
    desk: &Desk,
    caller: &Caller,
    made: &ApiCredential,
) -> Result<(), Failure> {
    desk.services.api_credentials.insert(made).await?;
    let act = Act::on("api-credential.create", KIND, made.id).to(facts(made));
    desk.audit(caller, act).await;
    Ok(())
}

/// A credential as it is, and as it would be by a change, which is judged and not made.
pub(crate) async fn preview(
    desk: &Desk,
    caller: &Caller,
    (id, change): (&str, &Change),
) -> Result<(ApiCredential, ApiCredential), Failure> {
    let before = find(desk, id).await?;
    let mut after = before.clone();
    apply(desk, caller, (&mut after, change))?;
    Ok((before, after))
}

/// Changes a credential; its tokens obey.
pub(crate) async fn change(
    desk: &Desk,
    caller: &Caller,
    (id, change): (&str, &Change),
) -> Result<ApiCredential, Failure> {
    let (before, after) = rewrite(desk, id, |one| apply(desk, caller, (one, change))).await?;
    if change.is_of_rights() {
        impersonation::end_all(desk, Actor::ApiCredential(after.id)).await?;
    }
    let act = Act::on("api-credential.update", KIND, after.id);
    desk.audit(caller, act.from(facts(&before)).to(facts(&after)))
        .await;
    Ok(after)
}

/// Gives a credential a new secret, beside which the old ones are good for a while.
pub(crate) async fn rotate(
    desk: &Desk,
    caller: &Caller,
    (id, overlap): (&str, Duration),
) -> Result<(ApiCredential, Secret), Failure> {
    let services = &desk.services;
    let mut secret = None;
    let (before, after) = rewrite(desk, id, |one| {
        may_manage(caller, one)?;
        let parts = (&*services.clock, &*services.entropy);
        secret = Some(credential::rotate(one, overlap, parts));
        Ok(())
    })
    .await?;
    let secret = secret.ok_or(Code::Internal)?;
    let act = Act::on("api-credential.rotate", KIND, after.id);
    let (before, after_it) = credential::rotated((&before, &after), overlap);
    let act = act.from(before).to(after_it);
    desk.audit(caller, act).await;
    Ok((after, secret))
}

/// Removes a credential with its tokens.
pub(crate) async fn remove(desk: &Desk, caller: &Caller, id: &str) -> Result<(), Failure> {
    let found = find(desk, id).await?;
    may_manage(caller, &found)?;
    if !desk.services.api_credentials.delete(found.id).await? {
        return Err(Code::RecordNotFound.into());
    }
    impersonation::end_all(desk, Actor::ApiCredential(found.id)).await?;
    let act = Act::on("api-credential.delete", KIND, found.id).from(facts(&found));
    desk.audit(caller, act).await;
    Ok(())
}

fn may_manage(caller: &Caller, one: &ApiCredential) -> Result<(), Failure> {
    may_have(caller, &Roles::among(&one.roles))
}

/// Refuses rights beyond the caller's own.
fn may_have(caller: &Caller, roles: &Roles) -> Result<(), Failure> {
    caller.require(Permission::ManageAccess)?;
    match caller.roles.cover(roles) {
        true => Ok(()),
        false => {
            Err(Failure::from(Code::InsufficientRole).because("Its roles permit more than yours."))
        }
    }
}

/// Changes `one` as far as the caller may.
fn apply(
    desk: &Desk,
    caller: &Caller,
    (one, change): (&mut ApiCredential, &Change),
) -> Result<(), Failure> {
    may_manage(caller, one)?;
    if change.is_of_rights() && caller.actor == Actor::ApiCredential(one.id) {
        return Err(Failure::from(Code::InsufficientRole)
            .because("No program changes its own rights; somebody else has to."));
    }
    credential::change(one, change, desk.services.clock.now())?;
    may_have(caller, &Roles::among(&one.roles))
}

/// Changes a credential over what others change of it meanwhile: as it was and as it is.
async fn rewrite(
    desk: &Desk,
    id: &str,
    mut change: impl FnMut(&mut ApiCredential) -> Result<(), Failure>,
) -> Result<(ApiCredential, ApiCredential), Failure> {
    let mut tries = 1;
    loop {
        let before = find(desk, id).await?;
        let mut after = before.clone();
        change(&mut after)?;
        match desk.services.api_credentials.update(&after).await {
            Err(StoreError::Conflict { .. }) if tries < TRIES => tries += 1,
            Err(error) => return Err(error.into()),
            Ok(()) => return Ok((before, after)),
        }
    }
}
