//! Who asks for a proof, or brings one: whoever is signed in as the one it is for, or a network.

use std::fmt;

use portcullis_core::{id::IdentityId, principal::Principal, throttle::Network};
use portcullis_kit::Visit;

use crate::codes::awaited::Awaited;

/// Who asks for a proof, or brings one.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Asker {
    /// Whoever is signed in as the one that the proof is for.
    Own(IdentityId),
    /// Anybody from this site.
    Client(Network),
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
    /// Whoever visits, signed in or not.
    pub(crate) fn visitor(visit: &Visit) -> Self {
        Self::Client(site(visit))
    }

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
    pub(super) fn of(visit: &Visit, principal: Option<&Principal>, awaited: &Awaited) -> Self {
        let own = principal.map(|one| one.identity.id);
        let holder = awaited.holder.as_ref().map(|one| one.identity);
        match own.filter(|_| own == holder) {
            Some(own) => Self::Own(own),
            None => Self::Client(site(visit)),
        }
    }
}

/// What counts as one address.
pub(super) fn network(visit: &Visit) -> Network {
    Network::of(visit.visitor.client.address())
}

/// What counts as one place that nobody has many of.
pub(super) fn site(visit: &Visit) -> Network {
    Network::site(visit.visitor.client.address())
}
