//! Who would sign in, under a new schema, with what somebody else signs in with.

use std::{
    collections::HashMap,
    hash::{BuildHasher, RandomState},
};

use serde::{Deserialize, Serialize};

use crate::{
    id::IdentityId,
    identity::{Identity, IdentityStore},
    schema::Schema,
    store::StoreError,
};

/// Somebody who would sign in with what somebody else signs in with, or would, too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TakenIdentifier {
    /// Who would, and does not.
    pub identity: IdentityId,
    /// Whose it is, or who else would.
    pub holder: IdentityId,
}

/// Whether somebody would begin to sign in with something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gain {
    /// With nothing else than now.
    None,
    /// With that.
    Some,
}

/// What people would begin to sign in with, in the order in which they get it.
#[derive(Debug, Default)]
pub(super) struct Gained {
    /// By a number of each, so that those of a million people find room.
    holders: HashMap<u64, IdentityId>,
    numbers: RandomState,
}

impl Gained {
    /// Those of a page of people who would not get theirs.
    pub(super) async fn taken(
        &mut self,
        schema: &Schema,
        page: &[Identity],
        (identities, wanted): (&dyn IdentityStore, &Wanted),
    ) -> Result<Vec<TakenIdentifier>, StoreError> {
        let gained: Vec<_> = page.iter().map(|one| gained(schema, one)).collect();
        let all: Vec<String> = gained.iter().flatten().cloned().collect();
        if all.is_empty() {
            return Ok(Vec::new());
        }
        let owners = identities.owners(&all).await?;
        let mut taken = Vec::new();
        for (one, own) in page.iter().zip(gained) {
            let numbers: Vec<u64> = own.iter().map(|it| self.numbers.hash_one(it)).collect();
            let stored = own.iter().filter_map(|it| owners.get(it));
            let before = numbers.iter().filter_map(|it| self.holders.get(it));
            let holder = stored.chain(before).find(|holder| **holder != one.id);
            let rival = || own.iter().find_map(|it| wanted.rival(one, it));
            let holder = match holder.copied().or_else(rival) {
                Some(holder) => Some(holder),
                None => proved_elsewhere(one, &own, identities).await?,
            };
            match holder {
                Some(holder) => taken.push(TakenIdentifier {
                    identity: one.id,
                    holder,
                }),
                None => {
                    let own = numbers.into_iter().map(|number| (number, one.id));
                    self.holders.extend(own);
                }
            }
        }
        Ok(taken)
    }
}

/// The addresses that people would begin to sign in with and have not proved. One that several would
/// is nobody's until one of them proves it: whoever typed in what is another's is not to have it for
/// having come first.
#[derive(Debug, Default)]
pub struct Wanted {
    /// Two at most who would, by a number of each.
    seekers: HashMap<u64, (IdentityId, Option<IdentityId>)>,
    numbers: RandomState,
}

impl Wanted {
    /// Notes what somebody would begin to sign in with.
    pub fn note(&mut self, schema: &Schema, identity: &Identity) -> Gain {
        let gained = gained(schema, identity);
        let gain = match gained.is_empty() {
            true => Gain::None,
            false => Gain::Some,
        };
        let sought = gained.into_iter();
        for text in sought.filter(|text| is_like_an_address(text) && !identity.has_proved(text)) {
            let number = self.numbers.hash_one(&text);
            let seekers = self.seekers.entry(number).or_insert((identity.id, None));
            if seekers.0 != identity.id {
                seekers.1.get_or_insert(identity.id);
            }
        }
        gain
    }

    /// Who else would begin to sign in with an address that somebody has not proved.
    pub fn rival(&self, one: &Identity, text: &str) -> Option<IdentityId> {
        if one.has_proved(text) {
            return None;
        }
        let (first, second) = self.seekers.get(&self.numbers.hash_one(text))?;
        let mut seekers = [Some(*first), *second].into_iter().flatten();
        seekers.find(|seeker| *seeker != one.id)
    }
}

/// Who else has proved one of these texts as an address, which somebody would begin to sign in with
/// and has not proved: whoever types in what is another's does not get their mail by it.
pub async fn proved_elsewhere(
    one: &Identity,
    gained: &[String],
    identities: &dyn IdentityStore,
) -> Result<Option<IdentityId>, StoreError> {
    for text in gained.iter().filter(|text| is_like_an_address(text)) {
        if one.has_proved(text) {
            continue;
        }
        let others = identities.find_by_address(text).await?;
        let prover = |other: &&Identity| other.id != one.id && other.has_proved(text);
        if let Some(prover) = others.iter().find(prover) {
            return Ok(Some(prover.id));
        }
    }
    Ok(None)
}

/// Whether mail or a telephone could prove it; names are not looked for, of which there are many.
fn is_like_an_address(text: &str) -> bool {
    text.contains('@') || text.starts_with(|c: char| c == '+' || c.is_ascii_digit())
}

/// What somebody would begin to sign in with.
fn gained(schema: &Schema, identity: &Identity) -> Vec<String> {
    let traits = schema.normalised(identity.traits.clone());
    let mut identifiers = schema.identifiers(&traits);
    identifiers.retain(|one| !identity.identifiers.contains(one));
    identifiers
}
