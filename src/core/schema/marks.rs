//! The marks of a schema: what people sign in with and are reached by. Whoever is stored follows them
//! when they change, without anybody touching their traits.

use std::{collections::BTreeSet, fmt::Write as _};

use sha2::{Digest as _, Sha256};

use super::{Schema, Schemas, schemas::carrying};
use crate::{
    administrators::reach::reached_by,
    clock::Clock,
    entropy::Entropy,
    identity::{Address, Identity},
};

/// How marks are followed; another number has everybody follow them anew.
const MAKING: &str = "2";

impl Schema {
    /// Everything by which identifiers and addresses are found in traits, in figures and words.
    fn marks(&self) -> String {
        let mut marks = format!("\n{:?}", self.id);
        for field in &self.fields {
            // What stands for a username is the first text that is an address.
            if !field.is_address() && field.format.as_deref() != Some("email") {
                continue;
            }
            let _ = write!(
                marks,
                " {:?} {} {} {} {} {:?} {:?}",
                field.path,
                field.kind().as_str(),
                field.is_identifier,
                field.is_substituted,
                field.profile.is_trimmed,
                field.verification,
                field.recovery,
            );
        }
        marks
    }
}

impl Schemas {
    /// What changes when people sign in with, or are reached by, other traits.
    pub fn marks_stamp(&self) -> String {
        let mut digest = Sha256::new();
        digest.update(MAKING);
        for schema in self.all() {
            digest.update(schema.marks());
        }
        let digest = digest.finalize();
        digest
            .iter()
            .take(8)
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }

    /// A stored identity as its schema marks its traits now: an address that stays keeps its id and its
    /// proof, and a provider what it set. `None` where nothing follows.
    pub fn remarked(
        &self,
        identity: &Identity,
        clock: &dyn Clock,
        entropy: &dyn Entropy,
    ) -> Option<Identity> {
        let schema = self.find(&identity.schema_id)?;
        let traits = schema.normalised(identity.traits.clone());
        let marked = Identity {
            provenance: identity.provenance.clone(),
            ..carrying(&schema, identity.clone(), traits, (clock, entropy))
        };
        (!identity.is_marked_like(&marked)).then_some(marked)
    }

    /// What the schema of an identity has it sign in with, which it has proved and does not sign in
    /// with yet.
    pub fn earned(&self, identity: &Identity) -> Vec<String> {
        let Some(schema) = self.find(&identity.schema_id) else {
            return Vec::new();
        };
        let traits = schema.normalised(identity.traits.clone());
        let mut earned = schema.identifiers(&traits);
        earned.retain(|one| !identity.identifiers.contains(one) && identity.has_proved(one));
        earned
    }
}

impl Identity {
    /// Whether it signs in with the same in this other state of it, and is reached by the same.
    pub fn is_marked_like(&self, other: &Identity) -> bool {
        identifiers(self) == identifiers(other) && addresses(self) == addresses(other)
    }

    /// Adds to this other state of it the addresses that it has proved and would lose, and that it signs
    /// in with them; `false` where there are none.
    pub fn keep_proofs(&self, other: &mut Identity) -> bool {
        let is_lost = |one: &&Address| {
            let is_kept = |own: &Address| own.value == one.value && own.via == one.via;
            one.verified_at.is_some() && !other.addresses.iter().any(is_kept)
        };
        let lost: Vec<Address> = self.addresses.iter().filter(is_lost).cloned().collect();
        let signed_in = self.identifiers.iter();
        let signed_in = signed_in.filter(|own| lost.iter().any(|one| one.value == **own));
        for own in signed_in {
            if !other.identifiers.contains(own) {
                other.identifiers.push(own.clone());
            }
        }
        let keeps_any = !lost.is_empty();
        other.addresses.extend(lost);
        keeps_any
    }

    /// Has it not sign in with these in this other state of it; where nothing else is left, it goes on
    /// with what it had.
    pub fn keep_out(&self, other: &mut Identity, names: &[String]) {
        other.identifiers.retain(|own| !names.contains(own));
        if !names.is_empty() && other.identifiers.is_empty() {
            other.identifiers.clone_from(&self.identifiers);
        }
    }

    /// Has it not be reached by these in this other state of it, nor sign in with them, where it is and
    /// does not yet.
    pub fn keep_away(&self, other: &mut Identity, names: &[String]) {
        let is_new = |name: &&String| !reached_by(self).contains(name.as_str());
        let names: Vec<String> = names.iter().filter(is_new).cloned().collect();
        other.addresses.retain(|one| !names.contains(&one.value));
        if other.identifiers.iter().any(|own| names.contains(own)) {
            self.keep_out(other, &names);
        }
    }

    /// Whether it has proved this normalised address.
    pub fn has_proved(&self, address: &str) -> bool {
        let mut own = self.addresses.iter();
        own.any(|one| one.value == address && one.verified_at.is_some())
    }
}

fn identifiers(identity: &Identity) -> BTreeSet<&String> {
    identity.identifiers.iter().collect()
}

fn addresses(identity: &Identity) -> BTreeSet<(&str, &str, (bool, bool))> {
    let told = |one: &Address| (one.purpose.verification, one.purpose.recovery);
    let addresses = identity.addresses.iter();
    addresses
        .map(|one| (&*one.value, &*one.via, told(one)))
        .collect()
}

#[cfg(test)]
mod tests;
