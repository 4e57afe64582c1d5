//! The password that an administrator gives somebody.

use portcullis_core::{
    action::Action,
    credential::{Credential, CredentialKind},
    event::Event,
    id::IdentityId,
    identity::{Identity, rewrite},
    secret::Secret,
    store::StoreError,
};
use portcullis_kit::Failure;
use serde_json::json;

use super::{audit, find, refusal, unproved};
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
    let identity = find(desk, id).await?;
    caller.may_touch(&identity)?;
    let alias = Action::UpdatePassword.alias();
    let can_be = desk.services.actions.settings(Action::UpdatePassword);
    if is_temporary && can_be.is_none() {
        return Err(refusal::refused(format!(
            "temporary: {alias} is switched off here, so that no password is temporary; see \
             [required_actions.{alias}]."
        )));
    }
    let prepared = prepare(desk, &identity, new).await?;
    unproved::take_back(desk, identity.id).await?;
    prepared.keep(desk, caller, (&identity, is_temporary)).await
}

/// The credential with the password, not yet stored.
pub(super) async fn credential(
    desk: &Desk,
    identity: &Identity,
    new: &NewPassword,
) -> Result<Credential, Failure> {
    let mut methods = desk.services.methods.iter();
    let method = methods.find(|method| method.name() == METHOD);
    let method = method.ok_or_else(|| {
        refusal::refused("password: nobody signs in with a password here, see [identity.local].")
    })?;
    let made = match new {
        NewPassword::Plain(password) => {
            let submission = json!({"password": password.expose()});
            method.enroll(&submission, identity).await
        }
        NewPassword::Hashed(hash) => method.import(hash, identity),
    };
    made.map_err(refusal::password)
}

/// A password that a stored identity is about to be given.
pub(super) struct Prepared(Credential);

/// Makes the password ready; what is wrong with it is told now.
pub(super) async fn prepare(
    desk: &Desk,
    identity: &Identity,
    new: &NewPassword,
) -> Result<Prepared, Failure> {
    credential(desk, identity, new).await.map(Prepared)
}

impl Prepared {
    /// Stores it in place of the one that the identity has, and ends the identity's sessions.
    pub(super) async fn keep(
        self,
        desk: &Desk,
        caller: &Caller,
        (identity, is_temporary): (&Identity, bool),
    ) -> Result<Given, Failure> {
        let services = &desk.services;
        let mut credential = self.0;
        let own = services.credentials.list(identity.id).await?;
        let mut own = own.into_iter();
        let present = own.find(|one| one.kind == CredentialKind::Password);
        if let Some(present) = present {
            credential.id = present.id;
            credential.created_at = present.created_at;
            credential.label = present.label;
            credential.priority = present.priority;
        }
        let put = services.credentials.put(&credential).await;
        put.map_err(refusal::conflict)?;
        require_another(desk, identity.id, is_temporary).await?;
        let event = Event::PasswordReset {
            identity: identity.id,
        };
        services.announcer.announce(&event);
        let sessions = services.sessions.store();
        let sessions_ended = sessions.revoke_all(identity.id, None).await?;
        let act = audit::on("identity.password.set", identity.id);
        let act = act.to(json!({"temporary": is_temporary, "sessions_ended": sessions_ended}));
        audit::note(desk, caller, act).await;
        Ok(Given { sessions_ended })
    }
}

/// Has the identity choose another password at its next sign-in, or no more. The password counts without a
/// first proof, for an administrator vouches for whom it is given to.
async fn require_another(desk: &Desk, id: IdentityId, is_required: bool) -> Result<(), Failure> {
    let alias = Action::UpdatePassword.alias();
    let (identities, clock) = (&*desk.services.identities, &*desk.services.clock);
    let changed = rewrite::<StoreError, _>(identities, id, async |mut identity| {
        let before = identity.required_actions.clone();
        identity.required_actions.retain(|one| one != alias);
        identity.lift_first_proof();
        if is_required {
            identity.required_actions.push(alias.to_owned());
        }
        let is_different = identity.required_actions != before;
        identity.updated_at = clock.now();
        Ok(is_different.then_some(identity))
    });
    match changed.await {
        Ok(_) => Ok(()),
        Err(StoreError::Conflict { .. }) => Err(refusal::overtaken()),
        Err(error) => Err(error.into()),
    }
}
