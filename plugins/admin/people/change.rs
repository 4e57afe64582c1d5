//! Changing an identity, over what others change of it meanwhile.

use portcullis_core::{
    action::Action,
    credential::Credential,
    identity::{Identity, Kept, SessionsThen},
    schema::{Evaluation, ProfileContext, Viewer},
};
use portcullis_kit::Failure;

use super::{
    Wanted, audit, factors, find,
    fitting::{require_short, schema, with_attributes},
    links, password, refusal,
    storing::{Stored, TRIES, permit, store},
    unproved,
};
use crate::{caller::Caller, desk::Desk};

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
        // Before anything is written, and looked at anew then: links that are wanted may be among it.
        if !is_taken_back && unproved::is_vouched_for(&before, &wanted) {
            permit(caller, (&before, &after))?;
            unproved::require_free(desk, (&before, &after)).await?;
            unproved::take_back(desk, before.id).await?;
            is_taken_back = true;
            continue;
        }
        let kept = proofs.kept();
        if after == before && kept.is_empty() {
            return Ok(before);
        }
        let with = (&kept[..], proofs.sessions(desk));
        let Stored::Done(ended) = store(desk, caller, (&before, &after), with).await? else {
            continue;
        };
        if after != before {
            audit::note_change(desk, caller, "identity.update", (&before, &after)).await;
        }
        proofs.tell(desk, caller, (&after, ended)).await;
        return find(desk, id).await;
    }
    Err(refusal::overtaken())
}

/// The identity as it is wanted; the same where nothing is different.
pub(super) async fn changed(
    desk: &Desk,
    before: &Identity,
    wanted: &Wanted,
) -> Result<Identity, Failure> {
    let mut after = with_traits(desk, before, wanted)?;
    if let Some(sent) = &wanted.unmanaged {
        after = with_attributes(desk, after, sent)?;
    }
    after = wanted.applied(desk, after)?;
    if wanted.password.is_some() {
        // It counts without a first proof: an administrator vouches for whom it is given to.
        after.lift_first_proof();
    }
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
    links: Vec<Credential>,
    factors: Vec<Kept>,
    password: Option<Kept>,
}

impl Proofs {
    async fn prepare(
        desk: &Desk,
        caller: &Caller,
        after: &Identity,
        wanted: &Wanted,
    ) -> Result<Self, Failure> {
        let mut made = Vec::new();
        for link in wanted.links.iter().enumerate() {
            made.extend(links::missing(desk, caller, after, link).await?);
        }
        let password = match &wanted.password {
            Some(new) => Some(password::prepare(desk, after, (new, password::AMONG_ALL)).await?),
            None => None,
        };
        Ok(Self {
            password,
            links: made,
            factors: factors::prepare(desk, after, &wanted.factors).await?,
        })
    }

    /// All of them, to be stored together.
    fn kept(&self) -> Vec<Kept> {
        let links = self.links.iter().map(|link| Kept {
            credential: link.clone(),
            before: None,
        });
        let others = self.factors.iter().chain(&self.password).cloned();
        links.chain(others).collect()
    }

    /// Whoever knew an old password may hold a session, and so may whoever held a factor.
    fn sessions(&self, desk: &Desk) -> SessionsThen {
        let by_factor = !self.factors.is_empty() && desk.config.end_sessions;
        match self.password.is_some() || by_factor {
            true => SessionsThen::End,
            false => SessionsThen::GoOn,
        }
    }

    /// Tells of what is stored.
    async fn tell(&self, desk: &Desk, caller: &Caller, (identity, ended): (&Identity, u64)) {
        for link in &self.links {
            links::tell(desk, caller, link).await;
        }
        let left = match self.password {
            Some(_) => 0,
            None => ended,
        };
        factors::tell(desk, caller, identity.id, (&self.factors, left)).await;
        if self.password.is_some() {
            let required = &identity.required_actions;
            let alias = Action::UpdatePassword.alias();
            let is_temporary = required.iter().any(|one| one == alias);
            password::tell(desk, caller, identity.id, (is_temporary, ended)).await;
        }
    }
}
