//! Who is here already, and what becomes of newcomers of whom something is known.

use std::collections::{BTreeMap, BTreeSet};

use portcullis_core::{
    credential::{Credential, CredentialKind},
    id::{IdentityId, ProviderId},
    identity::Identity,
};

use super::{Outcome, conflict};
use crate::migration::{
    Loss,
    newcomer::{KeptFactor, Password},
};

/// What people who come may be known by.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sought {
    pub(crate) ids: Vec<IdentityId>,
    /// What they sign in with.
    pub(crate) identifiers: Vec<String>,
    /// Their accounts at providers.
    pub(crate) accounts: Vec<String>,
    /// What they are called elsewhere.
    pub(crate) external_ids: Vec<String>,
}

impl Sought {
    /// All that these people may be known by.
    pub(super) fn of(
        ids: &[Option<IdentityId>],
        candidates: &[Result<Candidate, Vec<String>>],
    ) -> Self {
        let candidates = || candidates.iter().flatten();
        let identities = || candidates().map(|one| &one.identity);
        Self {
            ids: ids.iter().copied().flatten().collect(),
            identifiers: identities()
                .flat_map(|one| one.identifiers.iter().cloned())
                .collect(),
            accounts: candidates()
                .flat_map(Candidate::accounts)
                .map(str::to_owned)
                .collect(),
            external_ids: identities()
                .filter_map(|one| one.external_id.clone())
                .collect(),
        }
    }
}

/// Who is known: by their ids, by what they sign in with, by their accounts at providers, and by what
/// they are called elsewhere.
#[derive(Debug, Clone, Default)]
pub(crate) struct Known {
    pub(crate) ids: BTreeSet<IdentityId>,
    pub(crate) identifiers: BTreeMap<String, IdentityId>,
    pub(crate) accounts: BTreeMap<String, IdentityId>,
    pub(crate) external_ids: BTreeMap<String, IdentityId>,
}

/// Somebody as they would be here, before it is known who is here already.
pub(super) struct Candidate {
    pub(super) identity: Identity,
    /// Whether the other system says which id they have.
    pub(super) has_id: bool,
    pub(super) links: Vec<(ProviderId, Credential)>,
    pub(super) password: Option<Password>,
    pub(super) factors: Vec<KeptFactor>,
    /// What they turn out to sign in with.
    pub(super) kinds: Vec<CredentialKind>,
    pub(super) losses: Vec<Loss>,
}

impl Candidate {
    pub(super) fn accounts(&self) -> impl Iterator<Item = &str> {
        let links = self.links.iter();
        links.filter_map(|(_, link)| link.identifier.as_deref())
    }
}

impl Known {
    /// Adds what else is known.
    pub(super) fn learn(&mut self, found: Self) {
        self.ids.extend(found.ids);
        self.identifiers.extend(found.identifiers);
        self.accounts.extend(found.accounts);
        self.external_ids.extend(found.external_ids);
    }

    /// What becomes of somebody of whom something is known; nothing where nothing is.
    pub(super) fn judge(&self, candidate: &Candidate) -> Option<Outcome> {
        let identifiers = candidate.identity.identifiers.iter();
        let identifiers = identifiers.map(|one| self.identifiers.get(one));
        let accounts = candidate.accounts().map(|one| self.accounts.get(one));
        // Whoever was here before may be called nothing elsewhere, and is who they are all the same.
        let external_id = candidate.identity.external_id.as_ref();
        let namesake = external_id.and_then(|name| self.external_ids.get(name));
        let owners: Vec<Option<&IdentityId>> = identifiers
            .chain(accounts)
            .chain(namesake.map(Some))
            .collect();
        let first = owners.first().copied().flatten();
        if !candidate.has_id && first.is_some() && owners.iter().all(|other| *other == first) {
            return Some(Outcome::Present);
        }
        owners.iter().any(Option::is_some).then(conflict)
    }

    /// Whoever comes later finds them here.
    pub(super) fn take_in(&mut self, candidate: &Candidate) {
        let id = candidate.identity.id;
        self.ids.insert(id);
        let identifiers = candidate.identity.identifiers.iter();
        self.identifiers
            .extend(identifiers.map(|one| (one.clone(), id)));
        let accounts = candidate.accounts();
        self.accounts
            .extend(accounts.map(|one| (one.to_owned(), id)));
        let external_id = candidate.identity.external_id.clone();
        self.external_ids.extend(external_id.map(|name| (name, id)));
    }
}
