//! Who asks for a proof, or brings one: whoever is signed in as the one it is for, or a network.

use std::{fmt, net::IpAddr};

use portcullis_core::{id::IdentityId, principal::Principal};
use portcullis_kit::Visit;

use crate::codes::awaited::Awaited;

/// Who asks for a proof, or brings one.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Asker {
    /// Whoever is signed in as the one that the proof is for.
    Own(IdentityId),
    /// Anybody from this site.
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
pub(super) fn network(visit: &Visit) -> u128 {
    match visit.visitor.client {
        // A site has a whole /64 to itself (RFC 6177).
        IpAddr::V6(v6) => u128::from(v6) >> 64,
        IpAddr::V4(v4) => u128::from(u32::from(v4)),
    }
}

/// What counts as one place that nobody has many of: who has a /64 may well have the /48 it is in.
pub(super) fn site(visit: &Visit) -> u128 {
    match visit.visitor.client {
        IpAddr::V6(v6) => u128::from(v6) >> 80,
        IpAddr::V4(_) => network(visit),
    }
}
