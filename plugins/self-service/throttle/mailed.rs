//! Throttles of mailed proofs: how many letters are written, and how many wrong proofs are taken. Each
//! is counted by who asks, too, so that strangers slow down themselves before whom they are after.

mod familiar;
mod guesses;
mod letters;

use std::fmt;

use portcullis_core::{id::IdentityId, principal::Principal};
use portcullis_kit::Visit;

pub(crate) use self::{familiar::remember, guesses::Guesses, letters::letter};
use super::site;
use crate::codes::awaited::Awaited;

/// Who asks for a proof, or brings one.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Asker {
    /// Whoever is signed in as the one that the proof is for.
    Own(IdentityId),
    /// Anybody from this network.
    Client(u128),
}

impl fmt::Display for Asker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Own(identity) => write!(f, "own:{identity}"),
            Self::Client(client) => write!(f, "client:{client}"),
        }
    }
}

impl Asker {
    /// Who asks for a proof of this address.
    pub(crate) fn of_address(visit: &Visit, principal: Option<&Principal>, address: &str) -> Self {
        let own = principal.map(|one| &*one.identity);
        let own = own.filter(|one| one.addresses.iter().any(|own| own.value == address));
        match own {
            Some(own) => Self::Own(own.id),
            None => Self::Client(site(visit)),
        }
    }

    /// Who brings what a flow awaits.
    fn of(visit: &Visit, principal: Option<&Principal>, awaited: &Awaited) -> Self {
        let own = principal.map(|one| one.identity.id);
        let holder = awaited.holder.as_ref().map(|one| one.identity);
        match own.filter(|_| own == holder) {
            Some(own) => Self::Own(own),
            None => Self::Client(site(visit)),
        }
    }
}
