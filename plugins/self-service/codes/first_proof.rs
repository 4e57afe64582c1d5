//! First proofs: anybody can register with an address, so that whoever proves the first one of an
//! identity, and is not known to be who registered, loses nothing and leaves nothing to who did.

use jiff::Timestamp;
use portcullis_core::{
    action::Action,
    credential::CredentialKind,
    flow::FlowKind,
    id::IdentityId,
    identity::{Identity, IdentityState},
};
use portcullis_kit::Failure;

use super::awaited::Holder;
use crate::{actions, desk::Desk, provider};

/// What somebody comes back to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lost {
    /// Whether nobody had proved yet whose the identity is.
    pub(crate) is_unproved: bool,
    /// Whether anything lets anybody in.
    pub(crate) has_credentials: bool,
    /// When its password was chosen, which is lost, or which somebody else knows.
    password_at: Option<Timestamp>,
}

impl Lost {
    /// What they come back to who prove with a flow of this kind that an address is theirs.
    pub(crate) async fn of(desk: &Desk, kind: FlowKind, holder: &Holder) -> Result<Self, Failure> {
        let services = &desk.services;
        let found = services.identities.find(holder.identity).await?;
        let found = found.filter(|one| one.state == IdentityState::Active);
        let credentials = services.credentials.list(holder.identity).await?;
        let passwords = credentials.iter();
        let passwords = passwords.filter(|one| one.kind == CredentialKind::Password);
        Ok(Self {
            is_unproved: found.is_some_and(|one| holder.is_first_proof(kind, &one)),
            has_credentials: !credentials.is_empty(),
            password_at: passwords.map(|one| one.updated_at).max(),
        })
    }

    /// Whether the password was chosen after this moment: nobody who chooses one wants older ways back
    /// in to stay open.
    pub(crate) fn is_chosen_since(&self, moment: Option<Timestamp>) -> bool {
        self.password_at
            .zip(moment)
            .is_some_and(|(chosen, moment)| chosen > moment)
    }

    /// Has a lost password replaced, and forgets what somebody else has begun; the identity as it is
    /// then.
    pub(crate) async fn settle(
        &self,
        desk: &Desk,
        identity: Identity,
    ) -> Result<Identity, Failure> {
        let (services, id) = (&desk.services, identity.id);
        let identity = match self.is_unproved {
            // Whoever was at it has perhaps added something meanwhile.
            true => dispossess(desk, id).await?,
            false => identity,
        };
        // Proofs that somebody else has asked for, and the places that are familiar.
        services.flows.remove_of(id).await?;
        let action = Action::UpdatePassword;
        match self.password_at.is_some() && services.actions.settings(action).is_some() {
            true => actions::ask(desk, id, action).await,
            false => Ok(identity),
        }
    }
}

/// Notes that the address is proved, and returns the identity; if it is the first proof, all that let
/// anybody in is gone before. `None` where the address proves nothing any more, or not enough.
pub(crate) async fn first_proof(
    desk: &Desk,
    (kind, holder): (FlowKind, &Holder),
    lost: Lost,
) -> Result<Option<Identity>, Failure> {
    if lost.is_unproved {
        dispossess(desk, holder.identity).await?;
    }
    holder.settle(desk, kind).await
}

/// Takes away all that let anybody in as this identity.
async fn dispossess(desk: &Desk, identity: IdentityId) -> Result<Identity, Failure> {
    let mut unlinked = Vec::new();
    let left = desk.services.broker.dispossess(identity, &mut unlinked);
    let left = left.await;
    provider::tell_reclaimed(desk, identity, &unlinked);
    left.map_err(|error| Failure::from(error.code()).caused_by(error))
}
