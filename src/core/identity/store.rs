//! The port that keeps identities. Each write is atomic; none leaves a change half made.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::{self, Debug},
};

use async_trait::async_trait;
use serde_json::Value;

use super::record::Identity;
use crate::{
    credential::Credential,
    id::{CredentialId, IdentityId},
    store::StoreError,
};

/// Keeps identities; each write is atomic.
#[async_trait]
pub trait IdentityStore: Debug + Send + Sync {
    /// Adds an identity with its credentials, all or nothing.
    ///
    /// Fails with [`StoreError::Conflict`] when an identifier or a credential's identifier is taken.
    async fn insert(
        &self,
        identity: &Identity,
        credentials: &[Credential],
    ) -> Result<(), StoreError>;

    /// Adds many as [`Self::insert`] does, each by itself: what became of each, in their order.
    async fn insert_many(
        &self,
        newcomers: &[(Identity, Vec<Credential>)],
    ) -> Vec<Result<(), StoreError>> {
        let mut outcomes = Vec::new();
        for (identity, credentials) in newcomers {
            outcomes.push(self.insert(identity, credentials).await);
        }
        outcomes
    }

    /// Those of these ids whose identities are here.
    async fn present(&self, ids: &[IdentityId]) -> Result<BTreeSet<IdentityId>, StoreError> {
        let mut present = BTreeSet::new();
        for id in ids {
            present.extend(self.find(*id).await?.map(|one| one.id));
        }
        Ok(present)
    }

    /// Who signs in with which of these normalised identifiers.
    async fn owners(
        &self,
        identifiers: &[String],
    ) -> Result<BTreeMap<String, IdentityId>, StoreError> {
        let mut owners = BTreeMap::new();
        for identifier in identifiers {
            let owner = self.find_by_identifier(identifier).await?;
            owners.extend(owner.map(|owner| (identifier.clone(), owner.id)));
        }
        Ok(owners)
    }

    /// The identity of this id.
    async fn find(&self, id: IdentityId) -> Result<Option<Identity>, StoreError>;

    /// The identities of these ids, in no order; who is not here is left out.
    async fn find_all(&self, ids: &[IdentityId]) -> Result<Vec<Identity>, StoreError> {
        let mut found = Vec::new();
        for id in ids {
            found.extend(self.find(*id).await?);
        }
        Ok(found)
    }

    /// The identity that signs in with this normalised identifier.
    async fn find_by_identifier(&self, identifier: &str) -> Result<Option<Identity>, StoreError>;

    /// Every identity that holds this normalised address, verified or not.
    async fn find_by_address(&self, address: &str) -> Result<Vec<Identity>, StoreError>;

    /// The identity that is called this elsewhere.
    async fn find_by_external_id(&self, external_id: &str) -> Result<Option<Identity>, StoreError> {
        let mut after = None;
        loop {
            let page = self.list(after, 500).await?;
            let Some(last) = page.last() else {
                return Ok(None);
            };
            after = Some(last.id);
            let is_it = |one: &Identity| one.external_id.as_deref() == Some(external_id);
            if let Some(found) = page.into_iter().find(is_it) {
                return Ok(Some(found));
            }
        }
    }

    /// Who is called which of these elsewhere.
    async fn namesakes(
        &self,
        external_ids: &[String],
    ) -> Result<BTreeMap<String, IdentityId>, StoreError> {
        let mut namesakes = BTreeMap::new();
        for name in external_ids {
            let owner = self.find_by_external_id(name).await?;
            namesakes.extend(owner.map(|owner| (name.clone(), owner.id)));
        }
        Ok(namesakes)
    }

    /// The identities in the order of their ids, those after `after`, at most `limit` of them.
    async fn list(
        &self,
        after: Option<IdentityId>,
        limit: u32,
    ) -> Result<Vec<Identity>, StoreError>;

    /// Those who obey the schema of this name in the order of their ids, after `after`, at most `limit`
    /// of them.
    async fn list_of(
        &self,
        schema_id: &str,
        after: Option<IdentityId>,
        limit: u32,
    ) -> Result<Vec<Identity>, StoreError> {
        let (mut found, mut after) = (Vec::new(), after);
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        while found.len() < limit {
            let page = self.list(after, 500).await?;
            let Some(last) = page.last() else { break };
            after = Some(last.id);
            found.extend(page.into_iter().filter(|one| one.schema_id == schema_id));
        }
        found.truncate(limit);
        Ok(found)
    }

    /// Replaces a stored identity; its sessions see the change at once, and its version is one more
    /// than the one given.
    ///
    /// Fails with [`StoreError::Conflict`] when an identifier is taken by another identity, and when
    /// the stored identity is not of the version given any more: whoever read it before somebody
    /// else changed or removed it would undo that.
    async fn update(&self, identity: &Identity) -> Result<(), StoreError>;

    /// Removes one credential of a stored identity and replaces the identity as [`Self::update`]
    /// does, both or neither; `false`, and nothing done, when it has no such credential or none of
    /// `others` any more. Two removals at once never remove both of two.
    async fn update_without(
        &self,
        identity: &Identity,
        removed: CredentialId,
        others: &[CredentialId],
    ) -> Result<bool, StoreError>;

