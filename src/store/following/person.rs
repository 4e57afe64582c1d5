//! One person in a walk: what of their schema they follow, and what of it they are kept from because it is
//! somebody else's. Nobody is kept from the rest for it.

use std::slice;

use portcullis_core::{
    administrators::reach::{self, Shared},
    id::IdentityId,
    identity::Identity,
    schema::runtime::{Wanted, proved_elsewhere},
    store::{ADMINISTRATORS_ADDRESS, StoreError},
};

use super::Following;

/// How often somebody is changed over what others change of them meanwhile, and over what the store
/// does not take.
const TRIES: usize = 5;

/// What became of one.
pub(super) enum Outcome {
    /// Nothing had to.
    Alike,
    Changed,
    Kept(Why),
}

/// Why somebody keeps something of what they had.
#[derive(Clone, Copy)]
pub(super) enum Why {
    /// This one signs in with what they would begin to, has proved that it is theirs, or would begin
    /// to with the same, which neither has proved.
    Taken(IdentityId),
    /// An address that they have proved would be gone, and with it how they get back in.
    Proof,
    /// They and an administrator would be reached by the same: who has it, where they were found.
    Administrators(Option<IdentityId>),
    /// The store does not take it.
    Refused,
}

impl Following {
    /// Has one follow their schema, over what others change of them meanwhile.
    pub(super) async fn follow(
        &self,
        one: &Identity,
        wanted: &Wanted,
    ) -> Result<Outcome, StoreError> {
        let identities = &*self.parts.identities;
        let (mut tries, mut present, mut shared) = (1, one.clone(), Vec::new());
        loop {
            let marked = self.marked(&present, wanted, &shared).await?;
            let Some((marked, outcome)) = marked else {
                return Ok(Outcome::Alike);
            };
            if present.is_marked_like(&marked) {
                return Ok(outcome);
            }
            match identities.update(&marked).await {
                Ok(()) => return Ok(outcome),
                Err(error) if tries == TRIES => return self.refused(&present, error).await,
                // Looked for only here, so that it costs nobody else anything.
                Err(error) if is_shared(&error) => {
                    shared.extend(reach::shared(identities, &marked, Some(&present)).await?);
                }
                Err(_) => shared.clear(),
            }
            tries += 1;
            // A store that is away fails here.
            present = match identities.find(one.id).await? {
                Some(present) => present,
                None => return Ok(Outcome::Alike),
            };
        }
    }

    /// Somebody as their schema has them, but for what they are to be kept from, and what becomes of them
    /// by it; `None` where nothing follows.
    async fn marked(
        &self,
        present: &Identity,
        wanted: &Wanted,
        shared: &[Shared],
    ) -> Result<Option<(Identity, Outcome)>, StoreError> {
        let (clock, entropy) = (&*self.parts.clock, &*self.parts.entropy);
        let Some(mut marked) = self.parts.schemas.remarked(present, clock, entropy) else {
            return Ok(None);
        };
        // A mark that is gone by mistake leaves everybody what they have proved.
        let keeps_proof = present.keep_proofs(&mut marked).then_some(Why::Proof);
        let (taken, holder) = self.taken(present, &marked, wanted).await?;
        present.keep_out(&mut marked, &taken);
        let names: Vec<String> = shared.iter().map(|one| one.name.clone()).collect();
        present.keep_away(&mut marked, &names);
        let administrators = shared
            .first()
            .map(|one| Why::Administrators(Some(one.holder.id)));
        let kept = administrators.or(holder.map(Why::Taken)).or(keeps_proof);
        Ok(Some((marked, kept.map_or(Outcome::Changed, Outcome::Kept))))
    }

    /// One text that cannot be looked up holds up nobody else; a store that takes nobody ends the walk,
    /// so that it is tried again.
    async fn refused(&self, present: &Identity, error: StoreError) -> Result<Outcome, StoreError> {
        if is_shared(&error) {
            return Ok(Outcome::Kept(Why::Administrators(None)));
        }
        if !matches!(error, StoreError::Conflict { .. }) {
            let as_before = self.parts.identities.update(present).await;
            if let Err(error @ (StoreError::Unavailable(_) | StoreError::Corrupt { .. })) =
                as_before
            {
                return Err(error);
            }
        }
        Ok(Outcome::Kept(Why::Refused))
    }

    /// What somebody would begin to sign in with and may not, and one of those whose it is.
    async fn taken(
        &self,
        present: &Identity,
        marked: &Identity,
        wanted: &Wanted,
    ) -> Result<(Vec<String>, Option<IdentityId>), StoreError> {
        let mut gained = marked.identifiers.clone();
        gained.retain(|one| !present.identifiers.contains(one));
        let identities = &*self.parts.identities;
        let owners = match gained.is_empty() {
            true => return Ok((Vec::new(), None)),
            false => identities.owners(&gained).await?,
        };
        let (mut taken, mut holder) = (Vec::new(), None);
        for name in gained {
            let owner = owners.get(&name).filter(|owner| **owner != present.id);
            let theirs = match owner.copied().or_else(|| wanted.rival(present, &name)) {
                Some(theirs) => Some(theirs),
                None => proved_elsewhere(present, slice::from_ref(&name), identities).await?,
            };
            if let Some(theirs) = theirs {
                holder.get_or_insert(theirs);
                taken.push(name);
            }
        }
        Ok((taken, holder))
    }
}

/// Whether somebody and an administrator would be reached by the same.
fn is_shared(error: &StoreError) -> bool {
    let what = ADMINISTRATORS_ADDRESS;
    matches!(error, StoreError::Conflict { what: why } if *why == what)
}
