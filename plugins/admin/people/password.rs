//! The password that an administrator gives somebody.

use portcullis_core::{
    action::Action,
    credential::{Credential, CredentialKind},
    event::Event,
    id::IdentityId,
    identity::{Identity, Kept, SessionsThen},
    secret::Secret,
};
use portcullis_kit::Failure;
use serde_json::json;

use super::{
    audit, find, refusal,
    storing::{Stored, TRIES, store},
    unproved,
};
use crate::{caller::Caller, desk::Desk};

/// The name of the method.
const METHOD: &str = "password";

/// A password to be given.
#[derive(Debug, Clone)]
pub(crate) enum NewPassword {
    /// The password itself.
    Plain(Secret),
    /// What another system made of it.
    Hashed(Secret),
}

/// What became of a password.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Given {
    /// How many sessions ended.
    pub(crate) sessions_ended: u64,
}

/// Gives an identity a password, in place of the one it has, if any. Its sessions end, for whoever
/// knew the old one may hold one. One that `is_temporary` has to be changed at the next sign-in.
pub(crate) async fn set(
    desk: &Desk,
    caller: &Caller,
    id: &str,
    (new, is_temporary): (&NewPassword, bool),
) -> Result<Given, Failure> {
    let mut is_taken_back = false;
    for _ in 0..TRIES {
        let before = find(desk, id).await?;
        caller.may_touch(&before)?;
        let after = requiring(desk, &before, is_temporary)?;
        let kept = [prepare(desk, &after, (new, "")).await?];
        // Looked at anew then: the password that is replaced may be among what goes.
        if !is_taken_back && before.awaits_first_proof() {
            unproved::take_back(desk, before.id).await?;
            is_taken_back = true;
            continue;
        }
        let with = (&kept[..], SessionsThen::End);
        if let Stored::Done(sessions_ended) = store(desk, caller, (&before, &after), with).await? {
            tell(desk, caller, after.id, (is_temporary, sessions_ended)).await;
            return Ok(Given { sessions_ended });
        }
    }
    Err(refusal::overtaken())
}

/// The identity that has to choose another password at its next sign-in, or no more. The password counts
/// without a first proof, for an administrator vouches for whom it is given to.
fn requiring(desk: &Desk, before: &Identity, is_temporary: bool) -> Result<Identity, Failure> {
    let alias = Action::UpdatePassword.alias();
    let can_be = desk.services.actions.settings(Action::UpdatePassword);
    if is_temporary && can_be.is_none() {
        let why = format!(
            "{alias} is switched off here, so that no password is temporary; see \
             [required_actions.{alias}]."
        );
        return Err(refusal::mistaken("temporary", why));
    }
    let mut after = before.clone();
    after.required_actions.retain(|one| one != alias);
    after.lift_first_proof();
    if is_temporary {
        after.required_actions.push(alias.to_owned());
    }
    if after != *before {
        after.updated_at = desk.services.clock.now();
    }
    Ok(after)
}

/// Where a password stands among what an identity is to be.
pub(super) const AMONG_ALL: &str = "credentials.password.config.";

/// The credential with the password, not yet stored; `within` is what stands before its place.
pub(super) async fn credential(
    desk: &Desk,
    identity: &Identity,
    (new, within): (&NewPassword, &str),
) -> Result<Credential, Failure> {
    let at = match new {
        NewPassword::Plain(_) => format!("{within}password"),
        NewPassword::Hashed(_) => format!("{within}hashed_password"),
    };
    let mut methods = desk.services.methods.iter();
    let method = methods.find(|method| method.name() == METHOD);
    let method = method.ok_or_else(|| {
        refusal::mistaken(
            &at,
            "nobody signs in with a password here, see [identity.local].",
        )
    })?;
    let made = match new {
        NewPassword::Plain(password) => {
            let submission = json!({"password": password.expose()});
            method.enroll(&submission, identity).await
        }
        NewPassword::Hashed(hash) => method.import(hash, identity),
    };
    made.map_err(|error| refusal::password(&at, error))
}

/// The password of a stored identity, about to be stored in the place of the one that it has; what is wrong
/// with it is told now.
pub(super) async fn prepare(
    desk: &Desk,
    identity: &Identity,
    new: (&NewPassword, &str),
) -> Result<Kept, Failure> {
    let mut credential = credential(desk, identity, new).await?;
    let own = desk.services.credentials.list(identity.id).await?;
    let mut own = own.into_iter();
    let present = own.find(|one| one.kind == CredentialKind::Password);
    let before = present.map(|present| {
        credential.id = present.id;
        credential.created_at = present.created_at;
        credential.label = present.label;
        credential.priority = present.priority;
        present.config
    });
    Ok(Kept { credential, before })
}

/// Tells of a password that is stored, and of the sessions that ended for it, and writes it down.
pub(super) async fn tell(
    desk: &Desk,
    caller: &Caller,
    id: IdentityId,
    (is_temporary, sessions_ended): (bool, u64),
) {
    let event = Event::PasswordReset { identity: id };
    desk.services.announcer.announce(&event);
    let act = audit::on("identity.password.set", id);
    let act = act.to(json!({"temporary": is_temporary, "sessions_ended": sessions_ended}));
    audit::note(desk, caller, act).await;
}