    /// Replaces a stored identity as [`Self::update`] does, unless the one stored is active and has
    /// the role and nobody else active has it: `false`, and nothing done. Two such changes at once
    /// never leave the role to nobody.
    async fn update_beside(&self, identity: &Identity, role: &str) -> Result<bool, StoreError> {
        // Stores that several nodes share look and change in one step instead.
        if stays_last(self, identity.id, role).await? {
            return Ok(false);
        }
        self.update(identity).await.map(|()| true)
    }

    /// Removes a credential as [`Self::update_without`] does, unless the role would be left to nobody as
    /// by [`Self::update_beside`]; [`Removal::Missing`] where the credential stays or is none.
    async fn update_without_beside(
        &self,
        identity: &Identity,
        (removed, others): (CredentialId, &[CredentialId]),
        role: &str,
    ) -> Result<Removal, StoreError> {
        if !identity.is_active_as(role) && stays_last(self, identity.id, role).await? {
            return Ok(Removal::Last);
        }
        Ok(
            match self.update_without(identity, removed, others).await? {
                true => Removal::Done,
                false => Removal::Missing,
            },
        )
    }

    /// Replaces a stored identity as [`Self::update_beside`] does, and its credentials with it, all or
    /// nothing.
    ///
    /// Fails with [`StoreError::Conflict`] where an identifier or a credential's is somebody else's.
    async fn replace_whole(&self, whole: &Whole<'_>, role: &str) -> Result<Replaced, StoreError>;

    /// Removes a credential of an identity, unless that is active and has the role and nobody active who has it
    /// owns any of the `others` any more: [`Removal::Last`], and nothing done. Of two that go at once and
    /// are each other's only one, one stays.
    async fn remove_beside(
        &self,
        which: (IdentityId, CredentialId),
        others: &[CredentialId],
        role: &str,
    ) -> Result<Removal, StoreError>;

    /// Removes an identity as [`Self::delete`] does, unless it is active and has the role and nobody
    /// else active has it; of two that go at once one stays.
    async fn delete_beside(&self, id: IdentityId, role: &str) -> Result<Removal, StoreError> {
        if stays_last(self, id, role).await? {
            return Ok(Removal::Last);
        }
        Ok(match self.delete(id).await? {
            true => Removal::Done,
            false => Removal::Missing,
        })
    }

    /// Whether an active identity other than this one has the role.
    async fn is_role_elsewhere(&self, role: &str, except: IdentityId) -> Result<bool, StoreError> {
        let holders = self.holders(role).await?;
        Ok(holders.iter().any(|one| one.id != except))
    }

    /// The active identities that have the role.
    async fn holders(&self, role: &str) -> Result<Vec<Identity>, StoreError> {
        let (mut holders, mut after) = (Vec::new(), None);
        loop {
            let page = self.list(after, 500).await?;
            let Some(last) = page.last() else {
                return Ok(holders);
            };
            after = Some(last.id);
            holders.extend(page.into_iter().filter(|one| one.is_active_as(role)));
        }
    }

    /// Removes an identity with its credentials and sessions; `false` when there was none. Its id is
    /// nobody's again.
    async fn delete(&self, id: IdentityId) -> Result<bool, StoreError>;

    /// Removes an identity in the same way that nobody has ever been, in one step: nothing was kept by its
    /// id, so that it need not be remembered. `false`, and nothing done, where it is not of the version given
    /// any more, or is not [`untouched`](crate::credential::untouched), or has sessions.
    async fn delete_unused(&self, identity: &Identity) -> Result<bool, StoreError>;
}

/// An identity as it is to be, with what comes or changes along with it.
#[derive(Debug, Clone, Copy)]
pub struct Whole<'a> {
    /// The identity, of the version that was read.
    pub identity: &'a Identity,
    /// Credentials that it has from then on, beside those it has.
    pub credentials: &'a [Kept],
    /// What becomes of its sessions.
    pub sessions: SessionsThen,
}

/// A credential that is to be kept.
#[derive(Clone)]
pub struct Kept {
    /// The credential.
    pub credential: Credential,
    /// The config of the one of the same id whose place it takes; `None` for a new one.
    pub before: Option<Value>,
}

impl Debug for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // What is kept of a credential may be a secret, as it was before, too.
        let mut shown = f.debug_struct("Kept");
        shown.field("credential", &self.credential);
        shown.finish_non_exhaustive()
    }
}

/// What becomes of somebody's sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionsThen {
    /// They go on, unless what they belong to has become ends them.
    GoOn,
    /// They end.
    End,
}

/// What became of a whole that was to be replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replaced {
    /// It is as it was to be, and so many sessions have ended.
    Done(u64),
    /// Somebody else has changed or removed the identity, or one of those credentials, since they were
    /// read; nothing is done.
    Overtaken,
    /// It is the last one that has the role, and would have it no more; nothing is done.
    Last,
}

/// What became of an identity, or one of its credentials, that was to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Removal {
    /// It is gone.
    Done,
    /// There was none.
    Missing,
    /// It is the last one that has the role, and would have it no more.
    Last,
}

async fn stays_last<S: IdentityStore + ?Sized>(
    identities: &S,
    id: IdentityId,
    role: &str,
) -> Result<bool, StoreError> {
    let own = identities.find(id).await?;
    let has_it = own.is_some_and(|own| own.is_active_as(role));
    Ok(has_it && !identities.is_role_elsewhere(role, id).await?)
}
