//! Changing an identity, over what others change of it meanwhile.

use portcullis_core::{
    action::Action,
    administrators::{LeaveError, update},
    identity::Identity,
    schema::{Evaluation, ProfileContext, Viewer},
    store::StoreError,
};
use portcullis_kit::Failure;

use super::{
    Wanted, audit, factors, find,
    fitting::{require_short, schema, with_attributes},
    links, password, refusal, unproved,
};
use crate::{administrators, caller::Caller, desk::Desk, role::Permission};

/// How often a change is tried over what others change meanwhile.
const TRIES: usize = 8;

/// Changes the identity of this id into what is wanted of it as it is then; its sessions see that at
/// once, and end where it may not sign in any more.
pub(crate) async fn change(
    desk: &Desk,
    caller: &Caller,
    id: &str,
    want: impl Fn(&Identity) -> Result<Wanted, Failure>,
) -> Result<Identity, Failure> {
    let mut is_taken_back = false;
    for _ in 0..TRIES {
        let before = find(desk, id).await?;
        caller.may_touch(&before)?;
        let wanted = want(&before)?;
        let after = changed(desk, &before, &wanted).await?;
        let proofs = Proofs::prepare(desk, caller, &after, &wanted).await?;
        if after != before {
            permit(caller, (&before, &after))?;
        }
        // Before anything is written, and looked at anew then: links that are wanted may be among it.
        if !is_taken_back && unproved::is_vouched_for(&before, &wanted) {
            unproved::take_back(desk, before.id).await?;
            is_taken_back = true;
            continue;
        }
        if after != before {
            match store(desk, (&before, &after)).await? {
                Stored::Overtaken => continue,
                Stored::Done => {}
            }
            audit::note_change(desk, caller, "identity.update", (&before, &after)).await;
        }
        proofs.keep(desk, caller, &after).await?;
        return find(desk, id).await;
    }
    Err(refusal::overtaken())
}

/// What became of a change.
enum Stored {
    Done,
    /// Somebody else has changed the identity since it was read.
    Overtaken,
}

/// Refuses a change that is not this caller's to make.
fn permit(caller: &Caller, (before, after): (&Identity, &Identity)) -> Result<(), Failure> {
    if before.roles != after.roles {
        caller.require(Permission::ManageAccess)?;
        administrators::may_give(caller, after)?;
    }
    administrators::may_change(caller, (before, Some(after)))
}

async fn store(desk: &Desk, (before, after): (&Identity, &Identity)) -> Result<Stored, Failure> {
    let identities = &desk.services.identities;
    match update(&**identities, after).await {
        Ok(()) => Ok(Stored::Done),
        Err(LeaveError::Store(error @ StoreError::Conflict { .. })) => {
            let now = identities.find(before.id).await?;
            match now.is_some_and(|now| now.version == before.version) {
                true => Err(refusal::conflict(error)),
                false => Ok(Stored::Overtaken),
            }
        }
        Err(error) => Err(administrators::refused(error)),
    }
}

/// The identity as it is wanted; the same where nothing is different.
async fn changed(desk: &Desk, before: &Identity, wanted: &Wanted) -> Result<Identity, Failure> {
    let mut after = with_traits(desk, before, wanted)?;
    if let Some(sent) = &wanted.unmanaged {
        after = with_attributes(desk, after, sent)?;
    }
    after = wanted.applied(desk, after)?;
    if wanted.proved.iter().any(|one| one.is_verified) {
        desk.services.broker.earn(&mut after).await?;
    }
    after.updated_at = before.updated_at;
    if after != *before {
        after.updated_at = desk.services.clock.now();
    }
    Ok(after)
}

fn with_traits(desk: &Desk, before: &Identity, wanted: &Wanted) -> Result<Identity, Failure> {
    let services = &desk.services;
    let moves_to = wanted.schema_id.as_ref();
    let moves_to = moves_to.filter(|id| **id != before.schema_id);
    if moves_to.is_none() && wanted.traits.is_none() {
        return Ok(before.clone());
    }
    let place = Evaluation::of(ProfileContext::Admin);
    let own = moves_to.unwrap_or(&before.schema_id);
    let schema = schema(desk, Some(own))?;
    let sent = wanted.traits.clone();
    let sent = sent.unwrap_or_else(|| schema.visible(Viewer::Administrator, &before.traits));
    let accepted = match moves_to {
        Some(_) => schema.accept(&place, sent, &before.traits),
        // What was wrong before and cannot be repaired here keeps nobody from changing the rest.
        None => schema.accept_of_stored(&place, sent, &before.traits, &|_| false),
    };
    let mut moved = before.clone();
    moved.schema_id.clone_from(own);
    let (clock, entropy) = (&*services.clock, &*services.entropy);
    let after = accepted
        .and_then(|traits| services.schemas.changed(&moved, traits, clock, entropy))
        .map_err(|errors| refusal::traits(&errors))?;
    require_short(&after)?;
    Ok(after)
}

/// What is to prove an identity from now on, made before anything is changed: what is refused of it
/// leaves everything as it was.
struct Proofs {
    password: Option<password::Prepared>,
    links: Vec<portcullis_core::credential::Credential>,
    factors: factors::Prepared,
}

impl Proofs {
    async fn prepare(
        desk: &Desk,
        caller: &Caller,
        after: &Identity,
        wanted: &Wanted,
    ) -> Result<Self, Failure> {
        let mut made = Vec::new();
        for link in &wanted.links {
            made.extend(links::missing(desk, caller, after, link).await?);
        }
        let password = match &wanted.password {
            Some(new) => Some(password::prepare(desk, after, new).await?),
            None => None,
        };
        Ok(Self {
            password,
            links: made,
            factors: factors::prepare(desk, after, &wanted.factors).await?,
        })
    }

    async fn keep(self, desk: &Desk, caller: &Caller, identity: &Identity) -> Result<(), Failure> {
        for link in &self.links {
            links::keep(desk, caller, link).await?;
        }
        self.factors.keep(desk, caller, identity).await?;
        if let Some(password) = self.password {
            let required = &identity.required_actions;
            let alias = Action::UpdatePassword.alias();
            let is_temporary = required.iter().any(|one| one == alias);
            password
                .keep(desk, caller, (identity, is_temporary))
                .await?;
        }
        Ok(())
    }
}
